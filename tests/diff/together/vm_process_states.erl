%% stage: c. process_info of processes held in known states: message queues on and off the heap that change sides while full, suspended more than once, many monitors by name and pid, stacks and locations of waits, dictionaries, binaries, garbage collection by request, flags of others' making, items in odd orders.
-module(vm_process_states).
-export([main/0, wait/1, deep/2, inner/1]).

main() ->
    queues(), selective(), suspended(), monitors(), stacks(), dictionaries(), collected(), options(), groups(), items(), ended(), names(), p(flush()).

p(T) -> io:format("~0tp~n", [T]).
caught(F) -> try F() catch C:R -> {C, R} end.
flush() -> receive M -> [M | flush()] after 0 -> [] end.
info(P, I) -> case process_info(P, I) of {I, V} -> V; X -> X end.
start(F) -> start(F, []).
start(F, O) -> P = spawn_opt(F, O), settle(P), P.
settle(P) -> case process_info(P, status) of {status, waiting} -> ok; _ -> erlang:yield(), settle(P) end.
stop(P) -> M = monitor(process, P), exit(P, kill), receive {'DOWN', M, _, _, R} -> R end.

%% Obeys, and answers by a reference.
wait(N) ->
    receive
        {From, Ref, F} -> From ! {Ref, F(N)}, wait(N + 1);
        over -> over
    end.
ask(P, F) -> R = make_ref(), P ! {self(), R, F}, receive {R, V} -> V end.

queues() ->
    [begin
         P = start(fun() -> wait(0) end, [{message_queue_data, Kind}]),
         p([Kind, info(P, message_queue_data), ask(P, fun(_) -> process_flag(message_queue_data, Other) end), info(P, message_queue_data)]),
         erlang:suspend_process(P),
         [P ! {n, I, lists:seq(1, I), binary:copy(<<I>>, 100)} || I <- lists:seq(1, 50)],
         p([info(P, message_queue_len), [element(2, M) || M <- info(P, messages)] =:= lists:seq(1, 50), erlang:phash2(info(P, messages))]),
         erlang:resume_process(P),
         Sums = ask(P, fun(_) -> process_flag(message_queue_data, Kind), A = take(25), process_flag(message_queue_data, Other), garbage_collect(), B = take(25), {A, B, process_flag(message_queue_data, Kind)} end),
         p({Sums, info(P, message_queue_len), info(P, messages), stop(P)})
     end || {Kind, Other} <- [{on_heap, off_heap}, {off_heap, on_heap}]],
    p([caught(fun() -> process_flag(message_queue_data, X) end) || X <- [mixed, 1, "on_heap"]]).
take(0) -> 0;
take(N) -> receive {n, I, L, B} -> I + lists:sum(L) + byte_size(B) + take(N - 1) end.

%% What a receive passes over stays, in order.
selective() ->
    P = start(fun() -> wait(0) end),
    [P ! M || M <- [a, {b, 1}, "c", <<"d">>, 5, {b, 2}, make_me_wait]],
    p([info(P, message_queue_len), info(P, messages)]),
    p(ask(P, fun(_) -> receive {b, 2} -> ok end, receive "c" -> ok end, receive X when is_integer(X) -> X end end)),
    p([info(P, messages), ask(P, fun(_) -> receive nothing -> no after 0 -> info(self(), messages) end end)]),
    p([ask(P, fun(_) -> self() ! to_myself, [receive X -> X end || _ <- lists:seq(1, 5)] end), info(P, message_queue_len)]),
    [P ! {k, I} || I <- lists:seq(1, 20)],
    p([ask(P, fun(_) -> [receive {k, I} -> I end || I <- [20, 1, 10, 19, 2]] end), [I || {k, I} <- info(P, messages)]]),
    erlang:send(P, late), P ! over, M = monitor(process, P), receive {'DOWN', M, _, _, R} -> p([R, info(P, messages), info(P, message_queue_len)]) end.

suspended() ->
    P = start(fun() -> wait(0) end),
    p([erlang:suspend_process(P, O) || O <- [[], [], [unless_suspending], [asynchronous]]]),
    p([info(P, status), begin P ! over, info(P, message_queue_len) end, is_process_alive(P), [N || {_, N, _} <- info(self(), suspending)]]),
    p([erlang:resume_process(P), info(P, status), erlang:resume_process(P), erlang:resume_process(P)]),
    M = monitor(process, P), receive {'DOWN', M, _, _, R} -> p(R) end,
    p([caught(fun() -> erlang:resume_process(P) end), caught(fun() -> erlang:suspend_process(P) end), caught(fun() -> erlang:suspend_process(self()) end), info(self(), suspending)]),
    Q = start(fun() -> wait(0) end),
    {S, MS} = spawn_monitor(fun() -> erlang:suspend_process(Q), exit({was, info(Q, status)}) end),
    receive {'DOWN', MS, _, S, W} -> p([W, ask(Q, fun(N) -> N end), stop(Q)]) end.

monitors() ->
    Ps = [A, B, C] = [start(fun() -> wait(I) end) || I <- [1, 2, 3]],
    register(vm_ps_b, B),
    ask(A, fun(_) -> [monitor(process, X) || X <- [C, C, B, B, C]], link(B), link(C) end),
    Name = fun(X) when X =:= A -> a; (X) when X =:= B -> b; (X) when X =:= C -> c; (X) -> X end,
    p({lists:sort([Name(X) || {process, X} <- info(A, monitors)]), [[Name(X) || X <- info(P, monitored_by)] || P <- Ps], [lists:sort([Name(X) || X <- info(P, links)]) || P <- Ps]}),
    p([ask(B, fun(_) -> unlink(A), info(self(), links) end), [Name(X) || X <- info(A, links)], unregister(vm_ps_b), info(B, registered_name)]),
    p([stop(A), info(C, monitored_by), [Name(X) || X <- info(B, monitored_by)], is_process_alive(C) =:= true orelse dead]),
    p([stop(P) || P <- [B]]), down(C).
down(P) -> M = monitor(process, P), receive {'DOWN', M, _, _, _} -> ok end.

stacks() ->
    P = start(fun() -> deep(1, fun() -> wait(0) end) end),
    p([{M, F, A} || {M, F, A, _} <- info(P, current_stacktrace)]),
    {M, F, A, _} = info(P, current_location),
    p({M, F, A, info(P, current_function), info(P, initial_call)}),
    p([begin {M1, F1, A1} = ask(P, fun(_) -> info(self(), current_function) end), {M1, F1, A1} =/= x end, stop(P)]),
    [begin Q = start(S), p([info(Q, initial_call), info(Q, current_function), stop(Q)]) end || S <- [fun() -> catch wait(1) end, fun() -> try wait(1) catch _:_ -> try wait(2) after ok end end end, fun() -> erlang:hibernate(?MODULE, wait, [1]) end, fun() -> inner(receive x -> x end) end]],
    R = start_mfa(wait, [7]), p([info(R, initial_call), info(R, current_function), ask(R, fun(N) -> N end), stop(R)]).
start_mfa(F, A) -> P = spawn(?MODULE, F, A), settle(P), P.
deep(0, F) -> F();
deep(N, F) -> [deep(N - 1, F) | N].
inner(X) -> X.

dictionaries() ->
    P = start(fun() -> wait(0) end),
    ask(P, fun(_) -> [put(K, V) || {K, V} <- [{a, 1}, {"b", [2]}, {{c}, #{3 => <<"x">>}}, {1.0, float}, {1, int}]], erase(a) end),
    p([lists:sort(info(P, dictionary)), ask(P, fun(_) -> {get(1), get(1.0), get(a), lists:sort(get_keys()), get_keys(int), lists:sort(erase()), get()} end), info(P, dictionary)]),
    ask(P, fun(_) -> [put(I, I * I) || I <- lists:seq(1, 500)], [erase(I) || I <- lists:seq(1, 500), I rem 5 =/= 0] end),
    p([length(info(P, dictionary)), lists:sum([V || {_, V} <- info(P, dictionary)]), ask(P, fun(_) -> {put(5, changed), get(5), get(6), length(get())} end), stop(P)]).

collected() ->
    P = start(fun() -> put(big, binary:copy(<<7>>, 5000)), put(part, binary:part(get(big), 10, 100)), wait(0) end, [{min_heap_size, 1000}, {fullsweep_after, 3}, {min_bin_vheap_size, 2000}]),
    p([{K, lists:keymember(K, 1, info(P, garbage_collection))} || K <- [minor_gcs, fullsweep_after, min_heap_size, min_bin_vheap_size, max_heap_size]]),
    p([proplists:get_value(fullsweep_after, info(P, garbage_collection)), garbage_collect(P), garbage_collect(P, [{type, minor}]), garbage_collect(P, [{type, major}])]),
    Ref = make_ref(), p([garbage_collect(P, [{async, Ref}]), receive {garbage_collect, Ref, R} -> R end, ask(P, fun(_) -> {byte_size(get(big)), erlang:md5(get(part)) =:= erlang:md5(binary:copy(<<7>>, 100)), garbage_collect(), garbage_collect(self())} end)]),
    p([is_list(info(P, binary)), stop(P), garbage_collect(P), garbage_collect(P, [{async, x}]), receive {garbage_collect, x, R2} -> R2 end]),
    p([caught(F) || F <- [fun() -> garbage_collect(a) end, fun() -> garbage_collect(self(), [x]) end, fun() -> garbage_collect(self(), [{type, odd}]) end]]).

options() ->
    P = start(fun() -> process_flag(trap_exit, true), wait(0) end, [link, {priority, high}, {fullsweep_after, 0}, {max_heap_size, #{size => 1000000, kill => true, error_logger => false}}]),
    p([info(P, I) || I <- [priority, trap_exit, fullsweep_after, error_handler]]),
    p([{K, ask(P, fun(_) -> process_flag(K, V) end), ask(P, fun(_) -> process_flag(K, V) end)} || {K, V} <- [{priority, low}, {trap_exit, false}, {error_handler, vm_ps_no_handler}, {fullsweep_after, 9}, {sensitive, false}]]),
    p([info(P, I) || I <- [priority, trap_exit, error_handler, fullsweep_after]]),
    p([caught(fun() -> process_flag(K, V) end) || {K, V} <- [{priority, urgent}, {min_heap_size, -1}, {error_handler, 5}, {fullsweep_after, a}, {max_heap_size, #{size => -1}}, {nothing, 1}]]),
    p([maps:get(K, ask(P, fun(_) -> process_flag(max_heap_size, 0) end)) || K <- [kill]]), unlink(P), stop(P).

groups() ->
    Me = self(), Old = group_leader(),
    P = start(fun() -> wait(0) end),
    G = start(fun G() -> receive {io_request, From, As, R} -> Me ! {printed, if is_tuple(R) -> element(1, R); true -> R end}, From ! {io_reply, As, ok}, G() end end),
    p([info(P, group_leader) =:= Old, group_leader(G, P), info(P, group_leader) =:= G, ask(P, fun(_) -> io:format("to G"), C = spawn(fun() -> io:put_chars("child's") end), down(C), group_leader() =:= G end)]),
    p([receive {printed, R} -> R end || _ <- [1, 2]]), stop(P), stop(G), p(group_leader() =:= Old).

items() ->
    P = start(fun() -> process_flag(trap_exit, true), put(k, v), wait(0) end, [{priority, low}]),
    P ! unread,
    p([process_info(P, [priority, trap_exit, dictionary, message_queue_len, messages]), process_info(P, [trap_exit, trap_exit]), process_info(P, []), process_info(P, [registered_name]), process_info(P, registered_name)]),
    p([K || {K, _} <- process_info(P)]),
    p([caught(fun() -> process_info(P, I) end) || I <- [odd, [priority, odd], [priority | trap_exit], "status"]] ++ [caught(fun() -> process_info(X, status) end) || X <- [a, "pid", 5, make_ref()]]),
    p([lists:sort([is_integer(info(P, I)) || I <- [memory, heap_size, total_heap_size, stack_size, reductions]]), info(P, sequential_trace_token), stop(P)]).

ended() ->
    {P, M} = spawn_monitor(fun() -> put(a, 1), exit(end_of_it) end),
    receive {'DOWN', M, _, _, R} -> p([R, process_info(P), [process_info(P, I) || I <- [status, messages, links, [status, links], []]], is_process_alive(P), caught(fun() -> process_info(P, odd) end), lists:member(P, processes())]) end,
    p([erlang:process_flag(P, save_calls, 0) || false] ++ [caught(fun() -> process_flag(P, save_calls, 0) end), lists:member(self(), processes())]).

names() ->
    P = start(fun() -> wait(0) end),
    p([register(vm_ps_name, P), info(P, registered_name), whereis(vm_ps_name) =:= P, lists:member(vm_ps_name, erlang:registered()), caught(fun() -> register(vm_ps_name, self()) end), caught(fun() -> register(vm_ps_other, P) end), vm_ps_name ! unread, info(P, messages)]),
    p([unregister(vm_ps_name), caught(fun() -> unregister(vm_ps_name) end), info(P, registered_name), register(vm_ps_again, P), stop(P), whereis(vm_ps_again), caught(fun() -> vm_ps_again ! x end), caught(fun() -> register(undefined, self()) end), caught(fun() -> register(vm_ps_dead, P) end)]).
