%% stage: d. Module sys on a gen_server: suspend, resume, state in and out, statistics, logs, hooks, code change, terminate.
-module(otp_sys_debug).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2, handle_info/2, code_change/3, terminate/2, format_status/2]).

main() ->
    {ok, P} = gen_server:start({local, otp_sys_debug}, ?MODULE, 10, [{debug, [{log, 5}, statistics]}]),
    p([gen_server:call(P, {add, N}) || N <- [1, 2, 3]]),
    gen_server:cast(P, {add, 4}),
    P ! hello,
    p(sys:get_state(P)),
    p(sys:replace_state(P, fun({N, L}) -> {N * 2, L} end)),
    p(catch sys:replace_state(P, fun(_) -> error(no) end)),
    {ok, Log} = sys:log(P, get),
    p([event(E) || E <- Log]),
    {ok, Stats} = sys:statistics(P, get),
    p([lists:keyfind(K, 1, Stats) || K <- [messages_in, messages_out]]),
    p([is_tuple(lists:keyfind(K, 1, Stats)) || K <- [start_time, current_time, reductions]]),
    p({sys:log(P, false), sys:log(P, get), sys:statistics(P, false), sys:statistics(P, get)}),
    Me = self(),
    Hook = fun(State, Event, Extra) -> Me ! {hook, Extra, event(Event)}, case State of 0 -> done; N -> N - 1 end end,
    p(sys:install(P, {Hook, 2})),
    p(sys:install(P, {named, Hook, 0})),
    p([gen_server:call(P, get) || _ <- [1, 2]]),
    p(lists:sort(flush())),
    p(sys:remove(P, Hook)),
    p(sys:remove(P, named)),
    p(gen_server:call(P, get)),
    p(flush()),
    p(sys:suspend(P)),
    p(catch gen_server:call(P, get, 20)),
    p(element(1, status(sys:get_status(P)))),
    p(sys:change_code(P, ?MODULE, old_version, extra)),
    p(sys:change_code(P, ?MODULE, bad, extra)),
    p(sys:resume(P)),
    p(status(sys:get_status(P))),
    p(gen_server:call(P, get)),
    p(sys:no_debug(P)),
    p(catch sys:get_state(no_such_process)),

    R = monitor(process, P),
    % Printed when the server has ended, which prints as well.
    Said = sys:terminate(P, going),
    receive {'DOWN', R, _, _, Why} -> p({Said, Why}) end,
    p(flush()).

init(N) -> {ok, {N, []}}.

handle_call({add, M}, _, {N, L}) -> {reply, N + M, {N + M, [M | L]}};
handle_call(get, {_, _}, S) -> {reply, S, S}.

handle_cast({add, M}, {N, L}) -> {noreply, {N + M, [M | L]}}.

handle_info(I, {N, L}) -> {noreply, {N, [I | L]}}.

code_change(bad, _, _) -> {error, not_that_one};
code_change(Old, {N, L}, Extra) -> {ok, {N, [{Old, Extra} | L]}}.

terminate(Why, S) -> p({terminate, Why, S}).

format_status(_, [_Dictionary, S]) -> [{data, [{"Shown", S}]}].

status({status, _, {module, M}, [D, State, _Parent, Debug, Misc]}) -> {State, M, is_list(D), Debug, Misc =/= []}.

event({in, {'$gen_call', {_, _}, R}}) -> {in_call, R};
event({in, {'$gen_cast', R}}) -> {in_cast, R};
event({in, M}) -> {in, M};
event({in, M, _}) -> {in, M};
event({out, M, {_, _}, S}) -> {out, M, S};
event({noreply, S}) -> {noreply, S};
event(E) when is_tuple(E) -> element(1, E).

flush() -> receive M -> [M | flush()] after 0 -> [] end.

p(T) -> io:format("~0tp~n", [mask(T)]).

mask({'EXIT', {{callback_failed, A, {C, R, _}}, _}}) -> {callback_failed, A, C, R};
mask({'EXIT', {timeout, {gen_server, call, [_, M, T]}}}) -> {timeout, M, T};
mask({'EXIT', {R, {sys, F, A}}}) -> {R, F, length(A)};
mask(T) -> T.
