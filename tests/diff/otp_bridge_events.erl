%% stage: d. supervisor_bridge, gen_event handlers that are swapped, supervised, hibernated and asked, with their ends told to who added them.
-module(otp_bridge_events).
-behaviour(supervisor_bridge).
-export([main/0, init/1, terminate/2, handle_event/2, handle_call/2, handle_info/2, code_change/3, format_status/1]).

main() ->
    logger:set_primary_config(level, none),
    process_flag(trap_exit, true),
    bridges(), handlers(), swaps(), supervised(), requests(), failing(), changed().

p(T) -> io:format("~0tp~n", [T]).
down(Pid) -> receive {'EXIT', Pid, R} -> R after 1000 -> none end.

%% Of the bridge, and of handlers.
init(ignore) -> ignore;
init({bridge, fails}) -> {error, no_start};
init({bridge, crash}) -> error(in_init);
init({bridge, To}) -> Pid = spawn_link(fun Loop() -> receive {From, ping} -> From ! pong, Loop(); crash -> exit(crashed); stop -> ok end end), To ! {worker, Pid}, {ok, Pid, {To, state}};
init({refuse, Why}) -> {error, Why};
init({Args, {swapped, From}}) -> {ok, {Args, from, From}};
init({hibernate, S}) -> {ok, S, hibernate};
init({Args, Term}) when is_pid(Args) -> {ok, {Args, [Term]}};
init(Args) -> {ok, Args}.

terminate(Reason, {To, state}) -> To ! {bridge_terminated, Reason};
terminate(swap, S) -> {swapped, S};
terminate(Reason, {To, _}) when is_pid(To) -> To ! {terminated, Reason}, {result, Reason};
terminate(Reason, S) -> {Reason, S}.

handle_event(remove, _) -> remove_handler;
handle_event({swap, New}, S) -> {swap_handler, swap, S, New, args};
handle_event(crash, _) -> error(in_handler);
handle_event(bad, _) -> nonsense;
handle_event(sleep, S) -> {ok, S, hibernate};
handle_event(E, {To, L}) when is_pid(To) -> To ! {seen, E}, {ok, {To, [E | L]}};
handle_event(E, S) -> {ok, {S, E}}.

handle_call(get, S) -> {ok, S, S};
handle_call(remove, S) -> {remove_handler, {gone, S}};
handle_call({swap, New}, S) -> {swap_handler, {swapping, S}, swap, S, New, args};
handle_call(crash, _) -> exit(in_call);
handle_call(bad, _) -> nonsense;
handle_call(never, S) -> {ok, noreply, S}.

handle_info(I, {To, L}) when is_pid(To) -> To ! {info, I}, {ok, {To, L}};
handle_info(_, S) -> {ok, S}.
code_change(Old, S, Extra) -> {ok, {changed, Old, S, Extra}}.
format_status(#{state := S} = M) -> M#{state := {shown, S}}.

bridges() ->
    {ok, B} = supervisor_bridge:start_link({local, bridge}, ?MODULE, {bridge, self()}),
    W = receive {worker, Pid} -> Pid end,
    W ! {self(), ping},
    p([receive pong -> pong after 1000 -> none end, whereis(bridge) =:= B, sys:get_status(B) =/= x]),
    W ! crash,
    p([down(B), receive {bridge_terminated, R} -> R after 1000 -> none end]),
    {ok, B2} = supervisor_bridge:start_link(?MODULE, {bridge, self()}),
    receive {worker, _} -> ok end,
    exit(B2, shutdown),
    p([down(B2), receive {bridge_terminated, R2} -> R2 after 1000 -> none end]),
    p([supervisor_bridge:start_link(?MODULE, A) || A <- [ignore, {bridge, fails}]]),
    p(element(1, supervisor_bridge:start_link(?MODULE, {bridge, crash}))),
    flush().

flush() -> receive {'EXIT', _, _} -> flush() after 0 -> ok end.

handlers() ->
    {ok, E} = gen_event:start_link({local, events}),
    p([gen_event:add_handler(E, ?MODULE, {self(), a}), gen_event:add_handler(E, {?MODULE, 2}, b), gen_event:add_handler(E, {?MODULE, 3}, {refuse, why}), gen_event:add_handler(E, nomod, x) =/= ok, gen_event:which_handlers(E)]),
    p([gen_event:notify(events, one), gen_event:sync_notify(E, two), receive {seen, X} -> X end, receive {seen, Y} -> Y end]),
    p([gen_event:call(E, {?MODULE, 2}, get), gen_event:call(E, {?MODULE, 9}, get), gen_event:call(E, {?MODULE, 2}, remove), gen_event:which_handlers(E)]),
    E ! info,
    p(receive {info, I} -> I after 1000 -> none end),
    p([gen_event:delete_handler(E, ?MODULE, bye), receive {terminated, T} -> T after 1000 -> none end, gen_event:delete_handler(E, ?MODULE, bye), gen_event:which_handlers(E)]),
    p([gen_event:add_handler(E, {?MODULE, h}, {hibernate, s}), gen_event:sync_notify(E, sleep), gen_event:call(E, {?MODULE, h}, get), gen_event:stop(events), down(E)]).

swaps() ->
    {ok, E} = gen_event:start_link(),
    gen_event:add_handler(E, ?MODULE, first),
    p([gen_event:swap_handler(E, {?MODULE, swap}, {{?MODULE, new}, second}), gen_event:call(E, {?MODULE, new}, get)]),
    gen_event:sync_notify(E, {swap, {?MODULE, third}}),
    p([gen_event:which_handlers(E), gen_event:call(E, {?MODULE, third}, get)]),
    p([gen_event:call(E, {?MODULE, third}, {swap, {?MODULE, fourth}}), gen_event:which_handlers(E), gen_event:swap_handler(E, {?MODULE, none}, {?MODULE, fresh}), gen_event:which_handlers(E)]),
    gen_event:stop(E), down(E).

supervised() ->
    {ok, E} = gen_event:start_link(),
    Me = self(),
    p([gen_event:add_sup_handler(E, {?MODULE, s}, x), gen_event:sync_notify(E, remove), receive {gen_event_EXIT, H, R} -> {H, R} after 500 -> none end]),
    gen_event:add_sup_handler(E, {?MODULE, s}, y),
    gen_event:sync_notify(E, crash),
    p(receive {gen_event_EXIT, H2, {'EXIT', {R2, _}}} -> {H2, R2} after 500 -> none end),
    gen_event:add_sup_handler(E, {?MODULE, s}, z),
    gen_event:sync_notify(E, bad),
    p(receive {gen_event_EXIT, H3, R3} -> {H3, R3} after 500 -> none end),
    gen_event:add_sup_handler(E, {?MODULE, s}, z),
    p([gen_event:swap_sup_handler(E, {{?MODULE, s}, swap}, {{?MODULE, t}, w}), receive {gen_event_EXIT, H4, R4} -> {H4, R4} after 500 -> none end, gen_event:which_handlers(E)]),
    {P, M} = spawn_monitor(fun() -> gen_event:add_sup_handler(E, {?MODULE, owner}, {Me, o}), exit(owner_gone) end),
    receive {'DOWN', M, _, P, _} -> ok end,
    p([receive {terminated, {stop, T}} -> T after 500 -> none end, gen_event:which_handlers(E)]),
    gen_event:stop(E, shutdown, 1000),
    p([down(E), receive {gen_event_EXIT, H5, R5} -> {H5, R5} after 500 -> none end]).

requests() ->
    {ok, E} = gen_event:start_link(),
    gen_event:add_handler(E, ?MODULE, s),
    R = gen_event:send_request(E, ?MODULE, get),
    p([gen_event:receive_response(R, 1000), gen_event:wait_response(gen_event:send_request(E, ?MODULE, get), 1000), gen_event:receive_response(gen_event:send_request(E, none, get), 1000)]),
    Ids = gen_event:send_request(E, ?MODULE, get, label, gen_event:reqids_new()),
    p(element(1, gen_event:receive_response(Ids, 1000, true))),
    p(try gen_event:call(E, ?MODULE, never, 10) catch C:{Why, _} -> {C, Why} end),
    gen_event:stop(E), down(E).

failing() ->
    {ok, E} = gen_event:start_link(),
    [gen_event:add_handler(E, {?MODULE, N}, N) || N <- [1, 2, 3]],
    p([case gen_event:call(E, {?MODULE, 1}, crash) of {error, {'EXIT', R}} -> R; O -> O end, gen_event:call(E, {?MODULE, 2}, bad), gen_event:which_handlers(E)]),
    p([gen_event:add_handler(E, {?MODULE, c}, {bridge, crash}) =/= ok, gen_event:which_handlers(E)]),
    exit(E, kill),
    p([down(E), try gen_event:which_handlers(E) catch exit:X -> X end, gen_event:notify(E, x), try gen_event:stop(E) catch exit:Y -> Y end]).

changed() ->
    {ok, E} = gen_event:start_link([{debug, [{log, 5}]}]),
    gen_event:add_handler(E, ?MODULE, s),
    sys:suspend(E),
    p([sys:change_code(E, ?MODULE, vsn1, extra), sys:resume(E), gen_event:call(E, ?MODULE, get), sys:get_state(E), sys:replace_state(E, fun({M, Id, _}) -> {M, Id, replaced} end), gen_event:call(E, ?MODULE, get)]),
    {status, _, _, [_, _, _, _, Misc]} = sys:get_status(E),
    p([I || {items, I} <- Misc]),
    gen_event:stop(E), p(down(E)).
