%% stage: d. gen_server as sys and logs see it: status through format_status/1, states replaced by funs that fail, the words of its reports on each kind of end, continues in chains and before messages, hibernation between casts, events as they are traced, starts with monitor and by enter_loop, several names.
-module(otp_server_status).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2, format_status/1, log/2, become/1]).

main() ->
    process_flag(trap_exit, true),
    {ok, #{level := Shown}} = logger:get_handler_config(default), logger:set_handler_config(default, level, none),
    Primary = logger:get_primary_config(), logger:set_primary_config(level, notice),
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => self(), filter_default => log}),
    status(), replaced(), continues(), asleep(), traced(), ends(), clients(), starts(), entered(), abcast(), collected(),
    ok = logger:remove_handler(?MODULE),
    logger:set_primary_config(Primary), logger:set_handler_config(default, level, Shown),
    process_flag(trap_exit, false), p(flush()), p(whereis(otp_server)).

p(T) -> io:format("~0tp~n", [T]).
flush() -> receive M -> [M | flush()] after 0 -> [] end.
bare({R, [{M, F, A, _} | _]}) when is_atom(M) -> {R, M, F, if is_list(A) -> length(A); true -> A end};
bare(R) -> R.
caught(F) -> try F() catch C:{R, {M, Fn, _}} when is_atom(M) -> {C, bare(R), M, Fn}; C:R -> {C, bare(R)} end.
start(S) -> {ok, P} = gen_server:start({local, otp_server}, ?MODULE, S, []), P.

log(#{level := L, msg := {report, #{label := {gen_server, terminate}, name := otp_server} = R}}, #{config := To}) ->
    #{reason := Why} = R, Short = R#{reason := bare(Why), client_info := undefined},
    To ! {report, L, lists:sort(maps:keys(R)), [maps:get(K, Short) || K <- [last_message, reason, state, log]], [lists:flatten(gen_server:format_log(Short, O)) || O <- [#{single_line => true, depth => 12}, #{single_line => false, depth => 30, chars_limit => 400}]]};
log(#{level := L, msg := {report, #{label := {gen_server, no_handle_info}} = R}}, #{config := To}) -> To ! {report, L, maps:get(message, R)};
log(_, _) -> ok.
report() -> receive {report, L, Keys, Values, Lines} -> p({L, Keys}), p(Values), [io:format("~ts~n", [X]) || X <- Lines], ok after 0 -> p(no_report) end.

init({continue, L}) -> {ok, [], {continue, L}};
init({hibernate, S}) -> {ok, S, hibernate};
init({stop, R}) -> {stop, R};
init({raise, R}) -> error(R);
init({value, V}) -> V;
init(S) -> {ok, S}.
handle_continue([X | L], S) -> {noreply, [X | S], {continue, L}};
handle_continue([], S) -> {noreply, [continued | S]};
handle_continue({tell, To}, S) -> To ! {state, S}, {noreply, S};
handle_continue(sleep, S) -> {noreply, S, hibernate};
handle_continue(crash, _) -> error(in_continue);
handle_continue({stop, R}, S) -> {stop, R, S}.
handle_call(get, _, S) -> {reply, S, S};
handle_call({both, X}, From, S) -> gen_server:reply(From, early), {noreply, S, {continue, X}};
handle_call({do, F}, From, S) -> F(From, S);
handle_call(raise, _, _) -> error({call, "failed"}).
handle_cast({do, F}, S) -> F(S);
handle_cast(sleep, S) -> {noreply, S, hibernate};
handle_cast(X, S) -> {noreply, [X | S]}.
handle_info({do, F}, S) -> F(S);
handle_info(X, S) -> {noreply, [{info, X} | S]}.
terminate(_, bad_end) -> error(in_terminate);
terminate(R, {tells, To}) -> To ! {terminate, bare(R)};
terminate(_, _) -> ok.
format_status(#{state := no_format}) -> error(cannot);
format_status(#{state := odd}) -> odd;
format_status(Status) -> maps:map(fun(state, S) -> {shown, S}; (message, M) -> {message, case M of {do, F} when is_function(F) -> do; _ -> M end}; (reason, R) -> bare(R); (log, L) -> [logged || _ <- L]; (_, V) -> V end, Status).

status() ->
    P = start([a]),
    {status, P, {module, gen_server}, [D, running, Parent, Debug, Misc]} = sys:get_status(otp_server),
    p({lists:sort([K || {K, _} <- D]), Parent =:= P, Debug, [case X of {header, H} -> {header, lists:flatten(H)}; {data, [{"Status", S} | L]} -> {S, [K || {K, _} <- L]}; {data, L} -> {data, L}; O -> O end || X <- Misc]}),
    sys:log(P, true), gen_server:call(P, get), sys:suspend(P),
    {status, _, _, [_, S2, _, D2, M2]} = sys:get_status(P), p({S2, [element(1, X) || X <- D2], [X || {data, [{"State", X}]} <- M2], [X || {data, [{"Status", _} | _] = L} <- M2, {"Logged events", X} <- L]}),
    sys:resume(P),
    [begin sys:replace_state(P, fun(_) -> S end), {status, _, _, [_, _, _, _, M3]} = sys:get_status(P), p([X || {data, [{"State", _} | _] = X} <- M3]) end || S <- [no_format, odd, fine]],
    p([sys:get_state(P), gen_server:stop(P)]).

replaced() ->
    P = start(1),
    p([sys:replace_state(P, fun(N) -> N + 1 end), sys:replace_state(P, fun(N) -> {N, x} end, 5000), sys:get_state(P, 5000), gen_server:call(P, get)]),
    p([caught(fun() -> sys:replace_state(P, F) end) || F <- [fun(_) -> throw(no) end, fun(_) -> exit(no) end, fun({_, y}) -> ok end, fun(A, B) -> A + B end]]),
    p([gen_server:call(P, get), gen_server:stop(P)]).

%% A continue comes before all that waits.
continues() ->
    {ok, P} = gen_server:start(?MODULE, {continue, [1, 2, 3]}, []),
    gen_server:cast(P, x), p(gen_server:call(P, get)),
    Me = self(),
    [P ! M || M <- [{do, fun(S) -> Me ! {first, S}, receive wait -> ok end, {noreply, [], {continue, [c1, c2]}} end}, between]], gen_server:cast(P, {do, fun(S) -> {noreply, [cast | S], {continue, {tell, Me}}} end}), P ! wait,
    p([receive {first, S} -> S end, receive {state, S2} -> S2 end, gen_server:call(P, {both, {tell, Me}}), receive {state, S3} -> S3 end]),
    MP = monitor(process, P), p(caught(fun() -> gen_server:call(P, {do, fun(_, S) -> {reply, last, S, {continue, {stop, {shutdown, told}}}} end}) end)), p(receive {'DOWN', MP, _, _, WP} -> WP end),
    [begin {ok, Q} = gen_server:start({local, otp_server}, ?MODULE, [s], []), M = monitor(process, Q), gen_server:cast(Q, {do, fun(S) -> {noreply, S, {continue, X}} end}), p({X, receive {'DOWN', M, _, _, R} -> bare(R) end}), report() end || X <- [crash, {stop, normal}, {stop, odd}, nobody_handles_this]].

%% Messages wake it, and it sleeps again.
asleep() ->
    {ok, P} = gen_server:start(?MODULE, {hibernate, []}, []),
    p([asleep(P), gen_server:call(P, get), [begin gen_server:cast(P, X), gen_server:cast(P, sleep), asleep(P) end || X <- [1, 2, 3]], gen_server:call(P, get), gen_server:call(P, {do, fun(_, S) -> {reply, ok, S, {continue, sleep}} end}), asleep(P)]),
    p([sys:get_state(P), asleep(P), sys:suspend(P), sys:replace_state(P, fun(S) -> [new | S] end), sys:resume(P), asleep(P), gen_server:call(P, get), gen_server:stop(P)]).
asleep(P) -> asleep(P, 5000).
asleep(_, 0) -> awake;
asleep(P, N) -> case process_info(P, current_function) of {_, {erlang, hibernate, 3}} -> asleep; _ -> timer:sleep(1), asleep(P, N - 1) end.

traced() ->
    P = start([]), sys:trace(P, true),
    gen_server:cast(P, a_cast), P ! a_message, gen_server:cast(P, {do, fun(S) -> {noreply, S, 1000000} end}) =:= ok andalso sys:trace(P, false),
    sys:log(P, true), gen_server:cast(P, b), P ! c, gen_server:call(P, {both, [x, y]}),
    p([case E of {in, {'$gen_call', _, R}} -> {in_call, element(1, R)}; {in, {'$gen_cast', R}} -> {in_cast, R}; {noreply, S} -> {noreply, S}; {continue, C} -> {continue, C}; X -> X end || E <- element(2, sys:log(P, get))]),
    p([gen_server:call(P, get), gen_server:stop(P)]).

ends() ->
    [begin
         P = start(S), M = monitor(process, P),
         p({element(1, {What}), case caught(fun() -> case Say of {call, F} -> gen_server:call(P, {do, F}); {cast, F} -> gen_server:cast(P, {do, F}); {info, F} -> P ! {do, F}, sent; stop -> gen_server:stop(P); {stop, R} -> gen_server:stop(P, R, 5000); exit -> exit(P, from_outside) end end) of {error, {callback_failed, _, _}} -> failed; Said -> Said end}),
         p({What, receive {'DOWN', M, _, _, R} -> bare(R) end, [X || {terminate, X} <- tells()]}), report()
     end || {What, S, Say} <- [
         {call_error, [1], {call, fun(_, _) -> error(oops) end}}, {call_exit, [2], {call, fun(_, _) -> exit({bye, "now"}) end}}, {call_bad, [3], {call, fun(_, _) -> {bad, value} end}}, {call_throw, [4], {call, fun(_, S) -> throw({stop, {thrown, x}, answer, S}) end}}, {call_stop, {tells, self()}, {call, fun(_, S) -> {stop, normal, answer, S} end}},
         {cast_error, {tells, self()}, {cast, fun(_) -> hd([]) end}}, {cast_shutdown, [5], {cast, fun(S) -> {stop, {shutdown, fine}, S} end}}, {cast_stop, no_format, {cast, fun(S) -> {stop, odd_reason, S} end}}, {info_throw, odd, {info, fun(_) -> throw(not_a_return) end}}, {info_undef, [6], {info, fun(_) -> no_module_of_this_name:f(1, 2) end}},
         {bad_terminate, bad_end, stop}, {stop_odd, {tells, self()}, {stop, {odd, [stop]}}}, {exit, [7], exit}]].
tells() -> receive {terminate, _} = T -> [T | tells()] after 0 -> [] end.

%% What the caller of a server that ends is told.
clients() ->
    [begin
         P = start([]), M = monitor(process, P),
         p({N, caught(fun() -> gen_server:call(To, {do, F}, 5000) end), receive {'DOWN', M, _, _, R} -> bare(R) end}), flush()
     end || {N, F, To} <- [{1, fun(_, _) -> exit(normal) end, otp_server}, {2, fun(_, S) -> {stop, shutdown, S} end, otp_server}, {3, fun(_, S) -> {stop, normal, said, S} end, {otp_server, node()}}, {4, fun(From, S) -> gen_server:reply(From, first), {stop, {shutdown, late}, S} end, otp_server}]],
    p([caught(fun() -> gen_server:call(X, q) end) || X <- [otp_server, {global, otp_server}, {otp_server, node()}]]), p(caught(fun() -> gen_server:call(self(), q) end)), p([gen_server:cast(X, q) || X <- [otp_server, {global, otp_server}, {otp_server, 'no@where'}]]).

starts() ->
    p([case gen_server:start(?MODULE, A, []) of {ok, P} -> gen_server:stop(P); {error, R} -> {error, bare(R)}; X -> X end || A <- [{stop, why}, {stop, normal}, {raise, r}, {value, ignore}, {value, nonsense}, {value, {error, e}}, {value, {ok, s, 1000000}}, {value, {ok, s, {continue, []}, x}}]]),
    {ok, {P, M}} = gen_server:start_monitor({local, otp_server}, ?MODULE, [], []), p([gen_server:stop(otp_server, {shutdown, s}, 5000), receive {'DOWN', M, process, P, R} -> R end]),
    P2 = start([]), p([case gen_server:F({local, otp_server}, ?MODULE, [], []) of {error, {already_started, P2}} -> already; {{error, {already_started, P2}}, _} -> already; {error, X} -> X end || F <- [start, start_link]]), p(gen_server:stop(P2)),
    p([caught(fun() -> gen_server:start(N, ?MODULE, [], []) end) || N <- [{local, "x"}, name, {via, 5, x}]]), flush(),
    {ok, G} = gen_server:start({global, {otp, server}}, ?MODULE, [g], []), p([gen_server:call({global, {otp, server}}, get), gen_server:cast({global, {otp, server}}, x), gen_server:call({via, global, {otp, server}}, get), gen_server:stop({global, {otp, server}}), is_process_alive(G)]).

entered() ->
    {ok, P} = proc_lib:start(?MODULE, become, [named]), p([gen_server:call(otp_server, get), gen_server:cast(P, x), gen_server:call(P, get), sys:get_state(P), gen_server:stop(otp_server)]),
    {ok, Q} = proc_lib:start(?MODULE, become, [continue]), p([gen_server:call(Q, get), gen_server:stop(Q)]),
    p([begin {ok, B} = proc_lib:start(?MODULE, become, [X]), M = monitor(process, B), B ! go, receive {'DOWN', M, _, _, R} -> bare(R) end end || X <- [unnamed, bad]]).
become(named) -> register(otp_server, self()), proc_lib:init_ack({ok, self()}), gen_server:enter_loop(?MODULE, [], [became], {local, otp_server});
become(continue) -> proc_lib:init_ack({ok, self()}), gen_server:enter_loop(?MODULE, [], [], {continue, [z, y]});
become(unnamed) -> proc_lib:init_ack({ok, self()}), receive go -> ok end, gen_server:enter_loop(?MODULE, [], [], {local, otp_server});
become(bad) -> proc_lib:init_ack({ok, self()}), receive go -> ok end, gen_server:enter_loop(?MODULE, [], [], {local, 5}).

abcast() ->
    P = start([]), p([gen_server:abcast(otp_server, m1), gen_server:abcast([node(), 'no@where'], otp_server, m2), sys:get_state(P)]),
    p(case gen_server:multi_call([node()], otp_server, get) of {[{N, S}], Bad} -> {N =:= node(), S, Bad} end), p(case gen_server:multi_call([node()], nobody_of_this_name, get) of {[], B} -> B =:= [node()] end), p(gen_server:stop(P)).

collected() ->
    P = start([]), Me = self(),
    Cs = lists:foldl(fun(I, C) -> gen_server:send_request(P, {do, fun(From, S) -> {noreply, [{I, From} | S]} end}, I, C) end, gen_server:reqids_new(), [1, 2, 3, 4]),
    p([gen_server:reqids_size(Cs), case gen_server:reqids_to_list(Cs) of L -> lists:sort([I || {_, I} <- L]) end]),
    gen_server:cast(P, {do, fun(S) -> [gen_server:reply(F, I * 10) || {I, F} <- lists:sort(S)], Me ! replied, {noreply, S} end}), receive replied -> ok end,
    p(collect(Cs)), p(gen_server:stop(P)).
collect(C) -> case gen_server:wait_response(C, 5000, true) of {{reply, R}, L, C2} -> [{L, R} | collect(C2)]; X -> [X] end.
