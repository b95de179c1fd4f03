%% stage: c. The functions of crypto that crypto_digests.erl leaves out, and what is wrong for each.
-module(crypto_more).
-export([main/0]).

main() -> facts(), hashes(), macs(), numbers(), others().

show(What, F) ->
    R = try F() catch error:{Tag, _, _} -> {error, Tag}; C:E -> {C, E} end,
    io:format("~p: ~p~n", [What, R]).

facts() ->
    show(supports, fun() -> [K || {K, L} <- crypto:supports(), is_list(L)] end),
    show(hashes, fun() -> [H || H <- [md5, sha, sha224, sha256, sha384, sha512, sha3_224, sha3_256, sha3_384, sha3_512],
        lists:member(H, crypto:supports(hashs))] end),
    show(hmac, fun() -> lists:member(hmac, crypto:supports(macs)) end),
    show(others, fun() -> [is_list(crypto:supports(K)) || K <- [ciphers, public_keys, curves, rsa_opts]] end),
    show(info_lib, fun() -> [{N, V, T}] = crypto:info_lib(), is_binary(N) andalso is_integer(V) andalso is_binary(T) end),
    show(info, fun() -> lists:sort(maps:keys(crypto:info())) end),
    show(fips, fun() -> lists:member(crypto:info_fips(), [not_supported, not_enabled, enabled]) end).

hashes() ->
    show(hash_info, fun() -> [maps:with([size, block_size], crypto:hash_info(H)) || H <- [md5, sha, sha256, sha3_512]] end),
    show(hash_info_wrong, fun() -> crypto:hash_info(no_such_hash) end),
    show(hash_wrong, fun() -> crypto:hash(no_such_hash, "abc") end),
    show(hash_data, fun() -> crypto:hash(sha, a) end),
    show(update, fun() -> S = crypto:hash_update(crypto:hash_init(sha256), ["a", <<"bc">>]), crypto:hash_final(S) =:= crypto:hash(sha256, "abc") end),
    show(update_wrong, fun() -> crypto:hash_update(a, "abc") end),
    show(final_wrong, fun() -> crypto:hash_final(make_ref()) end),
    show(init_wrong, fun() -> crypto:hash_init(no_such_hash) end),
    show(equals, fun() -> [crypto:hash_equals(<<"ab">>, B) || B <- [<<"ab">>, <<"ac">>]] end),
    show(equals_sizes, fun() -> crypto:hash_equals(<<"ab">>, <<"abc">>) end),
    show(equals_wrong, fun() -> crypto:hash_equals(a, <<"abc">>) end).

macs() ->
    show(mac, fun() -> crypto:mac(hmac, sha, <<"key">>, "data") end),
    show(mac_parts, fun() -> S = crypto:mac_update(crypto:mac_init(hmac, sha256, <<"key">>), "data"), crypto:mac_final(S) =:= crypto:mac(hmac, sha256, <<"key">>, "data") end),
    show(mac_short, fun() -> crypto:macN(hmac, sha, <<"key">>, "data", 4) end),
    show(mac_wrong, fun() -> crypto:mac(no_such_mac, sha, <<"key">>, "data") end),
    show(mac_update_wrong, fun() -> crypto:mac_update(make_ref(), "data") end),
    show(pbkdf2, fun() -> crypto:pbkdf2_hmac(sha256, <<"password">>, <<"salt">>, 3, 20) end),
    show(pbkdf2_wrong, fun() -> crypto:pbkdf2_hmac(no_such_hash, <<"password">>, <<"salt">>, 3, 20) end).

numbers() ->
    show(bytes, fun() -> [byte_size(crypto:strong_rand_bytes(N)) || N <- [0, 1, 100]] end),
    show(bytes_wrong, fun() -> crypto:strong_rand_bytes(-1) end),
    show(range, fun() -> lists:all(fun(N) -> N >= 5 andalso N < 8 end, [crypto:rand_uniform(5, 8) || _ <- lists:seq(1, 50)]) end),
    show(plugin, fun() -> {N, state} = crypto:rand_plugin_uniform(10, state), N >= 1 andalso N =< 10 end),
    show(range_wrong, fun() -> crypto:rand_uniform(8, 5) end),
    show(seed_bytes, fun() -> crypto:rand_seed(<<"seed">>) end),
    show(seed_wrong, fun() -> crypto:rand_seed(a) end),
    show(seed_state, fun() -> _ = crypto:rand_seed(), {F, _} = rand:uniform_s(crypto:rand_seed_s()), F >= 0 andalso F < 1 end).

others() ->
    show('xor', fun() -> crypto:exor(<<1, 2, 3>>, [<<255>>, <<2, 0>>]) end),
    show(xor_wrong, fun() -> crypto:exor(<<1, 2>>, <<1>>) end).
