%% stage: c. process_info items, flags, links and monitors as others see them.
-module(vm_process_info).
-export([main/0]).

main() ->
    Me = self(), process_flag(trap_exit, false),
    P = spawn_opt(fun() -> put(k, v), register(vm_pi, self()), process_flag(trap_exit, true), Me ! ready, loop() end, [link, {priority, low}, {min_heap_size, 500}, {fullsweep_after, 7}]),
    receive ready -> ok end, P ! m1, P ! m2, settle(P),
    [p({I, process_info(P, I)}) || I <- [registered_name, dictionary, trap_exit, priority, message_queue_len, messages, current_function, initial_call, error_handler, fullsweep_after, suspending, monitored_by, sequential_trace_token, message_queue_data, catchlevel, min_heap_size_nothing] -- [min_heap_size_nothing]],
    p([element(1, process_info(P, I)) || I <- [memory, heap_size, total_heap_size, stack_size, reductions, garbage_collection, garbage_collection_info, current_location, current_stacktrace, group_leader, min_bin_vheap_size, binary]]),
    p({process_info(P, links) =:= {links, [Me]}, lists:member(P, element(2, process_info(Me, links)))}),
    R = monitor(process, P), p({process_info(Me, monitors), process_info(P, monitored_by) =:= {monitored_by, [Me]}}), demonitor(R),
    p({process_info(P, [priority, trap_exit, registered_name]), [K || {K, _} <- process_info(P)]}),
    p([try process_info(P, I) catch C:E -> {C, E} end || I <- [nope, [status, nope], 5, []]]),
    unlink(P), exit(P, kill), wait_dead(P), p({process_info(P), process_info(P, status), process_info(P, [status]), is_process_alive(P), whereis(vm_pi)}),
    Q = spawn(fun() -> receive after infinity -> ok end end), settle(Q), p({process_info(Q, registered_name), process_info(Q, [registered_name]), erlang:suspend_process(Q), process_info(Q, status), erlang:suspend_process(Q, [unless_suspending]), erlang:resume_process(Q), settle(Q), process_info(Q, status)}), exit(Q, kill),
    p([process_flag(F, V) || {F, V} <- [{trap_exit, true}, {trap_exit, false}, {priority, high}, {priority, normal}, {error_handler, eh}, {error_handler, error_handler}, {message_queue_data, off_heap}, {message_queue_data, on_heap}, {sensitive, false}, {save_calls, 0}]]), binaries(), sizes().
%% Buffers that a process refers to, and how often they are referred to.
binaries() ->
    B = list_to_binary(lists:duplicate(300, 7)), Me = self(), I = fun() -> collect(), {binary, L} = process_info(self(), binary), [{S, R} || {A, S, R} <- L, is_integer(A)] end,
    P = spawn(fun() -> Me ! {self(), I()}, receive {keep, X} -> Me ! {self(), I(), byte_size(X)} end, receive stop -> ok end end),
    p(receive {P, N} -> N end), P ! {keep, B}, p(receive {P, K, X} -> {K, X} end), p([S || {_, S, _} <- element(2, process_info(P, binary))]), exit(P, kill), byte_size(B).

%% The sizes of a heap: their names, that they are of one time, and that a collection is over when its call returns.
sizes() ->
    Me = self(), {_, I} = process_info(Me, garbage_collection_info), p([{K, is_integer(V)} || {K, V} <- I]),
    P = spawn(fun() -> put(k, lists:seq(1, 1000)), collect(), Me ! {self(), is_sum(self())}, receive go -> Me ! {self(), shrinks()} end end),
    p(receive {P, A} -> A end), p(is_sum(P)), erlang:trace(P, true, [garbage_collection]), P ! go, p(receive {P, S} -> S end),
    [p(receive {trace, P, E, L} -> {E, [K || {K, V} <- L, is_integer(V)]} end) || E <- [gc_major_start, gc_major_end]].

is_sum(P) ->
    [{_, T}, {_, I}, {_, T2}] = process_info(P, [total_heap_size, garbage_collection_info, total_heap_size]), T =:= T2 andalso T =:= lists:sum([V || {K, V} <- I, lists:member(K, [heap_block_size, old_heap_block_size, mbuf_size])]).

shrinks() -> {N, 50000} = grown(), collect(), {_, After} = process_info(self(), total_heap_size), After < N div 4.
grown() -> L = lists:seq(1, 50000), {_, N} = process_info(self(), total_heap_size), {N, length(L)}.

collect() -> true = erlang:garbage_collect().

loop() -> receive stop -> ok end.
settle(P) -> case process_info(P, status) of {status, waiting} -> ok; _ -> timer:sleep(1), settle(P) end.
wait_dead(P) -> case is_process_alive(P) of true -> timer:sleep(1), wait_dead(P); false -> ok end.

p(T) -> io:format("~0tp~n", [T]).
