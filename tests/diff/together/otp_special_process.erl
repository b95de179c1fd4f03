%% stage: d. A process written by hand for proc_lib and sys: its events traced, logged, printed and counted, hooks that end and fail, suspended with messages waiting, state and code changed with and without callbacks, its end by its parent and by sys.
-module(otp_special_process).
-export([main/0, init/2, system_continue/3, system_terminate/4, system_code_change/4, system_get_state/1, system_replace_state/2, print/3]).

main() ->
    process_flag(trap_exit, true),
    logging(), printing(), hooks(), statistics(), waiting(), states(), code(), ends(), files(), options(), helpers(),
    process_flag(trap_exit, false), p(flush()), p(whereis(?MODULE)).

p(T) -> io:format("~0tp~n", [T]).
flush() -> receive M -> [M | flush()] after 0 -> [] end.
caught(F) -> try F() catch C:R -> {C, bare(R)} end.
bare({{R, [{_, _, _, _} | _]}, {sys, F, _}}) -> {R, sys, F};
bare({R, {sys, F, _}}) -> {R, sys, F};
bare({R, [{M, F, A, _} | _]}) -> {R, M, F, A};
bare(R) -> R.

%% An account: events are what comes, what goes out and what it becomes.
start(N) -> start(N, []).
start(N, Debug) -> {ok, P} = proc_lib:start_link(?MODULE, init, [self(), {N, Debug}]), P.
init(Parent, {N, Options}) ->
    register(?MODULE, self()),
    Debug = sys:debug_options(Options),
    proc_lib:init_ack(Parent, {ok, self()}),
    loop(Parent, Debug, N).

loop(Parent, Debug, N) ->
    receive
        {system, From, Request} -> sys:handle_system_msg(Request, From, Parent, ?MODULE, Debug, N);
        {'EXIT', Parent, R} -> exit({parent, R});
        {add, From, K} -> D = event(event(Debug, {in, {add, K}}), {out, {sum, N + K}, to}), From ! {sum, N + K}, loop(Parent, D, N + K);
        {asleep, From} -> D = event(Debug, sleep), From ! dozing, proc_lib:hibernate(?MODULE, system_continue, [Parent, D, N]);
        {debug, From} -> From ! {debug, sys:get_debug(log, Debug, none), sys:get_log(Debug), length(Debug)}, loop(Parent, Debug, N);
        {print, From} -> sys:print_log(Debug), From ! printed, loop(Parent, Debug, N);
        Other -> loop(Parent, event(Debug, {in, Other}), N)
    end.
event(Debug, E) -> sys:handle_debug(Debug, fun ?MODULE:print/3, account, E).
print(Device, Event, Name) -> io:format(Device, "~p had ~0tp~n", [Name, Event]).

system_continue(Parent, Debug, N) -> loop(Parent, Debug, N).
system_terminate(Reason, _Parent, Debug, N) -> p({terminating, Reason, N, length(Debug)}), exit({terminated, Reason}).
system_get_state(bad) -> error(no_state);
system_get_state(N) -> {ok, {state, N}}.
system_replace_state(F, N) -> M = F(N), {ok, {replaced, M}, M}.
system_code_change(N, Module, Vsn, Extra) when is_integer(Extra) -> {ok, {N, Module, Vsn, Extra}};
system_code_change(_, _, _, crash) -> error(in_change);
system_code_change(_, _, _, Extra) -> {error, Extra}.

add(P, K) -> P ! {add, self(), K}, receive {sum, S} -> S after 5000 -> none end.
%% sys:terminate/3 answers before the end.
stop(P) -> Said = sys:terminate(P, over), {Said, receive {'EXIT', P, R} -> R end}.

logging() ->
    P = start(0),
    p([sys:log(P, get), sys:log(P, {true, 3}), [add(P, K) || K <- [1, 2, 3]], sys:log(P, get), sys:log(P, {true, 2}), sys:log(P, get)]),
    P ! {other, message}, P ! {debug, self()},
    p(receive {debug, L, G, N} -> {is_tuple(L) orelse L, G, N} end),
    p([sys:log(P, true), add(P, 4), length(element(2, sys:log(P, get))), sys:log(P, false), sys:log(P, get), add(P, 5), sys:log(P, get)]),
    p(caught(fun() -> sys:log(P, {true, -1}) end)), p(caught(fun() -> sys:log(P, maybe, 100) end)),
    p(stop(P)).

%% What is printed is printed by the process itself, before it answers.
printing() ->
    P = start(100),
    sys:trace(P, true), add(P, 1), sys:trace(P, false), add(P, 2),
    p(sys:log(P, {true, 4})), [add(P, K) || K <- [3, 4, 5]], p(sys:log(P, print)),
    P ! {print, self()}, receive printed -> ok end,
    sys:trace(P, true), sys:trace(P, true), P ! {asleep, self()}, receive dozing -> ok end, add(P, 6), p(sys:no_debug(P)), add(P, 7),
    p(sys:log(P, get)), stop(P).

hooks() ->
    P = start(0), Me = self(),
    Count = fun(S, E, X) -> Me ! {S, E, X}, if S =:= 3 -> done; true -> S + 1 end end,
    p([sys:install(P, {Count, 1}), add(P, 10), add(P, 20), flush()]),
    p([sys:install(P, {a, Count, 2}), sys:install(P, {b, Count, 3}), sys:install(P, {a, Count, 1}), add(P, 1), lists:sort(flush()), sys:remove(P, a), sys:remove(P, b), sys:remove(P, never), add(P, 1), flush()]),
    Fails = fun(_, {in, _}, _) -> error(hook); (S, _, _) -> Me ! still, S end,
    p([sys:install(P, {Fails, s}), add(P, 1), flush(), add(P, 1), flush()]),
    Swap = fun(S, _, _) -> Me ! {state, S}, {S, more} end,
    p([sys:install(P, {Swap, []}), add(P, 1), flush(), sys:remove(P, Swap), sys:install(P, {Swap, new}), sys:no_debug(P), add(P, 1), flush()]),
    p([caught(fun() -> sys:install(P, bad) end), stop(P)]).

statistics() ->
    P = start(0),
    p([sys:statistics(P, get), sys:statistics(P, true), [add(P, K) || K <- [1, 2, 3, 4]], begin P ! ignored, ok end]),
    {ok, S} = sys:statistics(P, get),
    p([{K, case V of _ when K =:= messages_in; K =:= messages_out -> V; {{_, _, _}, {_, _, _}} -> time; _ -> is_integer(V) end} || {K, V} <- S]),
    p([sys:statistics(P, false), sys:statistics(P, get), stop(P)]).

%% Suspended it answers sys alone; the rest waits in order.
waiting() ->
    P = start(5), Me = self(),
    p([sys:suspend(P), sys:suspend(P)]),
    [P ! {add, Me, K} || K <- [1, 2, 3]],
    {status, P, {module, M}, [D, S, Parent, Debug, Misc]} = sys:get_status(P),
    p({M, lists:sort([K || {K, _} <- D]), S, Parent =:= Me, Debug, Misc}),
    p({receive {sum, X} -> X after 0 -> nothing end, sys:get_state(P), sys:replace_state(P, fun(N) -> N * 10 end), element(2, process_info(P, message_queue_len))}),
    p([sys:log(P, true), sys:resume(P), sys:resume(P), [receive {sum, Y} -> Y end || _ <- [1, 2, 3]], sys:log(P, get)]),
    P ! {system, {Me, make_ref()}, what}, p(receive {_, {error, {unknown_system_msg, U}}} -> U end),
    P ! {system, {Me, tag}, get_status}, p(receive {tag, {status, P, {module, M2}, [_, S2 | _]}} -> {M2, S2} end),
    p([sys:suspend(P), begin Deaf = spawn(fun() -> receive x -> ok end end), C = caught(fun() -> sys:get_state(Deaf, 20) end), exit(Deaf, kill), C end, stop(P)]).

states() ->
    P = start(1),
    p([sys:get_state(P), sys:get_state(?MODULE, 5000), sys:replace_state(?MODULE, fun(_) -> bad end)]),
    p(caught(fun() -> sys:get_state(P) end)),
    p(caught(fun() -> sys:replace_state(P, fun(_) -> throw(up) end) end)),
    p(caught(fun() -> sys:replace_state(P, fun() -> ok end) end) =/= ok),
    p([sys:replace_state(P, fun(bad) -> 7 end), sys:get_state(P), caught(fun() -> sys:get_state(nobody_of_this_name) end), caught(fun() -> sys:get_status({?MODULE, 'no@where'}, 1000) end) =/= ok, stop(P)]).

code() ->
    P = start(1),
    p([caught(fun() -> sys:change_code(P, ?MODULE, old, 5) end), sys:suspend(P), sys:change_code(P, other_module, old, 5), sys:get_state(P), sys:change_code(P, ?MODULE, old, why), sys:get_state(P)]),
    p([case sys:change_code(P, ?MODULE, {down, 1}, crash, 5000) of {error, {'EXIT', {R, _}}} -> R; X -> X end, sys:change_code(P, ?MODULE, {down, 2}, 6), sys:resume(P), sys:get_state(P)]),
    p(stop(P)).

ends() ->
    [begin P = start(N), p({N, sys:terminate(P, R), receive {'EXIT', P, W} -> W end, whereis(?MODULE), caught(fun() -> sys:terminate(P, again) end)}) end || {N, R} <- [{1, normal}, {2, shutdown}, {3, {odd, x}}]],
    P = start(4), exit(P, told), p(receive {'EXIT', P, W} -> W end),
    Me = self(),
    Q = spawn(fun() -> C = start(5), Me ! {child, C, sys:get_state(C)}, receive die -> exit(parent_dies) end end),
    {C, S} = receive {child, A, B} -> {A, B} end, M = monitor(process, C), Q ! die, p({S, receive {'DOWN', M, _, _, W2} -> W2 end}),
    D = start(6), sys:suspend(D), exit(D, bye), p(receive {'EXIT', D, W3} -> W3 end),
    p([caught(fun() -> proc_lib:stop(start(7), R, 5000) end) || R <- [why]]), p([R || {'EXIT', _, R} <- flush()]).

files() ->
    Dir = filename:join("/tmp", "otp_special_process_" ++ os:getpid()), ok = file:make_dir(Dir), F = filename:join(Dir, "log"),
    P = start(0),
    p([sys:log_to_file(P, F), add(P, 1), add(P, 2), sys:log_to_file(P, false), add(P, 3), sys:log_to_file(P, filename:join([Dir, "no", "such"]))]),
    {ok, B} = file:read_file(F), io:put_chars(B),
    p(stop(P)), ok = file:delete(F), p(file:del_dir(Dir)).

options() ->
    [begin P = start(0, O), add(P, 1), p({O, sys:log(P, get), is_list(element(2, sys:statistics(P, get))), stop(P)}) end || O <- [[log, statistics], [{log, 1}, statistics], [statistics, unknown, {log, 5}], [trace, statistics]]].

helpers() ->
    D0 = sys:debug_options([{log, 3}]),
    D = lists:foldl(fun(E, A) -> sys:handle_debug(A, fun ?MODULE:print/3, me, E) end, D0, [{in, 1}, {in, a, from}, {out, 2, to}, {out, 3, to, state}, noreply]),
    p(sys:get_log(D)), sys:print_log(D),
    p([sys:debug_options([]), sys:get_log([]), sys:print_log([]), sys:handle_debug([], x, y, z), sys:get_debug(log, [], default), sys:get_debug(what, D, default)]).
