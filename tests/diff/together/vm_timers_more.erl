%% stage: c. Timers: order, cancelling, absolute times, names.
-module(vm_timers_more).
-export([main/0]).

main() ->
    Me = self(),
    Base = erlang:monotonic_time(millisecond) + 60, [erlang:send_after(Base + T, Me, {t, T}, [{abs, true}]) || T <- [30, 10, 20, 0, 5]], p([receive {t, T} -> T end || _ <- lists:seq(1, 5)]),
    R = erlang:start_timer(60000, Me, msg), p({is_integer(erlang:read_timer(R)), is_integer(erlang:cancel_timer(R)), erlang:cancel_timer(R), erlang:read_timer(R), erlang:cancel_timer(make_ref())}),
    R2 = erlang:start_timer(1, Me, hello), p(receive {timeout, R2, M} -> M end), R3 = erlang:send_after(60000, Me, x), p({erlang:cancel_timer(R3, [{async, true}]), receive {cancel_timer, R3, L} -> is_integer(L) after 1000 -> none end}), R4 = erlang:send_after(60000, Me, x), p({erlang:cancel_timer(R4, [{async, true}, {info, false}]), receive {cancel_timer, _, _} -> bad after 10 -> none end}), R5 = erlang:send_after(60000, Me, x), p({erlang:read_timer(R5, [{async, true}]), receive {read_timer, R5, V} -> is_integer(V) end, erlang:cancel_timer(R5, [{info, false}])}),
    T0 = erlang:monotonic_time(millisecond), R6 = erlang:start_timer(T0 + 15, Me, abs, [{abs, true}]), p(receive {timeout, R6, abs} -> erlang:monotonic_time(millisecond) - T0 >= 15 end), register(vm_tm, Me), erlang:send_after(1, vm_tm, named), p(receive named -> ok end), unregister(vm_tm), erlang:send_after(1, nobody_vm_tm, lost),
    p([try F() catch C:E -> {C, E} end || F <- [fun() -> erlang:send_after(-1, Me, x) end, fun() -> erlang:send_after(a, Me, x) end, fun() -> erlang:start_timer(1, 5, x) end, fun() -> erlang:start_timer(1, Me, x, [q]) end, fun() -> erlang:cancel_timer(a) end, fun() -> erlang:cancel_timer(make_ref(), [q]) end, fun() -> timer:sleep(a) end]]),
    p(receive never -> ok after 0 -> zero end), p(receive never -> ok after 1 -> one end), {ok, T1} = timer:send_after(5, Me, lib), p(receive lib -> lib end), p(element(1, timer:cancel(T1))), {ok, T2} = timer:send_interval(3, Me, tick), p([receive tick -> tick end || _ <- [1, 2, 3]]), p(timer:cancel(T2)), flush(), {ok, _} = timer:apply_after(1, erlang, send, [Me, applied]), p(receive applied -> applied end), {ok, T3} = timer:exit_after(60000, Me, x), p(timer:cancel(T3)), p(timer:tc(fun() -> ok end) =/= x), p({timer:seconds(2), timer:minutes(2), timer:hours(1), timer:hms(1, 1, 1), timer:now_diff({0, 1, 5}, {0, 0, 0})}),
    p(try timer:apply_after(-1, m, f, []) of X -> X catch _:_ -> err end), p(timer:send_after(a, x)).
flush() -> receive tick -> flush() after 10 -> ok end.

p(T) -> io:format("~0tp~n", [T]).
