%% stage: c. Conversions between lists, binaries, tuples and atoms: every call with every value of a pool, results and the texts of errors.
-module(poke_conversions).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    V = [[], "ab", [a], [256], [1 | 2], {}, {1, 2}, <<>>, <<"é"/utf8>>, <<255>>, <<1:7>>, 5, 1.5, atom, 'é', [[<<1>>, 2] | <<3>>], #{}],
    [{erlang, F, [V]} || F <- [list_to_tuple, tuple_to_list, list_to_binary, iolist_to_binary, iolist_size, list_to_bitstring, bitstring_to_list, binary_to_list, atom_to_list, atom_to_binary, list_to_atom,
        list_to_existing_atom, binary_to_existing_atom, byte_size, bit_size, tuple_size, size, length, hd, tl, map_size, iolist_to_iovec, is_list, is_binary, is_bitstring, is_tuple, is_map, is_atom, is_boolean, is_function, is_pid]] ++
    [{erlang, atom_to_binary, [['é', abc, 5], [utf8, latin1, unicode, x]]},
     {erlang, binary_to_atom, [[<<"é"/utf8>>, <<255>>, a], [utf8, latin1, unicode, x]]},
     {erlang, binary_to_list, [[<<"abc">>], [0, 1, 3, 4, a], [0, 1, 3, 4, b]]},
     {erlang, split_binary, [[<<"abc">>, <<1:9>>, a], [0, 1, 3, 4, -1, b]]},
     {erlang, element, [[0, 1, 2, 3, a], [{x, y}, [], {}]]},
     {erlang, setelement, [[0, 1, 2, 3, a], [{x, y}, []], [z]]},
     {erlang, make_tuple, [[0, 2, -1, a, 1 bsl 30], [x]]}, {erlang, make_tuple, [[3, 0], [d], [[], [{1, a}], [{3, c}, {3, d}], [{4, x}], [x]]]},
     {erlang, append_element, [[{}, {1}, a], [z]]}, {erlang, insert_element, [[0, 1, 2, 3, a], [{x}], [z]]}, {erlang, delete_element, [[0, 1, 2, 3, a], [{x, y}, {}]]},
     {erlang, binary_part, [[<<"abcdef">>, a], [{0, 2}, {6, -2}, {5, 2}, b]]}, {erlang, is_function, [[fun erlang:abs/1, fun() -> ok end, a], [0, 1, -1, b]]},
     {erlang, is_record, [[{r, 1}, {}, a], [r, "x"]]}, {erlang, is_record, [[{r, 1}, {r}, a], [r], [2, 1, 0, -1, b]]},
     {erlang, '++', [[[], [1], [1 | 2], a], [[], [2], b]]}, {erlang, '--', [[[], [1, 2, 1], [1 | 2], a], [[], [1], [1.0], b]]},
     {erlang, is_map_key, [[a, 1, 1.0], [#{a => 1, 1 => 2}, b]]}, {erlang, map_get, [[a, 1.0], [#{a => 1, 1 => 2}, b]]}].
