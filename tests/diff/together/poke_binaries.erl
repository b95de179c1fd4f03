%% stage: c. Functions of module binary: every call with every value of a pool, results and the texts of errors.
-module(poke_binaries).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    B = [<<"abcabc">>, <<>>, <<0, 255>>, <<1:3>>, a],
    [{binary, F, [B]} || F <- [at_nothing, bin_to_list, copy, decode_unsigned, first, last, longest_common_prefix, longest_common_suffix, referenced_byte_size]] ++
    [{binary, at, [B, [0, 1, 5, 6, -1, a]]}, {binary, copy, [B, [0, 1, 3, -1, a]]},
     {binary, part, [B, [{0, 1}, {6, -6}, {6, 0}, {7, 0}, {2, 9}, {-1, 1}, {1}, a]]},
     {binary, part, [[<<"abcdef">>], [0, 6, 3, a], [0, 3, -3, 9, b]]},
     {binary, match, [B, [<<"b">>, <<"bc">>, <<>>, [<<"c">>, <<"a">>], [], [<<>>], a, [a]]]},
     {binary, matches, [B, [<<"b">>, <<"abc">>, [<<"a">>, <<"ab">>, <<"c">>], <<>>, a]]},
     {binary, match, [[<<"abcabc">>], [<<"a">>, <<"c">>], [[], [{scope, {1, 5}}], [{scope, {6, -6}}], [{scope, {0, 7}}], [{scope, a}], [x], y]]},
     {binary, split, [B, [<<"b">>, [<<"a">>, <<"c">>], <<>>, a]]},
     {binary, split, [[<<"a,b,,c,">>], [<<",">>], [[], [global], [trim], [trim_all, global], [global, trim], [{scope, {2, 3}}], [x]]]},
     {binary, replace, [[<<"abcabc">>, <<>>], [<<"b">>, [<<"a">>, <<"c">>], a], [<<"X">>, <<>>, c]]},
     {binary, replace, [[<<"abcabc">>], [<<"b">>, [<<"a">>, <<"bc">>]], [<<"-">>], [[global], [{insert_replaced, 1}], [global, {insert_replaced, [0, 1]}], [{insert_replaced, 2}], [{scope, {3, 3}}], [x]]]},
     {binary, encode_unsigned, [[0, 1, 255, 256, 1 bsl 64, -1, a, 1.0], [big, little, x]]},
     {binary, decode_unsigned, [[<<>>, <<1, 0>>, <<0, 0, 1>>, a], [big, little, x]]},
     {binary, bin_to_list, [[<<"abc">>], [{0, 2}, {3, -2}, {1, 9}, a]]},
     {binary, list_to_bin, [["abc", [1, [2, <<3>>]], [256], [a], b]]},
     {binary, longest_common_prefix, [[[<<"abc">>, <<"abd">>], [<<"x">>], [], [a], [<<>>, <<"a">>]]]},
     {binary, longest_common_suffix, [[[<<"cba">>, <<"dba">>], [<<"x">>], [], [<<"ab">>, <<"ab">>]]]},
     {binary, encode_hex, [[<<1, 171>>, <<>>, a], [uppercase, lowercase, x]]}, {binary, encode_hex, [[<<1, 171>>, a]]}, {binary, decode_hex, [[<<"01aB">>, <<"1">>, <<"zz">>, a]]},
     {binary, compile_pattern, [[<<>>, [], [<<>>], a, [a]]]}].
