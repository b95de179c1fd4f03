%% stage: d. Query list comprehensions over lists, ets and each other: joins, sorting, cursors, plans, the text of queries.
-module(std_qlc).
-export([main/0]).
-include_lib("stdlib/include/qlc.hrl").
-include_lib("stdlib/include/ms_transform.hrl").

main() ->
    E = ets:new(people, [set, public]),
    ets:insert(E, [{1, ann, 30, berlin}, {2, bob, 25, paris}, {3, cid, 41, berlin}, {4, dan, 25, rome}, {5, eve, 19, paris}]),
    C = [{berlin, germany}, {paris, france}, {rome, italy}, {oslo, norway}],
    Q1 = qlc:q([N || {_, N, Age, _} <- ets:table(E), Age > 24]),
    p(lists:sort(qlc:e(Q1))),
    Q2 = qlc:q([{N, Country} || {_, N, _, City} <- ets:table(E), {City2, Country} <- C, City =:= City2]),
    p(lists:sort(qlc:e(Q2))),
    p(qlc:e(qlc:sort(Q2))),
    p(qlc:e(qlc:keysort(2, Q2, [{order, descending}])) =/= []),
    p(qlc:e(qlc:q([X * Y || X <- [1, 2, 3], Y <- [10, 20], (X + Y) rem 2 =:= 0]))),
    p(qlc:e(qlc:q([X || X <- [c, a, b, a]], [unique]))),
    p(qlc:e(qlc:append([[1, 2], qlc:q([X || X <- [3, 4], X > 3]), [5]]))),
    p(qlc:fold(fun(N, Sum) -> Sum + N end, 0, qlc:q([Age || {_, _, Age, _} <- ets:table(E)]))),
    Cursor = qlc:cursor(qlc:sort(qlc:q([N || {_, N, _, _} <- ets:table(E)]))),
    p([qlc:next_answers(Cursor, 2), qlc:next_answers(Cursor, 2), qlc:next_answers(Cursor), qlc:next_answers(Cursor)]),
    p(qlc:delete_cursor(Cursor)),
    io:format("~ts~n", [qlc:info(qlc:q([X || X <- [1, 2, 3], X > 1]))]),
    io:format("~ts~n", [qlc:info(qlc:q([X || {X, _} <- qlc:sort([{2, a}, {1, b}]), X =/= 3]), [{flat, false}])]),
    p(qlc:string_to_handle("[X || {X, _} <- L, X > 1].", [], erl_eval:add_binding('L', [{1, a}, {2, b}], erl_eval:new_bindings())) =/= error),
    p(qlc:e(qlc:string_to_handle("[X || {X, _} <- L, X > 1].", [], erl_eval:add_binding('L', [{1, a}, {2, b}], erl_eval:new_bindings())))),
    p(element(1, qlc:string_to_handle("[X || ."))),
    Bad = qlc:q([X || {_, X} <- [a, {1, 2}]]),
    p(qlc:e(Bad)),
    p(catch_it(fun() -> qlc:e(qlc:q([1 div X || X <- [1, 0]])) end)),
    p(catch_it(fun() -> qlc:e(not_a_query) end)),
    T = qlc:table(fun() -> [{N, N * N} || N <- lists:seq(1, 5)] end, [{lookup_fun, fun(1, Keys) -> [{K, looked_up} || K <- Keys] end}, {info_fun, fun(keypos) -> 1; (_) -> undefined end}]),
    p(qlc:e(qlc:q([V || {K, V} <- T, K =:= 3]))),
    p(qlc:e(qlc:q([V || {K, V} <- T, K > 3]))),
    p(ets:fun2ms(fun({A, B, C2, _}) when C2 > 20, B =/= bob -> {A, C2}; ({_, B, _, paris} = All) when B > a -> [All, self()] end)),
    p(lists:sort(ets:select(E, ets:fun2ms(fun({I, N, A, _}) when A rem 5 =:= 0 -> {N, I * 2} end)))),
    p(lists:sort(qlc:e(ets:table(E, [{traverse, {select, ets:fun2ms(fun({_, N, _, berlin}) -> N end)}}])))),
    p(qlc:e(qlc:q([{A, B, X} || {A, X} <- [{1, x}, {2, y}], {B, Y} <- [{k, y}, {l, x}, {m, y}], X == Y], [{join, nested_loop}]))),
    p(lists:sort(qlc:e(qlc:q([{A, B, X} || {A, X} <- [{1, x}, {2, y}], {B, Y} <- [{k, y}, {l, x}, {m, y}], X == Y], [{join, merge}])))).

catch_it(F) -> try F() catch C:R -> {C, R} end.

p(T) -> io:format("~0tp~n", [T]).
