%% stage: c. Operators of arithmetic: every call with every value of a pool, results and the texts of errors.
-module(poke_arith).
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
    N = [0, 1, -1, 7, -8, 1 bsl 59, -(1 bsl 59) - 1, 1 bsl 64, 1.5, -0.0, a, [], 1 bsl 1000],
    [{erlang, F, [N, N]} || F <- ['+', '-', '*', '/', 'div', 'rem', 'band', 'bor', 'bxor']] ++
    [{erlang, F, [[1, -1, 5, 1 bsl 70, -(1 bsl 70), 0, x], [0, 1, -1, 3, 64, -64, -70, 200, 1.0, y]]} || F <- ['bsl', 'bsr']] ++
    [{erlang, F, [N]} || F <- ['-', 'bnot', abs, float, round, trunc, floor, ceil, integer_to_list, integer_to_binary, is_integer, is_float, is_number]].
