%% stage: d. gen_statem beyond the door: named timeouts set, updated, cancelled and of absolute times, postponed events that come back in order, inserted events, modules pushed and popped, repeated states, replies in actions, status formats, kinds of start and stop.
-module(std_gen_statem_more).
-behaviour(gen_statem).
-export([main/0, init/1, callback_mode/0, handle_event/4, terminate/3, code_change/4, format_status/1]).

main() ->
    process_flag(trap_exit, true), {ok, #{level := Shown}} = logger:get_handler_config(default), logger:set_handler_config(default, level, none),
    {ok, P} = gen_statem:start_link({local, sgm}, ?MODULE, [], []), C = fun(X) -> gen_statem:call(P, X) end,
    p([C(state), C({go, b}), C(state), C({go, b}), C({again, b}), C(log)]),
    [gen_statem:cast(P, {later, I}) || I <- [1, 2, 3]], p([C(log), C({go, accept}), C(log)]),
    p([C({acts, [{next_event, internal, i1}, {next_event, cast, c1}, {next_event, info, n1}]}), C(log)]), P ! plain, gen_statem:cast(P, cast), p(C(log)),
    p([C({acts, [{{timeout, t}, 2, one}, {state_timeout, 60, two}, {{timeout, u}, 100000, never}]}), settle(2), C(log), C({acts, [{{timeout, u}, update, new}, {{timeout, u}, cancel}, {{timeout, none}, cancel}, {state_timeout, cancel}]}), C(log)]),
    p([C({acts, [{state_timeout, 100000, gone}]}), C({go, a}), C(log), C({acts, [{timeout, 0, zero}]}), C(log), C({acts, [{state_timeout, 0, s0}, {{timeout, q}, 0, q0}, {next_event, internal, first}]}), C(log), C({acts, [{{timeout, abs}, erlang:monotonic_time(millisecond) - 5, past, [{abs, true}]}]}), settle(1), C(log)]),
    p([C({acts, [{timeout, 100000, interrupted}]}), C(log), C({acts, [hibernate]}), C({acts, [{hibernate, false}, postpone]}) =/= x orelse x, C(log)]),
    p([C({push, other}), C(state), C(pop), C(state), C({change, std_gen_statem_more})]), p([gen_statem:reply([]), C({reply_many, 3})]), R = gen_statem:send_request(P, state), p([gen_statem:receive_response(R, 1000), gen_statem:wait_response(gen_statem:send_request(P, {noreply, x}), 2), gen_statem:check_response(x, gen_statem:send_request(P, state))]),
    Col = gen_statem:send_request(P, state, l1, gen_statem:send_request(P, log, l2, gen_statem:reqids_new())), {_, K1, Col2} = gen_statem:receive_response(Col, 1000, true), {_, K2, Col3} = gen_statem:receive_response(Col2, 1000, true), p([lists:sort([K1, K2]), gen_statem:reqids_size(Col3), gen_statem:receive_response(Col3, 10, true)]),
    p([catch gen_statem:call(P, {noreply, y}, 5), catch gen_statem:call(P, {noreply, y}, {clean_timeout, 5}), catch gen_statem:call(sgm_none, x), gen_statem:cast(sgm_none, x), catch gen_statem:call({global, none}, x)]),
    {status, P, _, [_, running, _, _, [_, {data, D} | More]]} = sys:get_status(P), p([[K || {K, _} <- D], More]), p([sys:get_state(P), sys:replace_state(P, fun({S, _}) -> {S, [replaced]} end), C(log), sys:suspend(P), sys:change_code(P, ?MODULE, old, ex), sys:resume(P), C(log)]),
    p([catch gen_statem:stop(P, {shutdown, asked}, 1000), down(P)]),
    [begin {ok, Q} = gen_statem:start_link(?MODULE, [], []), A = catch gen_statem:call(Q, X, 1000), p({X, plain(A), down(Q)}) end || X <- [{stop, normal}, {stop, why}, {stop_reply, shutdown}, crash, {throw, {keep_state_and_data, []}}, {throw, bad}, {return, nonsense}, {return, {next_state, b}}, {acts, nonsense}, {acts, [{bad, action}]}, {acts, [{reply, x, y}]}, {acts, [{state_timeout, x, y}]}, {acts, [{push_callback_module, 5}]}, {push, no_such_module}, exit]],
    p([gen_statem:start_link(?MODULE, X, []) || X <- [ignore, {stop, r}, {error, r}, raise, odd]]), [receive {'EXIT', _, _} -> ok after 0 -> ok end || _ <- lists:seq(1, 5)], p([element(1, gen_statem:start_monitor(?MODULE, [], [])), catch gen_statem:start({local, 7}, ?MODULE, [], []), element(1, catch gen_statem:start(?MODULE, slow, [{timeout, 5}])), gen_statem:start(?MODULE, [], [{debug, [nonsense]}]) =/= x]), logger:set_handler_config(default, level, Shown).

down(P) -> receive {'EXIT', P, R} -> plain(R) after 500 -> alive end.
plain({'EXIT', {R, {gen_statem, call, _}}}) -> {call, plain(R)}; plain({{R, [{M, F, A, _} | _]}, {gen_statem, call, _}}) -> {R, M, F, A}; plain({R, [{M, F, A, _} | _]}) when is_atom(M), is_list(A) -> {R, M, F, length(A)}; plain({R, [{M, F, A, _} | _]}) when is_atom(M) -> {R, M, F, A}; plain({R, S}) when is_list(S) -> {R, S}; plain(R) -> R.
%% Until so many events were kept.
settle(N) -> case sys:get_state(sgm) of {_, L} when length(L) >= N -> settled; _ -> timer:sleep(1), settle(N) end.
p(T) -> io:format("~0tp~n", [[plain(X) || X <- if is_list(T) -> T; true -> [T] end]]).

callback_mode() -> [handle_event_function, state_enter].
init(ignore) -> ignore; init({stop, R}) -> {stop, R}; init({error, R}) -> {error, R}; init(raise) -> error(raised); init(odd) -> odd; init(slow) -> timer:sleep(1000), {ok, a, []};
init([]) -> {ok, a, [], [{next_event, internal, begun}]}.
handle_event(enter, Old, New, L) -> {keep_state, [{enter, Old, New} | L]};
handle_event({call, F}, state, S, L) -> {keep_state, L, [{reply, F, S}]};
handle_event({call, F}, log, _, L) -> {keep_state, [], [{reply, F, lists:reverse(L)}]};
handle_event({call, F}, {go, S}, _, L) -> {next_state, S, L, [{reply, F, {now, S}}]};
handle_event({call, F}, {again, _}, _, L) -> {repeat_state, L, {reply, F, again}};
handle_event({call, F}, {acts, [{hibernate, false}, postpone]}, _, _) -> {keep_state_and_data, [{reply, F, ok}]};
handle_event({call, F}, {acts, A}, _, _) when is_list(A) -> {keep_state_and_data, [{reply, F, ok} | A]};
handle_event({call, _}, {acts, A}, _, _) -> {keep_state_and_data, A};
handle_event({call, F}, {push, M}, _, L) -> case M of other -> {keep_state, [pushed | L], [{push_callback_module, ?MODULE}, {reply, F, pushed}]}; _ -> {keep_state_and_data, [{push_callback_module, M}, {reply, F, pushed}]} end;
handle_event({call, F}, pop, _, _) -> {keep_state_and_data, [pop_callback_module, {reply, F, popped}]};
handle_event({call, F}, {change, M}, _, _) -> {keep_state_and_data, [{change_callback_module, M}, {reply, F, changed}]};
handle_event({call, F}, {reply_many, N}, _, _) -> gen_statem:reply(F, N), keep_state_and_data;
handle_event({call, _}, {noreply, _}, _, _) -> keep_state_and_data;
handle_event({call, _}, {stop, R}, _, _) -> {stop, R}; handle_event({call, F}, {stop_reply, R}, _, _) -> {stop_and_reply, R, [{reply, F, bye}]};
handle_event({call, _}, crash, _, _) -> error(crashed); handle_event({call, _}, exit, _, _) -> exit(left); handle_event({call, _}, {throw, X}, _, _) -> throw(X); handle_event({call, _}, {return, X}, _, _) -> X;
handle_event(cast, {later, _}, S, _) when S =/= accept -> {keep_state_and_data, postpone};
handle_event(T, C, S, L) -> {keep_state, [{T, C, S} | L]}.
terminate(R, S, _) -> io:format("terminate ~0tp ~0tp~n", [plain(R), S]).
code_change(V, S, L, E) -> {ok, S, [{V, E} | L]}.
format_status(M) -> maps:map(fun(data, _) -> hidden; (_, V) -> V end, M).
