%% stage: c. Supervision by hand: restart loops, error propagation, cleanup in after, exit from nested calls, state hand-over.
-module(errors_in_processes).
-export([main/0, start/2]).

main() ->
    process_flag(trap_exit, true),
    p(keeper(4)), p(pool([3, 0, 2, x, 5])), p(cleanup()), p(hand_over()), p(retry(fun flaky/1, 5)), p(bank()), p(deadline(10)), p(chain_of_errors()), p(exit_reasons()), p(group_kill()), p(spawn_mfa()), p(spawn_undef()), p(ordered_shutdown()), p(heir()).

p(T) -> io:format("~p~n", [T]).

keeper(Left) -> keeper(Left, 0).
keeper(0, Restarts) -> {gave_up, Restarts};
keeper(Left, Restarts) -> P = spawn_link(fun() -> exit({crash, Restarts}) end), receive {'EXIT', P, {crash, Restarts}} -> keeper(Left - 1, Restarts + 1) end.

pool(Work) -> Ps = [{spawn_link(fun() -> exit({result, 12 div W}) end), W} || W <- Work], [receive {'EXIT', P, {result, V}} -> {W, V}; {'EXIT', P, {badarith, _}} -> {W, failed} end || {P, W} <- Ps].

cleanup() -> Me = self(), P = spawn_link(fun() -> try exit(early) after Me ! cleaned end end), receive {'EXIT', P, R} -> receive cleaned -> {R, cleaned} after 0 -> {R, no} end end.

hand_over() -> Me = self(), Run = fun Run(S) -> P = spawn_link(fun() -> count(S, Me) end), receive {state, P, T} -> receive {'EXIT', P, _} -> if T > 30 -> T; true -> Run(T) end end end end, Run(1).
count(S, Me) when S rem 10 =:= 0 -> Me ! {state, self(), S + 1}, exit(full);
count(S, Me) -> count(S + 1, Me).

retry(_, 0) -> failed;
retry(F, N) -> P = spawn_link(fun() -> exit({ok, F(N)}) end), receive {'EXIT', P, {ok, V}} -> {N, V}; {'EXIT', P, {R, [_ | _]}} -> io:format("retry ~p: ~p~n", [N, R]), retry(F, N - 1) end.
flaky(5) -> error(five);
flaky(4) -> #{a := A} = #{}, A;
flaky(3) -> list_to_integer("three");
flaky(2) -> fine.

bank() ->
    B = spawn_link(fun() -> bank(#{}) end), Ask = fun(Q) -> R = make_ref(), B ! {self(), R, Q}, receive {R, A} -> A after 2000 -> timeout end end,
    L = [Ask({open, ann}), Ask({open, bob}), Ask({open, ann}), Ask({deposit, ann, 100}), Ask({move, ann, bob, 30}), Ask({move, bob, ann, 300}), Ask({move, ann, eve, 1}), Ask(all)], exit(B, shutdown), receive {'EXIT', B, R} -> {R, L} end.
bank(M) ->
    receive {From, Ref, Q} ->
        {A, New} = try request(Q, M) catch throw:Why -> {{error, Why}, M} end, From ! {Ref, A}, bank(New) end.
request({open, Who}, M) when is_map_key(Who, M) -> throw(exists);
request({open, Who}, M) -> {ok, M#{Who => 0}};
request({deposit, Who, N}, M) -> {ok, M#{Who := get(Who, M) + N}};
request({move, A, B, N}, M) -> Have = get(A, M), To = get(B, M), N > Have andalso throw({short, N - Have}), {ok, M#{A := Have - N, B := To + N}};
request(all, M) -> {lists:sort(maps:to_list(M)), M}.
get(Who, M) -> case M of #{Who := V} -> V; _ -> throw({unknown, Who}) end.

deadline(Ms) -> P = spawn_link(fun() -> receive never -> ok end end), T = erlang:send_after(Ms, self(), {expired, P}), receive {expired, P} -> exit(P, kill), receive {'EXIT', P, R} -> {R, erlang:cancel_timer(T)} end end.

chain_of_errors() -> try try try error(a) catch error:a -> exit(b) end catch exit:b -> throw(c) end catch throw:c -> done end.

exit_reasons() -> [begin P = spawn_link(F), receive {'EXIT', P, R} -> strip(R) end end || F <- [fun() -> ok end, fun() -> exit(normal) end, fun() -> 1 = id(2) end, fun() -> id(x) + 1 end, fun() -> lists:nth(id(0), []) end, fun() -> erlang:error(custom) end, fun() -> throw(up) end, fun() -> nomod:nofun() end]].
strip({R, [{M, F, A, _} | _]}) -> {R, M, F, if is_list(A) -> length(A); true -> A end};
strip(R) -> R.

group_kill() -> Ps = [spawn_link(fun() -> receive never -> ok end end) || _ <- lists:seq(1, 10)], [exit(P, {stop, I}) || {I, P} <- lists:zip(lists:seq(1, 10), Ps)], [receive {'EXIT', P, {stop, I}} -> I end || P <- Ps].

start(Me, X) -> Me ! {started, X, self()}.
spawn_mfa() -> P = spawn_link(?MODULE, start, [self(), 5]), receive {started, X, P} -> receive {'EXIT', P, R} -> {X, R} end end.
spawn_undef() -> P = spawn_link(no_module_here, run, [1]), receive {'EXIT', P, {R, [{M, F, As, _} | _]}} -> {R, M, F, As} end.
ordered_shutdown() -> Me = self(), Ps = [spawn_link(fun() -> process_flag(trap_exit, true), Me ! up, receive {'EXIT', _, R} -> exit({closed, I, R}) end end) || I <- [1, 2, 3]], [receive up -> ok end || _ <- Ps], [begin exit(P, shutdown), receive {'EXIT', P, R} -> R end end || P <- lists:reverse(Ps)].
heir() -> Me = self(), P = spawn_link(fun() -> process_flag(trap_exit, true), K = spawn_link(fun() -> receive never -> ok end end), Me ! {kid, K}, receive {'EXIT', Me, R} -> exit({told, R}) end end), K = receive {kid, X} -> X end, M = monitor(process, K), exit(P, please), receive {'EXIT', P, R} -> receive {'DOWN', M, _, _, KR} -> {R, KR} end end.
id(X) -> X.
