%% Lists of the standard library: seq, map, filter, foldl, sum, reverse, sort.
-module(b_lists).
-export([run/0]).

run() -> loop(10).

loop(0) -> ok;
loop(N) ->
    List = lists:seq(1, 100000),
    Doubled = lists:map(fun(X) -> X * 2 end, List),
    Kept = lists:filter(fun(X) -> X rem 3 =:= 0 end, Doubled),
    3333366666 = lists:foldl(fun(X, Sum) -> X + Sum end, 0, Kept),
    10000100000 = lists:sum(Doubled),
    [1 | _] = lists:sort(lists:reverse(List)),
    loop(N - 1).
