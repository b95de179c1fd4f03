%% stage: b. Floats: shortest printing, both notations, conversions, comparison with integers, overflow.
-module(floats).
-export([main/0]).

main() ->
    [io:format("~p ~w~n", [F, -F]) || F <- values()],
    io:format("~p~n", [[float_to_list(F, [{decimals, 3}]) || F <- [0.0005, 1.2345, -2.5, 1.0e10, 0.9999]]]),
    io:format("~p~n", [[float_to_binary(F, [{decimals, 6}, compact]) || F <- [1.5, 0.1, 100.0, 3.14159265]]]),
    io:format("~p~n", [[float_to_list(F, [{scientific, 4}]) || F <- [1.0, 12345.678, 0.00012, -5.0e100]]]),
    io:format("~p~n", [[float_to_list(F, [short]) || F <- [0.1, 1.0e22, 123456789.0]]]),
    io:format("~p~n", [[list_to_float(T) || T <- ["1.5", "-0.25", "1.0e3", "2.5e-3", "+7.0"]]]),
    io:format("~p~n", [[trunc(F) || F <- [1.9, -1.9, 1.0e15, -0.5]]]),
    io:format("~p~n", [[round(F) || F <- [0.5, 1.5, -0.5, -1.5, 2.4999, 1.0e18]]]),
    io:format("~p~n", [[{floor(F), ceil(F)} || F <- [1.2, -1.2, 3.0, -0.1]]]),
    io:format("~p~n", [{0.1 + 0.2, 1 / 3, 2 / 3, 10 / 4}]),
    io:format("~p~n", [[caught(F) || F <- [fun(X) -> X * 1.0e308 * 10 end, fun(X) -> X / 0 end, fun(X) -> X / 0.0 end, fun(X) -> math:sqrt(-X) end]]]),
    io:format("~p~n", [{1 == 1.0, 1 =:= 1.0, 9007199254740993 == 9007199254740992.0, 9007199254740993 > 9007199254740992.0, 1 bsl 64 == 18446744073709551616.0}]),
    io:format("~p~n", [{math:pi(), math:sqrt(2), math:pow(2, 0.5), math:floor(-2.5), math:fmod(7.5, 2)}]),
    io:format("~p~n", [lists:sum([0.1 || _ <- lists:seq(1, 10)])]),
    io:format("~p~n", [sqrt(2.0, 1.0, 20)]),
    io:format("~p~n", [<<1.5:64/float, 1.5:32/float, -0.1:64/float-little>>]),
    io:format("~p~n", [begin <<A:32/float, B/float>> = <<64, 73, 15, 219, 64, 9, 33, 251, 84, 68, 45, 24>>, {A, B} end]).

caught(F) ->
    try F(2.0) catch error:E -> E end.

sqrt(_, X, 0) -> X;
sqrt(N, X, I) -> sqrt(N, (X + N / X) / 2, I - 1).

values() ->
    [0.0, 1.0, 0.1, 0.5, 100.0, 123456.789, 1.0e15, 1.0e16, 1.0e21, 1.0e22, 1.0e-5, 1.0e-4, 0.001,
     9007199254740991.0, 9007199254740992.0, 9007199254740993.0, 1.7976931348623157e308, 5.0e-324,
     2.2250738585072014e-308, 3.141592653589793, 2.718281828459045, 1.0e100, 123.0e-7, 4.35, 0.3, 1.1, 33.333].
