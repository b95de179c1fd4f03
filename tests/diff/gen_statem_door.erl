%% stage: d. gen_statem in both callback modes: state enter, timeouts of each kind, postpone, next_event, replies.
-module(gen_statem_door).
-behaviour(gen_statem).
-export([main/0, init/1, callback_mode/0, locked/3, open/3, alarm/3, terminate/3]).

main() ->
    process_flag(trap_exit, true),
    {ok, P} = gen_statem:start_link(?MODULE, {self(), [1, 2, 3]}, []),
    p(gen_statem:call(P, state)), [gen_statem:cast(P, {button, B}) || B <- [1, 2, 9]], p(gen_statem:call(P, state)), [gen_statem:cast(P, {button, B}) || B <- [1, 2, 3]], p(gen_statem:call(P, state)),
    gen_statem:cast(P, {button, 7}), p(gen_statem:call(P, close)), p(gen_statem:call(P, state)), [gen_statem:cast(P, {button, B}) || B <- [1, 2, 3]], p(receive {auto, S} -> S end), p(gen_statem:call(P, state)),
    p(gen_statem:call(P, {trip, 5})), p(receive {alarm_over, N} -> N end), p(gen_statem:call(P, log)), P ! hello, p(gen_statem:call(P, infos)), p(gen_statem:call(P, chain)), p(gen_statem:stop(P)), p(receive {'EXIT', P, R} -> R end), p(receive {bye, St} -> St end),
    {ok, Q} = gen_statem:start_link(?MODULE, {self(), [1]}, []), p(catch_call(Q)), p(receive {'EXIT', Q, {R2, _}} -> R2 end), p(gen_statem:start_link(?MODULE, stop, [])), p(receive {'EXIT', _, R3} -> R3 end).

p(T) -> io:format("~p~n", [T]).
catch_call(Q) -> try gen_statem:call(Q, crash) catch exit:{{R, _}, _} -> {crashed, R} end.

callback_mode() -> [state_functions, state_enter].

init(stop) -> {stop, refused};
init({Owner, Code}) -> {ok, locked, #{owner => Owner, code => Code, left => Code, log => [], infos => 0}}.

locked(enter, Old, D) -> {keep_state, note({locked_from, Old}, D#{left := maps:get(code, D)})};
locked(cast, {button, B}, #{left := [B]} = D) -> {next_state, open, D};
locked(cast, {button, B}, #{left := [B | More]} = D) -> {keep_state, D#{left := More}};
locked(cast, {button, _}, #{code := Code} = D) -> {keep_state, D#{left := Code}};
locked({call, From}, {trip, Ms}, D) -> {next_state, alarm, D, [{reply, From, tripped}, {state_timeout, Ms, over}]};
locked({call, From}, close, _) -> {keep_state_and_data, [{reply, From, already_locked}]};
locked({call, _}, crash, _) -> error(locked_crash);
locked(Type, Event, D) -> common(Type, Event, locked, D).

open(enter, _, D) -> {keep_state, note(opened, D), [{state_timeout, 1000, auto_close}]};
open(state_timeout, auto_close, #{owner := O} = D) -> O ! {auto, closing}, {next_state, locked, D};
open(cast, {button, _}, _) -> {keep_state_and_data, [postpone]};
open({call, From}, close, D) -> {next_state, locked, D, [{reply, From, closed}]};
open(Type, Event, D) -> common(Type, Event, open, D).

alarm(enter, locked, D) -> {keep_state, note(alarm, D)};
alarm(state_timeout, over, #{owner := O, infos := N} = D) -> O ! {alarm_over, N}, {next_state, locked, D};
alarm(Type, Event, D) -> common(Type, Event, alarm, D).

common({call, From}, state, S, _) -> {keep_state_and_data, [{reply, From, S}]};
common({call, From}, log, _, #{log := L}) -> {keep_state_and_data, [{reply, From, lists:reverse(L)}]};
common({call, From}, infos, _, #{infos := N}) -> {keep_state_and_data, {reply, From, N}};
common({call, From}, chain, _, D) -> {keep_state, D#{from => From}, [{next_event, internal, {step, 1}}]};
common(internal, {step, 3}, _, #{from := From} = D) -> gen_statem:reply(From, {chained, 3}), {keep_state, D};
common(internal, {step, N}, _, _) -> {keep_state_and_data, [{next_event, internal, {step, N + 1}}]};
common(info, _, _, #{infos := N} = D) -> {keep_state, D#{infos := N + 1}}.

note(E, #{log := L} = D) -> D#{log := [E | L]}.

terminate(normal, State, #{owner := O}) -> O ! {bye, State};
terminate(_, _, _) -> ok.
