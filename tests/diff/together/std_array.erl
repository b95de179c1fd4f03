%% stage: b. Module array: fixed and growing, sparse, folds.
-module(std_array).
-export([main/0]).

main() ->
    A = array:from_list([a, b, c]), G = array:set(20, x, array:new()), F = array:new([{size, 5}, {fixed, true}, {default, 0}]),
    p({array:size(A), array:get(1, A), array:get(9, A), array:to_list(A), array:size(G), array:sparse_to_list(G), array:sparse_size(G), array:to_list(F), array:is_fix(F), array:is_fix(A), array:default(F)}),
    p({array:to_list(array:set(2, z, F)), array:to_list(array:resize(2, A)), array:to_list(array:resize(5, A)), array:to_orddict(A), array:sparse_to_orddict(G), array:map(fun(I, V) -> {I, V} end, A), array:foldl(fun(I, V, Acc) -> [{I, V} | Acc] end, [], A), array:foldr(fun(I, V, Acc) -> [{I, V} | Acc] end, [], A), array:sparse_foldl(fun(I, V, Acc) -> [{I, V} | Acc] end, [], G), array:sparse_map(fun(I, _) -> I end, G)}),
    p({array:relax(F) =/= F, array:fix(A), array:reset(0, A), array:from_orddict([{1, x}, {5, y}]), array:is_array(A), array:is_array(x), array:from_list([1, 2], d), array:to_list(array:from_orddict([{2, q}], z))}),
    p([try T() catch C:R -> {C, R} end || T <- [fun() -> array:get(-1, A) end, fun() -> array:set(5, x, F) end, fun() -> array:get(5, F) end, fun() -> array:new(-1) end, fun() -> array:new([x]) end, fun() -> array:from_list(a) end, fun() -> array:resize(-1, A) end, fun() -> array:from_orddict([{2, a}, {1, b}]) end]]),
    Big = lists:foldl(fun(I, X) -> array:set(I, I, X) end, array:new(), lists:seq(0, 1000)),
    p({array:size(Big), array:foldl(fun(_, V, S) -> V + S end, 0, Big), array:get(777, Big)}).

p(T) -> io:format("~0tp~n", [T]).
