%% stage: b. Arrays at work: their terms as they grow, shrink and take defaults, holes read from both ends, a sieve, life on a torus, a ring, sparse matrices, union and find, heaps, refusals of every function.
-module(std_array_boards).
-export([main/0]).

main() -> shapes(), holes(), sieve(), life(), ring(), matrices(), unions(), heap(), refused().

shapes() ->
    p(array:new()), p(array:new(3)), p(array:new([{size, 12}, {default, 0}])), p(array:new(4, {default, none})), p(array:new([fixed, {default, x}])), p(array:new(25, [{fixed, false}])),
    A = array:set(11, b, array:set(0, a, array:new())),
    p(A), p(array:set(105, c, A)), p(array:set(1234, d, array:new([{default, 0}]))),
    p({sizes, [begin B = array:resize(N, A), {array:size(B), array:sparse_size(B), array:get(11, array:relax(B)), erlang:phash2(B)} end || N <- [0, 1, 9, 10, 11, 12, 100, 101, 5000]]}),
    p({resized, array:resize(array:set(3, q, array:new(50))), array:size(array:resize(array:reset(11, A))), array:to_list(array:resize(2, A))}),
    p({kinds, array:is_fix(array:new(3)), array:is_fix(array:new()), array:is_fix(array:relax(array:new(3))), array:is_fix(array:fix(A)), array:default(array:new([{default, [d]}])), array:size(array:new([]))}),
    p({beyond, array:get(500, A), try array:get(12, array:fix(A)) catch error:E -> E end, array:get(7, array:new([{default, 9}]))}),
    p({equal, array:from_list([1, 2, 3]) =:= array:set(2, 3, array:set(1, 2, array:set(0, 1, array:new()))), array:from_list([]) =:= array:new(), array:from_orddict([]) =:= array:new()}).

holes() ->
    S = lists:foldl(fun(I, A) -> array:set(I, {I}, A) end, array:new([{default, gone}]), [997, 3, 50, 12, 400, 398]),
    Pair = fun(I, V, Acc) -> [{I, V} | Acc] end,
    p({array:sparse_foldl(Pair, [], S), array:sparse_foldr(Pair, [], S), array:sparse_to_list(S), array:sparse_to_orddict(S), array:sparse_size(S), array:size(S)}),
    Count = fun(_, gone, {G, V}) -> {G + 1, V}; (I, _, {G, V}) -> {G, [I | V]} end,
    p({array:foldl(Count, {0, []}, S), array:foldr(Count, {0, []}, S)}),
    M = array:sparse_map(fun(I, {I}) -> I * 2 end, S),
    p({array:sparse_to_orddict(M), array:get(4, M), array:sparse_size(array:map(fun(I, gone) when I rem 2 =:= 0 -> gone; (_, V) -> V end, S)), array:sparse_to_list(array:map(fun(_, gone) -> gone; (I, _) when I > 300 -> gone; (_, V) -> V end, S))}),
    R = lists:foldl(fun array:reset/2, S, [997, 400, 5]),
    p({array:size(R), array:sparse_size(R), array:size(array:resize(R)), lists:last(array:to_orddict(array:resize(R)))}),
    p({array:to_list(array:from_orddict([{2, c}, {4, e}], hole)), array:to_orddict(array:from_list([z, y], d)), array:size(array:from_orddict([{1000, x}])), array:sparse_to_list(array:from_orddict([{0, a}, {99, b}, {100, c}, {1001, d}]))}),
    p(lists:all(fun(N) -> L = lists:seq(1, N), A = array:from_list(L), array:to_list(A) =:= L andalso array:size(A) =:= N andalso array:foldr(fun(_, V, Acc) -> [V | Acc] end, [], A) =:= L andalso array:from_orddict(array:to_orddict(A)) =:= A end, [0, 1, 2, 9, 10, 11, 19, 99, 100, 101, 110, 999, 1000, 1001, 1010])).

sieve() ->
    N = 400,
    Marked = lists:foldl(fun(I, A) -> case array:get(I, A) of true -> lists:foldl(fun(K, B) -> array:set(K, false, B) end, A, lists:seq(I * I, N, I)); false -> A end end, array:fix(array:set(0, false, array:set(1, false, array:new(N + 1, {default, true})))), lists:seq(2, 20)),
    Primes = array:foldr(fun(I, true, Acc) -> [I | Acc]; (_, false, Acc) -> Acc end, [], Marked),
    p({length(Primes), lists:nthtail(length(Primes) - 8, Primes), array:sparse_size(Marked), array:size(Marked)}).

life() ->
    {W, H} = {8, 6},
    Glider = lists:foldl(fun({X, Y}, A) -> array:set(Y * W + X, 1, A) end, array:new(W * H, {default, 0}), [{1, 0}, {2, 1}, {0, 2}, {1, 2}, {2, 2}]),
    Step = fun(B) -> array:map(fun(I, Cell) ->
        {X, Y} = {I rem W, I div W},
        case lists:sum([array:get(((Y + DY + H) rem H) * W + (X + DX + W) rem W, B) || DX <- [-1, 0, 1], DY <- [-1, 0, 1], {DX, DY} =/= {0, 0}]) of 3 -> 1; 2 -> Cell; _ -> 0 end end, B) end,
    Show = fun(B) -> [io:format("~s~n", [[case array:get(Y * W + X, B) of 1 -> $#; 0 -> $. end || X <- lists:seq(0, W - 1)]]) || Y <- lists:seq(0, H - 1)] end,
    All = lists:foldl(fun(_, [B | _] = Bs) -> [Step(B) | Bs] end, [Glider], lists:seq(1, 24)),
    Show(lists:nth(13, All)),
    p({[array:foldl(fun(_, C, S) -> C + S end, 0, B) || B <- lists:sublist(All, 4)], lists:nth(1, All) =:= Glider, array:to_list(hd(All)) =:= array:to_list(Glider)}).

%% The last N of a sequence.
ring() ->
    Push = fun(X, {At, R}) -> {(At + 1) rem array:size(R), array:set(At, X, R)} end,
    {At, R} = lists:foldl(Push, {0, array:new(7, [{default, empty}, fixed])}, lists:seq(1, 17)),
    p({At, array:to_list(R), [array:get((At + I) rem 7, R) || I <- lists:seq(0, 6)]}).

matrices() ->
    Sparse = fun(Entries) -> lists:foldl(fun({I, J, V}, M) -> Row = array:get(I, M), array:set(I, array:set(J, V, Row), M) end, array:new([{default, array:new([{default, 0}])}]), Entries) end,
    {A, B} = {Sparse([{0, 0, 2}, {0, 30, -1}, {7, 3, 5}, {20, 7, 1}]), Sparse([{0, 1, 4}, {3, 3, 3}, {30, 1, 8}, {7, 0, 1 bsl 70}])},
    Rows = fun(M) -> [{I, J, V} || {I, Row} <- array:sparse_to_orddict(M), {J, V} <- array:sparse_to_orddict(Row), V =/= 0] end,
    Product = Sparse([{I, J, lists:sum([V * array:get(J, array:get(K, B)) || {K, V} <- array:sparse_to_orddict(Row)])} || {I, Row} <- array:sparse_to_orddict(A), J <- lists:usort([J || {_, J, _} <- Rows(B)])]),
    p({Rows(Product), array:size(Product), Rows(Sparse([{J, I, V} || {I, J, V} <- Rows(A)]))}).

unions() ->
    Union = fun(X, Y, P) -> {RX, P1} = find(X, P), {RY, P2} = find(Y, P1), array:set(RX, RY, P2) end,
    P = lists:foldl(fun({X, Y}, Acc) -> Union(X, Y, Acc) end, array:from_list(lists:seq(0, 19)), [{I, I * 3 rem 20} || I <- [1, 2, 4, 5, 10, 15]] ++ [{17, 18}, {18, 19}, {19, 17}]),
    {Roots, P3} = lists:mapfoldl(fun find/2, P, lists:seq(0, 19)),
    p({Roots, length(lists:usort(Roots)), array:foldl(fun(I, V, N) -> case array:get(V, P3) =:= V of true -> N; false -> [I | N] end end, [], P3)}).
find(X, P) -> case array:get(X, P) of X -> {X, P}; Up -> {R, P1} = find(Up, P), {R, array:set(X, R, P1)} end.

heap() ->
    Heap = lists:foldl(fun(X, H) -> up(array:size(H), array:set(array:size(H), X, H)) end, array:new(), [31, 4, 15, 92, 65, 35, 89, 79, 3, 23, 84, 62, 64, 33, 8]),
    p({array:to_list(Heap), drain(Heap)}).
up(0, H) -> H;
up(I, H) -> U = (I - 1) div 2, case {array:get(U, H), array:get(I, H)} of {A, B} when A > B -> up(U, array:set(U, B, array:set(I, A, H))); _ -> H end.
drain(H) ->
    case array:size(H) of
        0 -> [];
        N -> [array:get(0, H) | drain(down(0, array:resize(N - 1, array:set(0, array:get(N - 1, H), H))))]
    end.
down(I, H) ->
    case [{array:get(C, H), C} || C <- [2 * I + 1, 2 * I + 2], C < array:size(H)] of
        [] -> H;
        Cs -> {V, C} = lists:min(Cs), case array:get(I, H) of X when X > V -> down(C, array:set(C, X, array:set(I, V, H))); _ -> H end
    end.

refused() ->
    {F, A} = {array:new(3), array:from_list([a])},
    [p({N, Fun, length(As), try apply(array, Fun, As) catch C:R -> {C, R} end}) || {N, {Fun, As}} <- lists:enumerate([{new, [x]}, {new, [3, bad]}, {new, [[{size, -2}]]}, {new, [[{default, 1}, {fixed, maybe_so}]]}, {new, [-1, []]}, {set, [3, x, F]}, {set, [-1, x, A]}, {set, [a, x, A]}, {set, [0, x, not_one]}, {get, [1.0, A]}, {get, [0, {}]}, {reset, [3, F]}, {reset, [40, A]}, {resize, [1.5, A]}, {resize, [2, no]},
        {size, [[]]}, {fix, [x]}, {relax, [x]}, {is_fix, [x]}, {default, [x]}, {is_array, [{array, 1, 0, undefined, {}}]}, {from_list, [[a | b]]}, {from_list, [x]}, {to_list, [x]}, {from_orddict, [[{-1, a}]]}, {from_orddict, [[{1, a}, {1, b}]]}, {from_orddict, [[a]]}, {map, [x, A]}, {map, [fun(X) -> X end, A]}, {foldl, [fun(_, _) -> x end, 0, A]}, {foldr, [fun(_, _, _) -> error(mine) end, 0, A]}, {sparse_map, [fun(_, _) -> throw(out) end, A]}, {sparse_foldl, [x, 0, A]}, {sparse_to_list, [{}]}, {to_orddict, [<<>>]}])].

p(T) -> io:format("~0tp~n", [T]).
