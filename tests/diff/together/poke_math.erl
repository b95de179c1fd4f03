%% stage: c. Functions of module math and comparison: every call with every value of a pool, results and the texts of errors.
-module(poke_math).
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
    N = [0, 1, -1, 0.5, -0.5, 2, 10, 1.0e10, -0.0, a, 1 bsl 2000],
    [{math, F, [N]} || F <- [sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, exp, log, log2, log10, sqrt, floor, ceil, erf, erfc]] ++
    [{math, F, [[0, 1, -1, 2.5, 0.0, a], [0, 1, -1, 0.5, 10, b]]} || F <- [pow, atan2, fmod]] ++ [{math, pi, []}] ++
    [{erlang, F, [T, T]} || T <- [[1, 1.0, a, "a", {a}, #{}, <<>>, 1 bsl 60, [], 1.0e300]], F <- ['<', '=<', '>', '>=', '==', '=/=', '=:=', '=/=', min, max]] ++
    [{erlang, F, [[true, false, a, 1], [true, false, b]]} || F <- ['and', 'or', 'xor']] ++ [{erlang, 'not', [[true, false, a, 1]]}].
