%% stage: c. Numbers from and to text: every call with every value of a pool, results and the texts of errors.
-module(poke_numbers).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    T = ["12", "-0", "+7", "", "1.5", "1e5", "1.0e5", "x", " 1", "1_0", "99999999999999999999", a, [1, a], [$1 | $2], "1.0E-400", "1.8e308", "-1.25e+3"],
    B = [list_to_binary(X) || X <- T, io_lib:char_list(X)] ++ [<<1:3>>, 5],
    [{erlang, F, [T]} || F <- [list_to_integer, list_to_float, list_to_atom, list_to_binary, list_to_tuple, list_to_pid]] ++
    [{erlang, F, [B]} || F <- [binary_to_integer, binary_to_float, binary_to_atom, binary_to_list]] ++
    [{erlang, list_to_integer, [["ff", "FF", "-zz", "2", "12", "8"], [2, 8, 16, 36, 1, 37, a]]},
     {erlang, binary_to_integer, [[<<"ff">>, <<"-zz">>, <<"102">>, <<>>], [2, 10, 16, 36, 0, 37]]},
     {erlang, integer_to_list, [[0, 255, -255, 1 bsl 70, a], [2, 16, 36, 1, 37, b]]},
     {erlang, integer_to_binary, [[0, 255, -255, 1 bsl 70, a], [2, 16, 36, 1, 37, b]]},
     {erlang, float_to_list, [[0.0, -0.0, 1.5, 1.0e22, 123456.789, 0.1, a, 1], [[], [short], [{decimals, 0}], [{decimals, 3}], [{scientific, 2}], [compact, {decimals, 6}], [{decimals, 254}], [{decimals, -1}], [x], y]]},
     {erlang, float_to_binary, [[2.5, 3.5, -1.0e-10, 1.0e300, a], [[{decimals, 0}], [{decimals, 2}, compact], [{scientific, 0}], [{scientific, 20}], [short]]]},
     {erlang, float_to_list, [[1.0, 0.1, 1.0e100, 5.0e-324, a]]},
     {string, to_integer, [T]}, {string, to_float, [T]}].
