%% stage: d. zlib: whole values byte for byte, streams in pieces, flushes, dictionaries, checksums, errors, who may use a stream.
-module(zlib_streams).
-export([main/0]).

main() -> whole(), pieces(), dictionaries(), chunks(), refused(), controlled(), rare(), exact().

p(T) -> io:format("~p~n", [T]).
e(F) -> try F() catch C:R -> {C, R} end.
text() -> case get(text) of undefined -> T = make_text(), put(text, T), T; T -> T end.
make_text() -> iolist_to_binary([[integer_to_list(I * I rem 997), $,, lists:nth(I rem 4 + 1, ["alpha", "beta", "gamma", "delta"])] || I <- lists:seq(1, 700)]).
noise() -> iolist_to_binary([<<(erlang:phash2({x, I}) rem 256)>> || I <- lists:seq(1, 1000)]).

whole() ->
    [begin C = zlib:compress(B), Z = zlib:zip(B), G = zlib:gzip(B), p({byte_size(B), byte_size(C), erlang:md5(C), byte_size(Z), erlang:md5(Z), byte_size(G), erlang:crc32(G)}), p({zlib:uncompress(C) =:= B, zlib:unzip(Z) =:= B, zlib:gunzip(G) =:= B}) end || B <- [<<>>, <<"a">>, text(), noise(), binary:copy(<<0>>, 100000)]],
    p(zlib:compress([<<"io">>, $l, ["ist"]])), p(byte_size(term_to_binary(text(), [compressed]))), p(erlang:md5(term_to_binary(text(), [{compressed, 9}]))), p(binary_to_term(term_to_binary({text()}, [compressed])) =:= {text()}).

pieces() ->
    Z = zlib:open(), ok = zlib:deflateInit(Z, best_compression), A = zlib:deflate(Z, binary:part(text(), 0, 1000)), B = zlib:deflate(Z, binary:part(text(), 1000, 2000), sync), C = zlib:deflate(Z, binary:part(text(), 3000, 500), full), D = zlib:deflate(Z, [], finish), p(zlib:deflateEnd(Z)),
    p([iolist_size(X) || X <- [A, B, C, D]]), All = iolist_to_binary([A, B, C, D]), p(erlang:md5(All)), p(zlib:uncompress(All) =:= binary:part(text(), 0, 3500)),
    [begin ok = zlib:deflateInit(Z, Level, deflated, Bits, Mem, Strategy), X = iolist_to_binary(zlib:deflate(Z, text(), finish)), ok = zlib:deflateEnd(Z), p({Level, Bits, Mem, Strategy, byte_size(X), erlang:crc32(X)}) end || {Level, Bits, Mem, Strategy} <- [{none, 15, 8, default}, {best_speed, 15, 8, default}, {6, 12, 4, filtered}, {9, -15, 9, huffman_only}, {default, 31, 8, rle}, {5, 9, 1, default}]],
    ok = zlib:deflateInit(Z), E1 = zlib:deflate(Z, text()), ok = zlib:deflateParams(Z, best_speed, huffman_only), E2 = zlib:deflate(Z, text(), finish), p(iolist_size([E1, E2])), p(zlib:uncompress(iolist_to_binary([E1, E2])) =:= <<(text())/binary, (text())/binary>>), p(zlib:deflateReset(Z)), F = zlib:deflate(Z, <<"again">>, finish), zlib:deflateEnd(Z), p(zlib:uncompress(iolist_to_binary(F))), zlib:close(Z),
    I = zlib:open(), ok = zlib:inflateInit(I), Packed = zlib:compress(text()), p(iolist_to_binary([zlib:inflate(I, <<X>>) || <<X>> <= Packed]) =:= text()), p(zlib:inflateEnd(I)), ok = zlib:inflateInit(I, 47), p(iolist_to_binary(zlib:inflate(I, zlib:gzip(text()))) =:= text()), p(zlib:inflateReset(I)), p(iolist_to_binary(zlib:inflate(I, zlib:compress(<<"x">>)))), zlib:close(I), p(zlib:gunzip([zlib:gzip("one"), zlib:gzip("two")])).

dictionaries() ->
    Z = zlib:open(), ok = zlib:deflateInit(Z), p(zlib:deflateSetDictionary(Z, "alphabetagamma")), C = iolist_to_binary(zlib:deflate(Z, "betagammaalpha", finish)), zlib:deflateEnd(Z), zlib:close(Z), p(C),
    I = zlib:open(), ok = zlib:inflateInit(I), p(e(fun() -> zlib:inflate(I, C) end)), p(zlib:inflateSetDictionary(I, "alphabetagamma")), p(iolist_to_binary(zlib:inflate(I, []))), zlib:inflateEnd(I), ok = zlib:inflateInit(I), p(zlib:inflate(I, C, [{exception_on_need_dict, false}])), p(e(fun() -> zlib:inflateSetDictionary(I, "wrong") end)), zlib:close(I).

chunks() ->
    I = zlib:open(), ok = zlib:inflateInit(I), {continue, A} = zlib:safeInflate(I, zlib:compress(binary:copy(<<1>>, 1000000))), p(iolist_size(A)), p(rest(I, iolist_size(A))), zlib:close(I),
    J = zlib:open(), zlib:inflateInit(J), p(zlib:getBufSize(J)), p(zlib:setBufSize(J, 1000)), p(zlib:getBufSize(J)), p(e(fun() -> zlib:setBufSize(J, 3) end)), zlib:close(J).
rest(I, N) -> case zlib:safeInflate(I, []) of {continue, A} -> rest(I, N + iolist_size(A)); {finished, A} -> {done, N + iolist_size(A)} end.

refused() ->
    [p(e(F)) || F <- [fun() -> zlib:uncompress(<<"not compressed">>) end, fun() -> zlib:unzip(<<255, 255, 255>>) end, fun() -> zlib:gunzip(<<31, 139, 8, 0, 0>>) end, fun() -> zlib:compress(atom) end, fun() -> zlib:uncompress(binary:part(zlib:compress(text()), 0, 50)) end,
        fun() -> Z = zlib:open(), zlib:deflate(Z, "x") end, fun() -> Z = zlib:open(), zlib:deflateInit(Z), zlib:inflate(Z, "x") end, fun() -> Z = zlib:open(), zlib:deflateInit(Z), zlib:deflateInit(Z) end, fun() -> Z = zlib:open(), zlib:deflateInit(Z, 10) end, fun() -> Z = zlib:open(), zlib:close(Z), zlib:close(Z) end, fun() -> Z = zlib:open(), zlib:inflateInit(Z), zlib:inflateEnd(Z) end, fun() -> zlib:close(make_ref()) end]].

controlled() ->
    Z = zlib:open(), zlib:deflateInit(Z), Me = self(), F = fun() -> Me ! {self(), e(fun() -> zlib:deflate(Z, "abc", finish) end)} end, P = spawn(F), p(receive {P, R} -> R end),
    Q = spawn(fun() -> receive go -> F() end end), p(zlib:set_controlling_process(Z, Q)), Q ! go, p(receive {Q, S} -> iolist_to_binary(S) end), p(e(fun() -> zlib:deflateEnd(Z) end)).

%% What few programs call.
rare() ->
    Z = zlib:open(), ok = zlib:inflateInit(Z), p(iolist_to_binary(zlib:inflate(Z, zlib:compress("abc")))), p(e(fun() -> zlib:crc32(Z) end)), zlib:close(Z),
    p(e(fun() -> zlib:inflateGetDictionary(Z) end)), p(e(fun() -> zlib:crc32(Z) end)), p(e(fun() -> zlib:crc32(a) end)).

%% Output that fills a chunk goes on, at the end of the stream too; the window of a stream.
exact() ->
    Data = << <<(I rem 150)>> || I <- lists:seq(1, 3072)>>, I = zlib:open(), zlib:setBufSize(I, 1024), ok = zlib:inflateInit(I),
    p([case C of {more, L} -> {more, erlang:crc32(L)}; L -> L end || C <- [zlib:inflateChunk(I, zlib:compress(Data)) | [zlib:inflateChunk(I) || _ <- "1234"]]]),
    p(erlang:crc32(zlib:inflateGetDictionary(I))), zlib:close(I),
    Z = zlib:open(), ok = zlib:deflateInit(Z), zlib:deflateSetDictionary(Z, <<"foobar barfoo">>), C = zlib:deflate(Z, "foobarbar", finish), zlib:close(Z),
    D = zlib:open(), ok = zlib:inflateInit(D), p(zlib:inflateGetDictionary(D)), {need_dictionary, _, _} = zlib:inflate(D, C, [{exception_on_need_dict, false}]), zlib:inflateSetDictionary(D, <<"foobar barfoo">>), p(zlib:inflateGetDictionary(D)), p(iolist_to_binary(zlib:inflate(D, []))), p(zlib:inflateGetDictionary(D)).
