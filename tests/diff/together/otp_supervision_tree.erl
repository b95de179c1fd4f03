%% stage: d. A tree of supervisors of every strategy under fire: restarts, intensities, shutdown orders, significant children, dynamic changes, bridges.
-module(otp_supervision_tree).
-behaviour(supervisor).
-export([main/0, init/1, start_worker/2, loop/2]).

main() ->
    process_flag(trap_exit, true),
    register(?MODULE, self()),
    [strategy(S) || S <- [one_for_one, one_for_all, rest_for_one]],
    simple(),
    intensity(),
    [significant(A) || A <- [any_significant, all_significant]],
    dynamic(),
    [p({bad, supervisor:start_link(?MODULE, F)}) || F <- [{#{strategy => nope}, []}, {#{intensity => -1}, []}, {#{}, [#{id => a}]}, {#{}, [#{id => a, start => {m, f, []}, restart => maybe}]}, {#{}, [spec(a), spec(a)]}, {#{auto_shutdown => what}, []}, not_a_spec, ignore]],
    p(supervisor:check_childspecs([spec(a), spec(b)])),
    p(supervisor:check_childspecs([{a, {m, f, []}, permanent, brutal_kill, worker, dynamic}, {b, {m, f, a}, transient, 5, worker, [m]}])),
    p(supervisor:start_link(?MODULE, {#{}, [#{id => dies, start => {erlang, error, [early]}}]})),
    flush(0).

strategy(S) ->
    p(S),
    {ok, Sup} = supervisor:start_link(?MODULE, {#{strategy => S, intensity => 5, period => 1}, [spec(a), (spec(b))#{restart => transient}, (spec(c))#{restart => temporary}]}),
    p(flush(3)),
    kill(Sup, b, crash),
    p(flush(0)),
    kill(Sup, b, normal),
    p(flush(0)),
    p([{Id, is_pid(P), T} || {Id, P, T, _} <- supervisor:which_children(Sup)]),
    p(lists:sort(supervisor:count_children(Sup))),
    stop(Sup),
    p(flush(0)).

simple() ->
    {ok, Sup} = supervisor:start_link(?MODULE, {#{strategy => simple_one_for_one}, [(spec(s))#{restart => temporary}]}),
    Pids = [element(2, supervisor:start_child(Sup, [])) || _ <- [1, 2, 3]],
    p({started, length(Pids), supervisor:count_children(Sup)}),
    p([supervisor:terminate_child(Sup, hd(Pids)), supervisor:terminate_child(Sup, s), supervisor:restart_child(Sup, s), supervisor:delete_child(Sup, s)]),
    p(supervisor:start_child(Sup, [extra])),
    p({left, length(supervisor:which_children(Sup))}),
    stop(Sup),
    p(flush(0)).

intensity() ->
    {ok, Sup} = supervisor:start_link(?MODULE, {#{intensity => 1, period => 60}, [spec(i)]}),
    R = monitor(process, Sup),
    kill(Sup, i, one),
    _ = (catch kill(Sup, i, two)),
    receive {'DOWN', R, _, _, Why} -> p({intensity, Why}) end,
    p(flush(0)).

significant(Auto) ->
    {ok, Sup} = supervisor:start_link(?MODULE, {#{auto_shutdown => Auto}, [(spec(x))#{restart => transient, significant => true}, (spec(y))#{restart => temporary, significant => true}, spec(z)]}),
    R = monitor(process, Sup),
    _ = (catch kill(Sup, x, normal)),
    p(Auto),
    _ = (catch kill(Sup, y, normal)),
    receive {'DOWN', R, _, _, Why} -> p(Why) after 100 -> p(still_there), stop(Sup) end,
    p(flush(0)).

dynamic() ->
    {ok, Sup} = supervisor:start_link({local, otp_tree}, ?MODULE, {#{}, []}),
    p(element(1, supervisor:start_child(otp_tree, spec(d)))),
    p([element(2, E) =/= x || {error, {already_started, _} = E} <- [supervisor:start_child(Sup, spec(d))]]),
    p(supervisor:terminate_child(Sup, d)),
    p([supervisor:start_child(Sup, spec(d)), supervisor:terminate_child(Sup, nope), supervisor:delete_child(Sup, nope)]),
    p(element(1, supervisor:restart_child(Sup, d))),
    p([supervisor:restart_child(Sup, d), supervisor:delete_child(Sup, d), supervisor:restart_child(Sup, nope)]),
    p(supervisor:get_childspec(Sup, d)),
    p(element(1, supervisor:start_child(Sup, #{id => sub, type => supervisor, start => {supervisor, start_link, [?MODULE, {#{}, [spec(e), spec(f)]}]}}))),
    p([{Id, T, M} || {Id, _, T, M} <- supervisor:which_children(Sup)]),
    p(supervisor:start_child(Sup, #{id => none, start => {?MODULE, start_worker, [none, ignore]}})),
    p(supervisor:start_child(Sup, #{id => fails, start => {?MODULE, start_worker, [fails, fail]}})),
    p([{Id, P} || {Id, P, _, _} <- supervisor:which_children(Sup), not is_pid(P)]),
    p(supervisor:start_child(Sup, #{id => odd})),
    stop(Sup),
    p(flush(0)).

init(ignore) -> ignore;
init(Spec) when is_tuple(Spec) -> {ok, Spec};
init(Other) -> Other.

spec(Id) -> #{id => Id, start => {?MODULE, start_worker, [Id, ok]}, shutdown => 100}.

start_worker(_, ignore) -> ignore;
start_worker(Id, fail) -> {error, {failed, Id}};
start_worker(Id, ok) -> proc_lib:start_link(?MODULE, loop, [Id, self()]).

loop(Id, Parent) ->
    process_flag(trap_exit, true),
    ?MODULE ! {event, {up, Id}},
    proc_lib:init_ack({ok, self()}),
    receive
        {'EXIT', Parent, Why} -> ?MODULE ! {event, {down, Id, Why}}, exit(Why);
        {die, Why} -> exit(Why)
    end.

kill(Sup, Id, Why) ->
    {Id, Pid, _, _} = lists:keyfind(Id, 1, supervisor:which_children(Sup)),
    R = monitor(process, Pid),
    Pid ! {die, Why},
    receive {'DOWN', R, _, _, _} -> gone(Sup, Id, Pid) end.

%% Until the supervisor has seen that the child ended.
gone(Sup, Id, Pid) ->
    case lists:keyfind(Id, 1, supervisor:which_children(Sup)) of
        {Id, Pid, _, _} -> timer:sleep(1), gone(Sup, Id, Pid);
        _ -> ok
    end.

stop(Sup) ->
    R = monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', R, _, _, Why} -> p({stopped, Why}) end.

flush(N) ->
    receive
        {event, E} -> [E | flush(N - 1)];
        {'EXIT', _, _} -> flush(N)
    after if N > 0 -> 1000; true -> 0 end -> []
    end.

p(T) -> io:format("~0tp~n", [T]).
