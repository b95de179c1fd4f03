%% Calls of three arguments: the Takeuchi function.
-module(b_tak).
-export([run/0]).

run() ->
    9 = tak(24, 16, 8),
    ok.

tak(X, Y, Z) when Y < X -> tak(tak(X - 1, Y, Z), tak(Y - 1, Z, X), tak(Z - 1, X, Y));
tak(_, _, Z) -> Z.
