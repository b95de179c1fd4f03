%% stage: b. Integers over the word: the small/big border from both sides, signs, shifts, bit operations, text.
-module(arith_big).
-export([main/0]).

main() ->
    borders(),
    [division(A, B) || A <- samples(), B <- samples()],
    [bitwise(A, B) || {A, B} <- [{1 bsl 70, (1 bsl 65) - 1}, {-(1 bsl 70), 12345}, {-1, 1 bsl 64}, {-(1 bsl 64), -(1 bsl 63)}]],
    [io:format("~p bsl ~p = ~p; bsr = ~p~n", [N, S, N bsl S, N bsr S])
     || N <- [1, -1, 12345678901234567890, -98765432109876543210], S <- [1, 63, 64, 65, 130, -3, -64]],
    io:format("~p~n~p~n", [fact(30), fact(60)]),
    io:format("~p~n", [fact(60) div fact(58)]),
    io:format("~p~n", [fib(300)]),
    text(),
    io:format("~p~n", [[compare(A, B) || A <- samples(), B <- samples()]]),
    io:format("~p~n", [{fact(25) == fact(25), fact(25) =:= fact(26) div 26, -fact(25) < fact(24)}]),
    io:format("~p~n", [modpow(3, 1000, 1000000007 * 998244353)]),
    io:format("~p~n", [{abs(-(1 bsl 80)), -(1 bsl 59), -(1 bsl 60), -(1 bsl 62), -(1 bsl 63)}]).

%% Dala's small integers have 63 bits, OTP's 60: nothing may show.
borders() ->
    [begin
         B = 1 bsl Bits,
         io:format("~p: ~p~n", [Bits, {B - 1, B, B + 1, -B - 1, -B, -B + 1, (B - 1) + 1 =:= B, B - 1 - (B - 1), B * B div B =:= B}])
     end || Bits <- [58, 59, 60, 61, 62, 63, 64, 65, 127, 128]].

samples() ->
    [7, -7, 1 bsl 62, -(1 bsl 62), 123456789012345678901234567890, -98765432109876543210987, 1 bsl 128].

division(A, B) ->
    Q = A div B,
    R = A rem B,
    io:format("~p ~p ~p~n", [Q, R, Q * B + R =:= A]).

bitwise(A, B) ->
    io:format("~p~n", [{A band B, A bor B, A bxor B, bnot A}]).

compare(A, B) when A < B -> lt;
compare(A, B) when A > B -> gt;
compare(_, _) -> eq.

text() ->
    N = 123456789012345678901234567890,
    io:format("~s ~s ~s~n", [integer_to_list(N, 16), integer_to_list(-N, 36), integer_to_binary(N)]),
    io:format("~p~n", [list_to_integer("-123456789012345678901234567890") =:= -N]),
    io:format("~p~n", [list_to_integer("18EE90FF6C373E0EE4E3F0AD2", 16) =:= N]),
    io:format("~p~n", [binary_to_integer(<<"340282366920938463463374607431768211456">>) =:= 1 bsl 128]),
    io:format("~p ~p~n", [float(1 bsl 70), trunc(1.0e25)]),
    io:format("~p~n", [length(integer_to_list(fact(100)))]),
    io:format("~p~n", [erlang:phash2(N)]).

fact(0) -> 1;
fact(N) -> N * fact(N - 1).

fib(N) -> fib(N, 0, 1).
fib(0, A, _) -> A;
fib(N, A, B) -> fib(N - 1, B, A + B).

modpow(_, 0, _) -> 1;
modpow(B, E, M) when E band 1 =:= 0 -> H = modpow(B, E bsr 1, M), H * H rem M;
modpow(B, E, M) -> B * modpow(B, E - 1, M) rem M.
