%% stage: c. Module unicode on good, bad and incomplete data: every call with every value of a pool, results and the texts of errors.
-module(poke_unicode).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    D = [[], "aé", [228, [8364 | <<"x">>]], <<"é"/utf8>>, <<"a", 195>>, <<255, "b">>, <<16#ED, 16#A0, 16#80>>, [16#D800], [1114112], [-1], [a], a, [<<"a">>, <<195>>, <<169>>], <<1:3>>, [<<"ab", 240, 159>>]],
    E = [utf8, latin1, utf16, {utf16, little}, utf32, {utf32, little}, unicode, x],
    [{unicode, characters_to_list, [D, E]}, {unicode, characters_to_binary, [D, E]}, {unicode, characters_to_binary, [D, [utf8], E]}, {unicode, characters_to_list, [D]},
     {unicode, characters_to_nfc_list, [D]}, {unicode, characters_to_nfd_binary, [[<<"é"/utf8>>, "é", "한", [a]]]}, {unicode, characters_to_nfkc_binary, [["ﬁ", "①", a]]},
     {unicode, bom_to_encoding, [[<<16#EF, 16#BB, 16#BF, 1>>, <<254, 255>>, <<255, 254, 0, 0>>, <<255, 254>>, <<>>, a]]}, {unicode, encoding_to_bom, [E]},
     {erlang, binary_to_existing_atom, [[<<"erlang">>, <<200,201,202,203>>, <<"no such atom at all 17">>], [utf8, latin1]]}].
