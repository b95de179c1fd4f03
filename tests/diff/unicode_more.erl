%% stage: d. unicode: encodings, byte order marks, invalid and incomplete input, normal forms; atomics and counters; os and init.
-module(unicode_more).
-export([main/0]).

main() -> encodings(), broken(), forms(), arrays(), surroundings().

p(T) -> io:format("~tp~n", [T]).
e(F) -> try F() catch C:R -> {C, R} end.

encodings() ->
    T = "aä€😀", [p({E, unicode:characters_to_binary(T, unicode, E)}) || E <- [utf8, {utf16, big}, {utf16, little}, utf16, {utf32, big}, {utf32, little}, utf32, latin1]],
    [p(unicode:characters_to_list(unicode:characters_to_binary(T, unicode, E), E) =:= T) || E <- [utf8, {utf16, big}, {utf16, little}, {utf32, big}, {utf32, little}]],
    [p({E, unicode:encoding_to_bom(E), unicode:bom_to_encoding(unicode:encoding_to_bom(E))}) || E <- [utf8, {utf16, big}, {utf16, little}, {utf32, big}, {utf32, little}, latin1]], p(unicode:characters_to_list([<<"ab">>, $c, ["d", <<195>>, <<164>>]])), p(unicode:characters_to_binary(["x", <<"ä"/utf8>>, [8364]])), p(unicode:characters_to_nfc_list("a\x{308}")).

broken() ->
    [p(e(fun() -> unicode:characters_to_list(B) end)) || B <- [<<255>>, <<"ok", 255, "more">>, <<"ok", 195>>, <<240, 159, 152>>, <<237, 160, 128>>, <<192, 128>>, [<<"a", 226, 130>>, <<172>>], [<<"a", 226, 130>>, $x], [55296], [1114112], [-1], [$a | b], foo, [<<1:4>>]]],
    [p(e(fun() -> unicode:characters_to_binary(B, In, Out) end)) || {B, In, Out} <- [{[300], unicode, latin1}, {<<0, 97, 0>>, utf16, utf8}, {<<216, 0, 0, 97>>, utf16, utf8}, {<<0, 17, 0, 0>>, utf32, utf8}, {[300], latin1, utf8}, {<<228>>, latin1, utf8}, {"x", bogus, utf8}]].

forms() -> [p([F(S) || F <- [fun unicode:characters_to_nfc_binary/1, fun unicode:characters_to_nfd_binary/1, fun unicode:characters_to_nfkc_binary/1, fun unicode:characters_to_nfkd_list/1]]) || S <- ["é", "e\x{301}", "ﬁ", "Å", "한국", "①"]], p(string:length("e\x{301}👨‍👩‍👧")), p(string:to_graphemes("e\x{301}x👍🏽")), p([string:uppercase("straße"), string:lowercase("ÀÉ"), string:titlecase("ǆabc"), string:casefold("ΣΑΣ")]), p(string:equal("é", "e\x{301}", false, nfc)), p(string:pad("日本", 6, both, $*)), p(string:next_grapheme(<<"👩‍🚀x"/utf8>>)).

arrays() ->
    A = atomics:new(3, [{signed, true}]), p(atomics:put(A, 1, -5)), p(atomics:add_get(A, 1, 10)), p(atomics:sub_get(A, 1, 100)), p(atomics:exchange(A, 2, 7)), p(atomics:compare_exchange(A, 2, 7, 8)), p(atomics:compare_exchange(A, 2, 7, 9)), p([atomics:get(A, I) || I <- [1, 2, 3]]), p(maps:without([memory], atomics:info(A))), U = atomics:new(1, [{signed, false}]), atomics:sub(U, 1, 1), p(atomics:get(U, 1)), p(maps:without([memory], atomics:info(U))), [p(e(F)) || F <- [fun() -> atomics:new(0, []) end, fun() -> atomics:get(A, 4) end, fun() -> atomics:put(A, 1, 1 bsl 63) end, fun() -> atomics:new(1, [x]) end]],
    C = counters:new(2, [write_concurrency]), Ps = [spawn_monitor(fun() -> [counters:add(C, 1, 2) || _ <- lists:seq(1, 1000)] end) || _ <- [1, 2, 3]], [receive {'DOWN', R, _, _, _} -> ok end || {_, R} <- Ps], p(counters:get(C, 1)), counters:sub(C, 2, 3), counters:put(C, 1, 1), p({counters:get(C, 1), counters:get(C, 2), maps:get(size, counters:info(C))}), p(e(fun() -> counters:add(C, 3, 1) end)).

surroundings() ->
    p(os:type()), p(os:putenv("DALA_X", "ä=1")), p(os:getenv("DALA_X")), p(os:getenv("DALA_NONE", "default")), p(os:unsetenv("DALA_X")), p(os:getenv("DALA_X")), p(lists:all(fun({K, V}) -> is_list(K) andalso is_list(V) end, os:env())), p(is_list(os:getpid())), p(os:system_time(second) > 1600000000), p(filename:basename(os:find_executable("sh"))), p(os:find_executable("no_such_program_here")), p(tuple_size(init:get_status())), p(init:get_argument(no_such_flag)), p(application:get_application(lists)), p(application:get_key(stdlib, vsn)), p(application:get_env(kernel, net_ticktime)), p(application:get_env(kernel, nope, d)), p(application:set_env(myapp, k, v)), p(application:get_env(myapp, k)), p(lists:keymember(kernel, 1, application:which_applications())), p(application:start(no_such_app)), p(element(1, application:ensure_all_started(compiler))), p(application:stop(compiler)), p(application:ensure_all_started(compiler)), p(application:load({application, mine, [{vsn, "1"}, {modules, [m]}, {env, [{a, 1}]}]})), p(application:get_all_env(mine)), p(application:get_all_key(mine)), p(application:start(mine)), p(application:unload(mine)), p(application:stop(mine)), p(application:unload(mine)), p(code:lib_dir(no_such)), p(filename:basename(code:lib_dir(stdlib))), p(is_list(code:priv_dir(crypto))), p(code:which(no_such_module)), p(code:ensure_loaded(no_such_module)).
