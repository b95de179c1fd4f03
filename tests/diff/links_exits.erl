%% stage: c. Links and exit signals: every reason, trapped and not, kill, unlink, normal, chains of links.
-module(links_exits).
-export([main/0]).

main() ->
    process_flag(trap_exit, true),
    [begin P = spawn_link(fun() -> exit(R) end), p(receive {'EXIT', P, Why} -> {R, Why} end) end || R <- [normal, boom, {shutdown, x}, kill, shutdown]],
    P1 = spawn_link(fun() -> error(bad) end), p(receive {'EXIT', P1, {bad, [{?MODULE, _, _, _} | _]}} -> error_exit end),
    P2 = spawn_link(fun() -> throw(ball) end), p(receive {'EXIT', P2, {{nocatch, ball}, _}} -> nocatch end),
    [p({R, signal(R, Trap)}) || Trap <- [false, true], R <- [normal, boom, kill, shutdown]],
    p(chain(5)), p(unlinked()), p(link_to_dead()), p(kill_is_killed()), p(normal_does_not_kill()), p(self_exit()), p(both_ways()), p(exit_keeps_order()), p(linked_to_trapper()), p(relink()), p(tree_of_links()), p(exit_self_trapped()).

p(T) -> io:format("~p~n", [T]).

%% What a process does when another sends it an exit signal.
signal(Reason, Trap) ->
    Me = self(),
    {P, M} = spawn_monitor(fun() -> process_flag(trap_exit, Trap), Me ! ready, receive {'EXIT', From, R} -> exit({trapped, R, From =:= Me}); stop -> exit(stopped) end end),
    receive ready -> ok end, exit(P, Reason), P ! stop,
    receive {'DOWN', M, process, P, Why} -> Why end.

chain(N) -> P = spawn_link(fun() -> link_down(N) end), receive {'EXIT', P, R} -> R end.
link_down(0) -> exit(bottom);
link_down(N) -> spawn_link(fun() -> link_down(N - 1) end), receive never -> ok end.

unlinked() -> Me = self(), P = spawn_link(fun() -> receive go -> Me ! gone, exit(quiet) end end), unlink(P), P ! go, receive gone -> ok end, wait_dead(P), receive {'EXIT', P, _} -> heard after 0 -> nothing end.
wait_dead(P) -> R = monitor(process, P), receive {'DOWN', R, _, _, _} -> ok end.

link_to_dead() -> P = spawn(fun() -> ok end), wait_dead(P), link(P), receive {'EXIT', P, R} -> R end.

kill_is_killed() -> P = spawn_link(fun() -> process_flag(trap_exit, true), receive never -> ok end end), exit(P, kill), receive {'EXIT', P, R} -> R end.

normal_does_not_kill() -> Me = self(), P = spawn_link(fun() -> receive hello -> Me ! alive end end), exit(P, normal), P ! hello, Alive = receive alive -> yes end, receive {'EXIT', P, normal} -> Alive end.

self_exit() -> {_, M} = spawn_monitor(fun() -> exit(self(), own), receive never -> ok end end), receive {'DOWN', M, _, _, R} -> R end.

both_ways() ->
    Me = self(),
    A = spawn(fun() -> B = spawn_link(fun() -> receive never -> ok end end), Me ! {b, B}, receive die -> exit(a_died) end end),
    B = receive {b, X} -> X end, M = monitor(process, B), A ! die, receive {'DOWN', M, _, _, R} -> R end.

%% A message sent before the exit is received before it.
exit_keeps_order() -> Me = self(), P = spawn_link(fun() -> [Me ! {m, I} || I <- [1, 2, 3]], exit(done) end), [receive {m, _} = M -> M; {'EXIT', P, R} -> R end || _ <- lists:seq(1, 4)].

linked_to_trapper() -> {P, M} = spawn_monitor(fun() -> process_flag(trap_exit, true), C = spawn_link(fun() -> exit(child) end), receive {'EXIT', C, R} -> exit({saw, R}) end end), receive {'DOWN', M, process, P, R} -> R end.

relink() -> P = spawn(fun() -> receive stop -> exit(once) end end), link(P), link(P), P ! stop, receive {'EXIT', P, R} -> ok end, receive {'EXIT', P, _} -> twice after 0 -> R end.

tree_of_links() ->
    Me = self(), Root = spawn_link(fun() -> tree(3, Me), receive never -> ok end end), Leaves = [receive {leaf, L} -> L end || _ <- lists:seq(1, 8)],
    Ms = [monitor(process, L) || L <- Leaves], exit(Root, cut), Rs = [receive {'DOWN', M, _, _, R} -> R end || M <- Ms], receive {'EXIT', Root, R0} -> {R0, lists:usort(Rs)} end.
tree(0, Me) -> Me ! {leaf, self()};
tree(N, Me) -> [spawn_link(fun() -> tree(N - 1, Me), receive never -> ok end end) || _ <- [l, r]].

exit_self_trapped() -> exit(self(), mine), receive {'EXIT', From, R} -> {From =:= self(), R} end.
