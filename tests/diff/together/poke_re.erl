%% stage: c. Module re on patterns and options, good and bad: every call with every value of a pool, results and the texts of errors.
-module(poke_re).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    S = [<<"abc aBc">>, "xyz", "", <<255>>, [a], 5],
    P = ["b", "(b)(c)?", "(?<n>a)", "[", "(", "a**", "", "\\d+", "(?i)B", "$", "\\", "[[:alpha:]]+", "a{2,1}", "(?P<x>.)(?P=x)", <<"é"/utf8>>, a, "\\x{100}", "*"],
    [{re, run, [S, P]}, {re, compile, [["[", "a**", a, [300]]]}, {re, compile, [["a"], [[caseless, x], y, [{newline, x}]]]},
     {re, run, [[<<"abcabc">>], ["b(c)", "(?<z>c)(?<a>a)?"], [[], [global], [{capture, none}], [{capture, all, list}], [{capture, all_but_first, binary}], [{capture, first, index}], [{capture, [1], list}], [{capture, [z, a], binary}], [{capture, all_names, list}], [{offset, 2}], [{offset, -1}], [notbol], [notempty], [anchored], [x], y, [{match_limit, 1}], [report_errors, {match_limit, 1}], [global, {capture, all, list}], [{capture, ["nope"], list}]]]},
     {re, replace, [["abcabc", <<"xyz">>, a], ["b", "(a)(b)", "["], ["-", "[&]", "\\1", "\\2\\1", "\\g1", "\\g{2}", "\\&", "\\\\", a], [[], [global], [global, {return, list}], [{return, binary}], [{return, iodata}], [x]]]},
     {re, split, [["a,b,,c", <<>>], [",", "(,)", "", "["], [[], [trim], [group], [{parts, 2}], [{parts, 1}], [{return, list}], [{return, binary}, trim], [group, trim, {return, list}], [x]]]},
     {re, inspect, [[a], [namelist, x]]}].
