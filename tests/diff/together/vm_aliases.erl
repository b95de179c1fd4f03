%% stage: c. Aliases of monitors and without: what deactivates each kind, replies too late or twice, calls by proxies, many callers at once, tags, options of monitors at spawn, aliases in the hands of others.
-module(vm_aliases).
-export([main/0, serve/1]).

main() ->
    kinds(), replies(), explicit(), demonitored(), spawned(), tags(), proxies(), races(), others(), retries(), refused(), p(flush()).

p(T) -> io:format("~0tp~n", [T]).
caught(F) -> try F() catch C:R -> {C, R} end.
flush() -> receive M -> [M | flush()] after 0 -> [] end.
server() -> spawn(?MODULE, serve, [0]).
stop(P) -> M = monitor(process, P), exit(P, kill), receive {'DOWN', M, _, _, _} -> ok end.

%% Answers by alias, as often as it is told; the last message goes to the process itself, behind all others.
serve(N) ->
    receive
        {to, A, Times, Own, Last} -> [A ! {N, I} || I <- lists:seq(1, Times)], Own ! Last, serve(N + 1);
        {exit, Why} -> exit(Why)
    end.
ask(P, A, Times) -> R = make_ref(), P ! {to, A, Times, self(), R}, receive R -> ok end.
numbers() -> receive {N, I} when is_integer(N) -> [{N, I} | numbers()] after 0 -> [] end.

%% What still comes by each kind: after one message, after demonitor, after unalias, after the process is down.
kinds() ->
    [begin
         P = server(), A = monitor(process, P, [{alias, Kind}]),
         ask(P, A, 2), First = numbers(),
         Reply = case process_info(self(), monitors) of {monitors, L} -> lists:member({process, P}, L) end,
         U1 = case Undo of demonitor -> demonitor(A, [info]); unalias -> unalias(A); both -> {unalias(A), demonitor(A, [flush, info])}; none -> none; down -> P ! {exit, bye}, receive {'DOWN', A, process, P, Why} -> {down, Why} after 50 -> still end end,
         Q = server(), ask(Q, A, 1), After = numbers(),
         U2 = unalias(A),
         demonitor(A, [flush]), stop(P), stop(Q),
         p({Kind, Undo, First, Reply, U1, After, U2})
     end || Kind <- [explicit_unalias, demonitor, reply_demonitor], Undo <- [none, demonitor, unalias, both]] ,
    [begin
         P = server(), A = monitor(process, P, [{alias, Kind}]), P ! {exit, bye},
         Why = receive {'DOWN', A, process, P, R} -> R end,
         Q = server(), ask(Q, A, 2), L = numbers(), stop(Q),
         p({Kind, Why, L, unalias(A)})
     end || Kind <- [explicit_unalias, demonitor, reply_demonitor]].

replies() ->
    P = server(),
    A = monitor(process, P, [{alias, reply_demonitor}]),
    ask(P, A, 5),
    P ! {exit, after_reply},
    wait(P),
    p({numbers(), receive {'DOWN', A, _, _, R} -> R after 0 -> no_down end, demonitor(A, [info]), unalias(A)}),
    [begin B = alias(O), B ! one, B ! two, p({O, flush(), unalias(B)}) end || O <- [[], [reply], [explicit_unalias]]].

wait(P) -> M = monitor(process, P), receive {'DOWN', M, _, _, _} -> ok end.

explicit() ->
    As = [alias() || _ <- lists:seq(1, 20)],
    [unalias(A) || {I, A} <- lists:zip(lists:seq(1, 20), As), I rem 3 =:= 0],
    [A ! {n, I} || {I, A} <- lists:zip(lists:seq(1, 20), As)],
    p([I || {n, I} <- flush()]),
    p([unalias(A) || A <- As]),
    [A ! lost || A <- As],
    p({flush(), length(lists:usort(As)), lists:all(fun is_reference/1, As)}).

demonitored() ->
    P = server(),
    A = monitor(process, P, [{alias, explicit_unalias}]),
    p([demonitor(A), demonitor(A, [info]), demonitor(A, [flush, info])]),
    P ! {exit, x}, wait(P),
    A ! still,
    p({flush(), unalias(A)}),
    B = monitor(process, P, [{alias, demonitor}]),
    p(receive {'DOWN', B, process, P, noproc} -> B ! gone, {flush(), unalias(B), demonitor(B, [info])} end),
    C = monitor(process, P, [{alias, explicit_unalias}]),
    p(receive {'DOWN', C, process, P, noproc} -> C ! there, {flush(), unalias(C), unalias(C)} end),
    D = monitor(process, no_process_of_this_name, [{alias, reply_demonitor}, {tag, nobody}]),
    p(receive {nobody, D, process, {Name, Node}, W} -> {Name, Node =:= node(), W, begin D ! x, flush() end} end).

spawned() ->
    Me = self(),
    [begin
         {P, A} = spawn_opt(fun() -> receive {alias, X} -> X ! {hello, 1}, X ! {hello, 2}, Me ! done, exit({with, O}) end end, [{monitor, O}]),
         P ! {alias, A},
         receive done -> ok end, wait(P),
         p({O, [case M of {hello, N} -> N; {T, A, process, P, {with, _}} -> {T, down} end || M <- flush()], unalias(A)})
     end || O <- [[], [{alias, explicit_unalias}], [{alias, demonitor}], [{alias, reply_demonitor}], [{tag, mine}], [{alias, explicit_unalias}, {tag, {a, [tag]}}]]],
    {Q, R} = spawn_opt(fun() -> exit(first) end, [monitor, {monitor, [{tag, twice}]}]),
    p(receive {Tag, R, process, Q, Why} -> {Tag, Why} end),
    Req = spawn_request(fun() -> receive {alias, X} -> X ! by_alias, exit(ended) end end, [{monitor, [{alias, explicit_unalias}, {tag, t}]}, {reply_tag, up}]),
    receive {up, Req, ok, S} -> S ! {alias, Req}, receive by_alias -> ok end, receive {t, Req, process, S, W} -> p({W, unalias(Req), unalias(Req)}) end end.

tags() ->
    Me = self(),
    Ps = [{T, server()} || T <- [1, "two", {three}, #{4 => 4}, 5.0, [], <<"six">>, 'DOWN', Me]],
    Rs = [{T, P, monitor(process, P, [{tag, T}])} || {T, P} <- Ps],
    [P ! {exit, {number, I}} || {I, {_, P}} <- lists:zip(lists:seq(1, length(Ps)), Ps)],
    p([receive {T, R, process, P, Why} -> Why end || {T, P, R} <- Rs]),
    {P2, _} = {server(), x},
    R1 = monitor(process, P2), R2 = monitor(process, P2, [{tag, a}]), R3 = monitor(process, P2, [{tag, b}, {alias, reply_demonitor}]),
    demonitor(R2), ask(P2, R3, 1), P2 ! {exit, q}, wait(P2),
    p([case M of {'DOWN', R1, process, P2, q} -> plain; X -> X end || M <- flush()]).

%% The answer comes of a third process, the death of the first is told if none answers.
proxies() ->
    Worker = spawn(fun Loop() -> receive {work, A, X} -> A ! {A, X * X}, Loop() end end),
    Proxy = fun() -> spawn(fun Loop() -> receive {ask, A, X} when X < 10 -> Worker ! {work, A, X}, Loop(); {ask, _, X} -> exit({refused, X}) end end) end,
    Call = fun(P, X) -> A = monitor(process, P, [{alias, reply_demonitor}]), P ! {ask, A, X}, receive {A, V} -> {ok, V}; {'DOWN', A, _, _, Why} -> {error, Why} end end,
    P1 = Proxy(),
    p([Call(P1, X) || X <- [1, 2, 9, 10, 3]]),
    P2 = Proxy(),
    p(process_info(self(), monitors)),
    p({Call(P2, 5), process_info(self(), monitors), process_info(P2, monitored_by)}),
    stop(P2), stop(Worker).

%% Each asker gets one answer of the many that are sent at once, or the end.
races() ->
    Me = self(),
    Askers = [spawn(fun() ->
                            A = alias([reply]),
                            Givers = [spawn_monitor(fun() -> A ! {gift, I} end) || I <- lists:seq(1, 6)],
                            [receive {'DOWN', R, _, _, _} -> ok end || {_, R} <- Givers],
                            Me ! {self(), length(flush()), unalias(A)}
                    end) || _ <- lists:seq(1, 30)],
    p(lists:usort([receive {P, N, U} -> {N, U} end || P <- Askers])),
    Sent = [begin
                P = spawn(fun() -> receive {go, A} -> [A ! I || I <- lists:seq(1, 50)], exit(out) end end),
                A = monitor(process, P, [{alias, demonitor}]),
                P ! {go, A},
                receive 1 -> ok end,
                demonitor(A, [flush]),
                wait(P),
                L = flush(),
                L =:= lists:seq(2, length(L) + 1)
            end || _ <- lists:seq(1, 30)],
    p(lists:usort(Sent)).

others() ->
    Me = self(),
    A = alias(),
    P = spawn(fun() -> Me ! {unalias(A), caught(fun() -> demonitor(A) end), begin A ! from_other, ok end} end), wait(P),
    p(lists:sort(flush())),
    p({is_process_alive(Me), caught(fun() -> monitor(process, A) end), caught(fun() -> link(A) end), unalias(A)}),
    Q = spawn(fun() -> Me ! {alias, alias()}, receive over -> ok end end),
    B = receive {alias, X} -> X end,
    erlang:send_nosuspend(Q, ignored), p([erlang:send(B, over, []), erlang:send(B, over, [noconnect, nosuspend])]),
    wait(Q),
    p({B ! nobody, unalias(B), flush()}),
    T = alias([reply]),
    erlang:send_after(0, Me, timed), receive timed -> ok end,
    p({caught(fun() -> erlang:send_after(0, T, x), refs_as_timers end), unalias(T)}).

%% A client that asks again when the server dies: no late answers, no downs of old.
retries() ->
    Start = fun(N) -> spawn(fun() -> receive {req, A} when N > 0 -> exit({down, N, is_reference(A)}); {req, A} -> A ! {A, up}, A ! {A, again} end end) end,
    p(retry(Start, 4, [])),
    p({flush(), process_info(self(), monitors)}).
retry(Start, N, Seen) ->
    P = Start(N), A = monitor(process, P, [{alias, reply_demonitor}]), P ! {req, A},
    receive {A, Answer} -> wait(P), {Answer, lists:reverse(Seen)}; {'DOWN', A, process, P, Why} -> retry(Start, N - 1, [Why | Seen]) end.

refused() ->
    P = self(),
    p([caught(F) || F <- [fun() -> alias(x) end, fun() -> alias([x]) end, fun() -> alias([reply | y]) end, fun() -> unalias(a) end, fun() -> monitor(process, P, [{alias, x}]) end, fun() -> monitor(process, P, [alias]) end, fun() -> monitor(process, P, x) end, fun() -> monitor(process, P, [{tag}]) end, fun() -> spawn_opt(fun() -> ok end, [{monitor, [{alias, no}]}]) end, fun() -> spawn_opt(fun() -> ok end, [{monitor, x}]) end, fun() -> demonitor(make_ref(), [x]) end]]),
    p({unalias(make_ref()), process_info(P, monitors)}).
