%% stage: b. Modules sets (both representations) and ordsets.
-module(std_sets).
-export([main/0]).

main() ->
    L = [5, 1, 3, 1.0, a, "s", {t}, 1], K = [1, 3, z, 7],
    [begin
         A = New(L), B = New(K),
         p({N, M:size(A), s(M, A), M:is_element(1, A), M:is_element(9, A), s(M, M:union(A, B)), s(M, M:intersection(A, B)), s(M, M:subtract(A, B)), M:is_subset(B, A), M:is_disjoint(A, B), M:is_set(A), M:is_set(x), M:is_empty(A)}),
         p({s(M, M:add_element(q, A)), s(M, M:del_element(a, A)), s(M, M:filter(fun is_integer/1, A)), M:fold(fun(_, C) -> C + 1 end, 0, A), s(M, M:union([A, B, New([0])])), s(M, M:intersection([A, B]))})
     end || {N, M, New} <- [{v1, sets, fun sets:from_list/1}, {v2, sets, fun(X) -> sets:from_list(X, [{version, 2}]) end}, {ord, ordsets, fun ordsets:from_list/1}]],
    p({ordsets:from_list(L), sets:from_list([b, a], [{version, 2}]), sets:to_list(sets:from_list(lists:seq(1, 40)))}),
    p(try sets:from_list([1], [{version, 3}]) catch C:R -> {C, R} end).
s(M, S) -> lists:sort(M:to_list(S)).

p(T) -> io:format("~0tp~n", [T]).
