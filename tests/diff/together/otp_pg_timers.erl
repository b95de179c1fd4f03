%% stage: d. Process groups, timers of module timer, counters, a rate limiter and a cache with expiry built on them.
-module(otp_pg_timers).
-export([main/0, notify/2]).

main() ->
    {ok, _} = pg:start_link(scope),
    Ps = [A, B, C] = [spawn(fun loop/0) || _ <- [1, 2, 3]],
    p([pg:join(scope, g1, A), pg:join(scope, g1, [B, B, C]), pg:join(scope, {any, term}, A)]),
    p({length(pg:get_members(scope, g1)), lists:sort(pg:which_groups(scope)), pg:get_local_members(scope, nothing)}),
    p([pg:leave(scope, g1, B), length(pg:get_members(scope, g1)), pg:leave(scope, g1, self()), pg:leave(scope, nogroup, A)]),
    {Ref, Groups} = pg:monitor_scope(scope),
    p(lists:sort([{G, length(M)} || {G, M} <- maps:to_list(Groups)])),
    pg:join(scope, g2, C),
    receive {Ref, join, G2, [C]} -> p({joined, G2}) after 500 -> p(no_event) end,
    exit(A, kill),
    p(lists:sort([receive {Ref, leave, G, [A]} -> G after 500 -> none end || _ <- [1, 2]])),
    p([lists:member(A, pg:get_members(scope, G)) || G <- [g1, {any, term}]]),
    p(pg:demonitor(scope, Ref)),
    [exit(P, kill) || P <- Ps],

    Me = self(),
    {ok, T1} = timer:send_after(5, hello),
    p(receive hello -> got after 1000 -> missing end),
    p(element(1, timer:cancel(T1))),
    {ok, T2} = timer:send_interval(5, tick),
    p([receive tick -> tick after 1000 -> missing end || _ <- [1, 2, 3]]),
    p(timer:cancel(T2)),
    (fun Flush() -> receive tick -> Flush() after 0 -> ok end end)(),
    p(receive tick -> late after 30 -> quiet end),
    {ok, _} = timer:apply_after(1, ?MODULE, notify, [Me, applied]),
    p(receive applied -> yes after 1000 -> no end),
    {ok, T3} = timer:apply_after(5000, ?MODULE, notify, [Me, never]),
    p(timer:cancel(T3)),
    V = spawn(fun() -> receive after infinity -> ok end end),
    M = monitor(process, V),
    {ok, _} = timer:kill_after(5, V),
    p(receive {'DOWN', M, _, _, Why} -> Why after 1000 -> alive end),
    {Micros, Value} = timer:tc(fun(X) -> timer:sleep(3), X * 2 end, [21]),
    p({Micros >= 3000, Value, timer:seconds(2), timer:minutes(1), timer:hours(1), timer:hms(1, 2, 3), timer:now_diff({1, 2, 3}, {1, 1, 4})}),
    p([catch_it(fun() -> timer:send_after(-1, x) end), catch_it(fun() -> timer:sleep(bad) end), catch_it(fun() -> timer:cancel(bad) end), catch_it(fun() -> timer:apply_interval(a, b, c, d) end)]),

    Limiter = atomics:new(1, []),
    p([allow(Limiter, 3) || _ <- lists:seq(1, 5)]),
    Cs = counters:new(3, [write_concurrency]),
    Workers = [spawn_monitor(fun() -> [counters:add(Cs, 1 + (I rem 3), I) || I <- lists:seq(1, 300)] end) || _ <- lists:seq(1, 4)],
    [receive {'DOWN', R, _, _, normal} -> ok end || {_, R} <- Workers],
    p([counters:get(Cs, I) || I <- [1, 2, 3]]),
    p([counters:put(Cs, 2, -7), counters:sub(Cs, 2, 3), counters:get(Cs, 2), maps:get(size, counters:info(Cs))]),
    p([atomics:add_get(Limiter, 1, 10), atomics:exchange(Limiter, 1, 99), atomics:compare_exchange(Limiter, 1, 99, 1), atomics:compare_exchange(Limiter, 1, 99, 2), atomics:get(Limiter, 1)]),
    p([catch_it(fun() -> atomics:get(Limiter, 2) end), catch_it(fun() -> counters:new(0, []) end), catch_it(fun() -> atomics:put(Limiter, 1, 1 bsl 64) end)]),

    E = ets:new(cache, [public]),
    p([cached(E, K, 15, fun() -> K * K end) || K <- [2, 3, 2]]),
    timer:sleep(30),
    p([cached(E, K, 1000, fun() -> K + 100 end) || K <- [2, 2, 3]]),
    p(lists:sort([{K, W} || {K, W, _} <- ets:tab2list(E)])).

loop() -> receive stop -> ok end.

notify(P, M) -> P ! M.

allow(L, Max) -> case atomics:add_get(L, 1, 1) of N when N =< Max -> allowed; N -> atomics:sub(L, 1, 1), {refused, N} end.

cached(E, K, Ttl, F) ->
    Now = erlang:monotonic_time(millisecond),
    case ets:lookup(E, K) of
        [{K, V, Until}] when Until > Now -> {hit, V};
        Old -> V = F(), ets:insert(E, {K, V, Now + Ttl}), {case Old of [] -> miss; _ -> expired end, V}
    end.

catch_it(F) -> try F() catch C:R -> {C, R} end.

p(T) -> io:format("~0tp~n", [T]).
