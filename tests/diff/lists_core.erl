%% stage: b. The list operators and the plain functions of `lists`, which OTP wrote in Erlang and C.
-module(lists_core).
-export([main/0]).

main() ->
    L = lists:seq(1, 20),
    p(hd(L)), p(tl([1])), p(length(L)), p([a | b]), p([1, 2] ++ [3 | 4]), p([] ++ []),
    p([1, 2, 3, 2, 1] -- [2, 1, 9]), p(L -- lists:seq(1, 20, 2)), p([1, 1.0, 2] -- [1.0]),
    p(lists:reverse(L)), p(lists:reverse([1, 2], [3])), p(lists:append([[1], [2, 3], []])),
    p(lists:map(fun(X) -> X * X end, L)), p(lists:filter(fun(X) -> X rem 3 =:= 0 end, L)),
    p(lists:foldl(fun(X, A) -> X - A end, 0, L)), p(lists:foldr(fun(X, A) -> X - A end, 0, L)),
    p(lists:mapfoldl(fun(X, S) -> {X + S, X * S + 1} end, 1, [1, 2, 3, 4])),
    p(lists:partition(fun(X) -> X > 7 end, L)), p(lists:splitwith(fun(X) -> X < 5 end, L)), p(lists:split(3, L)),
    p(lists:takewhile(fun(X) -> X < 4 end, L)), p(lists:dropwhile(fun(X) -> X < 18 end, L)),
    p(lists:zip([1, 2], [a, b])), p(lists:unzip3([{1, a, x}, {2, b, y}])), p(lists:zipwith(fun(A, B) -> A + B end, [1, 2], [3, 4])),
    p(lists:member(3.0, [1, 2, 3])), p(lists:member(3, L)), p(lists:nth(4, L)), p(lists:nthtail(17, L)), p(lists:last(L)),
    p(lists:sum(L)), p(lists:max([3, 9, 2.5])), p(lists:min([b, a, {c}])), p(lists:duplicate(3, x)),
    p(lists:keyfind(b, 1, [{a, 1}, x, {b, 2}])), p(lists:keymember(9, 2, [{a, 1}])), p(lists:keysearch(1, 2, [{a, 1}])),
    p(lists:keyreplace(a, 1, [{a, 1}, {a, 2}], {z, 0})), p(lists:keydelete(a, 1, [{b, 1}, {a, 2}])), p(lists:keystore(c, 1, [{a, 1}], {c, 3})),
    p(lists:keytake(b, 1, [{a, 1}, {b, 2}, {c, 3}])), p(lists:flatten([1, [2, [3, []], "ab"], [[[4]]]])), p(lists:flatlength([1, [2, [3]]])),
    p(lists:any(fun(X) -> X > 19 end, L)), p(lists:all(fun is_integer/1, L)), p(lists:sublist(L, 5, 3)), p(lists:sublist(L, 2)),
    p(lists:delete(3, [1, 3, 2, 3])), p(lists:subtract([1, 2, 3], [2])), p(lists:prefix("ab", "abc")), p(lists:suffix("bc", "abc")),
    p(lists:concat([a, 1, "x", 2.5])), p(lists:join(0, [1, 2, 3])), p(lists:droplast([1, 2, 3])), p(lists:flatmap(fun(X) -> [X, X] end, [1, 2])),
    p(lists:filtermap(fun(1) -> false; (2) -> true; (X) -> {true, X * 10} end, [1, 2, 3])), p(lists:search(fun(X) -> X > 3 end, L)),
    p(lists:enumerate([a, b])), p(lists:uniq([a, b, a, c, b])), p(lists:seq(10, 1, -3)), p(lists:seq(1, 0)),
    p(lists:unzip([{1, 2}, {3, 4}])), p(lists:zip3([1], [2], [3])), p(lists:mapfoldr(fun(X, A) -> {X, [X | A]} end, [], [1, 2])),
    p([{X, Y} || X <- [1, 2, 3], Y <- [a, b], X =/= 2]), p([X || {ok, X} <- [{ok, 1}, error, {ok, 2}]]),
    p(primes(60)), p(length(big(2000, []))), p(lists:foldl(fun erlang:'+'/2, 0, big(2000, []))).

p(T) -> io:format("~w~n", [T]).

primes(N) -> sieve(lists:seq(2, N)).
sieve([]) -> [];
sieve([P | T]) -> [P | sieve([X || X <- T, X rem P =/= 0])].

big(0, A) -> A;
big(N, A) -> big(N - 1, [N | A]).
