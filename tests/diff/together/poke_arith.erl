%% stage: c. Operators of arithmetic: every call with every value of a pool, results and the texts of errors.
-module(poke_arith).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    N = [0, 1, -1, 7, -8, 1 bsl 59, -(1 bsl 59) - 1, 1 bsl 64, 1.5, -0.0, a, [], 1 bsl 1000],
    [{erlang, F, [N, N]} || F <- ['+', '-', '*', '/', 'div', 'rem', 'band', 'bor', 'bxor']] ++
    [{erlang, F, [[1, -1, 5, 1 bsl 70, -(1 bsl 70), 0, x], [0, 1, -1, 3, 64, -64, -70, 200, 1.0, y]]} || F <- ['bsl', 'bsr']] ++
    [{erlang, F, [N]} || F <- ['-', 'bnot', abs, float, round, trunc, floor, ceil, integer_to_list, integer_to_binary, is_integer, is_float, is_number]].
