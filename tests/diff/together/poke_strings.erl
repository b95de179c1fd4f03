%% stage: c. Functions of module string with values of all kinds: every call with every value of a pool, results and the texts of errors.
-module(poke_strings).
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
    S = ["aXbX", <<"aXbX">>, "", <<>>, [<<"aX">>, $b], "åÄ", <<255>>, [a], 5],
    [{string, F, [S]} || F <- [length, uppercase, lowercase, titlecase, casefold, reverse, to_graphemes, trim, is_empty, chomp, next_grapheme, next_codepoint, to_integer, to_float]] ++
    [{string, slice, [S, [0, 1, 9, -1, a]]}, {string, slice, [["abc", <<"abc">>], [0, 1], [0, 1, 5, -1, infinity, a]]}, {string, find, [S, ["X", <<"b">>, "", a]]}, {string, split, [S, ["X", "", a]]}, {string, split, [["aXbX"], ["X"], [all, leading, trailing, x]]}, {string, replace, [S, ["X"], ["-", <<>>]]}, {string, lexemes, [S, ["X", [[$X]], "", a]]}, {string, pad, [S, [6, 0, -1, a]]}, {string, pad, [["ab"], [5], [leading, trailing, both, x], [$*, "+-"]]}, {string, prefix, [S, ["a", "aX", "", b]]}, {string, equal, [S, ["aXbX", <<"axbx">>]]}, {string, equal, [["å"], ["a\x{30a}"], [true, false], [none, nfc, x]]}, {string, take, [S, ["aX", ""]]}, {string, nth_lexeme, [["a b"], [1, 2, 3, 0], [" "]]}, {string, trim, [["--a--"], [leading, trailing, both, x], ["-", a]]}].
