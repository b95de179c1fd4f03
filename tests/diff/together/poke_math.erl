%% stage: c. Functions of module math and comparison: every call with every value of a pool, results and the texts of errors.
-module(poke_math).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    N = [0, 1, -1, 0.5, -0.5, 2, 10, 1.0e10, -0.0, a, 1 bsl 2000],
    [{math, F, [N]} || F <- [sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh, exp, log, log2, log10, sqrt, floor, ceil, erf, erfc]] ++
    [{math, F, [[0, 1, -1, 2.5, 0.0, a], [0, 1, -1, 0.5, 10, b]]} || F <- [pow, atan2, fmod]] ++ [{math, pi, []}] ++
    [{erlang, F, [T, T]} || T <- [[1, 1.0, a, "a", {a}, #{}, <<>>, 1 bsl 60, [], 1.0e300]], F <- ['<', '=<', '>', '>=', '==', '=/=', '=:=', '=/=', min, max]] ++
    [{erlang, F, [[true, false, a, 1], [true, false, b]]} || F <- ['and', 'or', 'xor']] ++ [{erlang, 'not', [[true, false, a, 1]]}].
