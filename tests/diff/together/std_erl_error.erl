%% stage: b. erl_error: exceptions as the shell shows them, stack traces with arguments, calls, funs, columns and own formats.
-module(std_erl_error).
-export([main/0, fail/1]).

main() ->
    [io:format("~ts~n", [format(F)]) || F <- failures()],
    [io:format("~ts~n", [erl_error:format_exception(C, R, S, Options)]) ||
        {C, R, S} <- [{error, {badmatch, lists:seq(1, 60)}, stack()}, {exit, {shutdown, [#{a => "b"}]}, stack()}, {throw, {'EXIT', {x, []}}, []}],
        Options <- [#{column => 30}, #{stack_trim_fun => fun(M, _, _) -> M =:= lists end}, #{format_fun => fun(T, I) -> io_lib:format("[~w:~0tp]", [I, T]) end}]],
    [io:format("~ts~n", [erl_error:format_exception(I, error, R, stack(), fun(_, F, _) -> F =:= last end, fun(T, _) -> io_lib:format("~0tp", [T]) end, latin1)]) || I <- [1, 20], R <- [badarg, {case_clause, [1024]}]],
    [io:format("~ts~n", [erl_error:format_stacktrace(4, S, fun(_, _, _) -> false end, fun(T, _) -> io_lib:format("~0tp", [T]) end)]) || S <- [stack(), []]],
    [io:format("~ts~n", [erl_error:format_call(3, F, A, fun(T, _) -> io_lib:format("~0tp", [T]) end)]) || F <- [{lists, map}, name, {'Odd M', f}], A <- [[], [1, "two", [three]], [lists:seq(1, 80), x]]],
    [io:format("~ts~n", [erl_error:format_fun(F)]) || F <- [fun lists:map/2, fun main/0]].

%% What the emulator, the libraries and a program's own module say of arguments.
failures() ->
    Text = fun(C, R, M) -> fun() -> erlang:C(R, [a, b], [{error_info, M}]) end end,
    [fun() -> erlang:element(3, {a}) end, fun() -> lists:nth(9, [1]) end, fun() -> atom_to_list("x") end, fun() -> 1 + id(a) end,
     fun() -> (id(7))(x) end, fun() -> (fun(A) -> A end)(1, 2) end, fun() -> no_such:function(1, "s") end, fun() -> fail(no) end,
     fun() -> case id(x) of y -> z end end, fun() -> if hd([false]) -> x end end, fun() -> {a, _} = id({b, c}) end,
     fun() -> try id(1) of 2 -> 3 catch _:_ -> 4 end end, fun() -> maps:get(k, #{a => 1}) end, fun() -> #{k := 1} = id(#{}) end,
     fun() -> (id(not_a_map))#{a => 1} end, fun() -> binary_to_atom(<<255>>) end, fun() -> ets:lookup(no_table, k) end,
     fun() -> io:format("~s ~d", [a]) end, fun() -> list_to_integer("1x") end, fun() -> throw({my, "value"}) end, fun() -> exit(bye) end,
     fun() -> error({mine, #{x => [1.5]}}) end, fun() -> error(badarg, [first, second]) end, fun() -> ets:new(t, [bad_option]) end,
     fun() -> binary:part(<<1, 2>>, 3, 4) end, fun() -> <<(id(a)):8>> end, fun() -> spawn(x) end, fun() -> lists:keyfind(k, 0, []) end,
     fun() -> unicode:characters_to_binary([a]) end, fun() -> re:run("x", "(") end, fun() -> persistent_term:get(no_such_key_here) end,
     fun() -> atomics:get(atomics:new(2, []), 3) end, fun() -> maps:fold(x, y, z) end, fun() -> erlang:send(unknown_name_here, m) end,
     fun() -> error(oops, none, [{error_info, #{cause => x}}]) end, fun() -> error(badarg, [x, y], [{error_info, #{module => ?MODULE, function => own}}]) end,
     fun() -> gen_server:call(no_server_at_all, hi) end].

format(F) ->
    try F() of V -> io_lib:format("value ~0tp", [V])
    catch C:R:S -> erl_error:format_exception(C, R, lists:takewhile(fun({_, N, _, _}) -> N =/= format end, S))
    end.

fail(yes) -> ok.
id(X) -> X.
stack() ->
    [{lists, map, [fun erlang:abs/1, [a, b]], [{file, "lists.erl"}, {line, 1239}]}, {m, '-f/2-fun-0-', 2, [{file, "dir/m.erl"}, {line, 7}]}, {m, 'odd name', 1, []},
     {erlang, '+', [1, a], []}, {m, '-inlined-x/1-', 1, [{file, "m.erl"}, {line, 3}]}, {m, last, 0, [{file, "m.erl"}]}].
