%% stage: c. Built-in functions that ask about the system: what they answer to right, wrong and absent things.
-module(builtins_system).
-export([main/0]).

main() -> clocks(), memory(), flags(), tracing(), terms(), internal(), counters().

show(What, F) ->
    R = try F() catch C:E -> {C, E} end,
    io:format("~p: ~p~n", [What, R]).

clocks() ->
    show(date, fun() -> {Y, M, D} = date(), calendar:valid_date(Y, M, D) end),
    show(time, fun() -> {H, M, S} = time(), H < 24 andalso M < 60 andalso S < 61 end),
    show(localtime, fun() -> {D, _} = erlang:localtime(), {A, _} = erlang:universaltime(), is_tuple(D) andalso is_tuple(A) end),
    show(to_local, fun() -> U = {{2020, 1, 15}, {12, 0, 0}}, erlang:localtime_to_universaltime(erlang:universaltime_to_localtime(U), false) =:= U end),
    show(to_local_wrong, fun() -> erlang:universaltime_to_localtime({{2020, 13, 1}, {0, 0, 0}}) end),
    show(to_universal_wrong, fun() -> erlang:localtime_to_universaltime({{2020, 1, 1}, {0, 0, 60}}, false) end),
    show(to_universal_flag, fun() -> erlang:localtime_to_universaltime({{2020, 1, 1}, {0, 0, 0}}, maybe) end),
    show(timestamps, fun() -> [size(T) || T <- [erlang:timestamp(), os:timestamp(), erlang:now()]] end),
    show(now_grows, fun() -> erlang:now() < erlang:now() end),
    show(system_time, fun() -> abs(erlang:system_time() - os:system_time()) < erlang:convert_time_unit(60, second, native) end),
    show(offset, fun() -> abs(erlang:monotonic_time() + erlang:time_offset() - erlang:system_time()) < erlang:convert_time_unit(60, second, native) end),
    show(offset_unit, fun() -> abs(erlang:monotonic_time(second) + erlang:time_offset(second) - erlang:system_time(second)) < 60 end),
    show(offset_wrong, fun() -> erlang:time_offset(fortnight) end),
    show(unit, fun() -> {erts_internal:time_unit(), erts_internal:perf_counter_unit()} end),
    show(perf_counter, fun() -> A = os:perf_counter(), A =< os:perf_counter() end),
    show(unique, fun() -> is_integer(erlang:unique_integer()) andalso erlang:unique_integer() =/= erlang:unique_integer() end).

memory() ->
    Kinds = [total, processes, processes_used, system, atom, atom_used, binary, code, ets],
    show(kinds, fun() -> [K || {K, V} <- erlang:memory(), is_integer(V)] end),
    show(kind, fun() -> [K || K <- Kinds, is_integer(erlang:memory(K))] end),
    show(some, fun() -> [K || {K, _} <- erlang:memory([atom, binary])] end),
    show(sum, fun() -> M = maps:from_list(erlang:memory()), #{total := T, processes := P, system := S} = M, abs(T - P - S) < 1000000 end),
    show(wrong, fun() -> erlang:memory(no_such_kind) end),
    show(wrong_list, fun() -> erlang:memory([atom, 1]) end),
    show(binaries, fun() -> B = binary:copy(<<1>>, 5000000), {erlang:memory(binary) >= byte_size(B)} end),
    show(tables, fun() ->
        Before = erlang:memory(ets), T = ets:new(t, []),
        [ets:insert(T, {N, N}) || N <- lists:seq(1, 10000)],
        After = erlang:memory(ets), ets:delete(T), After > Before end).

flags() ->
    show(statistics, fun() -> [tag(K) || K <- [runtime, wall_clock, reductions, exact_reductions, context_switches, io,
        garbage_collection, run_queue, run_queue_lengths, total_run_queue_lengths, scheduler_wall_time,
        active_tasks, total_active_tasks]] end),
    show(statistics_wrong, fun() -> erlang:statistics(no_such_kind) end),
    show(flag_wrong, fun() -> erlang:system_flag(no_such_flag, 1) end),
    show(flag, fun() -> Old = erlang:system_flag(backtrace_depth, 8), erlang:system_flag(backtrace_depth, Old) end),
    show(flag_bad_value, fun() -> erlang:system_flag(backtrace_depth, -1) end),
    show(fullsweep_wrong, fun() -> erlang:system_flag(fullsweep_after, -1) end),
    show(monitor, fun() -> [erlang:system_monitor(), erlang:system_monitor(undefined)] end),
    show(monitor_2, fun() -> erlang:system_monitor(undefined, []) end),
    show(monitor_wrong, fun() -> erlang:system_monitor(a) end),
    show(monitor_wrong_2, fun() -> erlang:system_monitor(a, b) end),
    show(profile, fun() -> [erlang:system_profile(), erlang:system_profile(undefined, [])] end),
    show(profile_wrong, fun() -> erlang:system_profile(a, b) end),
    show(check, fun() -> erts_internal:system_check(schedulers) end),
    show(check_wrong, fun() -> erts_internal:system_check(no_such_check) end),
    show(wall_time, fun() -> erts_internal:scheduler_wall_time(false) end),
    show(signal, fun() -> [os:set_signal(sigusr1, default), os:set_signal(sigusr1, ignore), os:set_signal(sigusr1, default)] end),
    show(signal_wrong, fun() -> os:set_signal(sigusr1, no_such_option) end),
    show(signal_unknown, fun() -> os:set_signal(no_such_signal, default) end),
    show(names, fun() -> lists:member(file:native_name_encoding(), [utf8, latin1]) end),
    show(re, fun() -> is_binary(re:version()) end),
    show(halt_wrong, fun() -> erlang:halt(-1, []) end),
    show(halt_wrong_2, fun() -> erlang:halt(0, [no_such_option]) end),
    show(halt_wrong_3, fun() -> erlang:halt(a, []) end),
    show(bump, fun() -> [erlang:bump_reductions(1), erlang:bump_reductions(100000)] end),
    show(bump_wrong, fun() -> erlang:bump_reductions(-1) end).

tag(K) ->
    case erlang:statistics(K) of
        T when is_tuple(T) -> {K, size(T)};
        L when is_list(L) -> {K, list};
        N when is_integer(N) -> {K, integer};
        Other -> {K, Other}
    end.

tracing() ->
    show(spread, fun() -> [erlang:dt_spread_tag(false), erlang:dt_restore_tag(true)] end),
    show(seq_trace_info, fun() -> [erlang:seq_trace_info(K) || K <- [send, 'receive', print, timestamp, label, serial]] end),
    show(seq_trace, fun() -> [erlang:seq_trace(print, false), erlang:seq_trace(send, false)] end),
    show(seq_trace_wrong, fun() -> erlang:seq_trace(no_such_flag, true) end),
    show(seq_trace_info_wrong, fun() -> erlang:seq_trace_info(no_such_item) end),
    show(delivered, fun() -> R = erlang:trace_delivered(self()), receive {trace_delivered, P, R} -> P =:= self() end end),
    show(delivered_wrong, fun() -> erlang:trace_delivered(a) end).

terms() ->
    show(md5, fun() -> C = erlang:md5_update(erlang:md5_update(erlang:md5_init(), "ab"), <<"c">>), erlang:md5_final(C) =:= erlang:md5("abc") end),
    show(md5_pieces, fun() ->
        Pieces = [[I, <<"abc">>, lists:duplicate(I rem 100, $x)] || I <- lists:seq(1, 200)],
        Context = lists:foldl(fun(Piece, C) -> erlang:md5_update(C, Piece) end, erlang:md5_init(), Pieces),
        {byte_size(Context), erlang:md5_final(Context) =:= erlang:md5(Pieces)}
    end),
    show(md5_context_wrong, fun() -> [catch element(1, element(2, catch erlang:md5_final(C))) || C <- [a, <<>>, <<1, 2, 3>>]] end),
    show(md5_wrong, fun() -> erlang:md5_update(a, "a") end),
    show(md5_data_wrong, fun() -> erlang:md5_update(erlang:md5_init(), a) end),
    show(md5_final_wrong, fun() -> erlang:md5_final(a) end),
    show(same, fun() -> T = {a, [1]}, [erts_debug:same(T, T), erts_debug:same(T, list_to_tuple([a, [1]])), erts_debug:same(a, a)] end),
    show(flat_size, fun() -> [erts_debug:flat_size(T) || T <- [a, 1, {a, b}, [1, 2], 1.5]] end),
    show(make_fun, fun() -> F = erlang:make_fun(lists, reverse, 1), {F([1, 2]), erlang:fun_info_mfa(F)} end),
    show(make_fun_wrong, fun() -> erlang:make_fun(lists, reverse, -1) end),
    show(fun_info_mfa, fun() -> {M, _, A} = erlang:fun_info_mfa(fun(X) -> X end), {M, A} end),
    show(fun_info_mfa_wrong, fun() -> erlang:fun_info_mfa(a) end),
    show(display, fun() -> [is_list(ref_to_list(make_ref())), is_list(erlang:fun_to_list(fun lists:map/2))] end),
    show(ref_to_list_wrong, fun() -> ref_to_list(a) end),
    show(keys, fun() -> put(key_1, v), put(key_2, w), lists:sort([K || K <- get_keys(), K =:= key_1 orelse K =:= key_2]) end),
    show(compiled, fun() -> P = binary:compile_pattern([<<"a">>, <<"b">>]), {element(1, P), binary:match(<<"xxb">>, P)} end),
    show(compiled_one, fun() -> P = binary:compile_pattern(<<"b">>), {element(1, P), binary:matches(<<"bxb">>, P)} end),
    show(compiled_wrong, fun() -> binary:compile_pattern([]) end),
    show(error_3, fun() -> erlang:error(why, [a], [{error_info, #{cause => b}}]) end),
    show(error_3_wrong, fun() -> erlang:error(why, [a], [no_such_option]) end),
    show(nif_error, fun() -> erlang:nif_error(why) end),
    show(nif_error_2, fun() -> erlang:nif_error(why, [a]) end),
    show(iovec, fun() -> [erlang:iolist_to_binary(erlang:term_to_iovec(T)) =:= term_to_binary(T) || T <- [a, {1, <<2>>}]] end),
    show(iovec_2, fun() -> erlang:iolist_to_binary(erlang:term_to_iovec([a], [{minor_version, 2}])) end),
    show(iovec_wrong, fun() -> erlang:term_to_iovec(a, [no_such_option]) end),
    show(referenced, fun() -> binary:referenced_byte_size(binary:copy(<<1>>, 100)) end),
    show(persistent, fun() ->
        #{count := A} = persistent_term:info(), persistent_term:put({?MODULE, 1}, x), #{count := B} = persistent_term:info(),
        persistent_term:erase({?MODULE, 1}), B - A end),
    show(select_reverse, fun() -> T = ets:new(t, [ordered_set]), ets:insert(T, [{N} || N <- [1, 2, 3]]), ets:select_reverse(T, [{{'$1'}, [], ['$1']}]) end),
    show(select_reverse_wrong, fun() -> ets:select_reverse(no_such_table, []) end),
    show(match_spec_run, fun() -> ets:match_spec_run_r([{1}, {2}], ets:match_spec_compile([{{'$1'}, [], ['$1']}]), []) end),
    show(ets_binary, fun() ->
        [begin
            T = ets:new(t, [Kind]),
            Buffer = list_to_binary(lists:seq(1, 100)),
            <<_, Part/binary>> = Buffer,
            None = ets:info(T, binary),
            ets:insert(T, {a, Buffer, [Buffer, small]}),
            Two = [{Bytes, Count} || {_, Bytes, Count} <- ets:info(T, binary)],
            ets:insert(T, [{b, #{x => Part}}, {c, <<"small">>, 1 bsl 100}]),
            Three = [Bytes || {_, Bytes, _} <- ets:info(T, binary)],
            {None, Two, Three, byte_size(Buffer)}
        end || Kind <- [set, ordered_set, bag]]
    end),
    show(delete_all, fun() -> T = ets:new(t, []), ets:insert(T, [{1}, {2}]), [ets:internal_delete_all(T, undefined), ets:info(T, size)] end),
    show(select_delete, fun() -> T = ets:new(t, []), ets:insert(T, [{1}, {2}]), [ets:internal_select_delete(T, [{{1}, [], [true]}]), ets:tab2list(T)] end),
    show(delete_all_wrong, fun() -> ets:internal_delete_all(no_such_table, undefined) end).

internal() ->
    show(term_type, fun() -> [erts_internal:term_type(T) || T <- [a, 1, 1 bsl 70, 1.5, [], [1], {}, #{}, self(), make_ref(), fun main/0, fun(_) -> 1 end]] end),
    show(aux_threads, fun() -> is_integer(erts_internal:no_aux_work_threads()) end),
    show(creation, fun() -> {erts_internal:get_creation(), erts_internal:get_dflags()} end),
    show(super_user, fun() -> erts_internal:ets_super_user(false) end),
    show(super_user_wrong, fun() -> erts_internal:ets_super_user(1) end),
    show(unicode_io, fun() -> net_kernel:dflag_unicode_io(self()) end),
    show(all_tables, fun() ->
        R = ets:internal_request_all(), N = erlang:system_info(schedulers),
        T = ets:new(t, []), Lists = [receive {R, L} -> L end || _ <- lists:seq(1, N)],
        [lists:all(fun is_list/1, Lists), lists:member(T, ets:all())] end),
    show(ports, fun() -> is_list(erlang:ports()) end),
    show(nodes, fun() -> [erlang:nodes(), erlang:nodes(visible), erlang:nodes([hidden, connected])] end),
    show(nodes_wrong, fun() -> erlang:nodes(no_such_kind) end),
    show(monitor_node_wrong, fun() -> erlang:monitor_node(1, true) end).

counters() ->
    show(atomics, fun() ->
        A = erts_internal:atomics_new(2, 1), ok = atomics:add(A, 1, -5), atomics:put(A, 2, 7),
        [atomics:get(A, 1), atomics:get(A, 2), atomics:add_get(A, 2, 1)] end),
    show(atomics_wrong, fun() -> atomics:add(erts_internal:atomics_new(1, 1), 2, 1) end),
    show(atomics_none, fun() -> erts_internal:atomics_new(0, 1) end),
    show(counters, fun() ->
        C = erts_internal:counters_new(3), erts_internal:counters_add(C, 1, 5), erts_internal:counters_add(C, 1, -7), erts_internal:counters_put(C, 3, 9),
        {[erts_internal:counters_get(C, I) || I <- [1, 2, 3]], maps:get(size, erts_internal:counters_info(C))} end),
    show(counters_wrong, fun() -> erts_internal:counters_add(erts_internal:counters_new(1), 0, 1) end),
    show(counters_none, fun() -> erts_internal:counters_new(0) end).
