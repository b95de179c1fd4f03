%% stage: c. What machine code does of bitstrings, code points, floats and new maps itself, and where it gives up.
-module(vm_hot_bits).
-export([main/0]).

main() -> pieces(), signed(), skips(), sixes(), points(), bad_points(), appended(), floats(), maps().

%% Fewer bits than a byte has, at every place of a byte, in heap binaries, shared ones and parts that begin anywhere.
pieces() ->
    Short = <<16#9a, 16#5c, 16#37, 16#f0, 16#81>>, Long = binary:copy(Short, 30),
    <<_:3, Within/bits>> = Long, <<_:16, Part:20/binary, _/binary>> = Long,
    [p({Size, [erlang:phash2(ints(Size, Bits)) || Bits <- [Short, Long, Within, Part]], ints(Size, Short)})
     || Size <- [1, 2, 3, 5, 6, 7]].

ints(1, <<X:1, R/bits>>) -> [X | ints(1, R)];
ints(2, <<X:2, R/bits>>) -> [X | ints(2, R)];
ints(3, <<X:3, R/bits>>) -> [X | ints(3, R)];
ints(5, <<X:5, R/bits>>) -> [X | ints(5, R)];
ints(6, <<X:6, R/bits>>) -> [X | ints(6, R)];
ints(7, <<X:7, R/bits>>) -> [X | ints(7, R)];
ints(_, R) -> [{left, R}].

signed() -> p(mixed(<<16#9a, 16#5c, 16#37, 16#f0, 16#81, 16#7f>>, [])).

mixed(<<A:4/signed, B:7/signed, C:1/signed, D:12, E:8/little, R/bits>>, Acc) -> mixed(R, [{A, B, C, D, E} | Acc]);
mixed(<<A:6/signed-little, R/bits>>, Acc) -> mixed(R, [A | Acc]);
mixed(R, Acc) -> {R, Acc}.

skips() ->
    Bits = list_to_binary(lists:seq(0, 40)),
    p([skip3(Bits), skip13(Bits), skip29(Bits), catch_error(fun() -> skip3(<<1:2>>) end)]).

skip3(<<_:3, X:5, R/bits>>) -> [X | skip3(R)];
skip3(<<>>) -> [].
skip13(<<_:13, X:7, R/bits>>) -> [X | skip13(R)];
skip13(R) -> bit_size(R).
skip29(<<_:29, X, R/bits>>) -> [X | skip29(R)];
skip29(R) -> bit_size(R).

sixes() ->
    L = [N rem 64 || N <- lists:seq(1, 400, 7)],
    p([sixes(L, <<>>), erlang:phash2(sixes(L ++ L ++ L ++ L, <<"begin">>)), sixes([-1, 65, 1 bsl 70, 3], <<>>),
       catch_error(fun() -> sixes([1, a, 2, 3], <<>>) end), catch_error(fun() -> sixes([1, 2, 3, 4.0], <<"more">>) end), sixes([1, 2, 3, 4], <<7:3>>)]),
    p([odd([{1, 2}, {511, 8191}, {-1, -1}, {0, 1 bsl 13}], <<>>)]).

sixes([A, B, C, D | R], Acc) -> sixes(R, <<Acc/bits, A:6, B:6, C:6, D:6>>);
sixes(_, Acc) -> Acc.
odd([{A, B} | R], Acc) -> odd(R, <<Acc/binary, A:9, B:13, 5:2, A:16/little>>);
odd([], Acc) -> Acc.

points() ->
    L = [0, 1, 16#7f, 16#80, 16#7ff, 16#800, 16#d7ff, 16#e000, 16#ffff, 16#10000, 16#10ffff],
    T = to_text(L, <<>>),
    p({T, L =:= from_text(T), from_text(binary:copy(T, 3)) =:= L ++ L ++ L, T =:= << <<P/utf8>> || P <- L >>, skipped(T)}),
    <<_, Part/binary>> = <<0, T/binary>>, <<_:1, Within/bits>> = <<0:1, T/bits>>,
    p([L =:= from_text(Part), L =:= from_text(Within), to_text(L, <<T/binary, 1>>) =:= <<T/binary, 1, T/binary>>]),
    p([two(<<"aé"/utf8, 1, 2>>), two(<<16#1f600/utf8, "x">>), two(<<"a">>), two(<<1:7>>)]).

to_text([P | R], Acc) -> to_text(R, <<Acc/binary, P/utf8>>);
to_text([], Acc) -> Acc.
from_text(<<P/utf8, R/bits>>) -> [P | from_text(R)];
from_text(<<>>) -> [];
from_text(R) -> {bad, R}.
skipped(<<_/utf8, R/bits>>) -> 1 + skipped(R);
skipped(<<>>) -> 0.
two(<<A/utf8, B/utf8, R/bits>>) -> {A, B, R};
two(<<A/utf8, R/bits>>) -> {A, R};
two(R) -> {none, R}.

bad_points() ->
    p([from_text(<<"ok", B/binary>>) || B <- [<<16#80>>, <<16#bf, 16#80>>, <<16#c0, 16#80>>, <<16#c1, 16#bf>>, <<16#c2>>, <<16#c2, 16#7f>>,
        <<16#c2, 16#c0>>, <<16#df, 16#bf>>, <<16#e0, 16#80, 16#80>>, <<16#e0, 16#9f, 16#bf>>, <<16#e0, 16#a0, 16#80>>, <<16#e1, 16#80>>,
        <<16#ed, 16#9f, 16#bf>>, <<16#ed, 16#a0, 16#80>>, <<16#ed, 16#bf, 16#bf>>, <<16#ee, 16#80, 16#80>>, <<16#ef, 16#bf, 16#bf>>,
        <<16#f0, 16#80, 16#80, 16#80>>, <<16#f4, 16#8f, 16#bf, 16#bf>>, <<16#f4, 16#90, 16#80, 16#80>>, <<16#f8, 16#88>>, <<16#ff>>]]),
    p([catch_error(fun() -> to_text([$a, P], <<"t">>) end)
       || P <- [-1, 16#d800, 16#dfff, 16#110000, 1 bsl 70, a, 1.0, <<"x">>]]).

%% An append in a loop, to binaries that others hold, that begin within a byte, that are none.
appended() ->
    A = bytes(lists:seq(1, 300), <<>>), B = bytes([1, 2], A), C = bytes([3, 4], A),
    p([erlang:phash2([A, B, C]), byte_size(B), bytes([1], <<1:1>>), catch_error(fun() -> bytes([1], []) end),
       catch_error(fun() -> binary([1], <<1:1>>) end)]).

bytes([X | R], Acc) -> bytes(R, <<Acc/bits, X, X:16/little, X:64>>);
bytes([], Acc) -> Acc.
binary([X | R], Acc) -> binary(R, <<Acc/binary, X>>);
binary([], Acc) -> Acc.

floats() ->
    Max = 1.7976931348623157e308, Big = 1 bsl 59 - 1,
    Numbers = [0, 1, -1, 3, Big, -Big, Big + 2, 1 bsl 70, 1 bsl 1030, 0.0, -0.0, 1.5, -2.25, 1.0e-310, Max, a],
    [p({X, [{Y, [catch_error(fun() -> F(X, Y) end) || F <- [fun add/2, fun sub/2, fun mul/2, fun quotient/2]]} || Y <- Numbers]}) || X <- Numbers],
    p([point(X / 10, Y / 10, 0.0, 0.0, 50) || X <- [-15, -5, 0, 3], Y <- [0, 4, 9]]),
    p([point(X, Y, 0, 0, 20) || X <- [-2, 0, 1, -1 / 2], Y <- [0, 1]]).

%% A literal says that these may be floats.
add(X, Y) -> {0.5, X + Y}.
sub(X, Y) -> {0.5, X - Y}.
mul(X, Y) -> {0.5, X * Y}.
quotient(X, Y) -> {X / Y, 1 / 4}.

point(_, _, _, _, 0) -> inside;
point(Re, Im, X, Y, Steps) when X * X + Y * Y > 4.0 -> {Steps, Re, Im};
point(Re, Im, X, Y, Steps) -> point(Re, Im, X * X - Y * Y + Re, 2.0 * X * Y + Im, Steps - 1).

maps() ->
    p([new(X, Y) || {X, Y} <- [{1, 2}, {a, [b]}, {#{}, {}}]]),
    p([try caught(X) catch C:R -> {C, R} end || X <- [1, fail]]),
    M = new(x, y),
    p([M#{zeta := 1}, M#{zeta => 1, 5 => 2, new => 3}, maps:keys(M), maps:to_list(maps:remove(b, M)), catch_error(fun() -> M#{none := 1, also := 2} end)]),
    p([many(1), M =:= new(x, y), M < new(x, z), maps:merge(M, #{b => 2}), erlang:phash2(M)]).

new(X, Y) -> #{zeta => X, -3 => Y, b => {X, Y}, 5 => 0, 'Upper' => X, alpha => [], 4611686018427387903 => 1}.
caught(X) -> try #{inner => fails(X), outer => X} after p(after_all) end.
fails(fail) -> error(fails);
fails(X) -> X.
many(X) ->
    #{k1 => X, k2 => 2, k3 => 3, k4 => 4, k5 => 5, k6 => 6, k7 => 7, k8 => 8, k9 => 9, k10 => 10, k11 => 11, k12 => 12, k13 => 13,
      k14 => 14, k15 => 15, k16 => 16, k17 => 17, k18 => 18, k19 => 19, k20 => 20, k21 => 21, k22 => 22, k23 => 23, k24 => 24, k25 => 25,
      k26 => 26, k27 => 27, k28 => 28, k29 => 29, k30 => 30, k31 => 31, k32 => X}.

catch_error(F) -> try F() catch C:R -> {C, R} end.
p(T) -> io:format("~0tp~n", [T]).
