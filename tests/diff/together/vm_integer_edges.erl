%% stage: b. Integers at the edges: signs of quotients and remainders, bit operations on negative ones, shifts, bases from 2 to 36, texts that are none, floats at the limits of conversion, comparison with floats.
-module(vm_integer_edges).
-export([main/0]).

main() -> division(), bitwise(), shifts(), bases(), texts(), to_float(), from_float(), compared(), laws(), refused().

p(T) -> io:format("~0tp~n", [T]).
id(X) -> X.
caught(F) -> try F() catch C:R -> {C, R} end.

%% Words, their neighbours, and what takes two, three and more of them.
edges() -> [E || K <- [59, 60, 63, 64, 128], B <- [1 bsl K], E <- [B - 1, B, -B, -B - 1]].

division() ->
    p([{X div Y, X rem Y} || X <- [7, -7], Y <- [2, -2, 7, 8]]),
    p([{X div Y, X rem Y} || X <- edges(), Y <- [id(3), id(-10), id(1 bsl 59), id(-(1 bsl 64)), id((1 bsl 64) - 1)]]),
    p([(1 bsl 59) div id(-1), -(1 bsl 59) div id(-1), -(1 bsl 63) div id(-1), -(1 bsl 59) rem id(-1), -(1 bsl 63) rem id(-1)]),
    N = id(12345678901234567890123456789012345678901234567890),
    p([{N * N div D, N * N rem D, -N * N rem D} || D <- [N + 1, N - 1, 2 * N, N * N + 1, N * N, 1 bsl 96, (1 bsl 64) - 1]]),
    p([caught(fun() -> X div id(0) end) || X <- [0, 1, 1 bsl 100]] ++ [caught(fun() -> (1 bsl 100) rem id(0) end), caught(fun() -> id(1.0) div 1 end)]).

bitwise() ->
    Ms = [id(M) || M <- [16#ff, -16#ff, -1, 0, (1 bsl 64) - 1, -(1 bsl 64), 1 bsl 127]],
    [p({M, [{X band M, X bor M, X bxor M} || X <- [5, -6, (1 bsl 60) + 1, -(1 bsl 60) - 1, -(1 bsl 128) + 7, (1 bsl 129) - 1]]}) || M <- Ms],
    p([bnot X || X <- edges()]),
    p([X band (X - 1) =:= 0 || X <- edges(), X > 0]),
    p([{popcount(X), X bxor (bnot X)} || X <- edges(), X >= 0]).
popcount(0) -> 0;
popcount(X) -> 1 + popcount(X band (X - 1)).

shifts() ->
    p([{S, 1 bsl S bsr S, -1 bsl S bsr S, -1 bsr S, 5 bsr S, -5 bsr S, 5 bsl -S, -5 bsl -S} || S <- [id(K) || K <- [0, 1, 2, 3, 58, 59, 60, 63, 64, 65, 200]]]),
    p([(X bsr S) || X <- [(1 bsl 130) - 1, -(1 bsl 130), -(1 bsl 130) - 1], S <- [id(K) || K <- [1, 64, 66, 129, 130, 131, 1000]]]),
    p([X bsr (1 bsl 80) || X <- [id(5), id(-5), id(1 bsl 70), id(-(1 bsl 70))]]),
    p([0 bsl id(1 bsl 70), caught(fun() -> 1 bsl id(1 bsl 70) end), caught(fun() -> 1 bsr id(-(1 bsl 70)) end), caught(fun() -> id(1) bsl 1.0 end)]).

bases() ->
    N = id(-98765432109876543210987654321),
    [p({B, integer_to_list(N, B), integer_to_binary(bnot N, B)}) || B <- lists:seq(2, 36)],
    p([list_to_integer(integer_to_list(X, B), B) =:= X andalso binary_to_integer(integer_to_binary(X, B), B) =:= X || X <- edges(), B <- [2, 3, 8, 10, 16, 17, 35, 36]] -- lists:duplicate(160, true)),
    p([list_to_integer("zZ", 36), list_to_integer("-7fffFFFFffffffff", 16), list_to_integer("+0011", 2), binary_to_integer(<<"-0">>), list_to_integer(lists:duplicate(50, $0) ++ "12"), binary_to_integer(<<"+z">>, 36)]),
    D = binary:copy(<<"1234567890">>, 30),
    I = binary_to_integer(D),
    p({I rem 1000000007, integer_to_binary(I) =:= D, erlang:phash2(I), byte_size(binary:encode_unsigned(I)), length(integer_to_list(I * I))}),
    p([binary:encode_unsigned(X, E) || X <- [0, 255, 256, (1 bsl 64) - 1, 1 bsl 64], E <- [big, little]]),
    p([binary:decode_unsigned(X, little) || X <- [<<>>, <<0, 0>>, <<1, 2, 3, 4, 5, 6, 7, 8, 9>>, <<0, 0, 0, 0, 0, 0, 0, 0, 1>>]]).

texts() ->
    p([{T, caught(fun() -> list_to_integer(T) end), caught(fun() -> binary_to_integer(list_to_binary(T)) end), string:to_integer(T)} || T <- ["", "-", "+", "--1", "1 ", " 1", "1.0", "1_000", "0x10", "1e5", "9223372036854775808", "-576460752303423489x"]]),
    p([caught(fun() -> list_to_integer(T, B) end) || {T, B} <- [{"2", 2}, {"g", 16}, {"10", 1}, {"10", 37}, {"10", a}, {"-", 36}, {"1" ++ $2, 10}]]),
    p([{T, caught(fun() -> list_to_float(T) end)} || T <- ["1", "1.", ".5", "1.0e", "1.0e400", "-1.0e-400", "1.0E+5", "01.50", "1e5", "-0.0", "4.9e-324", "1.7976931348623157e308", "1.7976931348623159e308"]]),
    p([string:to_float(T) || T <- ["1.5abc", "1", "1.e", "-2.5e3x", "x"]]),
    p([float_to_list(F, O) || F <- [0.1, -1.0e10, 123456.789, 1.0e22], O <- [[], [short], [{decimals, 0}], [{decimals, 3}], [{decimals, 10}, compact], [{scientific, 3}], [{scientific, 20}]]]).

to_float() ->
    p([float(X) || X <- [(1 bsl 53) - 1, (1 bsl 53) + 1, (1 bsl 53) + 3, -(1 bsl 54) - 2, (1 bsl 54) + 6, (1 bsl 64) - 1, (1 bsl 64) + 2048, (1 bsl 64) + 2049, (1 bsl 64) + 6144, 10000000000000000000000000]]),
    Max = (1 bsl 1024) - (1 bsl 970),
    p([caught(fun() -> float(id(X)) end) || X <- [Max - 1, -Max + 1, (1 bsl 1024) - (1 bsl 971), Max, 1 bsl 1024, -(1 bsl 1024)]]),
    p([X / Y || X <- [id(1), id((1 bsl 60) + 1), id(1 bsl 500)], Y <- [3, -(1 bsl 59), 1 bsl 600]]),
    p([caught(fun() -> id(X) * Y end) || {X, Y} <- [{1 bsl 1000, 2.0}, {1 bsl 1000, 1.0e20}, {1 bsl 1023, -2.0}, {1 bsl 2000, 0.0}, {3, 0.1}]]),
    p([caught(fun() -> X / id(Y) end) || {X, Y} <- [{0, 0}, {1, 0.0}, {1, -0.0}, {1 bsl 100, 0}, {1.0e308, 1.0e-308}]]).

from_float() ->
    Fs = [0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, 4503599627370495.5, 4503599627370496.5, 9007199254740993.0, 1.0e15, -1.0e19, 1.0e25, 5.0e-324],
    [p({F, trunc(F), round(F), floor(F), ceil(F)}) || F <- Fs],
    p([trunc(F) || F <- [576460752303423487.0, 576460752303423488.0, -576460752303423489.0, 9223372036854775807.0, -9223372036854775809.0, 1.7976931348623157e308]]),
    p([begin <<B:64>> = <<F/float>>, B end || F <- [0.0, -0.0, 1.0, 5.0e-324, 2.2250738585072014e-308]]),
    p([abs(X) || X <- [-(1 bsl 59), -(1 bsl 63), -(1 bsl 64), -0.0, -1.5]] ++ [-X || X <- [id(-(1 bsl 59)), id(1 bsl 59), id(-(1 bsl 63)), id(0.0)]]).

compared() ->
    Near = [(1 bsl 53) + 1, 1 bsl 53, 1 bsl 60, 1 bsl 64, 9007199254740992.0, (1 bsl 60) - 1, 1152921504606846976.0, (1 bsl 64) + 1, 1.8446744073709552e19, 1.0e300, 1 bsl 1024, -(1 bsl 1024), -1.0e308, 0, -0.0, 0.0],
    p([[if X =:= Y -> $=; X == Y -> $~; X < Y -> $<; X > Y -> $> end || Y <- Near] || X <- [id(N) || N <- Near]]),
    p(lists:sort(Near)),
    p([{X, [Y || Y <- Near, X == Y, X =/= Y]} || X <- Near]),
    p({lists:max(Near), lists:min(Near), max(id(1), 1.0), max(1.0, id(1)), min(id(0.0), 0), lists:usort([1, 1.0, 2, 1, 1.0])}),
    p([maps:get(K, #{1 => int, 1.0 => float, 1 bsl 64 => big, 18446744073709551616.0 => bigfloat}, none) || K <- [1, 1.0, id(1 bsl 63) * 2, id(1 bsl 64) * 1.0, id(2) - 1]]).

laws() ->
    Es = edges() ++ [12345, -12345, 0],
    p([{X, Y} || X <- Es, Y <- Es, Y =/= 0, X =/= X div Y * Y + X rem Y orelse abs(X rem Y) >= abs(Y) orelse (X rem Y) * X < 0]),
    p([{X, Y} || X <- Es, Y <- Es, X + Y =/= (X bxor Y) + 2 * (X band Y) orelse X bor Y =/= bnot ((bnot X) band (bnot Y)) orelse X - Y =/= X + bnot Y + 1]),
    p([{X, Y} || X <- Es, Y <- Es, (X + Y) * (X - Y) =/= X * X - Y * Y]),
    p([{X, S} || X <- Es, S <- [1, 3, 59, 64, 70], X bsr S =/= floordiv(X, 1 bsl S) orelse X bsl S =/= X * (1 bsl S)]),
    p([X || X <- Es, binary_to_term(term_to_binary(X)) =/= X orelse list_to_integer(integer_to_list(X)) =/= X]),
    p(erlang:phash2([{X * Y, X + Y} || X <- Es, Y <- Es])).
floordiv(X, Y) when X rem Y < 0 -> X div Y - 1;
floordiv(X, Y) -> X div Y.

refused() ->
    p([caught(F) || F <- [fun() -> id(a) band 1 end, fun() -> 1.0 bor id(1) end, fun() -> bnot id(1.5) end, fun() -> -id(a) end, fun() -> abs(id("x")) end, fun() -> trunc(id(a)) end, fun() -> integer_to_list(id(1.0)) end, fun() -> integer_to_list(1, id(0)) end, fun() -> float(id(a)) end, fun() -> float_to_list(id(1)) end, fun() -> binary:encode_unsigned(id(-1)) end, fun() -> math:pow(id(10), 400) end, fun() -> math:log(id(0)) end, fun() -> math:fmod(1, id(0)) end]]).
