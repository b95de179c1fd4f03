%% Calls and small arithmetic: fib(30).
-module(b_fib).
-export([run/0]).

run() ->
    1346269 = fib(30),
    ok.

fib(N) when N < 2 -> 1;
fib(N) -> fib(N - 1) + fib(N - 2).
