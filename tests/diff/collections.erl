%% stage: b. OTP's own collections, all in Erlang: sets, ordsets, orddict, dict, gb_trees, gb_sets, queue, array.
-module(collections).
-export([main/0]).

main() ->
    sets(), ordered(), trees(), queues(), arrays(), props(), dicts().

p(T) -> io:format("~p~n", [T]).

sets() ->
    [begin
         A = sets:from_list(lists:seq(1, 30, 3), Opt), B = sets:from_list(lists:seq(1, 30, 2), Opt),
         p({sets:size(A), sets:is_element(4, A), lists:sort(sets:to_list(sets:union(A, B))), lists:sort(sets:to_list(sets:intersection(A, B)))}),
         p({lists:sort(sets:to_list(sets:subtract(A, B))), sets:is_subset(A, B), sets:is_disjoint(A, B), sets:fold(fun(X, S) -> X + S end, 0, A), sets:size(sets:del_element(4, sets:add_element(99, A)))})
     end || Opt <- [[{version, 1}], [{version, 2}]]],
    p(sets:to_list(sets:from_list([c, a, b, a]))).

ordered() ->
    S = ordsets:from_list([c, a, b, a]), p({S, ordsets:add_element(bb, S), ordsets:union(S, [d]), ordsets:subtract(S, [a]), ordsets:intersection(S, [a, z]), ordsets:is_subset([a], S)}),
    D = orddict:from_list([{k, 1}, {j, 2}]), p({D, orddict:store(i, 0, D), orddict:fetch(k, D), orddict:find(z, D), orddict:update_counter(k, 5, D), orddict:append(l, x, orddict:append(l, y, D)), orddict:merge(fun(_, A, B) -> A + B end, D, [{k, 10}])}).

trees() ->
    T = lists:foldl(fun(K, A) -> gb_trees:insert(K, K * K, A) end, gb_trees:empty(), [5, 3, 8, 1, 4, 7, 9, 2, 6]),
    p(T), p(gb_trees:to_list(T)), p({gb_trees:size(T), gb_trees:get(7, T), gb_trees:lookup(70, T), gb_trees:smallest(T), gb_trees:largest(T), gb_trees:keys(gb_trees:delete(5, T))}),
    p(gb_trees:balance(gb_trees:delete_any(1, T))), p(element(1, gb_trees:next(gb_trees:iterator_from(4, T)))),
    G = gb_sets:from_list([z, y, x, y]), p({gb_sets:to_list(G), gb_sets:is_member(y, G), gb_sets:smallest(G), gb_sets:take_largest(G), gb_sets:to_list(gb_sets:union(G, gb_sets:singleton(a)))}).

queues() ->
    Q = lists:foldl(fun queue:in/2, queue:new(), lists:seq(1, 7)), {{value, F}, Q1} = queue:out(Q), {{value, L}, Q2} = queue:out_r(Q1),
    p({F, L, queue:to_list(Q2), queue:len(Q2), queue:peek(Q2), queue:to_list(queue:reverse(Q2)), queue:to_list(queue:join(Q2, Q2)), queue:is_empty(queue:new()), queue:member(3, Q2)}),
    p(queue:to_list(queue:filter(fun(X) -> X rem 2 =:= 0 end, Q))), {A, B} = queue:split(3, Q), p({queue:to_list(A), queue:to_list(B)}), p(drain(Q)).

drain(Q) -> case queue:out(Q) of {empty, _} -> []; {{value, X}, R} -> [X | drain(R)] end.

arrays() ->
    A = array:from_list([a, b, c]), B = array:set(10, k, A), p({array:size(B), array:get(10, B), array:get(5, B), array:to_list(B), array:sparse_to_orddict(B)}),
    C = array:new([{size, 3}, {fixed, true}, {default, 0}]), p({array:to_list(array:map(fun(I, V) -> I + V end, C)), catch_error(fun() -> array:set(3, x, C) end), array:foldl(fun(I, _, S) -> S + I end, 0, C)}).

props() ->
    P = [{a, 1}, b, {c, 3}, {a, 2}, {d, false}], p({proplists:get_value(a, P), proplists:get_value(b, P), proplists:get_value(z, P, dflt), proplists:get_all_values(a, P), proplists:get_bool(b, P), proplists:get_bool(d, P), proplists:delete(a, P), proplists:get_keys([{x, 1}])}),
    p({proplists:compact(P), proplists:unfold(P), proplists:lookup(c, P), proplists:is_defined(b, P), proplists:split(P, [a]), proplists:to_map(P)}).

dicts() ->
    D = lists:foldl(fun(W, A) -> dict:update_counter(W, 1, A) end, dict:new(), string:lexemes("a b a c b a d e f g h i j k l m n o p q", " ")),
    p(lists:sort(dict:to_list(D))), p({dict:size(D), dict:fetch("a", D), dict:find("zz", D), dict:is_key("b", D), lists:sort(dict:fetch_keys(dict:filter(fun(_, V) -> V > 1 end, D))), dict:fold(fun(_, V, S) -> V + S end, 0, D)}), p(dict:to_list(D)).

catch_error(F) -> try F() catch error:R -> R end.
