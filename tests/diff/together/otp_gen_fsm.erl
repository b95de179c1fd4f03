%% stage: d. gen_fsm, as old code uses it: state functions, all-state and synchronous events, timers, replies later, timeouts, stops.
-module(otp_gen_fsm).
-behaviour(gen_fsm).
-compile(nowarn_deprecated_function).
-export([main/0, init/1, locked/2, locked/3, open/2, open/3, handle_event/3, handle_sync_event/4, handle_info/3, terminate/3, code_change/4, format_status/2]).

main() ->
    process_flag(trap_exit, true), logger:set_primary_config(level, none),
    {ok, P} = gen_fsm:start_link({local, ogf_door}, ?MODULE, [1, 2, 3], []),
    p(sys:get_state(P)), [gen_fsm:send_event(ogf_door, {digit, D}) || D <- [9, 9, 9, 1, 2, 3]], p(sys:get_state(P)),
    p([gen_fsm:sync_send_event(P, E) || E <- [who, lock, who]]), p([catch gen_fsm:sync_send_event(P, silent, 20), gen_fsm:sync_send_event(P, later)]),
    gen_fsm:send_all_state_event(P, {set, [7]}), p(gen_fsm:sync_send_all_state_event(P, get)), gen_fsm:send_event(P, {digit, 7}), p(sys:get_state(P)),
    P ! plain, p(sys:get_state(P)), p(gen_fsm:sync_send_event(P, soon)), timer:sleep(20), p(sys:get_state(P)),
    p(gen_fsm:sync_send_event(P, timers)), p(receive {timers, T} -> T after 500 -> none end),
    {status, P, {module, gen_fsm}, [_, running, _, _, Misc]} = sys:get_status(P), p([X || X <- Misc, element(1, X) =/= header]),
    p([sys:replace_state(P, fun({S, {C, R, L}}) -> {S, {C, [x | R], L}} end), sys:suspend(P), sys:change_code(P, ?MODULE, 1, extra), sys:resume(P), sys:get_state(P)]),
    p(catch gen_fsm:sync_send_event(P, stop)), p(gone(P)),
    [begin {ok, Q} = gen_fsm:start(?MODULE, [5], []), R = monitor(process, Q), F(Q), p(receive {'DOWN', R, _, _, W} -> why(W) after 500 -> alive end) end || F <- [fun(Q) -> gen_fsm:send_event(Q, crash) end, fun(Q) -> gen_fsm:send_all_state_event(Q, {bad, 1}) end, fun(Q) -> gen_fsm:stop(Q) end, fun(Q) -> gen_fsm:stop(Q, shutdown, 100) end, fun(Q) -> exit(Q, kill) end, fun(Q) -> gen_fsm:send_event(Q, wrong_return) end]],
    p([gen_fsm:start(?MODULE, X, []) || X <- [ignore, {stop, no}, {raise, x}, {odd, y}]]), p(catch gen_fsm:sync_send_event(ogf_nobody, x)), p(catch gen_fsm:send_event(ogf_nobody, x)), gone(P).

gone(P) -> receive {'EXIT', P, R} -> R after 500 -> alive end.
why({{E, [{M, F, A, _} | _]}, _}) -> {E, M, F, A}; why({E, [{M, F, A, _} | _]}) -> {E, M, F, A}; why(W) -> W.
p(T) -> io:format("~0tp~n", [T]).

init(ignore) -> ignore; init({stop, R}) -> {stop, R}; init({raise, R}) -> exit(R); init({odd, _}) -> odd;
init(Code) -> {ok, locked, {Code, Code, []}}.
locked({digit, D}, {C, [D], L}) -> {next_state, open, {C, C, L}};
locked({digit, D}, {C, [D | R], L}) -> {next_state, locked, {C, R, L}};
locked({digit, _}, {C, _, L}) -> {next_state, locked, {C, C, L}};
locked(timeout, {C, R, L}) -> {next_state, locked, {C, R, [timeout | L]}};
locked({timeout, _, T}, {C, R, [F | L]}) when is_pid(F) -> F ! {timers, [T | L]}, {next_state, locked, {C, R, []}};
locked(crash, _) -> exit(crash); locked(wrong_return, _) -> nonsense.
locked(who, _, D) -> {reply, locked, locked, D}; locked(silent, _, D) -> {next_state, locked, D};
locked(later, From, D) -> gen_fsm:reply(From, was_later), {next_state, locked, D};
locked(soon, _, D) -> {reply, ok, locked, D, 5};
locked(timers, {F, _}, {C, R, L}) -> A = gen_fsm:start_timer(1000, a), B = gen_fsm:send_event_after(2000, b), gen_fsm:start_timer(5, fired), {reply, [is_integer(gen_fsm:cancel_timer(X)) || X <- [A, B]] ++ [gen_fsm:cancel_timer(A)], locked, {C, R, [F | L]}};
locked(stop, _, D) -> {stop, {shutdown, asked}, stopping, D}.
open({digit, _}, D) -> {next_state, open, D};
open({timeout, _, _}, D) -> {next_state, open, D}.
open(who, _, D) -> {reply, open, open, D}; open(lock, _, D) -> {reply, locking, locked, D}; open(stop, _, D) -> {stop, normal, bye, D}; open(soon, _, D) -> {reply, open_soon, open, D}; open(timers, _, {C, R, L}) -> {reply, no, locked, {C, R, L}}.
handle_event({set, C}, S, {_, _, L}) -> {next_state, S, {C, C, L}}.
handle_sync_event(get, _, S, D) -> {reply, {S, D}, locked, D}.
handle_info(I, S, {C, R, L}) -> {next_state, S, {C, R, [I | L]}}.
terminate(R, S, _) -> p({terminate, why(R), S}).
code_change(V, S, {C, R, L}, E) -> {ok, S, {C, R, [V, E | L]}}.
format_status(Opt, [_, {C, _, _}]) -> [{data, [{Opt, C}]}].
