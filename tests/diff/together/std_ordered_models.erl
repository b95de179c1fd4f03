%% stage: b. Sets and maps as models of one another: the same pseudo-random operations on gb_trees, gb_sets, orddict, ordsets, dict, sets, maps and proplists, iterators that merge and stop, heights, queues by priority.
-module(std_ordered_models).
-export([main/0]).

main() ->
    [dictionaries(Seed, Steps) || {Seed, Steps} <- [{1, 60}, {2, 300}, {77, 800}]],
    [collections(Seed) || Seed <- [3, 4, 99]],
    iterators(), heights(), queues(), mixed_keys().

%% Linear congruence: the same everywhere, and no module of its own under test.
next(S) -> (S * 1103515245 + 12345) band 16#7fffffff.
numbers(Seed, N) -> element(1, lists:mapfoldl(fun(_, S) -> T = next(S), {T bsr 8, T} end, Seed, lists:seq(1, N))).

dictionaries(Seed, Steps) ->
    Empty = {gb_trees:empty(), orddict:new(), dict:new(), #{}, []},
    {Trees, Ords, Dicts, Map, _} = All = lists:foldl(fun(N, Acc) -> step(N rem 7, (N bsr 3) rem 60, N bsr 10, Acc) end, Empty, numbers(Seed, Steps)),
    L = orddict:to_list(Ords),
    p({Seed, agreed(All), gb_trees:size(Trees), erlang:phash2(L), lists:sublist(L, 3)}),
    p({views, gb_trees:keys(Trees) =:= orddict:fetch_keys(Ords), gb_trees:values(Trees) =:= [V || {_, V} <- L], lists:sort(dict:fetch_keys(Dicts)) =:= lists:sort(maps:keys(Map)), gb_trees:smallest(Trees), gb_trees:largest(Trees)}),
    Double = fun(K, V) -> K + 2 * V end,
    p({mapped, gb_trees:to_list(gb_trees:map(Double, Trees)) =:= orddict:map(Double, Ords), lists:sort(dict:to_list(dict:map(Double, Dicts))) =:= maps:to_list(maps:from_list(orddict:map(Double, Ords))), maps:map(Double, Map) =:= maps:from_list(orddict:map(Double, Ords))}),
    p({folded, orddict:fold(fun(K, V, S) -> S bxor (K * V) end, 0, Ords) =:= dict:fold(fun(K, V, S) -> S bxor (K * V) end, 0, Dicts), maps:fold(fun(K, V, S) -> S bxor (K * V) end, 0, Map) =:= orddict:fold(fun(K, V, S) -> S bxor (K * V) end, 0, Ords)}),
    p({rebuilt, gb_trees:to_list(gb_trees:from_orddict(Ords)) =:= L, orddict:from_list(maps:to_list(Map)) =:= Ords, maps:from_list(dict:to_list(Dicts)) =:= Map, lists:sort(proplists:compact(L)) =:= L, agreed({gb_trees:balance(Trees), Ords, Dicts, Map, []})}).

%% Each step on all, with the answers compared.
step(0, K, _, {T, O, D, M, Seen}) -> {gb_trees:delete_any(K, T), orddict:erase(K, O), dict:erase(K, D), maps:remove(K, M), Seen};
step(1, K, V, {T, O, D, M, Seen}) ->
    Answers = [case gb_trees:lookup(K, T) of {value, X} -> X; none -> none end, case orddict:find(K, O) of {ok, X} -> X; error -> none end, case dict:find(K, D) of {ok, X} -> X; error -> none end, maps:get(K, M, none), proplists:get_value(K, O, none)],
    1 = length(lists:usort(Answers)), step(3, V rem 60, K, {T, O, D, M, [hd(Answers) | Seen]});
step(2, K, V, {T, O, D, M, Seen}) ->
    {case gb_trees:is_defined(K, T) of true -> gb_trees:update(K, gb_trees:get(K, T) + V, T); false -> gb_trees:insert(K, V, T) end, orddict:update(K, fun(X) -> X + V end, V, O), dict:update_counter(K, V, D), maps:update_with(K, fun(X) -> X + V end, V, M), Seen};
step(4, _, _, {T, O, D, M, Seen}) when map_size(M) > 20 ->
    {K, V, T1} = gb_trees:take_largest(T), {V, O1} = orddict:take(K, O), {V, D1} = dict:take(K, D), {V, M1} = maps:take(K, M), {T1, O1, D1, M1, Seen};
step(5, K, _, {T, O, D, M, Seen}) -> {case gb_trees:take_any(K, T) of {_, T1} -> T1; error -> T end, case orddict:take(K, O) of {_, O1} -> O1; error -> O end, case dict:take(K, D) of {_, D1} -> D1; error -> D end, maps:without([K], M), Seen};
step(_, K, V, {T, O, D, M, Seen}) -> {gb_trees:enter(K, V, T), orddict:store(K, V, O), dict:store(K, V, D), M#{K => V}, Seen}.

agreed({T, O, D, M, _}) -> lists:usort([gb_trees:to_list(T), orddict:to_list(O), lists:sort(dict:to_list(D)), lists:sort(maps:to_list(M))]) =:= [orddict:to_list(O)] andalso lists:usort([gb_trees:size(T), orddict:size(O), dict:size(D), maps:size(M)]) =:= [map_size(M)].

collections(Seed) ->
    Lists = [[N rem 50 || N <- numbers(Seed + I, 12 * I)] || I <- [1, 2, 3, 4]],
    Kinds = [{gb_sets, fun gb_sets:from_list/1}, {ordsets, fun ordsets:from_list/1}, {sets, fun sets:from_list/1}, {sets, fun(L) -> sets:from_list(L, [{version, 2}]) end}],
    Results = [begin
        [A, B, C, D] = Sets = [New(L) || L <- Lists],
        S = fun(X) -> lists:sort(M:to_list(X)) end,
        [S(M:union(Sets)), S(M:intersection([B, C, D])), S(M:intersection(Sets)), S(M:subtract(D, B)), S(M:union(A, M:intersection(C, D))), S(M:filter(fun(X) -> X rem 3 =:= 0 end, C)), S(lists:foldl(fun M:del_element/2, D, S(C))), S(M:add_element(100, A)), S(M:add_element(hd(S(A)), A)),
            M:is_subset(M:intersection(A, B), A), M:is_subset(D, A), M:is_disjoint(M:subtract(A, B), B), M:size(D), M:fold(fun(X, Y) -> X + Y end, 0, C), M:is_element(7, D), M:is_empty(M:subtract(A, A)), M:is_set(A), M:subtract(D, D) =:= M:new()]
    end || {M, New} <- Kinds],
    p({Seed, length(lists:usort([lists:droplast(R) || R <- Results])), [lists:last(R) || R <- Results], hd(Results)}).

iterators() ->
    A = gb_sets:from_ordset(lists:seq(0, 60, 3)), B = gb_sets:from_list(lists:seq(60, 0, -5)),
    p({both, common(gb_sets:next(gb_sets:iterator(A)), gb_sets:next(gb_sets:iterator(B)))}),
    p({from, [case gb_sets:next(gb_sets:iterator_from(N, A)) of none -> none; {X, _} -> X end || N <- [-1, 0, 1, 29, 30, 59.5, 60, 61, atom]]}),
    T = gb_trees:from_orddict([{K, integer_to_list(K, 2)} || K <- lists:seq(1, 40)]),
    p({window, taken(3, gb_trees:next(gb_trees:iterator_from(17, T)))}),
    {1, _, Held} = gb_trees:next(gb_trees:iterator(T)),
    Later = gb_trees:delete(2, T),
    p({held, element(1, gb_trees:next(Held)), element(1, gb_trees:next(element(3, gb_trees:next(gb_trees:iterator(Later))))), gb_trees:next(gb_trees:iterator(gb_trees:empty())), gb_sets:next(gb_sets:iterator_from(9, gb_sets:new()))}),
    M = maps:iterator(maps:from_list([{K, K} || K <- lists:seq(1, 100)])),
    p({maps, lists:sum(all(maps:next(M))), maps:next(maps:iterator(#{})), lists:sort(all(maps:next(maps:iterator(#{a => 1, b => 2})))), maps:from_list(maps:to_list(maps:filter(fun(K, _) -> K > 97 end, M)))}).

common({X, I}, {X, J}) -> [X | common(gb_sets:next(I), gb_sets:next(J))];
common({X, I}, {Y, _} = B) when X < Y -> common(gb_sets:next(I), B);
common({_, _} = A, {_, J}) -> common(A, gb_sets:next(J));
common(_, _) -> [].
taken(0, _) -> [];
taken(_, none) -> [];
taken(N, {K, V, I}) -> [{K, V} | taken(N - 1, gb_trees:next(I))].
all(none) -> [];
all({_, V, I}) -> [V | all(maps:next(I))].

%% Ascending, descending and shuffled insertion; what deletes leave, and what balancing makes of it.
heights() ->
    height("up", lists:seq(1, 200)), height("down", lists:seq(200, 1, -1)), height("shuffled", [N || {_, N} <- lists:sort(lists:zip(numbers(5, 200), lists:seq(1, 200)))]).
height(Name, Keys) ->
    {N, Root} = T = lists:foldl(fun(K, A) -> gb_trees:insert(K, k, A) end, gb_trees:empty(), Keys),
    {Few, Sparse} = Left = lists:foldl(fun gb_trees:delete/2, T, [K || K <- Keys, K rem 4 =/= 0]),
    {Few, Level} = gb_trees:balance(Left),
    {N, Set} = lists:foldl(fun gb_sets:add/2, gb_sets:new(), Keys),
    io:format("~s: ~p, ~p keys, ~p left at ~p, balanced ~p, set ~p, ~p~n", [Name, depth(Root), N, Few, depth(Sparse), depth(Level), depth(Set), erlang:phash2({Root, Sparse, Level, Set})]).
depth(nil) -> 0;
depth({_, _, L, R}) -> 1 + max(depth(L), depth(R));
depth({_, L, R}) -> 1 + max(depth(L), depth(R)).

queues() ->
    Jobs = [{N rem 9, I} || {I, N} <- lists:enumerate(numbers(8, 25))],
    Queue = lists:foldl(fun gb_sets:insert/2, gb_sets:empty(), Jobs),
    {First, Rest} = gb_sets:take_smallest(Queue), {Last, Rest1} = gb_sets:take_largest(Rest),
    p({First, Last, gb_sets:smallest(Rest1), gb_sets:largest(Rest1), drained(Rest1) =:= lists:sort(Jobs) -- [First, Last], gb_sets:size(gb_sets:delete_any(First, Rest1)), gb_sets:size(gb_sets:delete(gb_sets:smallest(Rest1), Rest1))}),
    p([try F() catch error:E -> E end || F <- [fun() -> gb_sets:take_smallest(gb_sets:empty()) end, fun() -> gb_sets:delete(zz, Queue) end, fun() -> gb_trees:take(zz, gb_trees:empty()) end, fun() -> gb_trees:take_largest(gb_trees:empty()) end, fun() -> gb_sets:intersection([]) end, fun() -> ordsets:intersection([]) end, fun() -> orddict:update(a, fun(X) -> X end, []) end, fun() -> orddict:append(a, 1, [{a, 0}]) end, fun() -> gb_sets:iterator(x) end]]).
drained(Q) -> case gb_sets:is_empty(Q) of true -> []; false -> {X, R} = gb_sets:take_smallest(Q), [X | drained(R)] end.

%% 1 and 1.0: one key by ==, two by =:=.
mixed_keys() ->
    Keys = [1, 1.0, 2.0, 2, a, "a", <<"a">>, {a}, [], {}, 1.0, #{}, #{1 => 1}, #{1.0 => 1}, -0.0, 0],
    p({gb_sets:to_list(gb_sets:from_list(Keys)), ordsets:from_list(Keys), sets:size(sets:from_list(Keys)), sets:size(sets:from_list(Keys, [{version, 2}])), length(lists:usort(Keys)), map_size(maps:from_keys(Keys, x))}),
    p({gb_trees:to_list(lists:foldl(fun(K, T) -> gb_trees:enter(K, {K}, T) end, gb_trees:empty(), [1, 1.0, 2.0, 2])), orddict:from_list([{1, a}, {1.0, b}, {2.0, c}, {2, d}]), lists:sort(dict:to_list(dict:from_list([{1, a}, {1.0, b}, {2.0, c}, {2, d}]))), ordsets:is_element(1.0, [1]), gb_sets:is_member(1.0, gb_sets:singleton(1)), sets:is_element(1.0, sets:from_list([1]))}).

p(T) -> io:format("~0tp~n", [T]).
