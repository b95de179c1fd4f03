%% stage: c. Functions of module string with values of all kinds: every call with every value of a pool, results and the texts of errors.
-module(poke_strings).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    S = ["aXbX", <<"aXbX">>, "", <<>>, [<<"aX">>, $b], "åÄ", <<255>>, [a], 5],
    [{string, F, [S]} || F <- [length, uppercase, lowercase, titlecase, casefold, reverse, to_graphemes, trim, is_empty, chomp, next_grapheme, next_codepoint, to_integer, to_float]] ++
    [{string, slice, [S, [0, 1, 9, -1, a]]}, {string, slice, [["abc", <<"abc">>], [0, 1], [0, 1, 5, -1, infinity, a]]}, {string, find, [S, ["X", <<"b">>, "", a]]}, {string, split, [S, ["X", "", a]]}, {string, split, [["aXbX"], ["X"], [all, leading, trailing, x]]}, {string, replace, [S, ["X"], ["-", <<>>]]}, {string, lexemes, [S, ["X", [[$X]], "", a]]}, {string, pad, [S, [6, 0, -1, a]]}, {string, pad, [["ab"], [5], [leading, trailing, both, x], [$*, "+-"]]}, {string, prefix, [S, ["a", "aX", "", b]]}, {string, equal, [S, ["aXbX", <<"axbx">>]]}, {string, equal, [["å"], ["a\x{30a}"], [true, false], [none, nfc, x]]}, {string, take, [S, ["aX", ""]]}, {string, nth_lexeme, [["a b"], [1, 2, 3, 0], [" "]]}, {string, trim, [["--a--"], [leading, trailing, both, x], ["-", a]]}].
