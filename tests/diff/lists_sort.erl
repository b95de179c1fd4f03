%% stage: b. Sorting: merge sort of `lists` over mixed terms, stability, key sorts, merges, user orders.
-module(lists_sort).
-export([main/0]).

main() ->
    R = random(200, 42, []),
    S = lists:sort(R),
    p(S), p(is_sorted(S)), p(lists:usort(R) =:= dedup(S)), p(length(lists:usort(R))),
    p(lists:sort(fun(A, B) -> A >= B end, R) =:= lists:reverse(S)),
    p(lists:keysort(1, [{X rem 7, I} || {X, I} <- index(R)])),
    p(lists:ukeysort(1, [{X rem 7, I} || {X, I} <- index(R)])),
    p(lists:sort([b, 1, {a}, "x", <<"y">>, 1.0, a, #{}, [], {a, b}, -1, [1 | 2], <<>>, #{a => 1}])),
    p(lists:sort([1, 1.0, 2.0, 2, 0.5])), p(lists:usort([1, 1.0, 1])),
    p(lists:merge([1, 3, 5], [2, 4, 6])), p(lists:merge3([1, 4], [2, 5], [3, 6])), p(lists:merge([[3], [1], [2]])), p(lists:umerge([1, 2], [2, 3])),
    p(lists:keymerge(1, [{1, a}, {3, a}], [{1, b}, {2, b}])),
    p(lists:rmerge([3, 1], [4, 2])),
    p(lists:sort(fun({_, A}, {_, B}) -> A =< B end, [{x, 3}, {y, 1}, {z, 3}, {w, 2}])),
    p(lists:max(R)), p(lists:min(R)), p(lists:sort([])), p(lists:sort([x])),
    p(lists:sort(lists:seq(100, 1, -1)) =:= lists:seq(1, 100)), p(lists:sort(["banana", "apple", "cherry", "app", ""])),
    p(quick(R) =:= S), p(insertion(lists:sublist(R, 30))).

p(T) -> io:format("~w~n", [T]).

random(0, _, A) -> A;
random(N, Seed, A) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    random(N - 1, Next, [Next bsr 16 rem 500 | A]).

index(L) -> lists:zip(L, lists:seq(1, length(L))).

is_sorted([A, B | T]) -> A =< B andalso is_sorted([B | T]);
is_sorted(_) -> true.

dedup([A, A | T]) -> dedup([A | T]);
dedup([A | T]) -> [A | dedup(T)];
dedup([]) -> [].

quick([]) -> [];
quick([P | T]) -> quick([X || X <- T, X < P]) ++ [P] ++ quick([X || X <- T, X >= P]).

insertion(L) -> lists:foldl(fun insert/2, [], L).
insert(X, [H | T]) when H < X -> [H | insert(X, T)];
insert(X, L) -> [X | L].
