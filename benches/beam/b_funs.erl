%% Funs and comprehensions.
-module(b_funs).
-export([run/0]).

run() -> loop(20).

loop(0) -> ok;
loop(N) ->
    Add = fun(X) -> fun(Y) -> X + Y end end,
    Adders = [Add(X) || X <- lists:seq(1, 200)],
    4030000 = lists:sum([F(Y) || F <- Adders, Y <- lists:seq(1, 200), Y rem 2 =:= 0]),
    Compose = lists:foldl(fun(F, G) -> fun(X) -> F(G(X)) end end, fun(X) -> X end, Adders),
    20100 = Compose(0),
    loop(N - 1).
