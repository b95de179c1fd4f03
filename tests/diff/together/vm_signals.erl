%% stage: c. Links, monitors, exits, aliases and their order.
-module(vm_signals).
-export([main/0]).

main() ->
    process_flag(trap_exit, true), Me = self(),
    [begin P = spawn_link(fun() -> exit(R) end), p({R, rx(P)}) end || R <- [normal, kill, shutdown, {a, b}, "text"]],
    [begin P = spawn(fun() -> process_flag(trap_exit, T), Me ! up, receive X -> Me ! {self(), got, X} after 100 -> Me ! {self(), none} end end), receive up -> ok end, M = monitor(process, P), exit(P, R), p({T, R, receive {P, got, {'EXIT', Me, X}} -> {got, X}; {P, none} -> none; {'DOWN', M, _, _, W} -> {down, W} end}), demonitor(M, [flush]), flush() end || T <- [true, false], R <- [normal, kill, killed, x]],
    P1 = spawn(fun() -> link(Me), unlink(Me), exit(q) end), p(rx(P1)), {P2, R2} = spawn_monitor(fun() -> ok end), receive {'DOWN', R2, _, _, _} -> ok end, link(P2), p(rx(P2)),
    R1 = monitor(process, nobody_vm), p(receive {'DOWN', R1, process, {nobody_vm, N}, W1} when N =:= node() -> W1 end), register(vm_sig, Me), p(catch monitor(process, vm_sig) =/= x), unregister(vm_sig),
    {P3, R3} = spawn_monitor(fun() -> receive go -> exit(gone) end end), p({demonitor(R3, [info]), demonitor(R3, [info, flush]), demonitor(make_ref()), demonitor(make_ref(), [info])}), exit(P3, kill),
    {P4, R4} = spawn_opt(fun() -> exit(tagged) end, [{monitor, [{tag, my_tag}]}]), p(receive {my_tag, R4, process, P4, W4} -> W4 end),
    R5 = monitor(process, spawn(fun() -> timer:sleep(1), exit(z) end), [{alias, demonitor}, {tag, {t, 1}}]), R5 ! via, p(receive via -> via end), p(receive {{t, 1}, R5, _, _, W5} -> W5 end), R5 ! late, p(receive late -> late after 10 -> inactive end),
    A = alias([explicit_unalias]), A ! 1, A ! 2, p([receive X -> X end || _ <- [1, 2]]), p({unalias(A), unalias(A)}), A ! 3, p(receive X -> X after 5 -> none end),
    S = spawn(fun() -> [Me ! {n, I} || I <- lists:seq(1, 100)], exit(done) end), MS = monitor(process, S), p(ordered(MS, 1)),
    p([catch F() || F <- [fun() -> link(spawn(fun() -> ok end)) end, fun() -> unlink(a) end, fun() -> exit(a, b) end, fun() -> monitor(process, {a, b, c}) end, fun() -> monitor(x, self()) end, fun() -> group_leader(a, self()) end, fun() -> spawn_link(a, b, c) end]] =/= []),
    p(flush()).
rx(P) -> receive {'EXIT', P, R} -> R after 50 -> none end.
flush() -> receive {'EXIT', _, _} -> flush(); M -> [M | flush()] after 5 -> [] end.
ordered(M, N) -> receive {n, N} -> ordered(M, N + 1); {'DOWN', M, _, _, R} -> {N, R} end.

p(T) -> io:format("~0tp~n", [T]).
