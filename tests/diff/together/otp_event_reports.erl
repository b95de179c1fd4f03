%% stage: d. gen_event when handlers fail: what is reported of each kind of failure and in which words, what the owner of a supervised handler is told, owners that die, swaps that fail half way, states shown by format_status, requests in collections, the manager's end.
-module(otp_event_reports).
-behaviour(gen_event).
-export([main/0, init/1, handle_event/2, handle_call/2, handle_info/2, terminate/2, format_status/1, log/2]).

main() ->
    process_flag(trap_exit, true),
    {ok, #{level := Shown}} = logger:get_handler_config(default), logger:set_handler_config(default, level, none),
    Primary = logger:get_primary_config(), logger:set_primary_config(level, notice),
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => self(), filter_default => log}),
    failing(), supervised(), owners(), swaps(), ends(), collections(), order(), names(),
    ok = logger:remove_handler(?MODULE),
    logger:set_primary_config(Primary), logger:set_handler_config(default, level, Shown),
    process_flag(trap_exit, false), flush(), p(whereis(otp_events)).

p(T) -> io:format("~0tp~n", [T]).
flush() -> receive M -> [M | flush()] after 0 -> [] end.
start() -> {ok, E} = gen_event:start({local, otp_events}), E.
which(E) -> [H || H <- gen_event:which_handlers(E)].
bare({'EXIT', R}) -> {'EXIT', bare(R)};
bare({R, [{M, F, A, _} | _]}) when is_atom(M) -> {R, M, F, if is_list(A) -> length(A); true -> A end};
bare({error, R}) -> {error, bare(R)};
bare({return, X}) -> {return, X};
bare(R) -> R.

%% Only what gen_event says: the report, its lines in two forms and the one that error_logger had.
log(#{level := L, msg := {report, #{label := {gen_event, terminate}, name := otp_events} = R}}, #{config := To}) ->
    To ! {report, {L, [{K, case K of reason -> bare(V); handler -> V; _ -> V end} || {K, V} <- lists:sort(maps:to_list(maps:without([label, process_label], R)))], [line(R, O) || O <- [#{single_line => true, depth => 30}, #{single_line => true, depth => 8, chars_limit => 150}]]}};
log(#{level := L, msg := {report, #{label := {gen_event, no_handle_info}} = R}}, #{config := To}) -> To ! {report, {L, lists:sort(maps:to_list(maps:without([label], R)))}};
log(_, _) -> ok.
line(#{reason := _} = R, O) -> {F, A} = gen_event_text(R, O), case string:split(lists:flatten(io_lib:format(F, A)), " at ") of [T | _] -> T end.
gen_event_text(R, O) -> try {"~ts", [gen_event:format_log(R#{reason => bare(maps:get(reason, R))}, O)]} catch C:E -> {"~0tp", [{C, bare(E)}]} end.
reports() -> receive {report, R} -> [R | reports()] after 0 -> [] end.

init({fails, R}) -> {error, R};
init(crash) -> error(in_init);
init(bad) -> nonsense;
init({sleeping, S}) -> {ok, S, hibernate};
init({{takes, S}, Left}) -> {ok, {took, S, Left}};
init({{refuses, R}, _}) -> {error, R};
init({crash, Left}) -> error({init_after, Left});
init(S) -> {ok, S}.

handle_event({to, Who, What}, Who) -> act(What, Who);
handle_event({all, What}, S) -> act(What, S);
handle_event({tell, To, X}, S) -> To ! {S, X}, {ok, S};
handle_event(_, S) -> {ok, S}.
act(error, _) -> error(oops);
act(exit, _) -> exit({gone, [1]});
act(throw, S) -> throw({ok, {thrown, S}});
act(badthrow, _) -> throw(away);
act(bad, _) -> {not_what, is, asked};
act(clause, S) -> (fun(x) -> ok end)(S);
act(remove, _) -> remove_handler;
act({swap, A1, New, A2}, S) -> {swap_handler, A1, S, New, A2};
act(undef, _) -> no_module_of_this_name:f(x);
act(sleep, S) -> {ok, S, hibernate}.
handle_call({reply, X}, S) -> {ok, {S, X}, S};
handle_call({do, What}, S) -> act(What, S);
handle_call({remove, X}, _) -> {remove_handler, X};
handle_call({swap, X, New, A2}, S) -> {swap_handler, X, leaving, S, New, A2};
handle_call(sleep, S) -> {ok, slept, S, hibernate}.
handle_info({do, What}, S) -> act(What, S);
handle_info({'EXIT', _, R}, {watch, To}) -> To ! {watched, R}, {ok, {watch, To}};
handle_info(_, S) -> {ok, S}.
terminate(_, dies) -> error(in_terminate);
terminate(R, {tells, To}) -> To ! {terminate, bare(R)}, told;
terminate(R, S) -> {left, bare(R), S}.
format_status(#{state := S} = St) -> maps:map(fun(state, _) -> {shown, S}; (message, M) -> {hidden, element(1, M)}; (reason, R) -> bare(R); (_, V) -> V end, St).

failing() ->
    E = start(),
    p([bare(gen_event:add_handler(E, {?MODULE, x}, A)) || A <- [{fails, why}, crash, bad, {sleeping, s}]]),
    p(gen_event:add_handler(E, {?MODULE, x}, again)), p(bare(gen_event:add_handler(E, no_module_of_this_name, x))), p(which(E)), p(reports()),
    [begin
         ok = gen_event:add_handler(E, {?MODULE, What}, {h, What}),
         gen_event:sync_notify(E, {to, {h, What}, What}),
         p({event, What, which(E)}), p(reports())
     end || What <- [error, exit, throw, badthrow, bad, clause, undef, remove, sleep]],
    [begin
         gen_event:add_handler(E, {?MODULE, c}, state),
         p({call, What, bare(gen_event:call(E, {?MODULE, c}, {do, What})), which(E)}), p([element(2, R) || R <- reports()] =/= [])
     end || What <- [error, exit, bad]],
    [begin
         gen_event:add_handler(E, {?MODULE, i}, state), E ! {do, What},
         p({info, What, which(E), length(reports())}), gen_event:delete_handler(E, {?MODULE, i}, x)
     end || What <- [exit, badthrow, remove]],
    p(gen_event:add_handler(E, {?MODULE, x}, again)), p([gen_event:call(E, {?MODULE, x}, R) || R <- [{reply, 1}, sleep, {remove, last_word}]]), p(bare(gen_event:call(E, {?MODULE, x}, late))),
    gen_event:add_handler(E, {?MODULE, t}, dies), p(bare(gen_event:delete_handler(E, {?MODULE, t}, args))), p(length(reports())),
    p(gen_event:stop(E)).

supervised() ->
    E = start(),
    [begin
         ok = gen_event:add_sup_handler(E, {?MODULE, What}, {s, What}),
         gen_event:sync_notify(E, {to, {s, What}, What}),
         p({What, [{H, bare(R)} || {gen_event_EXIT, H, R} <- flush()], which(E)})
     end || What <- [error, exit, bad, remove, {swap, a1, {?MODULE, other}, {takes, new}}]],
    p([gen_event:call(E, {?MODULE, other}, {reply, 1}), gen_event:delete_handler(E, {?MODULE, other}, bye), flush()]),
    ok = gen_event:add_sup_handler(E, {?MODULE, last}, {tells, self()}), p(gen_event:stop(E, {shutdown, all}, 5000)), p(flush()).

%% A supervised handler goes when its owner does.
owners() ->
    E = start(), Me = self(),
    ok = gen_event:add_handler(E, {?MODULE, w}, {watch, Me}),
    [begin
         {P, M} = spawn_monitor(fun() -> ok = gen_event:add_sup_handler(E, {?MODULE, own}, {tells, Me}), Me ! added, receive die -> exit(How) end end),
         receive added -> ok end, P ! die, receive {'DOWN', M, _, _, _} -> ok end,
         p({How, receive {terminate, R} -> R end, which(E)})
     end || How <- [normal, crashed, kill]],
    {P, M} = spawn_monitor(fun() -> [gen_event:add_sup_handler(E, {?MODULE, N}, {tells, Me}) || N <- [1, 2, 3]], gen_event:delete_handler(E, {?MODULE, 2}, x), exit(several) end),
    receive {'DOWN', M, _, P, _} -> ok end,
    p(lists:sort([receive {terminate, R} -> R end || _ <- [1, 2, 3]])), p(which(E)), p(flush()), p(gen_event:stop(E)).

swaps() ->
    E = start(),
    [begin
         gen_event:add_handler(E, {?MODULE, a}, old),
         p({New, bare(gen_event:swap_handler(E, {{?MODULE, Old}, args}, {{?MODULE, b}, New})), which(E), case gen_event:call(E, {?MODULE, b}, {reply, r}) of {error, _} = X -> X; R -> R end, gen_event:delete_handler(E, {?MODULE, b}, done)}),
         [gen_event:delete_handler(E, H, clean) || H <- which(E)]
     end || {Old, New} <- [{a, {takes, 1}}, {none, {takes, 2}}, {a, {refuses, why}}, {a, crash}]],
    p([length(reports()), gen_event:add_handler(E, {?MODULE, a}, from), gen_event:call(E, {?MODULE, a}, {swap, swapped, {?MODULE, c}, {takes, by_call}}), gen_event:call(E, {?MODULE, c}, {reply, ok}), which(E)]),
    p([gen_event:swap_sup_handler(E, {{?MODULE, c}, x}, {{?MODULE, d}, {takes, sup}}), gen_event:delete_handler(E, {?MODULE, d}, now), flush()]),
    p([gen_event:add_handler(E, {?MODULE, e}, dies), gen_event:add_handler(E, {?MODULE, f}, fine), bare(gen_event:swap_handler(E, {{?MODULE, e}, x}, {{?MODULE, f}, {takes, y}})), which(E)]),
    p(length(reports())), p(gen_event:stop(E)), p(receive {'EXIT', E, W} -> W after 1000 -> none end).

ends() ->
    [begin
         {ok, E} = gen_event:start_link({local, otp_events}, [{debug, [statistics]}]),
         ok = gen_event:add_handler(E, {?MODULE, t}, {tells, self()}), ok = gen_event:add_sup_handler(E, {?MODULE, u}, quiet),
         Out = case How of stop -> catch gen_event:stop(E, Why, 5000); exit -> exit(E, Why); info -> {status, _, {module, M}, [_, S, _, _, Misc]} = sys:get_status(E), p({M, S, [{K, V} || {data, [{K, V} | _]} <- Misc, is_list(K)] =/= [], sys:get_state(E)}), exit(E, Why) end,
         p({How, Why, bare(Out), receive {'EXIT', E, R} -> bare(R) end, flush()})
     end || {How, Why} <- [{stop, normal}, {stop, shutdown}, {exit, shutdown}, {exit, {odd, reason}}, {info, killed}]],
    {ok, K} = gen_event:start_link(), ok = gen_event:add_handler(K, {?MODULE, t}, {tells, self()}), exit(K, kill), p({receive {'EXIT', K, R} -> R end, flush()}),
    p([catch_it(fun() -> gen_event:F(K) end) || F <- [which_handlers, stop]]), p([gen_event:notify(K, x), catch_it(fun() -> gen_event:sync_notify(K, x) end), catch_it(fun() -> gen_event:call(K, h, q, 100) end), catch_it(fun() -> gen_event:notify(nobody_of_this_name, x) end)]).
catch_it(F) -> try F() catch C:{R, {gen, _, _}} -> {C, R}; C:R -> {C, case bare(R) of {X, Y} when is_tuple(Y) -> {X, element(1, Y)}; X -> X end} end.

collections() ->
    E = start(), [gen_event:add_handler(E, {?MODULE, N}, N) || N <- [1, 2, 3]],
    C = lists:foldl(fun(N, A) -> gen_event:send_request(E, {?MODULE, N}, {reply, N * N}, {label, N}, A) end, gen_event:reqids_new(), [1, 2, 3, missing_one] -- [missing_one]),
    p({gen_event:reqids_size(C), collect(C, [])}),
    R = gen_event:send_request(E, {?MODULE, 9}, x), p(gen_event:receive_response(R, 5000)),
    R2 = gen_event:send_request(E, {?MODULE, 2}, {do, error}), p(case gen_event:wait_response(R2, 5000) of {reply, X} -> bare(X); {error, {X, _}} -> bare(X) end), p(length(reports())),
    p(which(E)), p(gen_event:stop(E)).
collect(C, Seen) -> case gen_event:receive_response(C, 5000, true) of {{reply, R}, L, C2} -> collect(C2, [{L, R} | Seen]); no_request -> lists:sort(Seen) end.

%% The last added hears first.
order() ->
    E = start(), [gen_event:add_handler(E, {?MODULE, N}, N) || N <- [a, b, c]],
    gen_event:sync_notify(E, {tell, self(), 1}), p(flush()),
    gen_event:sync_notify(E, {to, b, error}), gen_event:sync_notify(E, {tell, self(), 2}), p([M || M <- flush(), element(1, M) =/= report]),
    gen_event:sync_notify(E, {to, c, {swap, x, {?MODULE, d}, {takes, c}}}), gen_event:sync_notify(E, {tell, self(), 3}), p([M || M <- flush(), element(1, M) =/= report]),
    p([gen_event:add_handler(E, {?MODULE, H}, dup) || H <- [a, b, c]]), gen_event:sync_notify(E, {all, remove}), p(which(E)), p(gen_event:stop(E)), flush().

names() ->
    E = start(), p(case gen_event:start({local, otp_events}) of {error, {already_started, E}} -> already end),
    {ok, G} = gen_event:start({global, ?MODULE}), p([gen_event:add_handler({global, ?MODULE}, ?MODULE, g), gen_event:call({global, ?MODULE}, ?MODULE, {reply, 1}), gen_event:which_handlers(G), gen_event:stop({global, ?MODULE})]),
    {ok, {P, M}} = gen_event:start_monitor(), p([gen_event:add_handler(P, ?MODULE, m), gen_event:stop(P, how, 5000), receive {'DOWN', M, process, P, W} -> W end]), p(gen_event:stop(otp_events)).
