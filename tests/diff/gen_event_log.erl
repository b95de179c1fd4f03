%% stage: d. gen_event: handlers added, called, swapped, removed, failing; supervised handlers.
-module(gen_event_log).
-behaviour(gen_event).
-export([main/0, init/1, handle_event/2, handle_call/2, handle_info/2, terminate/2]).

main() ->
    {ok, E} = gen_event:start_link(),
    p(gen_event:add_handler(E, ?MODULE, {count, 0})), p(gen_event:add_handler(E, {?MODULE, second}, {list, []})), p(gen_event:add_handler(E, ?MODULE, {count, 5})), p(gen_event:which_handlers(E)),
    [gen_event:notify(E, X) || X <- [a, b, c]], p(gen_event:sync_notify(E, d)), p(gen_event:call(E, ?MODULE, get)), p(gen_event:call(E, {?MODULE, second}, get)), p(gen_event:call(E, missing, get)),
    E ! some_info, p(gen_event:call(E, {?MODULE, second}, get)), p(gen_event:swap_handler(E, {{?MODULE, second}, swap}, {{?MODULE, third}, from_second})), p(gen_event:call(E, {?MODULE, third}, get)), p(gen_event:delete_handler(E, {?MODULE, third}, why)), p(gen_event:delete_handler(E, nobody, x)),
    gen_event:sync_notify(E, remove_me), p(gen_event:which_handlers(E)), p(gen_event:add_handler(E, ?MODULE, fail)), p(gen_event:add_handler(E, {?MODULE, s}, {crash, x})), gen_event:sync_notify(E, boom), p(gen_event:which_handlers(E)),
    p(gen_event:add_sup_handler(E, {?MODULE, sup}, {list, []})), gen_event:sync_notify(E, remove_me), p(receive {gen_event_EXIT, H, R} -> {H, R} end), p(gen_event:stop(E)), p(is_process_alive(E)).

p(T) -> io:format("~p~n", [T]).

init(fail) -> {error, not_today};
init({swapped, S}) -> {ok, {list, [from_swap, S]}};
init({from_second, Left}) -> {ok, {list, [{was, Left}]}};
init(S) -> {ok, S}.

handle_event(remove_me, _) -> remove_handler;
handle_event(boom, {crash, _}) -> error(handler_crash);
handle_event(_, {count, N}) -> {ok, {count, N + 1}};
handle_event(E, {list, L}) -> {ok, {list, [E | L]}};
handle_event(_, S) -> {ok, S}.

handle_call(get, S) -> {ok, S, S}.
handle_info(I, {list, L}) -> {ok, {list, [{info, I} | L]}};
handle_info(_, S) -> {ok, S}.
terminate(swap, {list, L}) -> length(L);
terminate(Why, _) -> {terminated, Why}.
