%% stage: d. proc_lib: starts acknowledged, refused, too late and ended early, with monitors and options, initial calls translated, hibernation, stops of all kinds, reports of crashes as terms.
-module(std_proc_lib_more).
-export([main/0, up/2, awake/1, report/2, log/2]).

main() ->
    process_flag(trap_exit, true), {ok, #{level := Shown}} = logger:get_handler_config(default), logger:set_handler_config(default, level, none), Primary = logger:get_primary_config(), logger:set_primary_config(level, notice),
    [p({How, plain(proc_lib:F(?MODULE, up, [self(), How], case How of silent -> 40; _ -> 5000 end)), exits(case {F, How} of {start_link, {error, _}} -> 1; {start_link, {raw, _}} -> 1; {start_link, {die, _}} -> 1; _ -> 0 end)}) || F <- [start, start_link], How <- [ok, {error, no}, {raw, any}, crash, exit, normal, silent, {die, later}]],
    [p({How, plain3(proc_lib:start_monitor(?MODULE, up, [self(), How], 5000))}) || How <- [ok, crash, {error, no}]],
    p([element(1, proc_lib:start(?MODULE, up, [self(), ok], infinity, [{priority, high}, {min_heap_size, 1000}])), catch proc_lib:start(?MODULE, up, [self(), ok], 10, [monitor]), catch proc_lib:start_link(?MODULE, up, [self(), ok], 10, nonsense)]),
    S = proc_lib:spawn(fun() -> receive stop -> ok; {crash, R} -> exit(R); {system, F, {terminate, R}} -> {P, T} = F, P ! {T, ok}, exit(R) end end), timer:sleep(2),
    p([proc_lib:initial_call(S), proc_lib:translate_initial_call(S), lists:sort([K || {K, _} <- element(2, process_info(S, dictionary))])]), p([proc_lib:initial_call(whereis(kernel_sup)), proc_lib:translate_initial_call(whereis(kernel_sup)), proc_lib:translate_initial_call(self()), proc_lib:translate_initial_call([{initial_call, {m, f, [x]}}])]), p([catch proc_lib:stop(S, {shutdown, asked}, 1000), catch proc_lib:stop(S), catch proc_lib:stop(no_such_name_here), catch proc_lib:stop(x, normal, bad)]),
    H = proc_lib:spawn_link(?MODULE, up, [self(), hibernate]), receive {H, sleeping} -> ok end, timer:sleep(3), {current_function, CF} = process_info(H, current_function), H ! wake, p([CF, receive {H, awake, D} -> D end, exits(1)]),
    ok = logger:add_handler(splm, ?MODULE, #{config => self(), filter_default => log}), Crash = fun(F) -> {Pid, M} = proc_lib:spawn_opt(F, [monitor]), receive {'DOWN', M, _, Pid, _} -> ok end, receive {report, R} -> R after 300 -> none end end,
    [begin #{label := {proc_lib, crash}, report := [Info, Linked]} = Crash(F), p([[{K, show(K, V)} || {K, V} <- Info, lists:member(K, [initial_call, registered_name, error_info, messages, links, dictionary, trap_exit, status])], Linked]), T = lists:flatten(proc_lib:format([Info, Linked], latin1, 12)), p([L || L <- string:split(T, "\n", all), string:find(L, "exception") =/= nomatch]) end || F <- [fun() -> error(oops) end, fun() -> exit({a, "b"}) end, fun() -> throw(ball) end, fun() -> self() ! m1, register(splm_name, self()), put(k, v), process_flag(trap_exit, true), lists:map(x, [1]) end, fun() -> 1 = length([a, b]) end, fun() -> erlang:raise(error, own, [{m, f, 1, []}]) end]],
    p([Crash(fun() -> exit(R) end) || R <- [normal, shutdown, {shutdown, x}]]), logger:remove_handler(splm),
    p([is_pid(proc_lib:spawn_link(node(), fun() -> ok end)), is_pid(proc_lib:spawn(node(), lists, seq, [1, 2])), exits(1)]), logger:set_primary_config(Primary), logger:set_handler_config(default, level, Shown).

up(P, ok) -> proc_lib:init_ack(P, {ok, self()}), M = monitor(process, P), receive {'DOWN', M, _, _, _} -> ok end;
up(P, {error, R}) -> proc_lib:init_ack(P, {error, R}); up(P, {raw, X}) -> proc_lib:init_ack(P, X); up(_, crash) -> error(crashed); up(_, exit) -> exit(gone); up(_, normal) -> ok;
up(_, silent) -> timer:sleep(infinity); up(P, {die, R}) -> proc_lib:init_ack(P, {ok, self()}), exit(R);
up(P, hibernate) -> P ! {self(), sleeping}, put(kept, yes), proc_lib:hibernate(?MODULE, awake, [P]).
awake(P) -> receive wake -> P ! {self(), awake, get(kept)} end.
log(#{msg := {report, R}}, #{config := P}) -> P ! {report, R}; log(_, _) -> ok.
report(_, _) -> ok.
show(error_info, {C, R, [{M, F, A, _} | _]}) -> {C, R, M, F, if is_list(A) -> length(A); true -> A end}; show(error_info, {C, R, []}) -> {C, R}; show(dictionary, D) -> [X || {k, _} = X <- D]; show(links, L) -> length(L); show(_, V) -> V.
%% As many as there are to come.
exits(0) -> [];
exits(N) -> receive {'EXIT', _, R} -> [plain(R) | exits(N - 1)] after 2000 -> [] end.
plain({ok, P}) when is_pid(P) -> ok; plain({error, {R, [{M, F, A, _} | _]}}) -> {error, R, M, F, A}; plain({R, [{M, F, A, _} | _]}) -> {R, M, F, A}; plain(X) -> X.
plain3({{ok, P}, M}) when is_pid(P), is_reference(M) -> ok; plain3({R, M}) when is_reference(M) -> {plain(R), receive {'DOWN', M, _, _, W} -> plain(W) after 50 -> none end}; plain3(X) -> X.
p(T) -> io:format("~0tp~n", [T]).
