%% stage: b. Flat maps: construction, update, patterns, the `maps` module, order of keys.
-module(maps_small).
-export([main/0]).

main() ->
    M = #{b => 2, a => 1, c => 3},
    p(M), p(#{}), p(M#{d => 4}), p(M#{a := 10}), p(M#{a => x, z => y}), p(map_size(M)), p(map_get(a, M)),
    p(maps:get(q, M, none)), p(maps:find(a, M)), p(maps:find(zz, M)), p(maps:keys(M)), p(maps:values(M)), p(maps:to_list(M)),
    p(maps:put(e, 5, M)), p(maps:remove(a, M)), p(maps:remove(zz, M)), p(maps:take(b, M)), p(maps:take(zz, M)), p(maps:update(a, 0, M)),
    p(maps:merge(M, #{a => 100, q => 1})), p(maps:from_list([{k, 1}, {j, 2}, {k, 3}])), p(maps:is_key(a, M)), p(is_map_key(zz, M)),
    p(maps:map(fun(K, V) -> {K, V * 2} end, M)), p(maps:filter(fun(_, V) -> V > 1 end, M)), p(maps:fold(fun(K, V, A) -> [{K, V} | A] end, [], M)),
    p(maps:with([a, c, x], M)), p(maps:without([a], M)), p(maps:update_with(a, fun(V) -> V + 1 end, M)), p(maps:update_with(n, fun(V) -> V end, 7, M)),
    p(maps:from_keys([x, y], 0)), p(maps:filtermap(fun(_, 1) -> false; (_, V) -> {true, -V} end, M)), p(maps:groups_from_list(fun(X) -> X rem 3 end, lists:seq(1, 9))),
    p(maps:intersect(M, #{a => 9})), p(maps:merge_with(fun(_, A, B) -> A + B end, M, #{a => 5})),
    p([area(S) || S <- [#{shape => circle, r => 2}, #{shape => rect, w => 3, h => 4}, #{shape => blob}, #{}]]),
    p(#{1 => int, 1.0 => float}), p(#{1 => a} == #{1.0 => a}), p(#{a => 1} == #{a => 1.0}), p(#{a => 1} =:= #{a => 1.0}),
    p(#{{1, 2} => t, [1] => l, "s" => s, <<"b">> => b, 3 => i, 2.5 => f, at => om}),
    p(#{a => 1} < #{a => 2}), p(#{a => 1} < #{b => 0}), p(#{a => 9, b => 9} > #{z => 1}),
    p(counts("the quick brown fox jumps over the lazy dog")),
    {ok, V} = nested(#{user => #{name => "x", tags => [#{id => 7}]}}), p(V),
    p(iterate(maps:iterator(M))), p([failure(F) || F <- [fun() -> map_get(zz, M) end, fun() -> M#{zz := 1} end, fun() -> maps:get(k, #{}) end, fun() -> maps:keys(not_a_map) end]]),
    #{c := C, a := A} = M, p({A, C}), K = b, #{K := B} = M, p(B).

p(T) -> io:format("~w~n", [T]).

area(#{shape := circle, r := R}) -> 3 * R * R;
area(#{shape := rect, w := W, h := H}) when W > 0 -> W * H;
area(#{shape := S}) -> {unknown, S};
area(M) when map_size(M) =:= 0 -> nothing.

counts(S) -> lists:foldl(fun(C, M) -> maps:update_with(C, fun(N) -> N + 1 end, 1, M) end, #{}, S).

nested(#{user := #{tags := [#{id := Id} | _], name := N}}) -> {ok, {Id, N}}.

iterate(I) ->
    case maps:next(I) of
        none -> [];
        {K, V, Next} -> [{K, V} | iterate(Next)]
    end.

failure(F) -> try F() catch C:R -> {C, R} end.
