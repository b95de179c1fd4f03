%% stage: d. proc_lib and sys: start_link with init_ack, initial call, crash reasons, a hand-written special process, debug calls.
-module(proc_lib_sys).
-export([main/0, init/2, bad_init/1, slow/1, system_continue/3, system_terminate/4, system_get_state/1, system_replace_state/2, system_code_change/4]).

main() ->
    process_flag(trap_exit, true),
    {ok, P} = proc_lib:start_link(?MODULE, init, [self(), 10]), p(ask(P, get)), p(ask(P, {add, 5})), p(sys:get_state(P)), p(sys:replace_state(P, fun(N) -> N * 2 end)), p(ask(P, get)),
    p(sys:suspend(P)), P ! {self(), get}, p(receive {P, V} -> {not_suspended, V} after 20 -> suspended end), p(sys:change_code(P, ?MODULE, "1", extra)), p(sys:resume(P)), p(receive {P, V2} -> V2 end), p(sys:terminate(P, asked)), p(receive {'EXIT', P, R} -> R end),
    p(proc_lib:start_link(?MODULE, bad_init, [crash])), p(proc_lib:start_link(?MODULE, bad_init, [{ack, {error, no}}])), p(exit_reason()), p(proc_lib:start_link(?MODULE, slow, [self()], 10)), p(proc_lib:start(?MODULE, bad_init, [exit])),
    Q = proc_lib:spawn_link(fun() -> receive go -> exit({shutdown, went}) end end), Q ! go, p(exit_reason()), W = proc_lib:spawn_link(fun() -> error(late) end), p(receive {'EXIT', W, {E, [_ | _]}} -> E end), {S, M} = proc_lib:spawn_opt(fun() -> exit(get('$ancestors') =/= undefined) end, [monitor]), p(receive {'DOWN', M, _, S, Why} -> Why end),
    {ok, D} = proc_lib:start_link(?MODULE, init, [self(), 0]), p(proc_lib:initial_call(D)), p(element(1, sys:get_status(D))), p(proc_lib:stop(D)), p(exit_reason()), p(catch_exit(fun() -> proc_lib:stop(D) end)), p(dict_ancestors()).

p(T) -> io:format("~p~n", [T]).
ask(P, Q) -> P ! {self(), Q}, receive {P, A} -> A after 1000 -> no_answer end.
exit_reason() -> receive {'EXIT', _, {R, [_ | _]}} -> {R, stack}; {'EXIT', _, R} -> R after 1000 -> no_exit end.
catch_exit(F) -> try F() catch exit:R -> {exit, R} end.

init(Parent, N) -> proc_lib:init_ack(Parent, {ok, self()}), loop(Parent, sys:debug_options([]), N).
loop(Parent, Debug, N) ->
    receive
        {system, From, Request} -> sys:handle_system_msg(Request, From, Parent, ?MODULE, Debug, N);
        {'EXIT', Parent, R} -> exit(R);
        {From, get} -> From ! {self(), N}, loop(Parent, Debug, N);
        {From, {add, K}} -> From ! {self(), N + K}, loop(Parent, Debug, N + K)
    end.
system_continue(Parent, Debug, N) -> loop(Parent, Debug, N).
system_terminate(Reason, _, _, _) -> exit(Reason).
system_get_state(N) -> {ok, N}.
system_replace_state(F, N) -> New = F(N), {ok, New, New}.
system_code_change(N, _, _, _) -> {ok, N + 1000}.

bad_init(crash) -> error(in_init);
bad_init(exit) -> exit(gone);
bad_init({ack, T}) -> proc_lib:init_ack(T).
slow(_) -> receive never -> ok end.
dict_ancestors() -> Me = self(), P = proc_lib:spawn(fun() -> Me ! {hd(get('$ancestors')) =:= Me, get('$initial_call')} end), true = is_pid(P), receive {A, {M, _, N}} -> {A, M, N} end.
