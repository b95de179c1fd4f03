%% stage: b. List and binary comprehensions, nested and filtered; small algorithms written in them.
-module(comprehensions).
-export([main/0]).

main() ->
    p([X * Y || X <- [1, 2, 3], Y <- [10, 20]]), p([{A, B, C} || A <- lists:seq(1, 20), B <- lists:seq(A, 20), C <- lists:seq(B, 29), A * A + B * B =:= C * C]),
    p(queens(6)), p(perms([a, b, c, d])), p(powerset([1, 2, 3, 4])), p(transpose([[1, 2, 3], [4, 5, 6]])), p(matmul([[1, 2], [3, 4]], [[5, 6], [7, 8]])), p([X || X <- [1, a, 2.0, "s"], is_number(X)]),
    p([Y || {X, Y} <- [{1, a}, {2, b}, 3, {1, c}], X =:= 1]), p([X || X <- lists:seq(1, 30), X rem 2 =:= 0, X rem 3 =:= 0]), p([C || C <- "Hello World", C >= $A, C =< $Z]), p(<< <<(C + 1)>> || C <- "HAL" >>), p([{K, V} || <<K:8, V:16>> <= <<1, 0, 2, 3, 0, 4, 5>>]),
    p(<< <<A, B>> || <<A>> <= <<1, 2>>, <<B>> <= <<3, 4>> >>), p([[I * J || J <- lists:seq(1, I)] || I <- lists:seq(1, 5)]), p([F(2) || F <- [fun(X) -> X + N end || N <- [1, 2, 3]]]), p([X || [X | _] <- [[1, 2], [], [3], x]]), p(knapsack([{3, 4}, {4, 5}, {2, 3}], 6)),
    p(lcs("AGGTAB", "GXTXAYB")), p(edit("kitten", "sitting")), p(rotations("abcd")), p(pascal(7)), p(hanoi(3, a, b, c)), p(flat([1, [2, [3, [4]]]])), p(change(50, [25, 10, 5, 1])), p(length(sudoku_row(4))),
    p([catch_bad(fun() -> [X || X <- id(T)] end) || T <- [a, {1}, [1 | 2]]]), p(catch_bad(fun() -> [X || X <- [1, 2], id(X)] end)), p(catch_bad(fun() -> << <<X>> || X <- [1, foo] >> end)), p([X || X <- [true, false, maybe], X =:= true]), p(group([{a, 1}, {b, 2}, {a, 3}])).

p(T) -> io:format("~w~n", [T]).
id(X) -> X.
catch_bad(F) -> try F() catch C:R -> {C, R} end.
queens(N) -> queens(N, N).
queens(0, _) -> [[]];
queens(K, N) -> [[Q | Qs] || Qs <- queens(K - 1, N), Q <- lists:seq(1, N), safe(Q, Qs, 1)].
safe(_, [], _) -> true;
safe(Q, [H | T], D) -> Q =/= H andalso abs(Q - H) =/= D andalso safe(Q, T, D + 1).
perms([]) -> [[]];
perms(L) -> [[H | T] || H <- L, T <- perms(L -- [H])].
powerset([]) -> [[]];
powerset([H | T]) -> P = powerset(T), P ++ [[H | S] || S <- P].
transpose([[] | _]) -> [];
transpose(M) -> [[hd(R) || R <- M] | transpose([tl(R) || R <- M])].
matmul(A, B) -> T = transpose(B), [[lists:sum([X * Y || {X, Y} <- lists:zip(R, C)]) || C <- T] || R <- A].
knapsack([], _) -> 0;
knapsack([{W, V} | T], C) -> lists:max([knapsack(T, C) | [V + knapsack(T, C - W) || W =< C]]).
lcs([], _) -> [];
lcs(_, []) -> [];
lcs([H | A], [H | B]) -> [H | lcs(A, B)];
lcs([_ | A] = L, [_ | B] = R) -> X = lcs(A, R), Y = lcs(L, B), if length(X) >= length(Y) -> X; true -> Y end.
edit([], B) -> length(B);
edit(A, []) -> length(A);
edit([H | A], [H | B]) -> edit(A, B);
edit([_ | A] = L, [_ | B] = R) -> 1 + lists:min([edit(A, R), edit(L, B), edit(A, B)]).
rotations(L) -> [begin {A, B} = lists:split(I, L), B ++ A end || I <- lists:seq(0, length(L) - 1)].
pascal(N) -> lists:reverse(lists:foldl(fun(_, [R | _] = A) -> [[X + Y || {X, Y} <- lists:zip([0 | R], R ++ [0])] | A] end, [[1]], lists:seq(2, N))).
hanoi(0, _, _, _) -> [];
hanoi(N, A, B, C) -> hanoi(N - 1, A, C, B) ++ [{A, C}] ++ hanoi(N - 1, B, A, C).
flat(L) when is_list(L) -> lists:append([flat(X) || X <- L]);
flat(X) -> [X].
change(0, _) -> 1;
change(_, []) -> 0;
change(N, [C | T]) when N >= C -> change(N - C, [C | T]) + change(N, T);
change(N, [_ | T]) -> change(N, T).
sudoku_row(N) -> [P || P <- perms(lists:seq(1, N)), hd(P) < lists:last(P)].
group(L) -> lists:foldl(fun({K, V}, M) -> M#{K => maps:get(K, M, []) ++ [V]} end, #{}, L).
