%% stage: b. Modules gb_trees and gb_sets: balance, iteration, set algebra.
-module(std_gb_trees).
-export([main/0]).

main() ->
    T = lists:foldl(fun(K, A) -> gb_trees:enter(K, K * K, A) end, gb_trees:empty(), [5, 3, 8, 1, 4, 7, 9, 2, 6]),
    p({gb_trees:size(T), gb_trees:to_list(T), gb_trees:keys(T), gb_trees:values(T), gb_trees:lookup(4, T), gb_trees:lookup(44, T), gb_trees:get(4, T), gb_trees:is_defined(4, T)}),
    p({gb_trees:smallest(T), gb_trees:largest(T), gb_trees:take_smallest(T), gb_trees:take(5, T), gb_trees:take_any(55, T), gb_trees:delete_any(3, T), gb_trees:balance(gb_trees:delete(5, T))}),
    p(walk(gb_trees:next(gb_trees:iterator(T)))),
    p(walk(gb_trees:next(gb_trees:iterator_from(6, T)))),
    p({gb_trees:map(fun(K, V) -> {K, V} end, T), gb_trees:from_orddict([{1, a}, {2, b}]), gb_trees:update(4, x, T) =/= T, gb_trees:insert(10, y, T)}),
    A = gb_sets:from_list([3, 1, 2]), B = gb_sets:from_list([2, 3, 4, 1.0]),
    p({gb_sets:to_list(gb_sets:union(A, B)), gb_sets:to_list(gb_sets:intersection(A, B)), gb_sets:to_list(gb_sets:subtract(A, B)), gb_sets:is_subset(A, B), gb_sets:is_disjoint(A, B), gb_sets:is_member(1, B), gb_sets:smallest(A), gb_sets:take_largest(A), gb_sets:fold(fun(X, S) -> X + S end, 0, B), gb_sets:filter(fun is_float/1, B), gb_sets:union([A, B, gb_sets:singleton(z)]), gb_sets:add_element(9, A), gb_sets:is_set(A), gb_sets:balance(A)}),
    p([try F() catch C:R -> {C, R} end || F <- [fun() -> gb_trees:get(44, T) end, fun() -> gb_trees:insert(4, x, T) end, fun() -> gb_trees:update(44, x, T) end, fun() -> gb_trees:delete(44, T) end, fun() -> gb_trees:smallest(gb_trees:empty()) end, fun() -> gb_sets:insert(1, A) end, fun() -> gb_sets:largest(gb_sets:new()) end]]).
walk(none) -> [];
walk({K, V, I}) -> [{K, V} | walk(gb_trees:next(I))].

p(T) -> io:format("~0tp~n", [T]).
