%% stage: d. one_for_all, rest_for_one and simple_one_for_one; nested supervisors; shutdown by timeout and brutal_kill.
-module(supervisor_strategies).
-behaviour(supervisor).
-export([main/0, init/1, start_worker/2, worker/2, start_sup/2]).

main() ->
    process_flag(trap_exit, true), register(boss, self()),
    [strategy(S) || S <- [one_for_all, rest_for_one, one_for_one]], simple(), nested(), brutal(), escalate(), significant().

p(T) -> io:format("~p~n", [T]).
w(Id) -> #{id => Id, start => {?MODULE, start_worker, [Id, normal]}, shutdown => 500}.
start_worker(Id, Mode) -> proc_lib:start_link(?MODULE, worker, [Id, Mode]).
worker(Id, Mode) -> process_flag(trap_exit, true), catch register(Id, self()), boss ! {up, Id}, proc_lib:init_ack({ok, self()}), work(Id, Mode).
work(Id, Mode) -> receive {die, R} -> exit(R); {'EXIT', _, _} when Mode =:= stubborn -> work(Id, Mode); {'EXIT', _, R} -> boss ! {down, Id, R}, exit(R) end.
start_sup(Id, Spec) -> supervisor:start_link({local, Id}, ?MODULE, Spec).

strategy(S) ->
    {ok, P} = supervisor:start_link(?MODULE, {#{strategy => S, intensity => 5, period => 60}, [w(w1), w(w2), w(w3)]}), Up = events(3), kill(w2, crash),
    p({S, Up, events(case S of one_for_all -> 5; rest_for_one -> 3; one_for_one -> 1 end)}), stop(P), p({stopped, events(3)}).

simple() ->
    {ok, P} = supervisor:start_link(?MODULE, {#{strategy => simple_one_for_one, intensity => 1, period => 60}, [#{id => any, start => {?MODULE, start_worker, []}, restart => temporary}]}),
    Kids = [begin {ok, K} = supervisor:start_child(P, [N, normal]), K end || N <- [s1, s2, s3, s4]], p(events(4)), p(supervisor:count_children(P)), p([{Id, lists:member(K, Kids), T} || {Id, K, T, _} <- supervisor:which_children(P)]),
    p(supervisor:terminate_child(P, hd(Kids))), p(events(1)), kill(s2, oops), p(proplists:get_value(workers, supervisor:count_children(P))), p(supervisor:terminate_child(P, hd(Kids))), p(supervisor:delete_child(P, any)), stop(P), p(lists:sort(events(2))).

nested() ->
    {ok, P} = start_sup(top, {#{strategy => rest_for_one}, [sup(left, [w(l1), w(l2)]), sup(right, [w(r1)])]}), p(events(3)), kill(l1, crash), p(events(1)), p([{I, T} || {I, _, T, _} <- supervisor:which_children(P)]), p([I || {I, _, _, _} <- supervisor:which_children(left)]),
    exit(whereis(left), kill), p(lists:sort(events(6))), p(supervisor:count_children(top)), stop(P), p(events(3)).
sup(Id, Kids) -> #{id => Id, start => {?MODULE, start_sup, [Id, {#{}, Kids}]}, type => supervisor}.

brutal() ->
    {ok, P} = supervisor:start_link(?MODULE, {#{}, [#{id => b1, start => {?MODULE, start_worker, [b1, stubborn]}, shutdown => brutal_kill}, #{id => b2, start => {?MODULE, start_worker, [b2, stubborn]}, shutdown => 20}]}), p(events(2)),
    Ms = [monitor(process, whereis(N)) || N <- [b1, b2]], stop(P), p([receive {'DOWN', M, _, _, R} -> R end || M <- Ms]).

escalate() ->
    {ok, P} = start_sup(top, {#{intensity => 1, period => 60}, [#{id => inner, start => {?MODULE, start_sup, [inner, {#{intensity => 1, period => 60}, [w(e1)]}]}, type => supervisor}]}), p(events(1)),
    Inner = whereis(inner), M = monitor(process, Inner), kill(e1, one), p(events(1)), kill(e1, two), receive {'DOWN', M, _, _, R} -> p(R) end, p(events(1)), p(whereis(inner) =/= Inner), stop(P), p(events(1)).

significant() ->
    {ok, P} = supervisor:start_link(?MODULE, {#{auto_shutdown => any_significant}, [w(g1), (w(g2))#{significant => true, restart => temporary}]}), p(events(2)), kill(g2, normal), p(events(1)), receive {'EXIT', P, R} -> p(R) end.

kill(Id, R) -> P = whereis(Id), M = monitor(process, P), P ! {die, R}, receive {'DOWN', M, _, _, _} -> ok end.
stop(P) -> exit(P, shutdown), receive {'EXIT', P, _} -> ok end.
events(N) -> [receive {up, _} = E -> E; {down, _, _} = E -> E after 3000 -> nothing end || _ <- lists:seq(1, N)].
init(Spec) -> {ok, Spec}.
