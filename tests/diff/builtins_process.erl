%% stage: c. Built-in functions about processes that no other program asks: spawning, aliases, timers, system requests.
-module(builtins_process).
-export([main/0, sleeper/0, wake/1, say/1]).

main() -> spawning(), sending(), timers(), facts(), requests().

show(What, F) ->
    R = try F() catch C:E -> {C, E} end,
    io:format("~p: ~p~n", [What, R]).

sleeper() -> receive stop -> ok end.
wake(To) -> To ! awake, exit(done).
%% A system process may not end.
say(To) -> To ! awake, receive never -> ok end.

next() -> receive M -> M after 5000 -> nothing end.

spawning() ->
    show(options, fun() -> {P, R} = erlang:spawn_opt(?MODULE, sleeper, [], [monitor, {priority, low}, {min_heap_size, 500}, {fullsweep_after, 5}]),
        {priority, Priority} = process_info(P, priority), P ! stop,
        receive {'DOWN', R, process, P, Why} -> {Priority, Why} end end),
    show(options_wrong, fun() -> erlang:spawn_opt(?MODULE, sleeper, [], [no_such_option]) end),
    show(options_improper, fun() -> erlang:spawn_opt(?MODULE, sleeper, [], [link | x]) end),
    show(options_value, fun() -> erlang:spawn_opt(?MODULE, sleeper, [], [{priority, no_such_priority}]) end),
    show(arguments_wrong, fun() -> erlang:spawn_opt(?MODULE, sleeper, x, []) end),
    show(max_heap, fun() -> {_, R} = erlang:spawn_opt(erlang, apply, [fun() -> length(lists:seq(1, 1000000)) end, []],
        [monitor, {max_heap_size, #{size => 10000, kill => true, error_logger => false}}]),
        receive {'DOWN', R, process, _, Why} -> Why end end),
    show(max_heap_wrong, fun() -> erlang:spawn_opt(?MODULE, sleeper, [], [{max_heap_size, #{size => -1}}]) end),
    show(max_heap_flag, fun() -> erlang:spawn_opt(?MODULE, sleeper, [], [{max_heap_size, #{size => 10000, kill => maybe}}]) end),
    show(max_heap_small, fun() -> erlang:spawn_opt(?MODULE, sleeper, [], [{max_heap_size, 10}]) end),
    show(queue_data_wrong, fun() -> erlang:spawn_opt(?MODULE, sleeper, [], [{message_queue_data, no_such_place}]) end),
    show(vheap, fun() -> {P, R} = erlang:spawn_opt(?MODULE, sleeper, [], [monitor, {min_bin_vheap_size, 100}]),
        P ! stop, receive {'DOWN', R, _, _, Why} -> Why end end),
    show(vheap_wrong, fun() -> erlang:spawn_opt(?MODULE, sleeper, [], [{min_bin_vheap_size, a}]) end),
    show(request, fun() -> R = spawn_request(?MODULE, sleeper, [], [{reply, yes}]),
        receive {spawn_reply, R, ok, P} -> P ! stop, is_pid(P) end end),
    show(abandon, fun() -> R = spawn_request(?MODULE, sleeper, []), 
        case erlang:spawn_request_abandon(R) of
            true -> receive {spawn_reply, R, _, _} -> told_in_vain after 50 -> fine end;
            false -> receive {spawn_reply, R, ok, P} -> P ! stop, fine after 5000 -> never_told end
        end end),
    show(abandon_wrong, fun() -> erlang:spawn_request_abandon(a) end),
    show(abandon_unknown, fun() -> erlang:spawn_request_abandon(make_ref()) end),
    show(system_process, fun() -> P = erts_internal:spawn_system_process(?MODULE, say, [self()]), {is_pid(P), next()} end),
    show(hibernate, fun() -> Me = self(), P = spawn(fun() -> erlang:hibernate(?MODULE, wake, [Me]) end),
        R = monitor(process, P), P ! go, [next(), receive {'DOWN', R, _, _, Why} -> Why end] end),
    show(hibernate_wrong, fun() -> erlang:hibernate(?MODULE, wake, x) end),
    show(resume_wrong, fun() -> erlang:resume_process(self()) end),
    show(resume_none, fun() -> P = spawn(fun() -> ok end), R = monitor(process, P), receive {'DOWN', R, _, _, _} -> ok end, erlang:resume_process(P) end).

sending() ->
    show(operator, fun() -> X = self() ! one, {X, next()} end),
    show(operator_fun, fun() -> F = fun erlang:'!'/2, X = F(self(), two), {X, next()} end),
    show(send_2, fun() -> X = erlang:send(self(), three), {X, next()} end),
    show(send_3, fun() -> X = erlang:send(self(), four, [nosuspend, noconnect]), {X, next()} end),
    show(send_3_wrong, fun() -> erlang:send(self(), x, [no_such_option]) end),
    show(send_2_none, fun() -> erlang:send(no_such_name, x) end),
    show(send_3_none, fun() -> erlang:send(no_such_name, x, []) end),
    show(send_wrong, fun() -> erlang:send(1, x) end),
    show(alias, fun() -> A = alias([explicit_unalias]), A ! one, First = next(), U = unalias(A), A ! two, {First, U, unalias(A), receive two -> two after 20 -> none end} end),
    show(alias_once, fun() -> A = alias([reply]), A ! one, A ! two, {next(), receive two -> two after 20 -> none end} end),
    show(alias_wrong, fun() -> alias([no_such_option]) end),
    show(alias_none, fun() -> A = alias([]), unalias(A) end),
    show(unalias_wrong, fun() -> unalias(a) end),
    show(exit_signal, fun() -> process_flag(trap_exit, true), P = spawn_link(?MODULE, sleeper, []), true = erlang:exit_signal(P, why),
        receive {'EXIT', P, Why} -> process_flag(trap_exit, false), Why end end),
    show(exit_signal_wrong, fun() -> erlang:exit_signal(a, why) end).

timers() ->
    show(start_timer, fun() -> R = erlang:start_timer(0, self(), msg, []), receive {timeout, R, M} -> M end end),
    show(start_timer_abs, fun() -> R = erlang:start_timer(erlang:monotonic_time(millisecond), self(), msg, [{abs, true}]), receive {timeout, R, M} -> M end end),
    show(start_timer_wrong, fun() -> erlang:start_timer(0, self(), msg, [no_such_option]) end),
    show(start_timer_time, fun() -> erlang:start_timer(-1, self(), msg, []) end),
    show(send_after, fun() -> R = erlang:send_after(0, self(), msg, [{abs, false}]), M = next(), {is_reference(R), M} end),
    show(send_after_wrong, fun() -> erlang:send_after(0, 1, msg, []) end),
    show(read, fun() -> R = erlang:start_timer(100000, self(), msg), N = erlang:read_timer(R, []), C = erlang:cancel_timer(R, []), {N > 0, C > 0, erlang:read_timer(R, [])} end),
    show(read_async, fun() -> R = erlang:start_timer(100000, self(), msg), ok = erlang:read_timer(R, [{async, true}]),
        receive {read_timer, R, N} -> erlang:cancel_timer(R), N > 0 end end),
    show(cancel_async, fun() -> R = erlang:start_timer(100000, self(), msg), ok = erlang:cancel_timer(R, [{async, true}]),
        receive {cancel_timer, R, N} -> N > 0 end end),
    show(read_wrong, fun() -> erlang:read_timer(a, []) end),
    show(read_option, fun() -> erlang:read_timer(make_ref(), [no_such_option]) end).

facts() ->
    show(processes, fun() -> lists:member(self(), processes()) end),
    show(system_process, fun() -> [erts_internal:is_system_process(self()), is_boolean(erts_internal:is_system_process(whereis(init)))] end),
    show(is_system_wrong, fun() -> erts_internal:is_system_process(a) end),
    show(keys, fun() -> [element(1, process_info(self(), K)) || K <- [binary, garbage_collection, memory, total_heap_size, message_queue_data, parent, suspending]] end),
    show(current, fun() -> element(2, process_info(self(), current_function)) end),
    show(fun_pid, fun() -> {element(1, erlang:fun_info(fun(X) -> X end, pid)), erlang:fun_info(fun lists:map/2, pid)} end),
    show(info_wrong, fun() -> process_info(self(), no_such_item) end).

requests() ->
    show(collect, fun() -> erlang:garbage_collect() end),
    show(collect_internal, fun() -> erts_internal:garbage_collect(major) end),
    show(collect_minor, fun() -> erts_internal:garbage_collect(minor) end),
    show(collect_wrong, fun() -> erts_internal:garbage_collect(no_such_kind) end),
    show(collect_other, fun() -> P = spawn(?MODULE, sleeper, []), R = erlang:garbage_collect(P), P ! stop, R end),
    show(collect_async, fun() -> P = spawn(?MODULE, sleeper, []), async = erlang:garbage_collect(P, [{async, id}]),
        receive {garbage_collect, id, R} -> P ! stop, R end end),
    show(request, fun() -> R = erts_internal:request_system_task(self(), normal, {garbage_collect, id, major}), [R, next()] end),
    show(request_wrong, fun() -> erts_internal:request_system_task(self(), normal, no_such_request) end),
    show(alive, fun() -> R = make_ref(), X = erts_internal:is_process_alive(spawn(?MODULE, sleeper, []), R), [X, receive {R, A} -> A end] end),
    show(leader, fun() -> Old = group_leader(), P = spawn(?MODULE, sleeper, []), X = erts_internal:group_leader(P, self()), Now = group_leader() =:= P,
        erts_internal:group_leader(Old, self()), P ! stop, {X, Now} end),
    show(leader_wrong, fun() -> erts_internal:group_leader(self(), a) end),
    show(spawn_request_wrong, fun() -> erts_internal:spawn_request(?MODULE, sleeper, [], x) end).
