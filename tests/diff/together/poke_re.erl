%% stage: c. Module re on patterns and options, good and bad: every call with every value of a pool, results and the texts of errors.
-module(poke_re).
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
    S = [<<"abc aBc">>, "xyz", "", <<255>>, [a], 5],
    P = ["b", "(b)(c)?", "(?<n>a)", "[", "(", "a**", "", "\\d+", "(?i)B", "$", "\\", "[[:alpha:]]+", "a{2,1}", "(?P<x>.)(?P=x)", <<"é"/utf8>>, a, "\\x{100}", "*"],
    [{re, run, [S, P]}, {re, compile, [["[", "a**", a, [300]]]}, {re, compile, [["a"], [[caseless, x], y, [{newline, x}]]]},
     {re, run, [[<<"abcabc">>], ["b(c)", "(?<z>c)(?<a>a)?"], [[], [global], [{capture, none}], [{capture, all, list}], [{capture, all_but_first, binary}], [{capture, first, index}], [{capture, [1], list}], [{capture, [z, a], binary}], [{capture, all_names, list}], [{offset, 2}], [{offset, -1}], [notbol], [notempty], [anchored], [x], y, [{match_limit, 1}], [report_errors, {match_limit, 1}], [global, {capture, all, list}], [{capture, ["nope"], list}]]]},
     {re, replace, [["abcabc", <<"xyz">>, a], ["b", "(a)(b)", "["], ["-", "[&]", "\\1", "\\2\\1", "\\g1", "\\g{2}", "\\&", "\\\\", a], [[], [global], [global, {return, list}], [{return, binary}], [{return, iodata}], [x]]]},
     {re, split, [["a,b,,c", <<>>], [",", "(,)", "", "["], [[], [trim], [group], [{parts, 2}], [{parts, 1}], [{return, list}], [{return, binary}, trim], [group, trim, {return, list}], [x]]]},
     {re, inspect, [[a], [namelist, x]]}].
