%% stage: c. Timers (send_after, start_timer, cancel, read), registered names, process dictionary, process_info, spawn_opt.
-module(timers_names).
-export([main/0]).

main() -> timers(), names(), dictionary(), info(), references().

p(T) -> io:format("~p~n", [T]).

timers() ->
    %% The late one is far away: both may be due at once on a machine that was busy between the two calls.
    L = erlang:send_after(60000, self(), {late, 1}), erlang:send_after(1, self(), {early, 2}), p(receive {W, N} -> {W, N} end), p(is_integer(erlang:cancel_timer(L))),
    R = erlang:start_timer(5, self(), payload), p(receive {timeout, R, P} -> P end),
    C = erlang:send_after(60000, self(), never), Left = erlang:cancel_timer(C), p(is_integer(Left) andalso Left > 30000), p(erlang:cancel_timer(C)), p(erlang:read_timer(C)),
    D = erlang:send_after(60000, self(), never), p(is_integer(erlang:read_timer(D))), p(erlang:cancel_timer(D, [{info, false}])), p(erlang:cancel_timer(make_ref())),
    Z = erlang:send_after(0, self(), zero), p(receive zero -> is_reference(Z) end), E = erlang:start_timer(1, self(), x), receive {timeout, E, x} -> ok end, p(erlang:cancel_timer(E)),
    register(timer_target, self()), erlang:send_after(1, timer_target, to_name), p(receive to_name -> named end), unregister(timer_target), erlang:send_after(1, nobody_has_this_name, lost), p(receive lost -> got after 20 -> lost end),
    p(tick(3)), {T, ok} = timer:tc(fun() -> timer:sleep(3), ok end), p(T >= 3000), p(receive never -> x after 0 -> none end).
tick(0) -> [];
tick(N) -> erlang:send_after(2, self(), {tick, N}), receive {tick, N} -> [N | tick(N - 1)] end.

names() ->
    P = spawn(fun echo/0), p(register(echo_name, P)), p(whereis(echo_name) =:= P), echo_name ! {self(), hi}, p(receive {echo, X} -> X end), p(lists:member(echo_name, registered())),
    p([try F() catch error:E -> E end || F <- [fun() -> register(echo_name, self()) end, fun() -> register(other, P) end, fun() -> register(third, not_a_pid) end, fun() -> unregister(not_there) end, fun() -> not_there ! x end]]),
    p(unregister(echo_name)), p(whereis(echo_name)), register(again, P), M = monitor(process, P), exit(P, kill), receive {'DOWN', M, _, _, _} -> ok end, p(whereis(again)), p({echo_name, node()} ! dropped),
    Q = spawn(fun echo/0), register(echo_name, Q), {echo_name, node()} ! {self(), via_node}, p(receive {echo, Y} -> Y end), exit(Q, kill).
echo() -> receive {From, M} -> From ! {echo, M}, echo() end.

dictionary() ->
    p([put(a, 1), put(a, 2), put({k, [1]}, v), get(a), get({k, [1]}), get(zz)]), p(lists:sort([KV || {K, _} = KV <- get(), lists:member(K, [a, {k, [1]}])])), p(lists:sort(get_keys(2) ++ get_keys(v))), p([erase(a), erase(a), get(a)]),
    [put({n, I}, I * I) || I <- lists:seq(1, 100)], p(lists:sum([get({n, I}) || I <- lists:seq(1, 100)])), [erase({n, I}) || I <- lists:seq(1, 100, 2)], p(length([1 || {{n, _}, _} <- get()])),
    Me = self(), put(mine, yes), spawn(fun() -> Me ! {child, get(mine), get()} end), p(receive {child, G, L} -> {G, L} end), erase().

info() ->
    Me = self(), P = spawn(fun() -> process_flag(trap_exit, true), put(key, value), register(info_proc, self()), Me ! ready, receive stop -> ok end end), receive ready -> ok end, [P ! M || M <- [x, y]], link(P),
    [p(process_info(P, I)) || I <- [registered_name, trap_exit, message_queue_len, messages, dictionary, priority]], p(process_info(P, links) =:= {links, [Me]}), p(element(2, process_info(P, current_function)) =:= {?MODULE, '-info/0-fun-0-', 1}), p(process_info(Me, registered_name)), p([K || {K, _} <- process_info(P, [links, trap_exit])]),
    unlink(P), P ! stop, M = monitor(process, P), receive {'DOWN', M, _, _, R} -> p(R) end, p(process_info(P, links)), p(process_info(P)), p(process_flag(priority, high)), p(process_flag(priority, normal)), p(process_flag(trap_exit, false)), p(try process_flag(bogus, 1) catch error:E -> E end), p(group_leader() =:= whereis(nobody)), p(is_pid(group_leader())).

references() -> Rs = [make_ref() || _ <- lists:seq(1, 50)], p(length(lists:usort(Rs))), p(lists:sort(Rs) =:= Rs orelse true), p(hd(Rs) == hd(Rs)), Us = [erlang:unique_integer([monotonic, positive]) || _ <- lists:seq(1, 20)], p(Us =:= lists:usort(Us)), p(erlang:monotonic_time() =< erlang:monotonic_time()), p(erlang:system_time(second) > 1600000000), p(is_list(pid_to_list(self()))), p(list_to_pid(pid_to_list(self())) =:= self()).
