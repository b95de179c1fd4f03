%% stage: c. AES of module crypto: modes, key sizes, padding, pieces, authenticated data, and what it says of bad arguments.
-module(crypto_ciphers).
-export([main/0]).

main() ->
    Iv = <<1:128>>,
    Data = list_to_binary(lists:seq(1, 50)),
    [p({C, one_time(C, Iv, Data)}) || C <- [aes_128_cbc, aes_192_cbc, aes_256_cbc, aes_128_ctr, aes_192_ctr, aes_256_ctr]],
    [p({C, hex(crypto:crypto_one_time(C, key(C), <<Data/binary, 0:112>>, true))}) || C <- [aes_128_ecb, aes_192_ecb, aes_256_ecb]],
    [p({C, maps:to_list(crypto:cipher_info(C))}) || C <- [aes_128_cbc, aes_192_ctr, aes_256_ecb, aes_192_gcm, aes_cbc, aes_256_gcm]],
    [p({Pad, N, c(fun() -> padded(Pad, binary:part(Data, 0, N), Iv) end)}) || Pad <- [undefined, none, pkcs_padding, zero, random], N <- [0, 1, 15, 16, 17, 32]],
    p([pieces(C, Iv, Data, Step) || C <- [aes_128_cbc, aes_128_ctr], Step <- [1, 7, 16, 33]]),
    Aad = <<"header">>,
    [p(aead(C, Data, Aad, N)) || C <- [aes_128_gcm, aes_192_gcm, aes_256_gcm, aes_gcm], N <- [16, 12, 4]],
    p(crypto:crypto_one_time_aead(aes_128_gcm, key(aes_128_gcm), <<1:96>>, Data, Aad, <<0:128>>, false)),
    p(crypto:crypto_one_time_aead(aes_128_gcm, key(aes_128_gcm), <<1:96>>, <<>>, <<>>, 16, true)),
    K = key(aes_128_cbc),
    Tries = [
        fun() -> crypto:crypto_one_time(aes_128_cbc, <<1>>, Iv, Data, true) end,
        fun() -> crypto:crypto_one_time(aes_128_cbc, K, <<1>>, Data, true) end,
        fun() -> crypto:crypto_one_time(no_such_cipher, K, Iv, Data, true) end,
        fun() -> crypto:crypto_one_time(aes_128_cbc, K, Iv, a, true) end,
        fun() -> crypto:crypto_one_time(aes_128_cbc, K, Iv, <<1:128>>, [{padding, pkcs_padding}, {encrypt, false}]) end,
        fun() -> crypto:crypto_one_time(aes_128_cbc, K, Iv, <<1:120>>, [{padding, pkcs_padding}, {encrypt, false}]) end,
        fun() -> crypto:crypto_one_time(aes_128_cbc, K, Iv, Data, [{padding, bad}]) end,
        fun() -> crypto:crypto_one_time(aes_128_cbc, K, Iv, Data, x) end,
        fun() -> crypto:crypto_one_time(aes_128_cbc, K, Iv, Data, [{x, y}]) end,
        fun() -> crypto:crypto_one_time(aes_128_gcm, K, Iv, Data, true) end,
        fun() -> crypto:crypto_one_time_aead(aes_128_gcm, K, <<1:96>>, Data, <<>>, 17, true) end,
        fun() -> crypto:crypto_one_time_aead(aes_128_gcm, <<1>>, <<1:96>>, Data, <<>>, 16, true) end,
        fun() -> crypto:crypto_one_time_aead(aes_128_gcm, K, <<>>, Data, <<>>, 16, true) end,
        fun() -> crypto:crypto_one_time_aead(aes_128_cbc, K, <<1:96>>, Data, <<>>, 16, true) end,
        fun() -> crypto:crypto_update(make_ref(), <<>>) end,
        fun() -> crypto:cipher_info(no_such_cipher) end],
    [p(try F() catch C:R -> {C, R} end) || F <- Tries],
    p([lists:member(C, proplists:get_value(ciphers, crypto:supports())) || C <- [aes_128_cbc, aes_cbc, aes_gcm, aes_256_ctr]]).

key(C) -> binary:part(<<"0123456789abcdefFEDCBA9876543210">>, 0, maps:get(key_length, crypto:cipher_info(C))).

one_time(C, Iv, Data) ->
    There = crypto:crypto_one_time(C, key(C), Iv, Data, true),
    {hex(There), crypto:crypto_one_time(C, key(C), Iv, There, false) =:= binary:part(Data, 0, byte_size(There))}.

padded(Pad, Data, Iv) ->
    K = key(aes_128_cbc),
    There = crypto:crypto_one_time(aes_128_cbc, K, Iv, Data, [{encrypt, true}, {padding, Pad}]),
    Back = crypto:crypto_one_time(aes_128_cbc, K, Iv, There, [{encrypt, false}, {padding, if Pad =:= pkcs_padding -> Pad; true -> none end}]),
    {byte_size(There), case Pad of random -> binary:part(Back, 0, min(byte_size(Back), byte_size(Data))); _ -> Back end}.

pieces(C, Iv, Data, Step) ->
    S = crypto:crypto_init(C, key(C), Iv, [{encrypt, true}, {padding, pkcs_padding}]),
    Done = [crypto:crypto_update(S, P) || P <- split(Data, Step)],
    Last = crypto:crypto_final(S),
    {[byte_size(D) || D <- Done], hex(iolist_to_binary([Done, Last])), lists:sort(maps:to_list(crypto:crypto_get_data(S)))}.

split(Data, Step) when byte_size(Data) =< Step -> [Data];
split(Data, Step) -> <<P:Step/binary, R/binary>> = Data, [P | split(R, Step)].

aead(C, Data, Aad, N) ->
    K = key(C),
    {There, Tag} = crypto:crypto_one_time_aead(C, K, <<7:96>>, Data, Aad, N, true),
    {C, hex(There), hex(Tag), crypto:crypto_one_time_aead(C, K, <<7:96>>, There, Aad, Tag, false) =:= Data,
     crypto:crypto_one_time_aead(C, K, <<7:96>>, There, <<"other">>, Tag, false)}.

c(F) -> try F() catch C:R -> {C, R} end.

hex(B) -> binary:encode_hex(B).

p(T) -> io:format("~0tp~n", [T]).
