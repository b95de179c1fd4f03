%% stage: b. Integer arithmetic within a word: signs of div and rem, shifts, comparisons, conversions.
-module(arith_small).
-export([main/0]).

main() ->
    Pairs = [{7, 2}, {-7, 2}, {7, -2}, {-7, -2}, {0, 5}, {1, 1000000}, {-1, 3}],
    [io:format("~p div ~p = ~p, rem = ~p~n", [A, B, A div B, A rem B]) || {A, B} <- Pairs],
    [io:format("~p ~p: ~p~n", [A, B, {A + B, A - B, A * B, A band B, A bor B, A bxor B}]) || {A, B} <- Pairs],
    [io:format("bnot ~p = ~p~n", [N, bnot N]) || N <- [0, 1, -1, 255, -256]],
    [io:format("~p bsl ~p = ~p, bsr = ~p~n", [N, S, N bsl S, N bsr S]) || N <- [1, -1, 5, -5, 12345], S <- [0, 1, 3, 30]],
    io:format("~p~n", [{abs(-5), abs(5), abs(0), -(-3), +4}]),
    io:format("~p~n", [{max(1, 2), min(1, 2), max(a, 1), min(1.0, 1), max(1, 1.0)}]),
    io:format("~p~n", [[X rem 3 || X <- lists:seq(-6, 6)]]),
    io:format("~p~n", [{1 == 1.0, 1 =:= 1.0, 1 /= 1.0, 1 =/= 1.0, 1 < 1.0, 1 =< 1.0}]),
    io:format("~p~n", [{integer_to_list(-255), integer_to_list(255, 16), integer_to_list(-255, 2)}]),
    io:format("~p~n", [{list_to_integer("-42"), list_to_integer("ff", 16), binary_to_integer(<<"+7">>)}]),
    io:format("~p~n", [{gcd(1071, 462), power(3, 20), fact(20), fib(30)}]),
    io:format("~p~n", [{7 / 2, -7 / 2, trunc(-3.7), round(-3.5), round(2.5), floor(-3.2), ceil(-3.2), float(3)}]),
    [try F(1, 0) of R -> io:format("~p~n", [R]) catch C:E -> io:format("~p ~p~n", [C, E]) end
     || F <- [fun(A, B) -> A div B end, fun(A, B) -> A rem B end, fun(A, B) -> A / B end]],
    io:format("~p~n", [collatz(27, 0)]).

gcd(A, 0) -> A;
gcd(A, B) -> gcd(B, A rem B).

power(_, 0) -> 1;
power(B, N) when N rem 2 =:= 0 -> H = power(B, N div 2), H * H;
power(B, N) -> B * power(B, N - 1).

fact(0) -> 1;
fact(N) -> N * fact(N - 1).

fib(N) -> fib(N, 0, 1).
fib(0, A, _) -> A;
fib(N, A, B) -> fib(N - 1, B, A + B).

collatz(1, Steps) -> Steps;
collatz(N, Steps) when N band 1 =:= 0 -> collatz(N bsr 1, Steps + 1);
collatz(N, Steps) -> collatz(3 * N + 1, Steps + 1).
