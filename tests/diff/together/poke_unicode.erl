%% stage: c. Module unicode on good, bad and incomplete data: every call with every value of a pool, results and the texts of errors.
-module(poke_unicode).
-export([main/0]).

main() -> lists:foreach(fun({M, F, Pools}) -> poke(M, F, Pools, []) end, calls()).

poke(M, F, [], Args) ->
    A = lists:reverse(Args),
    io:format("~0tp:~0tp(~ts) -> ~0tP~n", [M, F, lists:join(", ", [short(X) || X <- A]), call(M, F, A), 60]);
poke(M, F, [Pool | Pools], Args) -> lists:foreach(fun(V) -> poke(M, F, Pools, [V | Args]) end, Pool).

call(M, F, A) ->
    try apply(M, F, A)
    catch C:R:S -> {C, R, explain(R, S)}
    end.

explain(R, [{M, _, _, Info} | _] = S) ->
    case proplists:get_value(error_info, Info) of
        undefined -> none;
        Map ->
            try (maps:get(module, Map, M)):(maps:get(function, Map, format_error))(R, S) of
                Texts -> [{K, unicode:characters_to_list(T)} || {K, T} <- lists:sort(maps:to_list(Texts))]
            catch _:_ -> no_text
            end
    end;
explain(_, []) -> no_frame.

short(X) -> string:slice(io_lib:format("~0tP", [X, 20]), 0, 60).

calls() ->
    D = [[], "aé", [228, [8364 | <<"x">>]], <<"é"/utf8>>, <<"a", 195>>, <<255, "b">>, <<16#ED, 16#A0, 16#80>>, [16#D800], [1114112], [-1], [a], a, [<<"a">>, <<195>>, <<169>>], <<1:3>>, [<<"ab", 240, 159>>]],
    E = [utf8, latin1, utf16, {utf16, little}, utf32, {utf32, little}, unicode, x],
    [{unicode, characters_to_list, [D, E]}, {unicode, characters_to_binary, [D, E]}, {unicode, characters_to_binary, [D, [utf8], E]}, {unicode, characters_to_list, [D]},
     {unicode, characters_to_nfc_list, [D]}, {unicode, characters_to_nfd_binary, [[<<"é"/utf8>>, "é", "한", [a]]]}, {unicode, characters_to_nfkc_binary, [["ﬁ", "①", a]]},
     {unicode, bom_to_encoding, [[<<16#EF, 16#BB, 16#BF, 1>>, <<254, 255>>, <<255, 254, 0, 0>>, <<255, 254>>, <<>>, a]]}, {unicode, encoding_to_bom, [E]},
     {erlang, binary_to_existing_atom, [[<<"erlang">>, <<200,201,202,203>>, <<"no such atom at all 17">>], [utf8, latin1]]}].
