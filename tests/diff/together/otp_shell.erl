%% stage: d. The shell on a device of our own: bindings, records, history, results, commands of module c, exceptions, jobs that it starts.
-module(otp_shell).
-export([main/0]).

main() ->
    Lines = ["X = 1 + 2.\n", "X.\n", "X = 4.\n", "f(X), Y = {X, a}.\n", "f().\n", "b().\n", "A = [1, 2,\n", "3].\n", "L = lists:seq(1, 3), length(L).\n", "v(1).\n", "v(-1).\n", "h().\n", "rd(point, {x, y = 0}).\n",
        "P = #point{x = 1}.\n", "P#point.y.\n", "rl().\n", "rf(point), rl().\n", "rp(lists:seq(1, 60)).\n", "hd([]).\n", "throw(ball).\n", "exit(leave).\n", "spawn(fun() -> exit(normal) end), done.\n", "1 +.\n", "foo(.\n", "undefined_here(1).\n",
        "F = fun(N) -> N * 2 end.\n", "F(21).\n", "fun F2(0) -> 0; F2(N) -> N + F2(N - 1) end(10).\n", "receive after 0 -> nothing end.\n", "self() ! hello, flush().\n", "e(1).\n", "results(2).\n", "history(3).\n", "catch_exception(true).\n", "error(kept).\n", "b().\n",
        "begin M = #{k => <<1:3>>}, M#{k => 2} end.\n", "<< <<X2>> || X2 <- [1, 2, 3] >>.\n", "[X3 || {X3, _} <- [{1, 2}, {3, 4}], X3 > 1].\n", "\"text\" ++ [1024].\n", "case A of [H | _] -> H end.\n", "try error(x) catch error:E -> E end.\n", "is_alive().\n", "lists:foo().\n", "if false -> 1 end.\n",
        "c:memory() =/= [].\n", "regs.\n", "'quoted atom'.\n", "$a.\n", "16#ff + 2#11.\n", "1.0e10.\n", "%% only a comment\nok.\n"],
    Me = self(), Device = spawn_link(fun() -> device(Me, Lines) end),
    Shell = spawn(fun() -> group_leader(Device, self()), process_flag(trap_exit, true), S = shell:start(false), receive {'EXIT', S, R} -> Me ! {ended, R} end end),
    M = monitor(process, Shell),
    receive finished -> ok after 15000 -> io:format("no end~n") end,
    exit(Shell, kill), receive {'DOWN', M, _, _, _} -> ok end, unlink(Device), exit(Device, kill).

%% Feeds the lines, echoes them, and prints what the shell writes.
device(To, Lines) ->
    receive
        {io_request, From, As, {get_until, _, Prompt, M, F, Args}} -> Rest = until(From, As, Prompt, M, F, Args, [], Lines, To), device(To, Rest);
        {io_request, From, As, R} -> From ! {io_reply, As, put(R)}, device(To, Lines);
        _ -> device(To, Lines)
    end.

until(From, As, Prompt, M, F, Args, Cont, Lines, To) ->
    [io:format("~ts", [prompt(Prompt)]) || Cont =:= []],
    case Lines of
        [] -> To ! finished, timer:sleep(infinity);
        [L | Rest] ->
            io:format("~ts", [L]),
            case apply(M, F, [Cont, L | Args]) of
                {done, Result, _} -> From ! {io_reply, As, Result}, Rest;
                {more, Next} -> until(From, As, Prompt, M, F, Args, Next, Rest, To)
            end
    end.

prompt(P) -> io_lib:format_prompt(P).

put({put_chars, unicode, M, F, A}) -> print(apply(M, F, A));
put({put_chars, E, C}) when is_atom(E) -> print(C);
put({requests, Rs}) -> lists:foldl(fun(R, _) -> put(R) end, ok, Rs);
put(getopts) -> [{expand_fun, fun(_) -> {no, "", []} end}, {echo, true}, {encoding, unicode}];
put({setopts, _}) -> ok;
put({get_geometry, _}) -> {error, enotsup};
put(_) -> {error, request}.

print(C) -> io:format("~ts", [C]), ok.
