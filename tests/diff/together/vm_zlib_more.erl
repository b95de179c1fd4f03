%% stage: c. zlib: formats, levels, dictionaries, streams in pieces, bad data.
-module(vm_zlib_more).
-export([main/0]).

main() ->
    D = iolist_to_binary([[integer_to_list(I * I rem 97), " "] || I <- lists:seq(1, 500)]),
    p([{F, U, byte_size(zlib:F(D)) < byte_size(D), zlib:U(zlib:F(D)) =:= D} || {F, U} <- [{compress, uncompress}, {zip, unzip}, {gzip, gunzip}]]), p({erlang:md5(zlib:compress(D)), erlang:md5(zlib:zip(D)), zlib:compress(<<>>), zlib:zip(<<>>), zlib:gzip(<<"a">>)}),
    [p({W, inflate(deflate(D, default, W), W) =:= D}) || W <- [15, -15, 31, 9]],
    Z = zlib:open(), ok = zlib:deflateInit(Z), P = [zlib:deflate(Z, C, M) || {C, M} <- [{<<"abc">>, none}, {<<"def">>, sync}, {<<"ghi">>, full}, {<<>>, finish}]], zlib:deflateEnd(Z), zlib:close(Z), p({iolist_to_binary(P), zlib:uncompress(P)}),
    Y = zlib:open(), zlib:deflateInit(Y), zlib:deflateSetDictionary(Y, <<"hello">>), Q = iolist_to_binary(zlib:deflate(Y, <<"hello hello">>, finish)), zlib:close(Y), X = zlib:open(), zlib:inflateInit(X), p(try zlib:inflate(X, Q) catch error:R0 -> R0 end), zlib:close(X), V = zlib:open(), zlib:inflateInit(V), p(zlib:inflate(V, Q, [{exception_on_need_dict, false}])), zlib:inflateSetDictionary(V, <<"hello">>), p(iolist_to_binary(zlib:inflate(V, []))), zlib:close(V),
    W1 = zlib:open(), zlib:inflateInit(W1), p(safe(zlib:safeInflate(W1, zlib:compress(binary:copy(<<"x">>, 50000))), W1, 0)), zlib:close(W1),
    p([try F() catch C:R -> {C, R} end || F <- [fun() -> zlib:uncompress(<<1, 2, 3>>) end, fun() -> zlib:gunzip(D) end, fun() -> zlib:unzip(<<255>>) end, fun() -> zlib:uncompress(binary:part(zlib:compress(D), 0, 20)) end, fun() -> zlib:compress(a) end, fun() -> Zi = zlib:open(), zlib:deflate(Zi, <<"a">>) end, fun() -> Zi = zlib:open(), zlib:deflateInit(Zi, 77) end, fun() -> Zi = zlib:open(), zlib:inflateInit(Zi, 99) end]]).
deflate(D, L, W) -> Z = zlib:open(), ok = zlib:deflateInit(Z, L, deflated, W, 8, default), R = zlib:deflate(Z, D, finish), zlib:deflateEnd(Z), zlib:close(Z), iolist_to_binary(R).
inflate(D, W) -> Z = zlib:open(), ok = zlib:inflateInit(Z, W), R = zlib:inflate(Z, D), zlib:inflateEnd(Z), zlib:close(Z), iolist_to_binary(R).
safe({continue, O}, Z, N) -> safe(zlib:safeInflate(Z, []), Z, N + iolist_size(O));
safe({finished, O}, _, N) -> N + iolist_size(O).

p(T) -> io:format("~0tp~n", [T]).
