%% stage: b. Corners of the bit syntax: segments of no size, sizes that are computed, units, odd little-endian and signed fields, floats of 16 and 32 bits, utf16 and utf32, comprehensions over bits, what does not match.
-module(vm_bit_segments).
-export([main/0]).

main() -> empty(), sizes(), units(), odd(), floats(), utf(), comprehended(), failing(), parsers(), refused().

p(T) -> io:format("~w~n", [T]).
id(X) -> X.
caught(F) -> try F() catch C:R -> {C, R} end.

empty() ->
    N = id(0),
    p([<<1:0>>, <<1:N, 2:N, 5:3>>, <<(id(1 bsl 200)):0>>, <<(<<"abc">>):0/binary>>, <<(<<7:3>>):N/bits>>, <<"":8>>, <<(id(<<>>))/binary, 1>>]),
    <<A:0, B:N, C:0/binary, D:N/bits, E/bits>> = id(<<"xy">>),
    p({A, B, C, D, E}),
    <<F:0/signed, G:0/little, H:8>> = id(<<200>>),
    p({F, G, H}),
    p([case id(X) of <<Z:N, 1:1, _/bits>> -> {one, Z}; <<_:N>> -> none; <<>> -> never; _ -> zero end || X <- [<<>>, <<1:1>>, <<0:1>>, <<255>>]]).

sizes() ->
    p([fields(X) || X <- [<<3, 1, 5:3, 2:5, "abc">>, <<0, 0>>, <<8, 2, 77, 1, 2>>, <<200, 1, 9>>, <<1, 0, 0:1>>]]),
    <<S, Body:(S * 2)/binary, Sum:(S + 4), _/bits>> = id(<<2, "body", 2#10110110>>),
    p({S, Body, Sum}),
    M = id(#{size => 12, at => 3}),
    <<_:(map_get(at, M)), X:(map_get(size, M))/signed, Rest/bits>> = id(<<255, 16#f0, 16#0f>>),
    p({X, Rest, bit_size(Rest)}),
    p([<<(id(-1)):W>> || W <- [0, 1, 3, 8, 13, 64, 65]]),
    p([begin <<V:W/signed, T/bits>> = <<16#8123456789abcdef:64, 1>>, {W, V, bit_size(T)} end || W <- [1, 2, 7, 31, 32, 33, 59, 60, 61, 63, 64, 65, 72]]).

fields(<<W, N, X:W, Y:N/binary, R/bits>>) -> {X, Y, R};
fields(<<W, _/bits>> = B) when W > bit_size(B) -> {too_wide, W};
fields(B) -> {no, B}.

units() ->
    <<A:2/unit:12, B:3/binary-unit:4, C:1/binary-unit:3, D/binary-unit:1>> = id(<<"bits of unit">>),
    p({A, B, C, D}),
    p([case X of <<_/binary-unit:16>> -> sixteens; <<_/binary-unit:8>> -> bytes; <<_/binary-unit:3>> -> threes; <<_/bits>> -> bits end || X <- [<<>>, <<1>>, <<1, 2>>, <<1:3>>, <<1:9>>, <<1:5>>, <<0:24>>]]),
    p([<<1:3/unit:5>>, <<1:2/little-unit:12>>, <<(<<1, 2, 3>>):2/binary-unit:10>>, <<1.5:2/float-unit:32>>, <<1.5:1/little-float-unit:16>>]),
    p(caught(fun() -> <<(id(<<1:5>>))/binary-unit:2>> end)),
    p(caught(fun() -> <<(id(<<1:6>>))/binary-unit:2>> end)),
    <<N:1/unit:256, _/bits>> = id(<<(binary:copy(<<171>>, 33))/binary>>),
    p(N).

odd() ->
    p([{W, <<16#123456:W/little>>, <<(-16#12345):W/little>>} || W <- [3, 9, 15, 17, 21, 23, 24, 25]]),
    [begin
         Bits = <<V:W/little-signed, 5:3>>,
         <<L:W/little-signed, U:3>> = Bits,
         <<Big:W/big-signed, _:3>> = Bits,
         <<Un:W/little-unsigned, _:3>> = Bits,
         p({W, V, L, Big, Un, U})
     end || {W, V} <- [{1, -1}, {5, -9}, {7, 63}, {11, -1000}, {12, 2047}, {13, -4096}, {20, -123456}, {33, -(1 bsl 32)}, {47, 1 bsl 45}, {67, -(1 bsl 60)}, {100, 1 bsl 98 + 3}]],
    <<_:5, V:19/little, W:11/little-signed, _/bits>> = id(<<"odd offsets">>),
    p({V, W}),
    p([begin <<_:K, X:17/signed-little, _/bits>> = <<"0123456">>, X end || K <- lists:seq(0, 8)]).

floats() ->
    p([begin <<F:16/float>> = <<H:16>>, F end || H <- [0, 16#8000, 1, 16#3ff, 16#400, 16#3c00, 16#7bff, 16#c500]]),
    p([<<F:16/float>> || F <- [0.0, -0.0, 1, -2.5, 65504.0, 6.0e-8, 0.1, 1.0e-9]]),
    p([<<F:32/float-little>> || F <- [1, 0.1, -1.0e38, 1.0e-45, 1.0e-46]]),
    p([case X of <<F:16/float>> -> F; <<F:32/float>> -> F; <<F/float>> -> F; _ -> none end || X <- [<<16#7c00:16>>, <<16#7e01:16>>, <<16#7f800000:32>>, <<16#ffc00000:32>>, <<16#7ff:12, 0:52>>, <<16#7ff:12, 1:52>>, <<1:16>>, <<1:24>>]]),
    p([caught(fun() -> <<(id(F)):S/float>> end) || {F, S} <- [{65520.0, 16}, {1.0e39, 32}, {1 bsl 2000, 64}, {a, 64}, {1.0, 8}, {1.0, 0}, {1 bsl 70, 32}]]),
    p([case <<1.0/float, 2>> of <<_:3, F:S/float, _/bits>> -> F; _ -> none end || S <- [16, 32]]).

utf() ->
    Points = [0, $a, 127, 128, 16#7ff, 16#800, 16#d7ff, 16#e000, 16#ffff, 16#10000, 16#10ffff],
    p([<<P/utf16>> || P <- Points]),
    p([<<P/utf16-little>> || P <- Points]),
    p([<<P/utf32-little>> || P <- Points]),
    p([<<1:3, P/utf8, 1:5>> || P <- Points]),
    p([[C || <<_:1, C/utf8>> <= << <<0:1, P/utf8>> || P <- Points >>] =:= Points, [C || <<C/utf16-little, 7:3>> <= << <<P/utf16-little, 7:3>> || P <- Points >>] =:= Points, [C || <<C/utf32>> <= << <<P/utf32>> || P <- Points >>] =:= Points]),
    p([case X of <<C/utf16, R/bits>> -> {C, R}; _ -> bad end || X <- [<<16#d8, 0>>, <<16#d8, 0, 0, 65>>, <<16#dc, 0, 16#d8, 0>>, <<16#d8, 1, 16#dc, 2, 9:4>>, <<0>>, <<0, 65, 1:1>>]]),
    p([case X of <<C/utf32>> -> C; <<_:32>> -> bad; _ -> short end || X <- [<<0, 16, 255, 255>>, <<0, 17, 0, 0>>, <<0, 0, 16#d8, 0>>, <<0, 0, 65>>]]),
    p([case X of <<_/utf8, _/utf8, R/bits>> -> {two, R}; <<_/utf8, R/bits>> -> {one, R}; _ -> none end || X <- [<<"aé"/utf8>>, <<"a", 128>>, <<16#e2, 16#82>>, <<16#f4, 16#90, 128, 128>>, <<16#f0, 128, 128, 128>>, <<"a", 16#f0, 16#9f, 16#98, 16#80, 1:2>>]]),
    p([caught(fun() -> <<(id(P))/utf16>> end) || P <- [16#d800, 16#dfff, 16#110000, -1, a, 1.0]]).

comprehended() ->
    Bits = id(<<2#110100111010:12>>),
    p([[X || <<X:3>> <= Bits], [X || <<X:5>> <= Bits], [X || <<1:1, X:2>> <= Bits], [{X, Y} || <<X:2, Y:X>> <= Bits]]),
    p([<< <<X:2>> || <<X:3>> <= Bits, X > 2 >>, << <<Y:X>> || <<X:4>> <= Bits, <<Y:2>> <= <<X:4>> >>, << X || <<X:5/bits>> <= Bits >>, << <<X:1>> || X <- [1, 0, 1], true >>]),
    p([[X || <<X/float>> <= <<1.0/float, 16#7ff:12, 1:52, 2.0/float>>], [X || <<X/utf8>> <= <<"a", 200, "b">>], [X || <<X, _:4>> <= <<1, 2:4, 3>>], [X || <<4, X>> <= <<4, 1, 5, 2, 4, 3>>]]),
    p([<< <<(N * N):N>> || N <- lists:seq(1, 12) >>, << <<A, B>> || <<A>> <= <<"ab">>, <<B>> <= <<"xy">> >>, << <<L/binary, 0>> || <<N, L:N/binary>> <= <<1, "a", 2, "bc", 9, "d">> >>]).

failing() ->
    p([m(X) || X <- [<<1>>, <<1, 2>>, <<1:7>>, <<"ab", 3:2>>, <<"ab", 2:2>>, <<"abc">>, <<255, 255, 1:1>>, <<0:16>>, a, [], 1.0, <<>>]]),
    p([caught(fun() -> <<X:8, X:8>> = id(B), X end) || B <- [<<1, 1>>, <<1, 2>>, <<1>>, x]]),
    X = id(7),
    p([case B of <<X:3, _/bits>> -> seven; <<_:2, X:6>> -> low; _ -> other end || B <- [<<7:3>>, <<7>>, <<1>>]]),
    p([case {B, N} of {<<_:N/binary, C, _/bits>>, _} -> C; _ -> out end || B <- [<<"ab">>, <<1:7>>], N <- [0, 1, 2, -1, a, 1 bsl 70]]).

m(<<"ab", 3:2>>) -> three;
m(<<"ab", _:2>>) -> two;
m(<<A:7>>) -> {seven, A};
m(<<255, _/binary>>) -> never;
m(<<255, R/bits>>) -> {ff, bit_size(R)};
m(<<A:16/little>>) when A > 0 -> {little, A};
m(<<_:16>>) -> zero;
m(<<_, R/binary>>) -> {bytes, R};
m(<<>>) -> empty;
m(B) when is_bitstring(B) -> bits;
m(_) -> term.

%% A stack of Elias-gamma numbers, run lengths, and a frame with a checksum over what came before.
parsers() ->
    Gamma = << <<(gamma(N))/bits>> || N <- [1, 2, 3, 17, 1000, 1 bsl 70] >>,
    p({bit_size(Gamma), ungamma(Gamma)}),
    p(frame(seal(<<5:4, "frame">>))),
    p(frame(<<(seal(<<"other">>))/bits, 0:1>>)),
    p(frame(<<1, 2, 3>>)).
gamma(N) -> W = length(integer_to_list(N, 2)), <<0:(W - 1), N:W>>.
ungamma(<<>>) -> [];
ungamma(B) -> Z = zeros(B, 0), <<_:Z, N:(Z + 1), R/bits>> = B, [N | ungamma(R)].
zeros(<<0:1, R/bits>>, N) -> zeros(R, N + 1);
zeros(_, N) -> N.
seal(B) -> <<(bit_size(B)):16/little, B/bits, (sum(B, 0)):11>>.
sum(<<X:5, R/bits>>, S) -> sum(R, (S * 3 + X) rem 2048);
sum(R, S) -> (S + bit_size(R)) rem 2048.
frame(<<N:16/little, B:N/bits, S:11, R/bits>>) -> {S =:= sum(B, 0), B, R};
frame(B) -> {bad, bit_size(B)}.

refused() ->
    p([caught(F) || F <- [fun() -> <<1:(id(-1))>> end, fun() -> <<1:(id(a))>> end, fun() -> <<(id(<<1>>)):2/binary>> end, fun() -> <<(id(<<1:3>>))/binary>> end, fun() -> <<(id(x)):4>> end, fun() -> <<(id(1.0)):4>> end, fun() -> <<0:(id(1 bsl 64))>> end, fun() -> <<(id(<<1>>)):9/bits>> end, fun() -> <<(id(5))/binary>> end, fun() -> <<(id(-1))/utf8>> end, fun() -> <<(id(<<1>>))/utf32>> end]]).
