%% Maps of many keys: insert, lookup, fold.
-module(b_large_maps).
-export([run/0]).

run() ->
    Map = fill(50000, #{}),
    1250025000 = find(50000, Map, 0),
    1250025000 = maps:fold(fun(_, Value, Sum) -> Value + Sum end, 0, Map),
    50000 = map_size(Map),
    ok.

fill(0, Map) -> Map;
fill(N, Map) -> fill(N - 1, Map#{{key, N} => N}).

find(0, _, Sum) -> Sum;
find(N, Map, Sum) ->
    #{{key, N} := Value} = Map,
    find(N - 1, Map, Sum + Value).
