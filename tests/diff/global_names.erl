%% stage: d. Names of module global on one node: registering, clashes, resolving, locks and transactions, servers by {global, Name} and {via, Module, Name}.
-module(global_names).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2, handle_info/2, register_name/2, unregister_name/1, whereis_name/1, send/2, keep_first/3]).

main() -> logger:set_primary_config(level, none), names(), clashes(), locks(), servers(), vias().

p(T) -> io:format("~0tp~n", [T]).
caught(F) -> try F() catch C:R -> {C, R} end.
idle() -> spawn(fun() -> receive stop -> ok end end).
gone(Name) -> case global:whereis_name(Name) of undefined -> gone; _ -> timer:sleep(2), gone(Name) end.

names() ->
    A = idle(), B = idle(),
    p([global:register_name(a, A), global:register_name({any, "term"}, A), global:register_name(a, B), global:whereis_name(a) =:= A, global:whereis_name(none), lists:sort(global:registered_names())]),
    p([global:re_register_name(a, B), global:whereis_name(a) =:= B, global:unregister_name(a), global:unregister_name(a), global:whereis_name(a)]),
    p([caught(fun() -> global:send(none, hello) end), caught(fun() -> global:register_name(x, not_a_pid) end)]),
    global:register_name(b, B),
    exit(B, kill), exit(A, kill),
    p([gone(b), gone({any, "term"}), global:info() =/= x]).

keep_first(_Name, P1, _P2) -> P1.

clashes() ->
    A = idle(), B = idle(),
    p([global:register_name(clash, A, fun ?MODULE:keep_first/3), global:register_name(clash, B, fun ?MODULE:keep_first/3), global:whereis_name(clash) =:= A]),
    p([global:random_notify_name(clash, A, B) =/= x, receive {global_name_conflict, N} -> N after 0 -> none end]),
    p([lists:member(global:random_exit_name(clash, idle(), idle()), [none]), global:notify_all_name(clash, self(), self()), receive {global_name_conflict, N2, P} when P =:= self() -> N2 after 0 -> none end]),
    [exit(P1, kill) || P1 <- [A, B]],
    p(gone(clash)).

locks() ->
    Me = self(),
    p([global:set_lock({resource, Me}), global:set_lock({resource, Me}), global:set_lock({resource, other}, [node()], 0), global:del_lock({resource, Me}), global:set_lock({resource, other}, [node()], 0), global:del_lock({resource, Me})]),
    p([global:set_lock({resource, other}, [node()], 0), global:del_lock({resource, other}), global:set_lock({resource, other}, [node()], 1), global:del_lock({resource, other})]),
    p([global:trans({r, Me}, fun() -> {inside, global:set_lock({r, you}, [node()], 0)} end), global:set_lock({r, you}, [node()], 0), global:trans({r, Me}, fun() -> never end, [node()], 0), global:del_lock({r, you})]),
    p(caught(fun() -> global:trans({r, Me}, fun() -> error(inside) end) end)),
    p(global:set_lock({r, you}, [node()], 0)),
    global:del_lock({r, you}),
    %% Who ends leaves its locks.
    P = spawn(fun() -> global:set_lock({held, self()}), Me ! held, receive stop -> ok end end),
    receive held -> ok end,
    p(global:set_lock({held, Me}, [node()], 0)),
    exit(P, kill),
    p(global:set_lock({held, Me}, [node()], 5)),
    %% Many add to a number under a lock, none is lost.
    T = ets:new(t, [public]),
    ets:insert(T, {n, 0}),
    Ps = [spawn_monitor(fun() -> [global:trans({count, self()}, fun() -> [{n, N}] = ets:lookup(T, n), erlang:yield(), ets:insert(T, {n, N + 1}) end) || _ <- lists:seq(1, 5)] end) || _ <- lists:seq(1, 3)],
    [receive {'DOWN', R, _, _, normal} -> ok end || {_, R} <- Ps],
    p([ets:lookup(T, n), global:del_lock({held, Me})]).

init(State) -> {ok, State}.
handle_call(get, _, S) -> {reply, S, S};
handle_call({put, V}, _, S) -> {reply, S, V};
handle_call(stop, _, S) -> {stop, normal, S, S}.
handle_cast(V, _) -> {noreply, V}.
handle_info(V, _) -> {noreply, {info, V}}.

servers() ->
    {ok, S} = gen_server:start({global, server}, ?MODULE, 1, []),
    p([gen_server:call({global, server}, get), gen_server:cast({global, server}, 2), gen_server:call({global, server}, get), gen_server:start({global, server}, ?MODULE, 3, []) =:= {error, {already_started, S}}]),
    global:send(server, 4),
    p([gen_server:call({global, server}, get), sys:get_state({global, server}), gen_server:stop({global, server}), gone(server)]),
    p([caught(fun() -> gen_server:call({global, server}, get) end), gen_server:cast({global, server}, lost), caught(fun() -> gen_server:stop({global, server}) end)]),
    {ok, E} = gen_event:start({global, events}),
    p([gen_event:which_handlers({global, events}), gen_event:notify({global, events}, x), gen_event:stop({global, events}), is_process_alive(E)]),
    Spec = {{one_for_one, 1, 5}, [{c, {gen_server, start_link, [{global, child}, ?MODULE, c, []]}, permanent, 100, worker, [?MODULE]}]},
    _ = Spec,
    p(gen_server:multi_call([node()], nobody, get)).

%% A registry of our own.
register_name(Name, Pid) -> case get(Name) of undefined -> put(Name, Pid), ets:insert_new(via, {Name, Pid}) andalso yes; _ -> no end.
unregister_name(Name) -> erase(Name), ets:delete(via, Name).
whereis_name(Name) -> case ets:lookup(via, Name) of [{_, P}] -> P; [] -> undefined end.
send(Name, M) -> case whereis_name(Name) of undefined -> exit({badarg, {Name, M}}); P -> P ! M, P end.

vias() ->
    ets:new(via, [named_table, public]),
    {ok, P} = gen_server:start({via, ?MODULE, me}, ?MODULE, via, []),
    p([gen_server:call({via, ?MODULE, me}, get), whereis_name(me) =:= P, gen_server:cast({via, ?MODULE, me}, cast), gen_server:call({via, ?MODULE, me}, {put, x}), gen_server:start({via, ?MODULE, me}, ?MODULE, v, []) =:= {error, {already_started, P}}]),
    p([sys:get_state({via, ?MODULE, me}), gen_server:stop({via, ?MODULE, me}), caught(fun() -> gen_server:call({via, ?MODULE, nobody}, get) end), caught(fun() -> gen_server:call({via, nomod, nobody}, get) end) =/= x]),
    {ok, G} = gen_server:start({via, global, through}, ?MODULE, g, []),
    p([global:whereis_name(through) =:= G, gen_server:call({via, global, through}, stop), gone(through)]) .
