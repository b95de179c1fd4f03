%% stage: b. Binary patterns: sizes from earlier fields, endianness, signs, rest, literals, failing over to later clauses.
-module(binaries_match).
-export([main/0]).

main() ->
    p(packet(<<1, 0, 5, "hello", "rest">>)), p(packet(<<1, 0, 9, "short">>)), p(packet(<<2, 255, 255, 255, 251>>)), p(packet(<<3, 1:4, 15:4, 7>>)), p(packet(<<>>)), p(packet(<<9>>)),
    <<A:16/big, B:16/little, C:8/signed, D:24/little-signed>> = <<1, 2, 1, 2, 200, 255, 255, 255>>, p({A, B, C, D}),
    <<X:3, Y:5, Z:12, W:4>> = <<2#10110011, 16#AB, 16#CD>>, p({X, Y, Z, W}),
    <<Big:80>> = <<1, 2, 3, 4, 5, 6, 7, 8, 9, 10>>, p(Big), <<SBig:72/signed-little>> = <<1, 2, 3, 4, 5, 6, 7, 8, 255>>, p(SBig),
    p(ip(<<4:4, 5:4, 0, 60:16, 0:32, 64, 6, 0:16, 192, 168, 0, 1, 10, 0, 0, 1, "payload">>)),
    p(split_lines(<<"one\ntwo\n\nfour">>, <<>>, [])), p(tokens(<<"let x1 = 42+y;">>)), p(count(<<"mississippi">>, $s, 0)),
    p(tlv(<<1, 2, "ab", 2, 0, 3, 3, "xyz">>)), p(hex(<<"00ffA5">>)), p(varint(<<172, 2>>)), p(parity(<<1:1, 0:1, 1:1, 1:1, 1:1>>, 0)),
    p([sz(Bin) || Bin <- [<<>>, <<1>>, <<1, 2>>, <<1, 2, 3>>, <<0:4>>]]), p(prefix(<<"http://x.y/z">>)), p(prefix(<<"https://s">>)), p(prefix(<<"ftp">>)),
    Size = 4, <<Head:Size/binary, Tail/binary>> = <<"abcdefgh">>, p({Head, Tail}), <<_:Size/unit:4, After/bits>> = <<1, 2, 3>>, p(After),
    p(csv(<<"a,b,,\"q,z\",1">>)), p(base64(<<"hello!">>)), p(binary:part(Tail, 1, 2)), p(byte_size(Tail)), p(Tail == <<"efgh">>), p(last_byte(<<"xyz">>)).

p(T) -> io:format("~p~n", [T]).

packet(<<1, Len:16, Body:Len/binary, Rest/binary>>) -> {body, Body, Rest};
packet(<<2, N:32/signed>>) -> {number, N};
packet(<<3, H:4, L:4, _/binary>>) -> {nibbles, H, L};
packet(<<>>) -> empty;
packet(<<T, Rest/binary>>) -> {bad, T, byte_size(Rest)}.

ip(<<4:4, Ihl:4, _Tos, Total:16, _:32, Ttl, Proto, _Sum:16, Src:4/binary, Dst:4/binary, Rest/binary>>) when Ihl >= 5 ->
    {Ihl, Total, Ttl, Proto, binary_to_list(Src), binary_to_list(Dst), Rest}.

split_lines(<<$\n, R/binary>>, Line, Acc) -> split_lines(R, <<>>, [Line | Acc]);
split_lines(<<C, R/binary>>, Line, Acc) -> split_lines(R, <<Line/binary, C>>, Acc);
split_lines(<<>>, Line, Acc) -> lists:reverse([Line | Acc]).

tokens(<<C, R/binary>>) when C =:= $\s -> tokens(R);
tokens(<<C, _/binary>> = B) when C >= $0, C =< $9 -> {N, R} = number(B, 0), [N | tokens(R)];
tokens(<<C, _/binary>> = B) when C >= $a, C =< $z -> {W, R} = word(B, []), [W | tokens(R)];
tokens(<<C, R/binary>>) -> [{C} | tokens(R)];
tokens(<<>>) -> [].

number(<<C, R/binary>>, N) when C >= $0, C =< $9 -> number(R, N * 10 + C - $0);
number(R, N) -> {N, R}.

word(<<C, R/binary>>, W) when C >= $a, C =< $z; C >= $0, C =< $9 -> word(R, [C | W]);
word(R, W) -> {list_to_atom(lists:reverse(W)), R}.

count(<<C, R/binary>>, C, N) -> count(R, C, N + 1);
count(<<_, R/binary>>, C, N) -> count(R, C, N);
count(<<>>, _, N) -> N.

tlv(<<T, L, V:L/binary, R/binary>>) -> [{T, V} | tlv(R)];
tlv(<<>>) -> [].

hex(<<H, L, R/binary>>) -> [list_to_integer([H, L], 16) | hex(R)];
hex(<<>>) -> [].

varint(B) -> varint(B, 0, 0).
varint(<<1:1, V:7, R/binary>>, S, A) -> varint(R, S + 7, A bor (V bsl S));
varint(<<0:1, V:7, _/binary>>, S, A) -> A bor (V bsl S).

parity(<<B:1, R/bits>>, N) -> parity(R, N bxor B);
parity(<<>>, N) -> N.

sz(<<_>>) -> one;
sz(<<_, _>>) -> two;
sz(<<_:4>>) -> nibble;
sz(B) when byte_size(B) > 2 -> many;
sz(_) -> none.

prefix(<<"http://", R/binary>>) -> {plain, R};
prefix(<<"https://", R/binary>>) -> {secure, R};
prefix(_) -> no.

csv(B) -> csv(B, <<>>, []).
csv(<<$", R/binary>>, <<>>, Acc) -> quoted(R, <<>>, Acc);
csv(<<$,, R/binary>>, F, Acc) -> csv(R, <<>>, [F | Acc]);
csv(<<C, R/binary>>, F, Acc) -> csv(R, <<F/binary, C>>, Acc);
csv(<<>>, F, Acc) -> lists:reverse([F | Acc]).
quoted(<<$", R/binary>>, F, Acc) -> csv(R, F, Acc);
quoted(<<C, R/binary>>, F, Acc) -> quoted(R, <<F/binary, C>>, Acc).

base64(B) -> << <<(element(N + 1, list_to_tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")))>> || <<N:6>> <= B >>.

last_byte(B) -> S = byte_size(B) - 1, <<_:S/binary, L>> = B, L.
