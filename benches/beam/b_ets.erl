%% An ets table: insert, lookup, update_counter, delete.
-module(b_ets).
-export([run/0]).

run() ->
    Table = ets:new(bench, [set, public]),
    fill(50000, Table),
    1250025000 = find(50000, Table, 0),
    50000 = count(50000, Table),
    true = ets:delete(Table),
    ok.

fill(0, _) -> ok;
fill(N, Table) ->
    true = ets:insert(Table, {N, N, some_value}),
    fill(N - 1, Table).

find(0, _, Sum) -> Sum;
find(N, Table, Sum) ->
    [{N, Value, some_value}] = ets:lookup(Table, N),
    find(N - 1, Table, Sum + Value).

count(0, Table) -> ets:update_counter(Table, counter, 0, {counter, 0});
count(N, Table) ->
    ets:update_counter(Table, counter, 1, {counter, 0}),
    count(N - 1, Table).
