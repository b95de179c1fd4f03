%% stage: d. Applications of our own: loaded from terms, started in order with phases, included ones, kinds of start and what their end does, environments changed, stops, start failures, what is told of them.
-module(otp_application_life).
-behaviour(application).
-behaviour(supervisor).
-export([main/0, start/2, start_phase/3, prep_stop/1, stop/1, config_change/3, init/1, run/2]).

main() ->
    {ok, #{level := Shown}} = logger:get_handler_config(default), logger:set_handler_config(default, level, none), register(oal_log, self()),
    App = fun(N, More) -> {application, N, [{description, atom_to_list(N)}, {vsn, "1"}, {modules, [?MODULE]}, {registered, []}, {applications, [kernel, stdlib | proplists:get_value(needs, More, [])]}, {env, [{k, N}, {n, 1}]}, {mod, {?MODULE, N}} | proplists:delete(needs, More)]} end,
    p([application:load(A) || A <- [App(oal_a, []), App(oal_b, [{needs, [oal_a]}, {start_phases, [{init, [1]}, {go, two}]}]), App(oal_inc, [{start_phases, [{go, inc}]}]), App(oal_c, [{included_applications, [oal_inc]}, {needs, [oal_b]}, {start_phases, [{init, x}, {go, y}]}, {mod, {application_starter, [?MODULE, oal_c]}}]), App(oal_lib, []), App(oal_a, []), {application, oal_bad, [{vsn, 7}]}, nonsense]]),
    p([application:start(oal_b), application:ensure_all_started(oal_c), log(), application:ensure_started(oal_a), application:ensure_all_started(oal_none), application:start(oal_a)]),
    p([lists:sort([N || {N, _, _} <- application:which_applications(), lists:prefix("oal", atom_to_list(N))]), application:get_application(?MODULE) =/= x, application:get_application(whereis(oal_b_sup)), application:get_key(oal_b, start_phases), application:get_key(oal_b, none), [K || {K, _} <- element(2, application:get_all_key(oal_c))], application:get_all_key(oal_none)]),
    p([application:get_env(oal_a, k), application:get_env(oal_a, zz), application:get_env(oal_a, zz, def), application:set_env(oal_a, k, new), lists:sort(application:get_all_env(oal_a)), application:unset_env(oal_a, k), application:get_env(oal_a, k), application:get_env(k), application:set_env([{oal_a, [{x, 1}, {y, 2}]}, {oal_b, [{n, 5}]}]), application:get_env(oal_b, n), catch application:set_env([{oal_a, [{x, 1}, {x, 2}]}]), catch application:set_env(oal_a, k, v, [{timeout, x}])]),
    Before = application_controller:prep_config_change(), application:set_env(oal_a, added, 1), application:set_env(oal_a, n, 2), application:unset_env(oal_a, x), p([application_controller:config_change(Before), log()]),
    p([application:stop(oal_a), log(), application:stop(oal_c), log(), application:stop(oal_b), log(), application:stop(oal_b), application:unload(oal_a), application:unload(oal_a), application:get_env(oal_a, k)]),
    p([application:load(App(oal_a, [])), [begin application:set_env(oal_a, how, H), R = application:start(oal_a), application:stop(oal_a), {H, plain(R), log()} end || H <- [{error, reason}, crash, throw, odd, ignore, no_sup]]]), application:unset_env(oal_a, how),
    [begin R = application:start(oal_a, T), S = whereis(oal_a_sup), M = monitor(process, S), worker(200) ! {finish, How}, receive {'DOWN', M, _, _, W} -> ok after 1000 -> W = alive, application:stop(oal_a) end, timer:sleep(5), p({T, How, R, W, log(), lists:keymember(oal_a, 1, application:which_applications())}), application:stop(oal_a), log() end || {T, How} <- [{temporary, normal}, {temporary, shutdown}, {temporary, crash}]],
    p([application:start_type() =/= x, application:loaded_applications() =/= [], lists:sort(proplists:get_keys(application:info())), application:permit(oal_a, true), application:permit(oal_none, true)]),
    Dir = "/tmp/otp_application_life.dir", ok = filelib:ensure_dir(filename:join(Dir, "x")), ok = file:write_file(filename:join(Dir, "oal_file.app"), io_lib:format("~p.~n", [{application, oal_file, [{vsn, "9"}, {applications, [kernel]}, {env, [{e, 1}]}, {maxT, 20}, {id, "i"}, {optional_applications, [oal_none]}]}])), ok = file:write_file(filename:join(Dir, "oal_broken.app"), "{application, oal_bro"), code:add_pathz(Dir),
    p([application:load(oal_file), application:get_all_key(oal_file), application:start(oal_file), application:stop(oal_file), plain(application:load(oal_broken)), application:load(oal_missing), application:ensure_started(oal_missing)]),
    [application:unload(N) || N <- [oal_a, oal_b, oal_c, oal_inc, oal_lib, oal_file]], code:del_path(Dir), file:del_dir_r(Dir), unregister(oal_log), logger:set_handler_config(default, level, Shown).

start(Type, N) ->
    tell({start, N, Type}),
    case application:get_env(N, how) of
        {ok, crash} -> error(crash); {ok, throw} -> throw(up); {ok, odd} -> odd; {ok, ignore} -> ignore; {ok, no_sup} -> {ok, self()}; {ok, How} -> How;
        undefined -> case supervisor:start_link({local, list_to_atom(atom_to_list(N) ++ "_sup")}, ?MODULE, N) of {ok, P} -> {ok, P, {state, N}}; E -> E end
    end.
start_phase(Phase, Type, Args) -> tell({phase, Phase, Type, Args}), ok.
prep_stop(S) -> tell({prep_stop, S}), {prepared, S}.
stop(S) -> tell({stop, S}), ok.
config_change(C, N, R) -> tell({config, C, N, R}), ok.
init(N) -> {ok, {#{intensity => 0, auto_shutdown => any_significant}, [#{id => w, restart => temporary, significant => true, start => {?MODULE, run, [N, self()]}}]}}.
run(N, Sup) -> {ok, spawn_link(fun() -> catch register(list_to_atom(atom_to_list(N) ++ "_worker"), self()), receive {finish, How} -> exit(Sup, How), exit(How) end end)}.
worker(N) -> case whereis(oal_a_worker) of undefined when N > 0 -> timer:sleep(1), worker(N - 1); P -> P end.
tell(X) -> case whereis(oal_log) of undefined -> ok; P -> P ! {told, X} end.
log() -> receive {told, X} -> [X | log()] after 0 -> [] end.
plain({error, {R, T}}) when is_tuple(R) -> {error, {plain(R), T}}; plain({error, {bad_return, {W, {'EXIT', {R, _}}}}}) -> {bad_return, W, R}; plain({bad_return, {W, {'EXIT', {R, _}}}}) -> {bad_return, W, R}; plain({bad_return, {W, R}}) -> {bad_return, W, if is_tuple(R), element(1, R) =:= ok -> ok; true -> R end}; plain({error, {E, _}}) when is_list(E) -> E; plain(X) -> X.
p(T) -> io:format("~0tp~n", [T]).
