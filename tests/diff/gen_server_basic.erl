%% stage: d. OTP's gen_server: call, cast, info, delayed reply, names, state, terminate, and what callers see of it.
-module(gen_server_basic).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

main() ->
    {ok, P} = gen_server:start_link(?MODULE, [{a, 1}], []),
    p(gen_server:call(P, {get, a})), p(gen_server:call(P, {put, b, 2})), p(gen_server:cast(P, {put, c, 3})), p(gen_server:call(P, all)), p(gen_server:call(P, {get, zz}, 1000)),
    P ! {info, self()}, p(receive {seen, X} -> X end), p(gen_server:call(P, later)), p(gen_server:call(P, {compute, fun(S) -> map_size(S) end})),
    p(lists:sort(maps:to_list(sys:get_state(P)))), sys:replace_state(P, fun(S) -> S#{replaced => yes} end), p(gen_server:call(P, {get, replaced})),
    p([gen_server:call(P, {incr, n}) || _ <- lists:seq(1, 10)]), p(gen_server:call(P, who_calls) =:= self()),
    p(gen_server:stop(P)), p(is_process_alive(P)), p(receive {terminated, R, S} -> {R, S} end),
    names(), many(), starts().

p(T) -> io:format("~p~n", [T]).

names() ->
    {ok, P} = gen_server:start_link({local, kv}, ?MODULE, [], []), p(whereis(kv) =:= P), p(gen_server:call(kv, {put, x, 1})), p(gen_server:call({kv, node()}, {get, x})), gen_server:cast(kv, {put, y, 2}), p(gen_server:call(kv, all)),
    {error, {already_started, Q}} = gen_server:start_link({local, kv}, ?MODULE, [], []), p(Q =:= P),
    p(gen_server:stop(kv, normal, 1000)), receive {terminated, _, _} -> ok end, p(catch_exit(fun() -> gen_server:call(kv, all) end)), p(gen_server:cast(kv, ignored)).

many() ->
    Ps = [begin {ok, P} = gen_server:start(?MODULE, [{id, I}], []), P end || I <- lists:seq(1, 20)],
    p([gen_server:call(P, {get, id}) || P <- Ps]), [gen_server:cast(P, {incr, id}) || P <- Ps], p(lists:sum([element(2, gen_server:call(P, {get, id})) || P <- Ps])), [gen_server:stop(P) || P <- Ps], p([X || X <- Ps, is_process_alive(X)]),
    Me = self(), {ok, S} = gen_server:start(?MODULE, [{n, 0}], []), Cs = [spawn(fun() -> [gen_server:call(S, {incr, n}) || _ <- lists:seq(1, 10)], Me ! {done, self()} end) || _ <- lists:seq(1, 5)], [receive {done, C} -> ok end || C <- Cs], p(gen_server:call(S, {get, n})), gen_server:stop(S),
    {ok, A} = gen_server:start(?MODULE, [{k, v}], []), Req = gen_server:send_request(A, {get, k}), p(gen_server:wait_response(Req, 1000)), p(gen_server:reply({self(), tag}, direct)), p(receive {tag, D} -> D end), gen_server:stop(A).

%% The caller learns why before the process ends (init_ack), so each EXIT is awaited before the next process starts.
starts() -> process_flag(trap_exit, true), [p({gen_server:start_link(?MODULE, Arg, []), receive {'EXIT', _, Why} -> Why end}) || Arg <- [ignore, {stop, reason}, bad_return]], p(case gen_server:start(?MODULE, crash, []) of {error, {R, [_ | _]}} -> R end), p(catch_exit(fun() -> gen_server:call(self(), x) end)), p(flush()).

flush() -> receive {'EXIT', _, R} -> [R | flush()]; {terminated, _, _} -> flush() after 0 -> [] end.
catch_exit(F) -> try F() catch exit:{R, {M, Fn, _}} -> {R, M, Fn} end.

init(ignore) -> ignore;
init({stop, R}) -> {stop, R};
init(bad_return) -> nonsense;
init(crash) -> error(init_crash);
init(Pairs) -> {ok, maps:from_list(Pairs)}.

handle_call({get, K}, _, S) -> {reply, maps:find(K, S), S};
handle_call({put, K, V}, _, S) -> {reply, ok, S#{K => V}};
handle_call({incr, K}, _, S) -> N = maps:get(K, S, 0) + 1, {reply, N, S#{K => N}};
handle_call(all, _, S) -> {reply, lists:sort(maps:to_list(S)), S};
handle_call({compute, F}, _, S) -> {reply, F(S), S};
handle_call(who_calls, {Pid, _}, S) -> {reply, Pid, S};
handle_call(later, From, S) -> self() ! {reply_to, From}, {noreply, S}.

handle_cast({put, K, V}, S) -> {noreply, S#{K => V}};
handle_cast({incr, K}, S) -> {noreply, maps:update_with(K, fun(N) -> N + 1 end, S)}.

handle_info({info, From}, S) -> From ! {seen, lists:sort(maps:keys(S))}, {noreply, S};
handle_info({reply_to, From}, S) -> gen_server:reply(From, {later, map_size(S)}), {noreply, S}.

terminate(Reason, S) ->
    case get('$ancestors') of [Parent | _] when is_pid(Parent) -> Parent ! {terminated, Reason, map_size(S)}; _ -> ok end.
