%% stage: d. OTP's supervisor, one_for_one: order of start and stop, restart types, intensity, children at run time.
-module(supervisor_one).
-behaviour(supervisor).
-export([main/0, init/1, start_child/3, loop/2]).

main() ->
    process_flag(trap_exit, true), register(test, self()),
    {ok, S} = supervisor:start_link({local, sup}, ?MODULE, {#{strategy => one_for_one, intensity => 3, period => 60}, [child(a, permanent), child(b, transient), child(c, temporary)]}),
    p([ev() || _ <- [1, 2, 3]]), p(supervisor:count_children(S)), p([{Id, is_pid(P), T, Ms} || {Id, P, T, Ms} <- supervisor:which_children(S)]),
    kill(a, normal), p(ev()), kill(a, crash), p(ev()), kill(b, crash), p(ev()), kill(b, normal), p(none()), kill(c, crash), p(none()),
    p([Id || {Id, P, _, _} <- supervisor:which_children(S), is_pid(P)]), p(proplists:get_value(active, supervisor:count_children(S))),
    p(supervisor:restart_child(S, b) =/= error), p(ev()), p(supervisor:restart_child(S, a)), p(supervisor:terminate_child(S, a)), p(ev()), p(whereis(a)), p(supervisor:delete_child(S, a)), p(supervisor:restart_child(S, a)), p(supervisor:delete_child(S, b)),
    {ok, D} = supervisor:start_child(S, child(d, permanent)), p(ev()), p(is_pid(D)), p(case supervisor:start_child(S, child(d, permanent)) of {error, {already_started, D}} -> already end), p(element(1, supervisor:start_child(S, child(bad, permanent)))), p(supervisor:get_childspec(S, d)), p(whereis(sup) =:= S),
    exit(S, shutdown), p([ev(), ev()]), p(receive {'EXIT', S, R} -> R end), p([whereis(N) || N <- [sup, b, d]]),
    intensity(), failing_start(), specs().

p(T) -> io:format("~p~n", [T]).

child(Id, Restart) -> #{id => Id, start => {?MODULE, start_child, [Id, ok, whereis(test)]}, restart => Restart, shutdown => 1000}.

start_child(bad, _, _) -> {error, refused};
start_child(Id, _, Boss) -> proc_lib:start_link(?MODULE, loop, [Id, Boss]).
loop(Id, Boss) -> process_flag(trap_exit, true), register(Id, self()), Boss ! {started, Id}, proc_lib:init_ack({ok, self()}), serve(Id, Boss).
serve(Id, Boss) -> receive {die, R} -> exit(R); {'EXIT', _, R} -> Boss ! {stopping, Id, R}, exit(R) end.

ev() -> receive {started, _} = E -> E; {stopping, _, _} = E -> E after 3000 -> nothing end.
none() -> supervisor:count_children(sup), receive {started, _} = E -> E after 0 -> nothing end.
kill(Id, R) -> P = whereis(Id), M = monitor(process, P), P ! {die, R}, receive {'DOWN', M, _, _, Why} -> Why end.

intensity() ->
    {ok, S} = supervisor:start_link(?MODULE, {#{strategy => one_for_one, intensity => 2, period => 60}, [child(x, permanent), child(y, permanent)]}), [ev(), ev()],
    [begin kill(x, {crash, I}), p(ev()) end || I <- [1, 2]], kill(x, {crash, 3}), p(ev()), p(receive {'EXIT', S, R} -> R end), p([whereis(x), whereis(y)]).

failing_start() ->
    p(shape(supervisor:start_link(?MODULE, {#{}, [child(ok1, permanent), child(bad, permanent), child(never, permanent)]}))), p([ev(), ev()]), p(receive {'EXIT', _, R} -> R end), p(receive {started, never} -> started after 0 -> not_started end),
    p(supervisor:start_link(?MODULE, ignore)), p(shape(supervisor:start_link(?MODULE, {#{strategy => wrong}, []}))), p(shape(supervisor:start_link(?MODULE, {#{}, [#{id => no_start}]}))).
shape({error, {R, _}}) -> {error, R};
shape({error, R}) -> {error, R};
shape({ok, P}) -> {ok, is_pid(P)}.

specs() -> p(supervisor:check_childspecs([child(q, permanent)]) =:= ok), p(supervisor:check_childspecs([#{id => a}])), p(supervisor:check_childspecs([{id, {m, f, []}, permanent, 5000, worker, [m]}])), p(supervisor:check_childspecs([#{id => a, start => {m, f, []}, restart => bogus}])).

init(ignore) -> ignore;
init(Spec) -> {ok, Spec}.
