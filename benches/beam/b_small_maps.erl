%% Maps of few keys: update, match, lookup.
-module(b_small_maps).
-export([run/0]).

run() ->
    #{count := 300000, last := 1, name := bench} = loop(300000, #{count => 0, last => 0, name => bench, more => []}),
    ok.

loop(0, Map) -> Map;
loop(N, #{count := Count} = Map) ->
    Next = Map#{count := Count + 1, last => N},
    bench = maps:get(name, Next),
    loop(N - 1, Next).
