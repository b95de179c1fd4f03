%% stage: d. gen_server's life: timeouts, hibernation, continue, stop from each callback, crashes, what links and callers get.
-module(gen_server_life).
-behaviour(gen_server).
-export([main/0, init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2]).

main() ->
    process_flag(trap_exit, true),
    p(run(fun(P) -> gen_server:call(P, log) end, [])), p(run(fun(P) -> gen_server:call(P, log) end, continue)), p(run(fun(P) -> gen_server:call(P, chain), gen_server:call(P, log) end, continue)),
    {ok, T} = gen_server:start_link(?MODULE, timeout, []), p(receive {timed, T} -> timed_out end), p(gen_server:call(T, log)), gen_server:stop(T), exits(T),
    [begin {ok, P} = gen_server:start_link(?MODULE, [], []), p({Req, catch_exit(fun() -> gen_server:call(P, Req) end), exits(P)}) end || Req <- [stop_reply, stop_noreply, crash, exit, bad_return, {stop_with, {shutdown, x}}]],
    [begin {ok, P} = gen_server:start_link(?MODULE, [], []), gen_server:cast(P, Req), p({Req, exits(P)}) end || Req <- [stop, crash, {exit, why}]],
    [begin {ok, P} = gen_server:start_link(?MODULE, [], []), P ! Req, p({Req, exits(P)}) end || Req <- [stop, crash]],
    {ok, S} = gen_server:start_link(?MODULE, [], []), p(catch_exit(fun() -> gen_server:call(S, never_replies, 10) end)), p(gen_server:call(S, log)), exit(S, shutdown), p(exits(S)), {ok, K} = gen_server:start_link(?MODULE, trapping, []), exit(K, shutdown), p({exits(K), receive {last, L} -> L after 1000 -> none end}),
    {ok, G} = gen_server:start_link(?MODULE, trapping, []), exit(G, kill), p(exits(G)), p(catch_exit(fun() -> gen_server:stop(ended()) end)), {ok, H} = gen_server:start_link(?MODULE, [], []), p(gen_server:call(H, throw_reply)), p(gen_server:call(H, hibernate)), p(gen_server:call(H, log)), p(gen_server:stop(H, {shutdown, asked}, 1000)), p(exits(H)),
    {ok, C} = gen_server:start(?MODULE, [], []), M = monitor(process, C), p(catch_exit(fun() -> gen_server:stop(C, odd_reason, 1000) end)), receive {'DOWN', M, _, _, DR} -> p(DR) end.

p(T) -> io:format("~p~n", [T]).
%% Of a process that has ended for sure: sys:terminate/3 tells noproc of it, but normal of one that is about to end.
ended() -> {P, M} = spawn_monitor(fun() -> ok end), receive {'DOWN', M, _, _, _} -> P end.
run(F, Arg) -> {ok, P} = gen_server:start_link(?MODULE, Arg, []), R = F(P), gen_server:stop(P), {R, exits(P)}.
exits(P) -> receive {'EXIT', P, R} -> short(R) after 5000 -> still_alive end.
short({R, [{M, F, A, _} | _]}) when is_atom(M) -> {R, M, F, A};
short(R) -> R.
catch_exit(F) -> try F() catch exit:{R, {gen_server, _, _}} -> {exit, short(R)}; exit:R -> {exit, short(R)} end.

init(continue) -> {ok, [init], {continue, first}};
init(timeout) -> put(parent, hd(get('$ancestors'))), {ok, [init], 5};
init(trapping) -> process_flag(trap_exit, true), {ok, [trapping]};
init(_) -> {ok, [init]}.

handle_continue(first, L) -> {noreply, [first | L], {continue, second}};
handle_continue(Step, L) -> {noreply, [Step | L]}.

handle_call(log, _, L) -> {reply, lists:reverse(L), L};
handle_call(chain, _, L) -> {reply, ok, [called | L], {continue, after_call}};
handle_call(stop_reply, _, L) -> {stop, normal, stopped, L};
handle_call(stop_noreply, _, L) -> {stop, no_reply_reason, L};
handle_call({stop_with, R}, _, L) -> {stop, R, bye, L};
handle_call(crash, _, [_ | _]) -> error(call_crash);
handle_call(exit, _, _) -> exit(call_exit);
handle_call(throw_reply, _, L) -> throw({reply, thrown, [threw | L]});
handle_call(bad_return, _, _) -> oops;
handle_call(hibernate, _, L) -> {reply, asleep, [slept | L], hibernate};
handle_call(never_replies, _, L) -> {noreply, [ignored | L]}.

handle_cast(stop, L) -> {stop, {shutdown, cast}, L};
handle_cast({exit, R}, _) -> exit(R);
handle_cast(crash, L) -> {noreply, hd(tl(L)) + 1}.

handle_info(timeout, L) -> get(parent) ! {timed, self()}, {noreply, [timeout | L]};
handle_info(stop, L) -> {stop, info_stop, L};
handle_info(crash, _) -> maps:get(k, #{}).

terminate(R, [trapping]) -> hd(get('$ancestors')) ! {last, {terminating, R}};
terminate(_, _) -> ok.
