%% stage: b. Bit strings that are not whole bytes: building, matching off the byte border, comparison, printing.
-module(bitstrings).
-export([main/0]).

main() ->
    B = <<5:3, 9:4, 1:1, 200:9>>,
    p(B), p(bit_size(B)), p(byte_size(B)), p(is_binary(B)), p(is_bitstring(B)), p(is_binary(<<1, 2>>)),
    <<X:3, Rest/bits>> = B, p({X, Rest}), <<_:1, Off:16/bits>> = B, p(Off), p(<<Off/bits, 1:1>>), p(<<B/bits, B/bits>>), p(<<B/bits, B/bits, 0:6>>),
    <<_:5, Mid:8/bits, _/bits>> = <<"hello">>, p(Mid), <<_:3, Str:2/binary, End/bits>> = <<"hello">>, p({Str, End}), p(<<Str/binary, End/bits>>),
    p(bits(<<2#1011001:7>>)), p(reverse(<<1:1, 1:1, 0:1, 1:1, 0:1>>, <<>>)), p(pack([1, 5, 7, 0, 3, 6])), p(unpack(<<1:3, 5:3, 7:3>>)), p(rle(<<0:5, 3:2, 0:3>>)),
    p(<<1:1>> == <<1:1>>), p(<<1:1>> =:= <<1:2>>), p(<<1:1>> < <<1:2>>), p(<<1:2>> < <<3:2>>), p(lists:sort([<<3:2>>, <<>>, <<1:7>>, <<1>>, <<255:9>>])),
    p(#{<<1:1>> => a, <<1:2>> => b}), p(#{<<1:1>> => hit}), p(maps:get(<<5:3>>, #{B => no, <<5:3>> => yes})), p(erlang:phash2(<<1:3>>)),
    p(<< <<(bnot Bit):1>> || <<Bit:1>> <= <<2#1100:4>> >>), p([N || <<N:4>> <= <<16#ABC:12>>]), p(<< <<N:5>> || <<N:4>> <= <<16#ABC:12>> >>),
    p(gray(4)), p(crc(<<"123456789">>)), p(list_to_bitstring([1, <<1:4>>, [<<15:4>>, 2]])), p(bitstring_to_list(B)),
    p(io_lib:format("~p ~w ~s", [<<1:1>>, <<"ab", 1:3>>, <<"ok">>])), p(lists:flatten(io_lib:format("~p", [<<"printable">>]))), p(lists:flatten(io_lib:format("~p", [<<"not", 0>>]))),
    p(float_bits(1.0)), p(float_bits(-0.15625)), p(<<(<<3:2>>)/bits, (<<>>)/bits, 1:6>>).

p(T) -> io:format("~w~n", [T]).

bits(<<B:1, R/bits>>) -> [B | bits(R)];
bits(<<>>) -> [].

reverse(<<B:1, R/bits>>, A) -> reverse(R, <<B:1, A/bits>>);
reverse(<<>>, A) -> A.

pack(L) -> lists:foldl(fun(N, A) -> <<A/bits, N:3>> end, <<>>, L).
unpack(B) -> [N || <<N:3>> <= B].

rle(B) -> rle(B, none, 0).
rle(<<B:1, R/bits>>, B, N) -> rle(R, B, N + 1);
rle(<<B:1, R/bits>>, none, 0) -> rle(R, B, 1);
rle(<<B:1, R/bits>>, Was, N) -> [{Was, N} | rle(R, B, 1)];
rle(<<>>, Was, N) -> [{Was, N}].

gray(N) -> [begin <<G:4>> = <<(I bxor (I bsr 1)):N>>, G end || I <- lists:seq(0, 15)].

crc(B) -> crc(B, 16#FFFF).
crc(<<Byte, R/binary>>, C) -> crc(R, lists:foldl(fun step/2, C bxor (Byte bsl 8), lists:seq(1, 8)));
crc(<<>>, C) -> C.
step(_, C) when C band 16#8000 =/= 0 -> ((C bsl 1) bxor 16#1021) band 16#FFFF;
step(_, C) -> (C bsl 1) band 16#FFFF.

float_bits(F) -> <<S:1, E:11, M:52>> = <<F/float>>, {S, E - 1023, M}.
