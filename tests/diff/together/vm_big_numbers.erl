%% stage: b. Programs on big integers: digits of pi and e, RSA, Miller and Rabin, Fibonacci by matrices, square roots, factorials in every base, rationals.
-module(vm_big_numbers).
-export([main/0]).

main() ->
    p(pi_digits(60)),
    p(e_digits(80)),
    p([N || N <- [2, 17, 561, 1105, 7919, 1 bsl 61 - 1, (1 bsl 89) - 1, (1 bsl 89) + 1, 32416190071 * 32416187567], prime(N)]),
    {P, Q, E} = {170141183460469231731687303715884105727, 2305843009213693951, 65537},
    D = inverse(E, (P - 1) * (Q - 1)),
    M = binary:decode_unsigned(<<"attack at dawn">>),
    C = power(M, E, P * Q),
    p({D, C, binary:encode_unsigned(power(C, D, P * Q))}),
    p(fib(1000)),
    p([{N, isqrt(N), isqrt(N) * isqrt(N) =< N} || N <- [0, 1, 99, 1 bsl 200, power10(101) + 7, 123456789 * 987654321]]),
    F = fact(70),
    p([integer_to_list(F, B) || B <- [2, 3, 7, 16, 36]]),
    p([list_to_integer(integer_to_list(-F, B), B) =:= -F || B <- lists:seq(2, 36)]),
    p(lists:foldl(fun(N, A) -> add(A, {1, N}) end, {0, 1}, lists:seq(1, 40))),
    p({F div fact(68), F rem 71, -F rem 71, F bsr 100, -F bsr 100, F band 16#ffffffffff, -F band 16#ffffffffff, F bor -1, F bxor -F, bnot F}),
    p([(1 bsl S) - 1 || S <- [59, 60, 62, 63, 64, 127, 128]]),
    p([X * Y || X <- [1 bsl 59, -(1 bsl 60), 1 bsl 63], Y <- [1 bsl 59, -(1 bsl 64) + 1, -1]]),
    p([{X div Y, X rem Y} || X <- [1 bsl 100, -(1 bsl 100), 1 bsl 64], Y <- [3, -3, 1 bsl 63, -(1 bsl 99) - 1]]),
    p([gcd(A, B) || {A, B} <- [{fact(30), fib(300)}, {1 bsl 90, 6 bsl 80}, {0, 5}]]),
    p([float(N) || N <- [1 bsl 53 + 1, 1 bsl 64, power10(300), -fact(100)]]),
    p([trunc(X) || X <- [1.0e22, -1.5e18, 9.2e18, 1.0e100, 4503599627370497.5]]),
    p([catch float(power10(400)), catch (1 bsl 1024) / 1, catch (1 bsl 2000) / (1 bsl 1990), catch math:sqrt(power10(309)), math:log2(1 bsl 1000)]),
    p([X < Y || X <- [1 bsl 70, -(1 bsl 70), 1.0e21, 1 bsl 59], Y <- [1 bsl 70 + 1, 1.0e22, 1 bsl 59]]),
    p(lists:sort([1 bsl 70, 3, -(1 bsl 70), 1.0e21, 1.0e20, 1 bsl 59, -2.5, 0, 1 bsl 60])),
    p([erlang:phash2(N) || N <- [1 bsl 59, 1 bsl 60, 1 bsl 63, 1 bsl 64, -(1 bsl 64), fact(50)]]),
    p(byte_size(term_to_binary(fact(1000)))),
    p(binary_to_term(term_to_binary([-fact(30), fact(300)])) =:= [-fact(30), fact(300)]),
    p([<<(fact(25)):96>>, <<(-fact(25)):96/little>>, <<(1 bsl 100):128/native>> =/= <<>>]),
    <<X1:100, Y1:77/signed, _/bits>> = <<(fact(27)):104, (fib(200)):200>>,
    p({X1, Y1}),
    p(collatz(837799, 0)),
    p(digits(power(2, 5000))),
    p(egyptian(7, 15)).

pi_digits(N) ->
    One = power10(N + 10),
    (4 * (4 * arctan(5, One) - arctan(239, One))) div power10(10).

arctan(X, One) -> arctan(One div X, X * X, 1, 1, 0).
arctan(0, _, _, _, Sum) -> Sum;
arctan(T, X2, N, S, Sum) -> arctan(T div X2, X2, N + 2, -S, Sum + S * (T div N)).

e_digits(N) -> e(power10(N + 5), 1, 0) div power10(5).
e(0, _, Sum) -> Sum;
e(T, K, Sum) -> e(T div K, K + 1, Sum + T).

power10(N) -> power(10, N).
power(_, 0) -> 1;
power(B, N) when N rem 2 =:= 0 -> power(B * B, N div 2);
power(B, N) -> B * power(B, N - 1).
power(_, 0, _) -> 1;
power(B, N, M) when N rem 2 =:= 0 -> power(B * B rem M, N div 2, M);
power(B, N, M) -> B * power(B, N - 1, M) rem M.

prime(2) -> true;
prime(N) when N < 2; N rem 2 =:= 0 -> false;
prime(N) ->
    {D, S} = halve(N - 1, 0),
    lists:all(fun(A) -> A rem N =:= 0 orelse witness(power(A rem N, D, N), S, N) end, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37]).
halve(N, S) when N rem 2 =:= 0 -> halve(N div 2, S + 1);
halve(N, S) -> {N, S}.
witness(X, _, N) when X =:= 1; X =:= N - 1 -> true;
witness(_, 1, _) -> false;
witness(X, S, N) -> case X * X rem N of Y when Y =:= N - 1 -> true; Y -> Y =/= 1 andalso witness(Y, S - 1, N) end.

inverse(A, M) -> {_, X, _} = egcd(A, M), ((X rem M) + M) rem M.
egcd(A, 0) -> {A, 1, 0};
egcd(A, B) -> {G, X, Y} = egcd(B, A rem B), {G, Y, X - (A div B) * Y}.
gcd(A, 0) -> A;
gcd(A, B) -> gcd(B, A rem B).

fib(N) -> element(1, fib2(N)).
fib2(0) -> {0, 1};
fib2(N) ->
    {A, B} = fib2(N div 2),
    {C, D} = {A * (2 * B - A), A * A + B * B},
    case N rem 2 of 0 -> {C, D}; 1 -> {D, C + D} end.

isqrt(0) -> 0;
isqrt(N) -> newton(N, N).
newton(N, X) -> case (X + N div X) div 2 of Y when Y >= X -> X; Y -> newton(N, Y) end.

fact(N) -> lists:foldl(fun erlang:'*'/2, 1, lists:seq(1, N)).

add({A, B}, {C, D}) -> {N, M} = {A * D + C * B, B * D}, G = gcd(N, M), {N div G, M div G}.

collatz(1, N) -> N;
collatz(X, N) when X rem 2 =:= 0 -> collatz(X div 2, N + 1);
collatz(X, N) -> collatz(3 * X + 1, N + 1).

digits(N) -> lists:sum([C - $0 || C <- integer_to_list(N)]).

egyptian(0, _) -> [];
egyptian(N, D) -> U = (D + N - 1) div N, {A, B} = {N * U - D, D * U}, G = gcd(A, B), [U | egyptian(A div G, B div G)].

p(T) -> io:format("~0tp~n", [T]).
