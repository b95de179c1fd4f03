%% stage: c. io_lib:format with formats and arguments that do not fit: every call with every value of a pool, results and the texts of errors.
-module(poke_io_lib).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    F = ["~p", "~w", "~s", "~ts", "~c", "~b", "~.16B", "~f", "~e", "~g", "~a", "~i", "~n", "~~", "~5p", "~-5w|", "~.3s", "~z", "~", "~*p", "~.2f", "~.*f", "~3..0b", "~#", "~+", "~x", "~P", "~W", "~t", "~lp", 'atom', <<"~p">>, 5],
    A = [[], [a], ["str"], [5], [1.5], [<<"b">>], [$x], [5, "p"], [[300]], [{t, 1}, 2], [a | b], x],
    [{io_lib, format, [F, A]}, {io_lib, write, [[a, 'A b', "s", 1.0, #{}, <<1:3>>]]}, {io_lib, print, [[a, "s", [1, 2]]]}, {io_lib, char_list, [["a", [a], b]]}, {io_lib, quote_atom_nothing, [[a]]}, {io_lib, write_atom, [['A', a, 'a b', 5]]}, {io_lib, write_string, [["a\"", a]]}, {io_lib, fread, [["~d", "~z", a], ["1", "x", b]]}].
