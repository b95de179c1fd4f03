%% stage: d. Calls counted and timed: call_count and call_time started, paused, restarted and stopped, beside patterns; cprof, eprof and fprof on them.
-module(vm_call_meters).
-export([main/0, f/1, g/1, tree/1]).

f(0) -> 0; f(N) -> f(N - 1).
g(N) -> h(N).
h(N) -> N + 1.
tree(0) -> 1; tree(N) -> tree(N - 1) + tree(N - 1).

main() ->
    F = {?MODULE, f, 1}, G = {?MODULE, g, 1}, H = {?MODULE, h, 1},
    t(F, true, [call_count]), i(F), f(3), i(F), t(F, pause, [call_count]), f(3), i(F), t(F, restart, [call_count]), f(1), i(F), t(F, true, [call_count]), i(F), t(F, false, [call_count]), f(1), i(F),
    t(F, pause, [call_count]), i(F), t(F, restart, [call_count]), i(F),
    t({?MODULE, '_', '_'}, true, [call_count]), g(1), g(2), [i(X) || X <- [F, G, H]], t(G, true, [local]), i(G), g(1), i(G), t(G, false, [local]), i(G), t(G, [{['_'], [], [{return_trace}]}], [local, call_count]), i(G), g(1), i(G), t(G, true, [call_time]), i(G), t(G, false, [call_count, call_time]), i(G), t(G, false, [local]), i(G),
    t({?MODULE, '_', '_'}, false, [call_count]), i(H),
    [t(M, S, O) || {M, S, O} <- [{F, [{'_', [], []}], [call_count]}, {F, true, [global, call_count]}, {F, true, [call_count, nonsense]}, {F, nonsense, [call_count]}, {{no_such, '_', '_'}, true, [call_count]}, {{?MODULE, none, 1}, true, [call_time]}, {F, true, call_count}]],
    t(F, true, []), i(F), t(F, true, [call_count]), i(F), t(F, true, [global]), i(F), t(F, false, [call_count]), i(F), t(F, false, [global]), i(F),
    R = {lists, reverse, 2}, t(R, true, [call_count]), lists:reverse([a], [b]), i(R), t(R, false, [call_count]), i(R),
    timed(F), profilers().

timed(F) ->
    Me = self(), By = fun() -> {call_time, L} = erlang:trace_info(F, call_time), [{if P =:= Me -> me; true -> other end, N, is_integer(S), is_integer(U)} || {P, N, S, U} <- L] end,
    t(F, true, [call_time]), f(5), p(By()), erlang:trace(Me, true, [call]), f(5), p(By()), g(f(2)), p(By()), t(F, pause, [call_time]), f(2), p(By()), t(F, restart, [call_time]), f(2), p(By()),
    {_, M} = spawn_monitor(fun() -> erlang:trace(self(), true, [call, {tracer, Me}]), f(3) end), receive {'DOWN', M, _, _, _} -> ok end, p(lists:sort(By())),
    T = {?MODULE, tree, 1}, t(T, true, [call_time]), tree(10), {call_time, [{Me, N, _, _}]} = erlang:trace_info(T, call_time), p(N), catch tree(x), tree(1), p(element(2, hd(element(2, erlang:trace_info(T, call_time))))),
    erlang:trace(Me, false, [call]), t(F, false, [call_time]), t(T, false, [call_time]), p(erlang:trace_info(T, call_time)).

profilers() ->
    p(cprof:start(?MODULE)), f(10), g(2), g(3), p(cprof:pause(?MODULE)), p(cprof:analyse(?MODULE)), p(cprof:analyse(?MODULE, 3)), p(cprof:restart(?MODULE, f, 1)), f(2), p(cprof:analyse(?MODULE)), p(cprof:stop(?MODULE)), p(cprof:analyse(?MODULE)), p(cprof:start(?MODULE, h)), p(cprof:start(?MODULE, h, 1)), g(1), p(cprof:analyse(?MODULE)), p(cprof:stop()  > 100),
    {ok, _} = eprof:start(), p(eprof:profile([], ?MODULE, tree, [6], {?MODULE, '_', '_'})), eprof:log("/tmp/vm_call_meters.eprof"), p(quiet(fun() -> eprof:analyze(total, [{sort, mfa}]) end)), p(eprof:stop()),
    {ok, B} = file:read_file("/tmp/vm_call_meters.eprof"), p([[M, N] || [M, N] <- element(2, re:run(B, "^(vm_call_meters\\S+) +(\\d+)", [global, multiline, {capture, all_but_first, list}]))]), file:delete("/tmp/vm_call_meters.eprof"),
    {ok, Profiler} = fprof:profile(start), p(fprof:apply(fun ?MODULE:g/1, [4], [{tracer, Profiler}])), p(quiet(fun() -> fprof:analyse([{dest, "/tmp/vm_call_meters.fprof"}, {cols, 80}]) end)), {ok, Terms} = file:consult("/tmp/vm_call_meters.fprof"),
    p(lists:sort([{M, N} || {_, {M = {?MODULE, _, _}, N, _, _}, _} <- Terms])), fprof:stop(), file:delete("/tmp/vm_call_meters.fprof").

%% What they print beside their results has times in it.
quiet(F) ->
    Sink = spawn(fun sink/0), Leader = group_leader(), group_leader(Sink, self()), [group_leader(Sink, P) || P <- [whereis(fprof_server), whereis(eprof)], P =/= undefined],
    try F() after group_leader(Leader, self()), exit(Sink, kill) end.
sink() -> receive {io_request, From, As, _} -> From ! {io_reply, As, ok}, sink() end.

t(M, S, O) -> p({M, S, O, try erlang:trace_pattern(M, S, O) catch C:R -> {C, R} end}).
i(M) -> p([erlang:trace_info(M, W) || W <- [traced, call_count, call_time, all, match_spec, meta]]).
p(T) -> io:format("~0tp~n", [T]).
