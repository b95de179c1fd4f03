%% stage: b. Modules dict and orddict side by side.
-module(std_dict_orddict).
-export([main/0]).

main() ->
    [begin
         D = lists:foldl(fun({K, V}, A) -> M:store(K, V, A) end, M:new(), [{c, 3}, {a, 1}, {b, 2}, {1, x}, {1.0, y}]),
         p({M, M:size(D), lists:sort(M:to_list(D)), M:find(a, D), M:find(z, D), M:fetch(b, D), lists:sort(M:fetch_keys(D)), M:is_key(1, D), M:is_empty(D)}),
         E = M:append_list(l, [2, 3], M:append(l, 1, D)),
         p({M:fetch(l, E), lists:sort(M:to_list(M:filter(fun(_, V) -> is_integer(V) end, D))), lists:sort(M:to_list(M:map(fun(K, V) -> {K, V} end, D))), lists:sort(M:fold(fun(K, _, A) -> [K | A] end, [], D))}),
         p({lists:sort(M:to_list(M:merge(fun(_, X, Y) -> {X, Y} end, D, M:from_list([{a, 9}, {q, 8}])))), M:update(a, fun(X) -> X + 10 end, D) =:= M:store(a, 11, D), M:fetch(zz, M:update(zz, fun(X) -> X end, init, D)), M:fetch(n, M:update_counter(n, 5, D)), lists:sort(M:to_list(M:erase(a, D))), M:take(b, D) =/= error, M:take(zz, D)}),
         p([try F() catch C:R -> {C, if is_tuple(R) -> element(1, R); true -> R end} end || F <- [fun() -> M:fetch(zz, D) end, fun() -> M:update(zz, fun(X) -> X end, D) end]])
     end || M <- [dict, orddict]],
    Big = lists:foldl(fun(I, A) -> dict:store(I, I, A) end, dict:new(), lists:seq(1, 500)),
    p({dict:size(Big), lists:sum([V || {_, V} <- dict:to_list(Big)]), lists:sublist(dict:to_list(Big), 15), dict:size(lists:foldl(fun dict:erase/2, Big, lists:seq(1, 490)))}).

p(T) -> io:format("~0tp~n", [T]).
