%% stage: d. A pool of workers under simple_one_for_one: checked out and in, restarts counted against the intensity, starts that fail, and what the supervisor reports of ends, of shutdowns that take too long and of itself.
-module(otp_worker_pool).
-behaviour(supervisor).
-export([main/0, init/1, start_worker/3, work/2, log/2]).

main() ->
    process_flag(trap_exit, true),
    {ok, #{level := Shown}} = logger:get_handler_config(default), logger:set_handler_config(default, level, none),
    Primary = logger:get_primary_config(), logger:set_primary_config(level, info),
    ok = logger:add_handler(?MODULE, ?MODULE, #{config => self(), filter_default => log}),
    pool(), intensity(), kinds(), starts(), stopping(), changed(), counted(), refused(),
    ok = logger:remove_handler(?MODULE),
    logger:set_primary_config(Primary), logger:set_handler_config(default, level, Shown),
    process_flag(trap_exit, false), flush(), p(whereis(otp_pool)).

p(T) -> io:format("~0tp~n", [T]).
flush() -> receive _ -> flush() after 0 -> ok end.

%% Reports of this supervisor alone, and only of the kinds that it makes itself.
log(#{level := L, msg := {report, #{label := {K, What}, report := R}}}, #{config := To}) when K =:= supervisor; K =:= supervisor_report ->
    case proplists:get_value(supervisor, R) of {local, otp_pool} -> To ! {report, {L, K, What, shown(R)}}; _ -> ok end;
log(#{level := L, msg := {report, #{label := {supervisor, What}, report := R}}}, #{config := To}) -> To ! {report, {L, What, R}};
log(_, _) -> ok.
shown(R) -> [{K, case K of offender -> offender(V); started -> offender(V); reason -> short(V); errorContext -> V end} || {K, V} <- R, K =/= supervisor].
offender(L) -> [{K, V} || {K, V} <- L, lists:member(K, [id, restart_type, shutdown, child_type, nb_children])].
short({R, [{M, _, _, _} | _]}) -> {R, M};
short(R) -> R.
reports() -> receive {report, R} -> [R | reports()] after 0 -> [] end.
%% After a call that the supervisor answered, all that it reported before is here.
told() -> p(reports()).

start(Flags, Child) ->
    {ok, S} = supervisor:start_link({local, otp_pool}, ?MODULE, {maps:merge(#{strategy => simple_one_for_one, intensity => 3, period => 600}, Flags), [maps:merge(#{id => worker, start => {?MODULE, start_worker, [self()]}}, Child)]}),
    S.
init(Spec) -> {ok, Spec}.

start_worker(_, ignore, _) -> ignore;
start_worker(_, {fail, R}, _) -> {error, R};
start_worker(_, {info, N}, B) -> {ok, element(2, proc_lib:start_link(?MODULE, work, [B, N])), {info, N}};
start_worker(_, bad, _) -> not_ok;
start_worker(_, crash, _) -> error(in_start);
start_worker(To, once, N) -> case get({once, N}) of undefined -> put({once, N}, yes), start_worker(To, ok, N); _ -> {error, only_once} end;
start_worker(To, How, N) -> {ok, P} = proc_lib:start_link(?MODULE, work, [How, N]), To ! {up, N, P}, {ok, P}.

work(How, N) -> How =:= trap andalso process_flag(trap_exit, true), How =:= stubborn andalso process_flag(trap_exit, true), proc_lib:init_ack({ok, self()}), loop(How, N, 0).
loop(How, N, Sum) ->
    receive
        {add, From, K} -> From ! {self(), Sum + K}, loop(How, N, Sum + K);
        {die, R} -> exit(R);
        crash -> error({crashed, N});
        {'EXIT', _, _} when How =:= stubborn -> loop(How, N, Sum);
        {'EXIT', _, R} -> exit({cleaned, R})
    end.

up(N) -> receive {up, N, P} -> P end.
worker(How, N) -> {ok, P} = supervisor:start_child(otp_pool, [How, N]), P = up(N).
add(P, K) -> P ! {add, self(), K}, receive {P, V} -> V end.
%% Until the supervisor has seen it.
gone(P, M) -> P ! M, gone(P).
gone(P) -> case lists:keymember(P, 2, supervisor:which_children(otp_pool)) of true -> timer:sleep(1), gone(P); false -> ok end.
counts() -> [V || K <- [specs, active, supervisors, workers], {K1, V} <- supervisor:count_children(otp_pool), K1 =:= K].
stop(S) -> M = monitor(process, S), exit(S, shutdown), receive {'DOWN', M, _, _, R} -> receive {'EXIT', S, R} -> R end end.

pool() ->
    S = start(#{}, #{restart => permanent}),
    Ps = [worker(ok, N) || N <- lists:seq(1, 4)],
    told(),
    p([add(lists:nth(1 + I rem 4, Ps), I) || I <- lists:seq(1, 12)]),
    gone(hd(Ps), crash),
    New = up(1),
    told(),
    p({New =/= hd(Ps), add(New, 5), counts(), lists:usort([{Id, T, Ms} || {Id, P, T, Ms} <- supervisor:which_children(S), is_pid(P)])}),
    p([supervisor:terminate_child(S, P) || P <- [New, New, self(), worker]]),
    p({counts(), [is_process_alive(P) || P <- tl(Ps)]}), told(),
    p(maps:remove(start, element(2, supervisor:get_childspec(S, lists:last(Ps))))), p(supervisor:get_childspec(S, New)),
    p([supervisor:delete_child(S, worker), supervisor:restart_child(S, worker)]),
    p(stop(S)), p([is_process_alive(P) || P <- Ps]), told().

%% The third end within the period is one too many.
intensity() ->
    S = start(#{intensity => 2}, #{restart => permanent}),
    Other = worker(trap, other), M = monitor(process, Other), MS = monitor(process, S),
    P1 = worker(ok, one), told(),
    gone(P1, {die, first}), P2 = up(one), told(),
    gone(P2, {die, normal}), P3 = up(one), told(),
    P3 ! {die, {third, [1]}},
    p([receive {'DOWN', M, _, _, R} -> R end, receive {'DOWN', MS, _, _, R2} -> R2 end, receive {'EXIT', S, R3} -> R3 end]), told().

%% By what they end of, transient and temporary ones come again or do not, and are reported or are not.
kinds() ->
    [begin
         S = start(#{intensity => 9}, #{restart => Type}),
         [begin
              P = worker(ok, Why),
              gone(P, {die, Why}),
              p({Type, Why, counts(), receive {up, Why, _} -> again after 0 -> gone end}),
              told(),
              [supervisor:terminate_child(S, C) || {_, C, _, _} <- supervisor:which_children(S)]
          end || Why <- [normal, shutdown, {shutdown, because}, killed, {odd, "reason"}]],
         p(stop(S)), told()
     end || Type <- [permanent, transient, temporary]].

starts() ->
    S = start(#{}, #{restart => permanent}),
    p([plain(supervisor:start_child(S, A)) || A <- [[ignore, 1], [{fail, why}, 2], [bad, 3], [crash, 4], [], [ok], [{info, 5}, ok], not_a_list]]),
    p(counts()), told(),
    %% A restart that fails is tried again till the intensity is reached.
    P = worker(once, o), MS = monitor(process, S),
    P ! crash,
    p([receive {'DOWN', MS, _, _, R} -> R end, receive {'EXIT', S, R2} -> R2 end]), told().
plain({ok, P}) when is_pid(P) -> ok;
plain({ok, P, I}) when is_pid(P) -> {ok, I};
plain({error, {'EXIT', {R, [{M, F, A, _} | _]}}}) -> {error, {exit, R, M, F, if is_list(A) -> length(A); true -> A end}};
plain({error, {R, [{M, F, _, _} | _]}}) -> {error, R, M, F};
plain(R) -> R.

%% Ends at the stop: at once, cleaned up, killed after the time, brutally killed; reported once for each reason.
stopping() ->
    [begin
         S = start(#{}, #{restart => permanent, shutdown => Shutdown}),
         Ms = [monitor(process, worker(How, I)) || {I, How} <- lists:zip(lists:seq(1, length(Hows)), Hows)],
         p({Shutdown, stop(S), [receive {'DOWN', M, _, _, R} -> R end || M <- Ms]}),
         p([case R of {error, K, W, L} -> {K, W, lists:keyfind(reason, 1, L), proplists:get_value(nb_children, proplists:get_value(offender, L))}; _ -> R end || R <- reports()])
     end || {Shutdown, Hows} <- [{60000, [ok, ok, ok]}, {60000, [trap, trap]}, {50, [stubborn, stubborn]}, {brutal_kill, [ok, trap, stubborn]}, {infinity, [trap]}]],
    S = start(#{}, #{restart => temporary, shutdown => 30}),
    [A, B, C] = [worker(How, N) || {N, How} <- [{1, ok}, {2, stubborn}, {3, trap}]],
    p([supervisor:terminate_child(S, P) || P <- [A, B, C]]), p(counts()), told(), p(stop(S)), told().

%% The specification of a running pool is replaced by a change of code.
changed() ->
    S = start(#{}, #{restart => permanent}),
    P = worker(ok, before),
    p(sys:suspend(S)), p(sys:change_code(S, ?MODULE, old, extra)), p(sys:resume(S)),
    p({add(P, 1), counts(), element(1, sys:get_status(S))}),
    S ! unexpected, p(lists:sort(supervisor:which_children(S)) =:= [{undefined, P, worker, [?MODULE]}]),
    p(length(reports())),
    p(stop(S)), reports().

counted() ->
    S = start(#{intensity => 0}, #{restart => temporary}),
    Ps = [worker(ok, N) || N <- lists:seq(1, 60)],
    [P ! {die, {n, I rem 3}} || {I, P} <- lists:zip(lists:seq(1, 30), lists:sublist(Ps, 30))],
    [begin M = monitor(process, P), receive {'DOWN', M, _, _, _} -> ok end end || P <- lists:sublist(Ps, 30)],
    p(settled(30)),
    p(lists:sort([{R, N} || {R, N} <- tally([proplists:get_value(reason, L) || {error, _, child_terminated, L} <- reports()])])),
    p(lists:sort([P || {_, P, _, _} <- supervisor:which_children(S)]) =:= lists:sort(lists:nthtail(30, Ps))),
    p(stop(S)), told().
settled(N) -> case counts() of [1, N, 0, N] = C -> C; _ -> timer:sleep(1), settled(N) end.
tally(L) -> maps:to_list(lists:foldl(fun(R, M) -> maps:update_with(R, fun(N) -> N + 1 end, 1, M) end, #{}, L)).

refused() ->
    p([case supervisor:start_link(?MODULE, {#{strategy => simple_one_for_one}, Cs}) of {error, R} -> receive {'EXIT', _, _} -> R end end || Cs <- [[], [#{id => a, start => {m, f, []}}, #{id => b, start => {m, f, []}}], [bad], [#{id => a, start => {m, f, []}, significant => true}], [#{id => a, start => {m, f, []}, shutdown => -1}]]]),
    p(catch supervisor:start_child(otp_pool, [ok, 1])), reports().
