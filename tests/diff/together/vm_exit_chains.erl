%% stage: c. Exit signals along chains and rings of links: kill that becomes killed, what trappers see and pass on, exit/2 to oneself and to others with every reason, links made and undone on the way, order with messages, after and catch of processes that are killed.
-module(vm_exit_chains).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    matrix(), own(), chain(), ring(), star(), trappers(), unlinked(), ordered(), cleanup(), links(), bodies(), parents(), names(), refused(),
    process_flag(trap_exit, false), p(flush()).

p(T) -> io:format("~0tp~n", [T]).
caught(F) -> try F() catch C:R -> {C, R} end.
flush() -> receive M -> [M | flush()] after 0 -> [] end.
down(P) -> M = monitor(process, P), receive {'DOWN', M, process, P, W} -> W end.
reason(F) -> {P, M} = spawn_monitor(F), receive {'DOWN', M, process, P, W} -> bare(W) end.
bare({R, [{_, _, _, _} | _]}) -> {error, R};
bare(R) -> R.
forever() -> receive never -> ok end.
%% Its monitor, known to the process before anything that another one sends.
watch(P) -> M = monitor(process, P), process_info(P, monitored_by), M.
%% Until the process waits, or is gone.
settled(P) -> case process_info(P, status) of {status, waiting} -> ok; undefined -> ok; _ -> erlang:yield(), settled(P) end.

%% Sender's reason by what the receiver does: dies of it, sees it as a message, or nothing.
matrix() ->
    Me = self(),
    [begin
         P = spawn(fun() -> process_flag(trap_exit, Trap), Me ! up, receive {'EXIT', From, Why} -> exit({saw, From =:= Me, Why}); ping -> exit(untouched) end end),
         receive up -> ok end,
         M = monitor(process, P), exit(P, R), P ! ping,
         p({Trap, R, receive {'DOWN', M, _, _, W} -> W end})
     end || Trap <- [false, true], R <- [normal, kill, killed, shutdown, noproc, noconnection, {kill}, "kill", 1 bsl 70, {'EXIT', self, x}]].

own() ->
    p([{R, T, reason(fun() -> process_flag(trap_exit, T), exit(self(), R), receive {'EXIT', S, W} -> exit({got, S =:= self(), W}) after 0 -> exit(lived) end end)} || R <- [normal, kill, other, killed], T <- [false, true]]),
    p([reason(fun() -> exit(R) end) || R <- [normal, kill, killed, {a, [b]}, []]]),
    p([reason(F) || F <- [fun() -> error(kill) end, fun() -> throw(kill) end, fun() -> exit(self(), x), exit(y) end, fun() -> catch exit(self(), z), forever() end, fun() -> try exit(self(), kill) catch _:_ -> exit(caught) after exit(in_after) end end, fun() -> try exit(inner) catch exit:R -> exit({again, R}) end end]]).

%% A chain of processes, each the parent of the next: the last dies of something.
chain() ->
    [p({N, R, reason(fun() -> chain(N, R) end)}) || N <- [0, 1, 5, 200], R <- [bang, kill, normal_then_bang, shutdown, {tuple, N}]].
chain(0, normal_then_bang) -> spawn_link(fun() -> ok end), exit(bang);
chain(0, kill) -> exit(self(), kill), forever();
chain(0, R) -> exit(R);
chain(N, R) -> spawn_link(fun() -> chain(N - 1, R) end), forever().

%% Of a ring all die, whoever is first.
ring() ->
    [begin
         Me = self(),
         Ps = [spawn(fun() -> receive {link, Q} -> link(Q), Me ! {linked, self()} end, forever() end) || _ <- lists:seq(1, 20)],
         [P ! {link, Q} || {P, Q} <- lists:zip(Ps, tl(Ps) ++ [hd(Ps)])],
         [receive {linked, P} -> ok end || P <- Ps],
         [settled(P) || P <- Ps],
         Ms = [watch(P) || P <- Ps],
         exit(lists:nth(Victim, Ps), Why),
         p({Victim, Why, [receive {'DOWN', M, _, _, W} -> W end || M <- Ms]})
     end || {Victim, Why} <- [{3, oops}, {1, kill}, {20, shutdown}]].

%% A hub that traps counts the ends of its spokes; then they die with it.
star() ->
    Me = self(),
    Hub = spawn(fun() ->
                        process_flag(trap_exit, true),
                        Ps = [spawn_link(fun() -> receive {die, R} -> exit(R) end end) || _ <- lists:seq(1, 9)],
                        Me ! {spokes, Ps},
                        Got = [receive {'EXIT', P, R} -> R end || P <- lists:sublist(Ps, 5)],
                        Me ! {got, Got, length(element(2, process_info(self(), links)))},
                        receive die -> exit(hub_died) end
                end),
    Ps = receive {spokes, L} -> L end,
    [P ! {die, R} || {P, R} <- lists:zip(lists:sublist(Ps, 5), [a, normal, {b}, kill, "c"])],
    receive {got, Got, Left} -> p({Got, Left}) end,
    Ms = [watch(P) || P <- lists:nthtail(5, Ps)],
    Hub ! die,
    p([receive {'DOWN', M, _, _, W} -> W end || M <- Ms]).

%% kill cannot be trapped, killed can; a link passes on what it was.
trappers() ->
    Me = self(),
    [begin
         P = spawn(fun() -> process_flag(trap_exit, true), Q = spawn_link(fun() -> Me ! {inner, self()}, forever() end), receive {'EXIT', Q, W} -> Me ! {passed, W}, exit(W) end end),
         Q = receive {inner, X} -> X end,
         M = watch(P),
         exit(Q, R),
         Passed = receive {passed, W} -> W end,
         p({R, Passed, receive {'DOWN', M, _, _, W2} -> W2 end})
     end || R <- [kill, killed, shutdown, {shutdown, why}]],
    p(reason(fun() -> process_flag(trap_exit, true), Q = spawn_link(fun() -> exit(kill) end), receive {'EXIT', Q, W} -> exit({link_said, W}) end end)),
    p(reason(fun() -> spawn_link(fun() -> exit(kill) end), forever() end)),
    p(reason(fun() -> spawn_link(fun() -> exit(self(), kill), forever() end), forever() end)),
    p(reason(fun() -> process_flag(trap_exit, true), self() ! {'EXIT', self(), forged}, receive {'EXIT', _, W} -> exit({took, W}) end end)).

unlinked() ->
    Me = self(),
    P = spawn(fun() -> receive die -> exit(later) end end),
    link(P), link(P), p({unlink(P), unlink(P), lists:member(P, element(2, process_info(Me, links)))}),
    P ! die, down(P), p(flush()),
    Q = spawn_link(fun() -> exit(at_once) end),
    down(Q), unlink(Q), p(receive {'EXIT', Q, W} -> {told, W} after 0 -> nothing end),
    link(Q), p(receive {'EXIT', Q, W2} -> W2 end),
    p({unlink(Q), link(Me), flush()}).

%% What a process sent before it died comes before the news.
ordered() ->
    Me = self(),
    P = spawn_link(fun() -> [Me ! {n, I} || I <- lists:seq(1, 50)], exit(done) end),
    down(P),
    L = flush(),
    p({[case M of {n, I} -> I; {'EXIT', P, R} -> R end || M <- L] =:= lists:seq(1, 50) ++ [done]}),
    Q = spawn(fun() -> process_flag(trap_exit, true), Me ! up, receive go -> ok end, Me ! {order, flush()} end),
    receive up -> ok end,
    Q ! 1, exit(Q, two), Q ! 3, exit(Q, normal), link(Q), unlink(Q), Q ! 5, Q ! go,
    p(receive {order, O} -> [case M of {'EXIT', Me, R} -> {exit, R}; X -> X end || M <- O] end),
    R = spawn(fun() -> receive first -> forever() end end),
    R ! first, exit(R, second), exit(R, third),
    p(down(R) =:= second orelse noproc).

%% after and catch are of exceptions; a signal runs neither.
cleanup() ->
    Me = self(),
    Run = fun(F, How) -> P = spawn(fun() -> try Me ! up, F() catch C:R -> Me ! {caught, C, R} after Me ! cleaned end end), receive up -> ok end, M = monitor(process, P), How(P), receive {'DOWN', M, _, _, W} -> {bare(W), flush()} end end,
    p([Run(fun() -> receive die -> exit(asked) end end, fun(P) -> P ! die end), Run(fun forever/0, fun(P) -> exit(P, signal) end), Run(fun forever/0, fun(P) -> exit(P, kill) end), Run(fun() -> receive go -> link(spawn(fun() -> exit(of_link) end)), forever() end end, fun(P) -> P ! go end), Run(fun() -> receive go -> catch link(spawn(fun() -> ok end)), ok end end, fun(P) -> P ! go end)]).

links() ->
    Me = self(),
    Ps = [spawn_link(fun forever/0) || _ <- lists:seq(1, 40)],
    {links, L} = process_info(Me, links),
    p({Ps -- L, [process_info(P, links) =:= {links, [Me]} || P <- lists:sublist(Ps, 2)]}),
    [exit(P, {n, I}) || {I, P} <- lists:zip(lists:seq(1, 40), Ps)],
    p(lists:sort([receive {'EXIT', P, {n, I}} -> I end || P <- Ps]) =:= lists:seq(1, 40)),
    p(Ps -- (Ps -- element(2, process_info(Me, links)))).

%% Reasons of ends of bodies, with and without the stack.
bodies() ->
    p([reason(F) || F <- [fun() -> a end, fun() -> hd(id([])) end, fun() -> {a, b} = id(c) end, fun() -> id(1) + id(x) end, fun() -> throw({ball, 1}) end, fun() -> exit({nocatch, y}) end, fun() -> erlang:raise(exit, raised, []) end, fun() -> erlang:raise(error, raised, []) end, fun() -> erlang:raise(throw, raised, []) end, fun() -> (id(fun(_) -> ok end))() end, fun() -> no_module_of_this_name:f() end, fun() -> case id(1) of 2 -> ok end end, fun() -> if hd([false]) -> ok end end, fun() -> error(own, [args]) end, fun() -> catch exit(x) end, fun() -> halt(id(bad)) end]]).
id(X) -> X.

%% The end of a parent is no signal; of a linked one it is.
parents() ->
    Me = self(),
    P = spawn(fun() -> C1 = spawn(fun() -> forever() end), C2 = spawn_link(fun() -> forever() end), C3 = spawn_link(fun() -> process_flag(trap_exit, true), Me ! ready, receive {'EXIT', _, W} -> Me ! {third, W}, forever() end end), receive {is, ready} -> ok after 0 -> ok end, Me ! {children, [C1, C2, C3]}, receive {die, W} -> exit(W) end end),
    receive ready -> ok end,
    Cs = [C1, C2, C3] = receive {children, L} -> L end,
    M2 = watch(C2),
    P ! {die, parents_end},
    p({receive {'DOWN', M2, _, _, W2} -> W2 end, receive {third, W3} -> W3 end, [is_process_alive(C) || C <- Cs]}),
    exit(C1, kill), exit(C3, kill), p([down(C) || C <- [C1, C3]] -- [killed, noproc]).

names() ->
    P = spawn_link(fun() -> register(vm_exit_chains, self()), receive go -> exit(named) end end),
    named(), p({caught(fun() -> exit(vm_exit_chains, x) end), caught(fun() -> link(vm_exit_chains) end)}),
    vm_exit_chains ! go, p(receive {'EXIT', P, W} -> {W, whereis(vm_exit_chains)} end).
named() -> case whereis(vm_exit_chains) of undefined -> erlang:yield(), named(); _ -> ok end.

refused() ->
    p([caught(F) || F <- [fun() -> exit(a, b) end, fun() -> exit({n, node()}, b) end, fun() -> link({a, node()}) end, fun() -> unlink("x") end, fun() -> exit(make_ref(), x) end, fun() -> process_flag(trap_exit, maybe) end, fun() -> spawn_link(x) end, fun() -> is_process_alive(x) end]]),
    Dead = spawn(fun() -> ok end), down(Dead),
    p({exit(Dead, any), unlink(Dead), is_process_alive(Dead), process_info(Dead)}).
