%% stage: b. Binary construction: segment types and sizes, appending, truncation, iolists, the `binary` module.
-module(binaries_build).
-export([main/0]).

main() ->
    p(<<1, 2, 3>>), p(<<"abc">>), p(<<"a\x{e9}">>), p(<<258>>), p(<<258:16>>), p(<<258:16/little>>), p(<<-1>>), p(<<-2:24>>),
    p(<<1:1, 0:1, 1:6>>), p(<<5:3>>), p(<<(1 bsl 70):80>>), p(<<(-(1 bsl 70)):72/little>>), p(<<1.0/float>>), p(<<1.5:32/float-little>>),
    A = <<"head">>, B = <<"tail">>, p(<<A/binary, 0, B/binary>>), p(<<A:2/binary, B:1/binary>>), p(<<0, A/bits>>), N = 3, p(<<7:N/unit:8>>), p(<<0:0>>),
    p(grow(300, <<>>)), p(byte_size(grow(1000, <<>>))), X = <<A/binary, 1>>, Y = <<X/binary, 2>>, Z = <<X/binary, 3>>, p({X, Y, Z}),
    p(iolist_to_binary([1, [2, <<3, 4>>], "five" | <<6>>])), p(iolist_size([A, [B, 1]])), p(list_to_binary([])), p(list_to_bitstring([<<1:1>>, <<2:7>>])),
    p(binary_to_list(<<"xyz">>)), p(binary_to_list(<<"hello">>, 2, 4)), p(bitstring_to_list(<<1, 2, 3:4>>)), p(split_binary(<<"abcdef">>, 2)),
    p(binary:split(<<"a,b,,c">>, <<",">>)), p(binary:split(<<"a,b,,c">>, <<",">>, [global])), p(binary:split(<<"a,b;c">>, [<<",">>, <<";">>], [global])),
    p(binary:split(<<"  x y  ">>, <<" ">>, [global, trim_all])), p(binary:match(<<"needle in hay">>, <<"in">>)), p(binary:matches(<<"abababa">>, <<"aba">>)), p(binary:match(<<"x">>, <<"y">>)),
    p(binary:replace(<<"a-b-c">>, <<"-">>, <<"+">>, [global])), p(binary:copy(<<"ab">>, 3)), p(binary:part(<<"abcdef">>, {1, 3})), p(binary:part(<<"abcdef">>, 6, -2)), p(binary_part(<<"abcdef">>, 0, 2)),
    p(binary:at(<<"abc">>, 1)), p(binary:first(<<"abc">>)), p(binary:last(<<"abc">>)), p(binary:encode_unsigned(1 bsl 40)), p(binary:decode_unsigned(<<1, 0>>)), p(binary:decode_unsigned(<<1, 0>>, little)),
    p(binary:longest_common_prefix([<<"abcx">>, <<"abcy">>, <<"abz">>])), p(binary:bin_to_list(<<1, 2>>)), p(binary:list_to_bin([1, 2])),
    p(binary_to_atom(<<"hi there">>, utf8)), p(atom_to_binary('Q', utf8)), p(integer_to_binary(-5)), p(binary_to_float(<<"2.5">>)), p(float_to_binary(0.1, [short])),
    p([fails(F) || F <- [fun() -> <<a:8>> end, fun() -> <<A:9/binary>> end, fun() -> list_to_binary([256]) end, fun() -> <<1:(id(-1))>> end, fun() -> binary:at(A, 4) end, fun() -> <<"x":8/float>> end, fun() -> iolist_to_binary([a]) end]]),
    p(<< <<(I * I):16>> || I <- lists:seq(1, 10) >>), p([B2 || <<B2:2/binary>> <= <<"aabbccd">>]), p(<< <<C>> || <<C>> <= <<"a1b2c3">>, C >= $a >>),
    p(erlang:md5(<<"abc">>)), p(erlang:crc32(<<"123456789">>)), p(erlang:phash2(<<"abc">>)), p(erlang:adler32(<<"Wikipedia">>)).

p(T) -> io:format("~w~n", [T]).
id(X) -> X.

grow(0, B) -> B;
grow(N, B) -> grow(N - 1, <<B/binary, N:8>>).

fails(F) -> try F() catch C:R -> {C, R} end.
