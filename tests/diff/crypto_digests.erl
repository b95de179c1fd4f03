%% stage: d. crypto: digests, HMAC, key derivation, in one go and in pieces, random numbers in their range, refusals.
-module(crypto_digests).
-export([main/0]).

main() -> digests(), macs(), random(), refused().

p(T) -> io:format("~p~n", [T]).
e(F) -> try F() catch C:{T, _, Text} -> {C, T, Text}; C:R -> {C, R} end.
kinds() -> [md4, md5, ripemd160, blake2b, blake2s, sha, sha224, sha256, sha384, sha512, sha3_224, sha3_256, sha3_384, sha3_512].

digests() ->
    [p({K, crypto:hash(K, <<>>), crypto:hash(K, ["a", <<"bc">>]), erlang:md5(crypto:hash(K, binary:copy(<<"long">>, 100000))), crypto:hash_info(K)}) || K <- kinds()],
    [begin S = crypto:hash_init(K), A = crypto:hash_update(S, "abc"), B = crypto:hash_update(A, <<"def">>), p({crypto:hash_final(B) =:= crypto:hash(K, "abcdef"), crypto:hash_final(A) =:= crypto:hash(K, "abc"), crypto:hash_final(S) =:= crypto:hash(K, "")}) end || K <- kinds()],
    p(crypto:hash(md5, "x") =:= erlang:md5("x")), p([lists:member(K, crypto:supports(hashs)) || K <- kinds()]).

macs() ->
    [p({K, crypto:mac(hmac, K, "key", "data"), erlang:md5(crypto:mac(hmac, K, binary:copy(<<"k">>, 500), <<"data">>))}) || K <- kinds()], p(crypto:macN(hmac, sha256, "k", "d", 8)),
    M = crypto:mac_init(hmac, sha256, "key"), M1 = crypto:mac_update(M, "da"), M2 = crypto:mac_update(M1, <<"ta">>), p(crypto:mac_final(M2) =:= crypto:mac(hmac, sha256, "key", "data")),
    p(crypto:pbkdf2_hmac(sha256, <<"password">>, <<"salt">>, 100, 40)), p(crypto:exor(<<"abc">>, [1, 2, 3])), p(crypto:hash_equals(<<"same">>, <<"same">>)), p(crypto:hash_equals(<<"same">>, <<"samf">>)).

random() ->
    p([byte_size(crypto:strong_rand_bytes(N)) || N <- [0, 1, 16, 1000]]), p(crypto:strong_rand_bytes(16) =/= crypto:strong_rand_bytes(16)), p(lists:all(fun(X) -> X >= 5 andalso X < 9 end, [crypto:rand_uniform(5, 9) || _ <- lists:seq(1, 200)])), p(length(lists:usort([crypto:rand_uniform(0, 4) || _ <- lists:seq(1, 500)]))), p(crypto:rand_uniform(3, 4)),
    Big = 1 bsl 100, p(lists:all(fun(X) -> X >= Big andalso X < 2 * Big end, [crypto:rand_uniform(Big, 2 * Big) || _ <- lists:seq(1, 50)])), S = crypto:rand_seed_s(), {U, _} = rand:uniform_s(10, S), p(U >= 1 andalso U =< 10), {F, _} = rand:uniform_s(S), p(F >= 0 andalso F < 1).

refused() ->
    [p(e(F)) || F <- [fun() -> crypto:hash(foo, "a") end, fun() -> crypto:hash("x", "a") end, fun() -> crypto:hash(sha, atom) end, fun() -> crypto:hash_init(foo) end, fun() -> crypto:mac(hmac, foo, "k", "d") end, fun() -> crypto:mac(foo, sha, "k", "d") end, fun() -> crypto:hash_info(foo) end, fun() -> crypto:strong_rand_bytes(-1) end, fun() -> crypto:exor("ab", "a") end, fun() -> crypto:hash_equals(<<"a">>, <<"ab">>) end, fun() -> crypto:pbkdf2_hmac(foo, <<>>, <<>>, 1, 1) end, fun() -> crypto:hash_final(make_ref()) end, fun() -> crypto:rand_uniform(4, 3) end]].
