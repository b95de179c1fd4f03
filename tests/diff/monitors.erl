%% stage: c. Monitors: DOWN for each way to die, noproc, demonitor with flush, many monitors, aliases, names.
-module(monitors).
-export([main/0]).

main() ->
    [begin {P, R} = spawn_monitor(F), receive {'DOWN', R, process, P, Why} -> p(short(Why)) end end || F <- [fun() -> ok end, fun() -> exit(why) end, fun() -> error(crash) end, fun() -> throw(t) end, fun() -> exit(kill) end]],
    p(noproc()), p(flushed()), p(kept()), p(many(10)), p(by_name()), p(self_monitor()), p(demonitored_info()), p(down_after_messages()), p(aliased()), p(alias_gone()), p(monitor_twice()), p(monitored_by()), p(call_server()), p(server_dies_in_call()), p(spawn_opts()).

p(T) -> io:format("~p~n", [T]).
short({R, [{M, _, _, _} | _]}) -> {R, M};
short(R) -> R.

noproc() -> P = spawn(fun() -> ok end), R0 = monitor(process, P), receive {'DOWN', R0, _, _, _} -> ok end, R = monitor(process, P), receive {'DOWN', R, process, P, Why} -> Why end.
flushed() -> R = down_in_queue(), demonitor(R, [flush]), receive {'DOWN', R, _, _, _} -> left after 0 -> clean end.
wait(P) -> M = monitor(process, P), receive {'DOWN', M, _, _, _} -> ok end.
down_in_queue() -> {_, R} = spawn_monitor(fun() -> ok end), receive {'DOWN', R, _, _, _} = D -> self() ! D end, R.
kept() -> R = down_in_queue(), {demonitor(R, [info]), receive {'DOWN', R, _, _, W} -> W after 0 -> none end}.
many(N) -> P = spawn(fun() -> receive stop -> exit(all) end end), Rs = [monitor(process, P) || _ <- lists:seq(1, N)], P ! stop, {length(lists:usort(Rs)), lists:usort([receive {'DOWN', R, _, _, W} -> W end || R <- Rs])}.
by_name() -> P = spawn(fun() -> receive stop -> exit(named) end end), register(monitored_name, P), R = monitor(process, monitored_name), monitored_name ! stop, A = receive {'DOWN', R, process, {monitored_name, N}, W} -> {N =:= node(), W} end,
    R2 = monitor(process, monitored_name), {A, receive {'DOWN', R2, process, {monitored_name, _}, W2} -> W2 end}.
self_monitor() -> R = monitor(process, self()), {is_reference(R), demonitor(R)}.
demonitored_info() -> P = spawn(fun() -> receive x -> ok end end), R = monitor(process, P), A = demonitor(R, [info]), B = demonitor(R, [info]), exit(P, kill), {A, B}.
down_after_messages() -> Me = self(), {_, R} = spawn_monitor(fun() -> [Me ! I || I <- [1, 2, 3]] end), [receive {'DOWN', R, _, _, _} -> down; X -> X end || _ <- lists:seq(1, 4)].
aliased() -> P = spawn(fun() -> receive {req, A, X} -> A ! {A, X * 2}, A ! {A, late} end end), R = monitor(process, P, [{alias, reply_demonitor}]), P ! {req, R, 21}, V = receive {R, Y} -> Y end, wait(P), {V, receive {R, Z} -> Z; {'DOWN', R, _, _, _} -> down after 0 -> nothing end}.
alias_gone() -> A = alias(), A ! one, V = receive one -> got end, unalias(A), A ! two, {V, receive two -> got after 0 -> dropped end}.
monitor_twice() -> P = spawn(fun() -> receive stop -> ok end end), A = monitor(process, P), B = monitor(process, P), demonitor(A), P ! stop, receive {'DOWN', B, _, _, W} -> {A =/= B, W} end.
monitored_by() -> Me = self(), P = spawn(fun() -> receive stop -> ok end end), R = monitor(process, P), {monitored_by, L} = process_info(P, monitored_by), demonitor(R), P ! stop, L =:= [Me].

call(P, Req) ->
    R = monitor(process, P), P ! {call, {self(), R}, Req},
    receive {R, Reply} -> demonitor(R, [flush]), {ok, Reply}; {'DOWN', R, _, _, Why} -> {down, Why} after 5000 -> timeout end.
server(S) -> receive {call, {From, R}, {add, N}} -> From ! {R, S + N}, server(S + N); {call, _, crash} -> exit(crashed); {call, {From, R}, get} -> From ! {R, S}, server(S) end.
call_server() -> P = spawn(fun() -> server(0) end), Rs = [call(P, {add, I}) || I <- [1, 2, 3]] ++ [call(P, get)], exit(P, kill), Rs.
server_dies_in_call() -> P = spawn(fun() -> server(0) end), {call(P, crash), call(P, get)}.
spawn_opts() -> {P, R} = spawn_opt(fun() -> exit(opted) end, [monitor, {priority, high}]), receive {'DOWN', R, process, P, W} -> W end.
