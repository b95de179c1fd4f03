%% Binary trees: allocation, deep recursion, collection of live data.
-module(b_trees).
-export([run/0]).

run() ->
    Long = make(16),
    loop(20),
    131071 = count(Long),
    ok.

loop(0) -> ok;
loop(N) ->
    16383 = count(make(13)),
    loop(N - 1).

make(0) -> {leaf, leaf};
make(N) -> {make(N - 1), make(N - 1)}.

count({leaf, leaf}) -> 1;
count({Left, Right}) -> 1 + count(Left) + count(Right).
