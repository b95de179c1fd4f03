%% stage: c. Spawning many processes, passing messages round a ring, collecting, messages of every kind of term.
-module(processes_ring).
-export([main/0, node_loop/1, worker/2]).

main() ->
    p(ring(20, 15)), p(parallel_map(fun(X) -> X * X end, lists:seq(1, 30))), p(pipeline([fun(X) -> X + 1 end, fun(X) -> X * 2 end, fun integer_to_list/1], [1, 2, 3])), p(echo(terms()) =:= terms()),
    p(tree_sum(6)), p(sieve(40)), p(ping_pong(50)), p(fan_in(10, 20)), p(mutex(8)), p(length(processes_of(25))), p(big_message()), p(closure_message()),
    Self = self(), P = spawn(fun() -> Self ! {from, self()} end), p(receive {from, P} -> same end), p(is_process_alive(Self)), p(self() =:= Self), p(counter(100)).

p(T) -> io:format("~p~n", [T]).

ring(N, Rounds) ->
    Last = lists:foldl(fun(_, Next) -> spawn(?MODULE, node_loop, [Next]) end, self(), lists:seq(1, N)),
    Last ! {token, 0, Rounds}, turn(Last).
turn(First) -> receive {token, Hops, 1} -> First ! stop, receive stop -> Hops + 1 end; {token, Hops, Left} -> First ! {token, Hops + 1, Left - 1}, turn(First) end.
node_loop(Next) -> receive {token, H, L} -> Next ! {token, H + 1, L}, node_loop(Next); stop -> Next ! stop end.

parallel_map(F, L) -> Me = self(), Refs = [begin R = make_ref(), spawn(fun() -> Me ! {R, F(X)} end), R end || X <- L], [receive {R, V} -> V end || R <- Refs].

pipeline(Fs, Inputs) ->
    Me = self(), First = lists:foldr(fun(F, To) -> spawn(fun() -> stage(F, To) end) end, Me, Fs),
    [First ! {item, I} || I <- Inputs], [receive {item, V} -> V end || _ <- Inputs].
stage(F, To) -> receive {item, X} -> To ! {item, F(X)}, stage(F, To) end.

terms() -> [1, 1 bsl 90, 1.5, atom, "string", [a | b], {t, {u}}, <<"bin">>, <<5:3>>, binary:copy(<<"x">>, 200), #{k => [v]}, maps:from_list([{I, I} || I <- lists:seq(1, 40)]), [], {}, fun lists:map/2].
echo(T) -> Me = self(), P = spawn(fun() -> receive {Who, X} -> Who ! {self(), X} end end), P ! {Me, T}, receive {P, X} -> X end.

tree_sum(0) -> 1;
tree_sum(N) -> Me = self(), Kids = [spawn(fun() -> Me ! {self(), tree_sum(N - 1)} end) || _ <- [l, r]], 1 + lists:sum([receive {K, V} -> V end || K <- Kids]).

sieve(N) -> Me = self(), spawn(fun() -> G = spawn(fun() -> filter(Me) end), [G ! X || X <- lists:seq(2, N)], G ! done end), primes().
filter(Out) -> receive done -> Out ! done; P -> Out ! {prime, P}, filter(P, spawn_next(Out)) end.
spawn_next(Out) -> spawn(fun() -> filter(Out) end).
filter(P, Next) -> receive done -> Next ! done; X when X rem P =:= 0 -> filter(P, Next); X -> Next ! X, filter(P, Next) end.
primes() -> lists:sort(primes([])).
primes(A) -> receive {prime, P} -> primes([P | A]); done -> A end.

ping_pong(N) -> Me = self(), P = spawn(fun() -> pong(Me) end), [begin P ! {ping, I}, receive {pong, I} -> ok end end || I <- lists:seq(1, N)], P ! stop, receive stopped -> N end.
pong(To) -> receive {ping, I} -> To ! {pong, I}, pong(To); stop -> To ! stopped end.

%% Per sender the order holds: each sender's numbers arrive rising.
fan_in(Senders, Each) ->
    Me = self(), Ps = [spawn(?MODULE, worker, [Me, Each]) || _ <- lists:seq(1, Senders)],
    All = [receive {P, N} -> {P, N} end || _ <- lists:seq(1, Senders * Each)],
    lists:all(fun(P) -> [N || {Q, N} <- All, Q =:= P] =:= lists:seq(1, Each) end, Ps).
worker(To, N) -> [To ! {self(), I} || I <- lists:seq(1, N)].

mutex(N) ->
    Me = self(), Lock = spawn(fun() -> lock([]) end),
    Ps = [spawn(fun() -> Lock ! {take, self()}, receive granted -> Lock ! {add, I}, Lock ! {give, self()}, Me ! {done, self()} end end) || I <- lists:seq(1, N)],
    [receive {done, P} -> ok end || P <- Ps], Lock ! {sum, Me}, receive {sum, S} -> S end.
lock(Acc) -> receive {take, P} -> P ! granted, held(P, Acc); {sum, W} -> W ! {sum, lists:sum(Acc)} end.
held(P, Acc) -> receive {add, I} -> held(P, [I | Acc]); {give, P} -> lock(Acc) end.

processes_of(N) -> Ps = [spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, N)], Alive = [P || P <- Ps, is_process_alive(P)], [P ! stop || P <- Ps], lists:usort(Alive).
big_message() -> L = lists:seq(1, 1500), echo(L) =:= L.
closure_message() -> N = 40, F = echo(fun(X) -> X + N end), F(2).
counter(N) -> Me = self(), C = spawn(fun() -> count(0) end), [C ! inc || _ <- lists:seq(1, N)], C ! {get, Me}, receive {count, V} -> V end.
count(V) -> receive inc -> count(V + 1); {get, W} -> W ! {count, V} end.
