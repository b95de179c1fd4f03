%% stage: d. Calls to a node that is the local one: erpc in all its forms, rpc with its server, spawns and sends to Name@Node.
-module(rpc_local).
-export([main/0, double/1, fail/1, slow/1]).

main() ->
    process_flag(trap_exit, true),
    logger:set_primary_config(level, none),
    true = is_pid(whereis(rex)),
    erpc_calls(), erpc_requests(), erpc_many(), rpc_calls(), sends(), nodes_seen().

p(T) -> io:format("~0tp~n", [T]).
caught(F) -> try F() catch C:R -> {C, strip(R)} end.

%% Without the lines of OTP's own modules.
strip({exception, R, S}) -> {exception, R, [{M, F, arity(A)} || {M, F, A, _} <- S]};
strip(R) -> R.
arity(A) when is_list(A) -> length(A);
arity(A) -> A.

double(X) -> 2 * X.
fail(error) -> error(bad);
fail(exit) -> exit(left);
fail(throw) -> throw(ball).
slow(N) -> receive after N -> slept end.

erpc_calls() ->
    p([erpc:call(node(), ?MODULE, double, [21]), erpc:call(node(), fun() -> here end), erpc:call(node(), ?MODULE, double, [4], infinity)]),
    p([caught(fun() -> erpc:call(node(), ?MODULE, fail, [K]) end) || K <- [error, exit, throw]]),
    p([caught(fun() -> erpc:call(node(), ?MODULE, fail, [K], 1000) end) || K <- [error, exit, throw]]),
    p(caught(fun() -> erpc:call(node(), ?MODULE, slow, [60000], 5) end)),
    p(caught(fun() -> erpc:call(nowhere@nohost, ?MODULE, double, [1]) end)),
    p(caught(fun() -> erpc:call(1, ?MODULE, double, [1]) end)),
    p(caught(fun() -> erpc:call(node(), ?MODULE, double, x) end)),
    p(caught(fun() -> erpc:call(node(), ?MODULE, double, [1], -1) end)),
    p(caught(fun() -> erpc:call(node(), ?MODULE, nothing, [1], 1000) end)),
    p(erpc:cast(node(), erlang, send, [self(), from_cast])),
    p(receive from_cast -> got after 1000 -> none end).

erpc_requests() ->
    R1 = erpc:send_request(node(), ?MODULE, double, [1]),
    R2 = erpc:send_request(node(), fun() -> fail(error) end),
    R3 = erpc:send_request(node(), ?MODULE, slow, [60000]),
    p(erpc:receive_response(R1)),
    p(caught(fun() -> erpc:receive_response(R2, 1000) end)),
    p(erpc:wait_response(R3, 5)),
    p(caught(fun() -> erpc:receive_response(R3, 5) end)),
    p(caught(fun() -> erpc:receive_response(R3, 5) end)),
    R4 = erpc:send_request(node(), ?MODULE, double, [4]),
    p(receive M -> erpc:check_response(M, R4) after 1000 -> none end),
    p(erpc:check_response(unrelated, erpc:send_request(node(), ?MODULE, slow, [1]))),
    Ids = lists:foldl(fun(N, Ids) -> erpc:send_request(node(), ?MODULE, double, [N], {label, N}, Ids) end, erpc:reqids_new(), [1, 2, 3]),
    p(erpc:reqids_size(Ids)),
    p(lists:sort(collect(Ids))).

collect(Ids) ->
    case erpc:receive_response(Ids, 1000, true) of
        no_request -> [];
        {Result, Label, Rest} -> [{Label, Result} | collect(Rest)]
    end.

erpc_many() ->
    p(erpc:multicall([node(), node()], ?MODULE, double, [5])),
    p([strip_many(R) || R <- erpc:multicall([node(), nowhere@nohost], ?MODULE, fail, [error])]),
    p(erpc:multicall([node()], ?MODULE, slow, [60000], 5)),
    p(erpc:multicast([node(), node()], erlang, send, [self(), many])),
    p([receive many -> m after 1000 -> none end || _ <- [1, 2]]).

strip_many({C, R}) -> {C, strip(R)}.

rpc_calls() ->
    p([rpc:call(node(), ?MODULE, double, [3]), rpc:call(node(), ?MODULE, double, [3], 1000), rpc:block_call(node(), ?MODULE, double, [4]), rpc:block_call(node(), ?MODULE, double, [4], 1000)]),
    p([short(rpc:call(node(), ?MODULE, fail, [K])) || K <- [error, exit, throw]]),
    p([short(rpc:block_call(node(), ?MODULE, fail, [K])) || K <- [error, exit, throw]]),
    p([rpc:call(node(), ?MODULE, slow, [60000], 5), rpc:call(nowhere@nohost, ?MODULE, double, [1])]),
    p(rpc:multicall([node(), nowhere@nohost], ?MODULE, double, [7])),
    Key = rpc:async_call(node(), ?MODULE, double, [8]),
    p(rpc:yield(Key)),
    Slow = rpc:async_call(node(), ?MODULE, slow, [60000]),
    p(rpc:nb_yield(Slow, 1)),
    p(rpc:pmap({?MODULE, double}, [], [1, 2, 3])),
    p(rpc:parallel_eval([{?MODULE, double, [N]} || N <- [4, 5]])),
    p(rpc:cast(node(), erlang, send, [self(), cast])),
    p(receive cast -> got after 1000 -> none end),
    register(answers, spawn(fun Loop() -> receive {From, Q} -> From ! {answers, node(), {answer, Q}}, Loop() end end)),
    p(rpc:server_call(node(), answers, answers, question)),
    p(rpc:multi_server_call([node()], answers, question)),
    exit(whereis(answers), kill),
    p(is_pid(rpc:pinfo(self()) =/= undefined andalso self())).

short({badrpc, {'EXIT', {R, [{M, F, A, _} | _]}}}) -> {badrpc, {'EXIT', {R, {M, F, A}}}};
short(R) -> R.

sends() ->
    Me = self(),
    register(me, Me),
    p([{me, node()} ! a, erlang:send({me, node()}, b, [noconnect]), erlang:send({me, node()}, c, [nosuspend]), erlang:send(Me, d, [noconnect, nosuspend]), erlang:send(me, e, []), erlang:send({nobody, node()}, f, [noconnect])]),
    p([receive M -> M after 0 -> none end || _ <- [1, 2, 3, 4, 5, 6]]),
    p([caught(fun() -> erlang:send(Me, x, O) end) || O <- [[other], bad, [noconnect | nosuspend]]]),
    p([erlang:send({nobody, nowhere@nohost}, x, [noconnect]), erlang:send_nosuspend(Me, g), erlang:send_nosuspend(Me, h, [noconnect])]),
    p([receive M -> M after 0 -> none end || _ <- [1, 2]]),
    p([spawn_request(node(), fun() -> Me ! spawned end, [{reply_tag, tag}, monitor]) =/= 0]),
    p(receive {tag, _, ok, P} when is_pid(P) -> ok after 1000 -> none end),
    p(receive spawned -> ok after 1000 -> none end),
    p(receive {'DOWN', _, process, _, Why} -> Why after 1000 -> none end),
    Q = spawn_request(nowhere@nohost, fun() -> x end, []),
    p(receive {spawn_reply, Q, error, E} -> E after 1000 -> none end),
    p([is_pid(spawn(node(), fun() -> ok end)), tuple_size(spawn_monitor(node(), fun() -> ok end))]),
    p(receive {'DOWN', _, process, _, W} -> W after 1000 -> none end),
    p(caught(fun() -> spawn_monitor(nowhere@nohost, fun() -> ok end) end)),
    p(is_pid(spawn(nowhere@nohost, fun() -> ok end))),
    p([is_reference(erts_internal:dist_spawn_request(nowhere@nohost, {m, f, []}, [{reply, no}], spawn_request)), erts_internal:dist_spawn_request(nowhere@nohost, x, [], spawn_request)]),
    unregister(me).

nodes_seen() ->
    p([nodes(), nodes(this), nodes([this, visible]), nodes(connected), nodes(hidden), is_alive(), node(self()), node(make_ref())]),
    p([caught(fun() -> monitor_node(N, B) end) || N <- [node(), nowhere@nohost, 1], B <- [true, false, x]]),
    p([caught(fun() -> erlang:monitor_node(N, true, O) end) || N <- [node(), nowhere@nohost], O <- [[], [allow_passive_connect], [x], x]]),
    p([erlang:disconnect_node(node()), net_kernel:connect_node(node()), net_adm:ping(node()), net_adm:ping(nowhere@nohost)]),
    p([caught(fun() -> nodes(x) end), caught(fun() -> erlang:disconnect_node(1) end), erlang:get_cookie()]).
