%% stage: d. Traced calls: local and global, match specifications and what they do, values, exceptions, callers, built-in functions, dbg.
-module(tracing_calls).
-export([main/0, exported/1, tail/2, fails/1, catches/1, sums/1, deep/1, applies/2, body/0, loop/1]).

main() ->
    section(local, fun() -> pattern({?MODULE, '_', '_'}, true, [local]) end, [call]),
    section(local_arity, fun() -> pattern({?MODULE, '_', '_'}, true, [local]) end, [call, arity]),
    section(global, fun() -> pattern({?MODULE, '_', '_'}, true, []) end, [call]),
    section(returns, fun() -> pattern({?MODULE, '_', '_'}, [{'_', [], [{return_trace}]}], [local]) end, [call]),
    section(exceptions, fun() -> pattern({?MODULE, '_', '_'}, [{'_', [], [{exception_trace}]}], [local]) end, [call]),
    section(return_to, fun() -> pattern({?MODULE, '_', '_'}, true, [local]) end, [call, return_to]),
    section(all_of_it, fun() -> pattern({?MODULE, '_', '_'}, [{'_', [], [{exception_trace}, {message, {caller}}]}], [local]) end, [call, return_to]),
    section(built_in, fun() ->
        pattern({erlang, list_to_integer, 1}, [{'_', [], [{exception_trace}]}], []),
        pattern({lists, reverse, 1}, true, []),
        pattern({lists, reverse, 2}, [{['_', '$1'], [], [{message, '$1'}, {return_trace}]}], []),
        pattern({erlang, put, 2}, true, [local]),
        pattern({maps, '_', '_'}, true, [])
    end, [call]),
    section(matching, fun() ->
        pattern({?MODULE, sums, 1}, [{[0], [], [{message, last}]}, {['$1'], [{'>', '$1', 2}], []}, {['$1'], [], [{message, {{'$1', '$_', '$$', {const, {a}}, {self}}}}]}], [local]),
        pattern({?MODULE, tail, '_'}, [{'_', [], [{message, false}]}], [local]),
        pattern({?MODULE, deep, 1}, [{['$1'], [{'==', {'rem', '$1', 2}, 0}], [{message, {'+', '$1', 100}}, {return_trace}]}], [local]),
        pattern({?MODULE, exported, 1}, [{[{'$1', '$2'}], [], [{message, ['$2', '$1']}]}, {['$1'], [{is_atom, '$1'}], [true]}], [local])
    end, [call]),
    section(silent, fun() ->
        pattern({?MODULE, '_', '_'}, true, [local]),
        pattern({?MODULE, sums, 1}, [{[2], [], [{silent, true}]}, {[0], [], [{silent, false}]}, {'_', [], []}], [local])
    end, [call]),
    section(switched, fun() ->
        pattern({?MODULE, '_', '_'}, true, [local]),
        pattern({?MODULE, sums, 1}, [{[1], [], [{disable_trace, call}]}], [local])
    end, [call]),
    section(switched_on, fun() -> pattern({?MODULE, sums, 1}, [{[1], [], [{enable_trace, send}, {trace, [call], ['receive']}]}], [local]) end, [call]),
    section(lines, fun() -> pattern({?MODULE, exported, 1}, [{'_', [], [{message, {caller_line}}]}], [local]) end, [call]),
    infos(),
    counts(),
    while_it_runs(),
    specs(),
    dbg_too().

%% Runs `body/0` in a process that is traced with the flags, and shows what it was told of.
section(Name, Set, Flags) ->
    io:format("== ~p~n", [Name]),
    Me = self(),
    Tracee = spawn(fun() -> Me ! ready, receive go -> ok end, body() end),
    receive ready -> ok end,
    Set(),
    1 = erlang:trace(Tracee, true, Flags),
    Monitor = monitor(process, Tracee),
    Tracee ! go,
    receive {'DOWN', Monitor, _, _, Why} -> io:format("ended: ~p~n", [Why]) end,
    Delivered = erlang:trace_delivered(Tracee),
    receive {trace_delivered, _, Delivered} -> ok end,
    [io:format("~0p~n", [Told]) || Told <- told()],
    clear().

told() -> receive Told -> [Told | told()] after 20 -> [] end.

pattern(Of, Spec, Flags) -> io:format("~p: ~p~n", [Of, few(erlang:trace_pattern(Of, Spec, Flags))]).

%% OTP and Dala have other functions in their modules.
few(N) when N > 20 -> many;
few(N) -> N.

clear() ->
    [erlang:trace_pattern(Of, false, Flags) || Of <- [{'_', '_', '_'}], Flags <- [[], [local]]],
    ok.

body() ->
    X = exported({1, two}),
    Y = ?MODULE:exported(X),
    Y = apply(?MODULE, exported, [Y]),
    F = fun ?MODULE:exported/1,
    F(other),
    A = 3,
    G = fun(B) -> exported({A, B}) end,
    G(b),
    [G(C) || C <- [c, d]],
    sums(3),
    tail(3, []),
    deep(3),
    catches(1),
    catches({}),
    (catch fails(none)),
    applies(?MODULE, sums),
    lists:map(fun sums/1, [0, 1]),
    1 = list_to_integer(integer_to_list(hidden(1))),
    (catch list_to_integer(hidden("x"))),
    [3, 2, 1] = lists:reverse(hidden([1, 2, 3])),
    undefined = put(a, hidden(1)),
    _ = maps:put(a, 1, #{}),
    self() ! hidden(sent),
    receive sent -> ok end,
    tail(1, X).

hidden(X) -> X.

exported({A, B}) -> [A, B];
exported(X) -> X.

sums(0) -> 0;
sums(N) -> N + sums(N - 1).

tail(0, Acc) -> Acc;
tail(N, Acc) -> tail(N - 1, [N | Acc]).

deep(0) -> throw(deep);
deep(N) -> try deep(N - 1) catch error:_ -> N; throw:T when N =:= 2 -> {T, N} end.

fails(X) -> list_to_integer(X) + 1.

catches(X) -> try fails(X) catch error:Reason -> Reason end.

applies(M, F) -> M:F(1).

infos() ->
    io:format("== infos~n"),
    pattern({?MODULE, sums, 1}, [{'_', [], [{return_trace}]}], [local]),
    pattern({?MODULE, exported, 1}, true, []),
    [io:format("~p ~p: ~p~n", [Of, Item, catch erlang:trace_info(Of, Item)]) ||
        Of <- [{?MODULE, sums, 1}, {?MODULE, exported, 1}, {?MODULE, hidden, 1}, {?MODULE, none, 1}, {lists, reverse, 2}],
        Item <- [traced, match_spec, meta, call_count, all]],
    io:format("~p~n", [erlang:trace_info(self(), flags)]),
    Tracee = spawn(fun() -> receive stop -> ok end end),
    [begin
        io:format("~p: ~p ", [Flag, erlang:trace(Tracee, true, [Flag])]),
        io:format("~p ~p~n", [erlang:trace_info(Tracee, flags), erlang:trace_info(Tracee, tracer) =:= {tracer, self()}]),
        erlang:trace(Tracee, false, [all])
     end || Flag <- [call, send, 'receive', procs, arity, return_to, silent, set_on_spawn, set_on_first_spawn, set_on_link, set_on_first_link, timestamp, monotonic_timestamp, strict_monotonic_timestamp, running, garbage_collection, exiting]],
    erlang:trace(Tracee, true, [call, send, procs, timestamp, arity, return_to, set_on_spawn]),
    io:format("~p~n", [erlang:trace_info(Tracee, flags)]),
    erlang:trace(Tracee, false, [send, timestamp]),
    io:format("~p~n", [erlang:trace_info(Tracee, flags)]),
    [io:format("~p~n", [try erlang:trace(Who, How, Flags) catch error:R -> R end]) ||
        {Who, How, Flags} <- [{nobody, true, [call]}, {Tracee, maybe, [call]}, {Tracee, true, [no_flag]}, {Tracee, true, call}, {Tracee, true, [{tracer, none}]}]],
    [io:format("~p~n", [try erlang:trace_pattern(Of, Spec, Flags) catch error:R -> R end]) ||
        {Of, Spec, Flags} <- [{{?MODULE, sums}, true, []}, {{'_', sums, 1}, true, []}, {{?MODULE, '_', 1}, true, []}, {{?MODULE, sums, 1}, [{no_list, [], []}], []}, {{?MODULE, sums, 1}, [{'_', [], [{no_action}]}], []}, {{?MODULE, sums, 1}, true, [no_flag]}]],
    io:format("~p ~p~n", [erts_internal:trace(Tracee, true, [call]), erts_internal:trace_pattern({?MODULE, none, 0}, true, [])]),
    exit(Tracee, kill),
    told(),
    clear().

counts() ->
    io:format("== counts~n"),
    pattern({?MODULE, sums, 1}, true, [local]),
    pattern({?MODULE, sums, '_'}, true, [local]),
    pattern({?MODULE, none, '_'}, true, [local]),
    pattern({?MODULE, hidden, 1}, true, []),
    pattern({no_such_module, '_', '_'}, true, [local]),
    clear().

%% A process that calls only itself, traced and not traced again while it does.
while_it_runs() ->
    io:format("== while it runs~n"),
    Looping = spawn(fun() -> loop(0) end),
    Looping ! {self(), 0},
    receive {Looping, 0} -> ok end,
    erlang:trace(Looping, true, [call]),
    [begin
        erlang:trace_pattern({?MODULE, loop, 1}, [{'_', [], [{message, done}]}], [local]),
        Looping ! {self(), N},
        receive {Looping, N} -> ok end,
        erlang:trace_pattern({?MODULE, loop, 1}, false, [local]),
        Looping ! {self(), N},
        receive {Looping, N} -> ok end
     end || N <- [1, 2]],
    exit(Looping, kill),
    [io:format("~0p~n", [Told]) || Told <- told()].

loop(N) ->
    receive {From, M} -> From ! {self(), M}, loop(N + M) end.

specs() ->
    io:format("== specifications~n"),
    [io:format("~p ~p: ~p~n", [Args, Spec, case erlang:match_spec_test(Args, Spec, trace) of {error, _} -> error; R -> R end]) ||
        {Args, Spec} <- [{[1, 2], [{['$1', '$2'], [], [{return_trace}]}]}, {[1], [{['$1', '$2'], [], []}]}, {[1, 2], [{'_', [], [{message, {{x, '$_'}}}, {exception_trace}]}]},
                         {[a], [{['$1'], [{is_integer, '$1'}], []}]}, {[a], [{['$1'], [], [{message, false}]}]}, {[a], [{['$1'], [], [{message, '$2'}]}]}]].

dbg_too() ->
    io:format("== dbg~n"),
    Me = self(),
    {ok, _} = dbg:tracer(process, {fun(Told, N) -> Me ! {dbg, Told}, N + 1 end, 0}),
    Tracee = spawn(fun() -> Me ! ready, receive go -> sums(1), self() ! x, receive x -> ok end end end),
    receive ready -> ok end,
    {ok, [{matched, _, 1}]} = dbg:p(Tracee, [c, m]),
    {ok, [{matched, _, 1}, {saved, x}]} = dbg:tpl(?MODULE, sums, 1, x),
    Monitor = monitor(process, Tracee),
    Tracee ! go,
    receive {'DOWN', Monitor, _, _, _} -> ok end,
    [receive {dbg, Told} -> io:format("~0p~n", [Told]) after 5000 -> io:format("nothing~n") end || _ <- lists:seq(1, 7)],
    dbg:ctpl(?MODULE, sums, 1),
    dbg:stop_clear().
