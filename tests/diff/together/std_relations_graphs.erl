%% stage: b. sofs and digraph on each other: a build of modules as families and graphs, orders of visits, subgraphs, products and projections of three places, what each refuses.
-module(std_relations_graphs).
-export([main/0]).

main() ->
    build(), orders(), sets_of_sets(), products(), families(), refused().

%% A build: who needs whom, in which order, what a change makes stale.
build() ->
    Needs = sofs:family([{app, [http, store, log]}, {http, [sockets, log]}, {store, [files, log]}, {sockets, [native]}, {files, [native]}, {log, []}, {native, []}, {tests, [app]}]),
    G = sofs:family_to_digraph(Needs),
    p({graph, digraph:no_vertices(G), digraph:no_edges(G), ordered(digraph:vertices(G)), ordered(digraph:out_neighbours(G, app))}),
    p({same, sofs:is_equal(sofs:digraph_to_family(G), Needs), sofs:to_external(sofs:digraph_to_family(G, [{atom, [atom]}]))}),
    Order = lists:reverse(digraph_utils:topsort(G)),
    p({order_is_right, [M || {M, Ds} <- sofs:to_external(Needs), D <- Ds, at(D, Order) > at(M, Order)]}),
    p({levels, levels(Needs, 0)}),
    [p({stale, M, ordered(digraph_utils:reaching_neighbours([M], G)), ordered(digraph_utils:reachable_neighbours([M], G))}) || M <- [native, log, tests]],
    p({trees, digraph_utils:is_tree(G), digraph_utils:is_arborescence(G), digraph_utils:arborescence_root(G)}),
    digraph:add_edge(G, back, native, app, loop),
    p({cyclic, digraph_utils:is_acyclic(G), digraph_utils:topsort(G), ordered(digraph:get_short_cycle(G, app)), [ordered(C) || C <- digraph_utils:cyclic_strong_components(G)]}),
    p({edge, digraph:edge(G, back), digraph:add_edge(G, back, native, store, moved), digraph:edge(G, back), ordered(digraph:get_short_cycle(G, store))}),
    digraph:del_path(G, native, files),
    p({cut, digraph:get_path(G, native, files), digraph_utils:is_acyclic(G), digraph:no_edges(G)}),
    digraph:delete(G).

levels(Needs, N) ->
    case sofs:to_external(Needs) of
        [] -> [];
        _ ->
            Ready = sofs:domain(sofs:family_to_relation(sofs:family_specification(fun sofs:is_empty_set/1, sofs:family_projection(fun(S) -> sofs:substitution({external, fun(X) -> X end}, S) end, Needs)))),
            Free = sofs:difference(sofs:domain(Needs), sofs:domain(sofs:family_to_relation(Needs))),
            Rest = sofs:drestriction(Needs, Free),
            Left = sofs:family_projection(fun(S) -> sofs:difference(S, Free) end, Rest),
            [{N, sofs:to_external(Free), sofs:no_elements(Ready)} | levels(Left, N + 1)]
    end.

%% Each child after, and before, its parent: what holds of any such order, whatever the table's own is.
orders() ->
    G = digraph:new([private]),
    Parents = [{I, I div 2} || I <- lists:seq(2, 31)],
    [digraph:add_vertex(G, I, I * I) || I <- lists:seq(1, 31)],
    [digraph:add_edge(G, P, C, {P, C}) || {C, P} <- Parents],
    {Pre, Post} = {digraph_utils:preorder(G), digraph_utils:postorder(G)},
    p({lengths, length(Pre), length(Post), ordered(Pre) =:= ordered(Post)}),
    p({children_first, [C || {C, P} <- Parents, at(C, Post) > at(P, Post)]}),
    p({tree, digraph_utils:is_tree(G), digraph_utils:is_arborescence(G), digraph_utils:arborescence_root(G), digraph:get_path(G, 1, 27), digraph:get_short_path(G, 2, 31)}),
    S = digraph_utils:subgraph(G, lists:seq(1, 31, 3), [{keep_labels, false}, {type, [acyclic]}]),
    p({subgraph, ordered(digraph:vertices(S)), digraph:vertex(S, 4), digraph:no_edges(S), lists:keyfind(cyclicity, 1, digraph:info(S))}),
    p({components, lists:sort([length(C) || C <- digraph_utils:components(S)]), digraph_utils:loop_vertices(G)}),
    digraph:add_edge(G, 31, 31),
    p({loop, digraph_utils:loop_vertices(G), digraph:get_cycle(G, 31), digraph:get_short_cycle(G, 31), digraph:in_degree(G, 31), digraph:del_edges(G, digraph:edges(G, 31)), digraph:no_edges(G)}),
    p({removed, digraph:del_vertices(G, lists:seq(1, 10)), digraph:no_vertices(G), digraph:no_edges(G), length(digraph:source_vertices(G)), length(digraph:sink_vertices(G))}),
    p({labels, digraph:add_vertex(G, 20, new), digraph:vertex(G, 20), digraph:in_edges(G, 20), digraph:out_edges(G, 20)}),
    p({refused, [setelement(2, E, x) || E <- [digraph:add_edge(G, 20, nowhere), digraph:add_edge(S, 1, 1), digraph:add_edge(S, 16, 9)]], catch digraph:new([strange])}),
    [digraph:delete(X) || X <- [G, S]].

sets_of_sets() ->
    Sets = sofs:from_term([[1, 2, 3], [2, 3, 4], [5], [], [4, 6]]),
    show(sets, Sets), show(union, sofs:union(Sets)), show(partition, sofs:partition(sofs:from_term([[1, 2, 3, 4, 5, 6], [2, 3, 4], [4, 6]]))),
    show(intersection, sofs:intersection(sofs:from_term([[1, 2, 3], [2, 3, 4]]))),
    {A, B} = {sofs:set([a, b, c, d]), sofs:set([c, d, e])},
    show(symdiff, sofs:symdiff(A, B)),
    {X, Y, Z} = sofs:symmetric_partition(A, B), [show(part, S) || S <- [X, Y, Z]],
    show(specification, sofs:specification({external, fun(S) -> S > b end}, A)),
    show(restricted, sofs:restriction(2, sofs:relation([{1, a}, {2, b}, {3, a}]), sofs:set([a]))),
    show(drestricted, sofs:drestriction({external, fun({N, _}) when is_integer(N) -> N rem 2; ({N, _}) -> N end}, sofs:relation([{1, a}, {2, b}, {3, a}]), sofs:set([1]))),
    show(extension, sofs:extension(sofs:relation([{1, a}]), sofs:set([1, 2, 3]), sofs:from_term(none))),
    show(projected, sofs:projection({external, fun({_, N}) when is_integer(N) -> N div 10; ({_, N}) -> N end}, sofs:relation([{a, 11}, {b, 15}, {c, 27}]))),
    show(same, sofs:to_sets(sofs:from_term([{a, 1}]))),
    p([sofs:to_external(S) || S <- sofs:to_sets(Sets)]),
    p({predicates, sofs:is_set(A), sofs:is_set(sofs:from_term(a)), sofs:is_empty_set(sofs:empty_set()), sofs:is_disjoint(X, Z), sofs:is_sofs_set(a), sofs:is_type({[a], '_'}), sofs:is_type([a, b])}),
    p({canonical, sofs:to_external(sofs:canonical_relation(Sets))}).

products() ->
    {R, S} = {sofs:relation([{1, a}, {1, b}, {2, c}]), sofs:relation([{1, x}, {2, y}, {3, z}])},
    show(relative_one, sofs:relative_product1(R, S)), show(relative_list, sofs:relative_product([R, S])),
    show(relative_with, sofs:relative_product([R, S], sofs:from_term([{{a, x}, first}, {{c, y}, second}]))),
    show(three, sofs:product({sofs:set([1, 2]), sofs:set([a]), sofs:set([x, y])})),
    show(join, sofs:join(sofs:relation([{a, 1, x}, {b, 2, y}], 3), 2, sofs:relation([{1, one}, {1, uno}]), 1)),
    show(multiple, sofs:multiple_relative_product({R, S}, sofs:projection({external, fun({N, _}) -> {N, N} end}, R))),
    show(inverse, sofs:inverse(sofs:a_function([{1, a}, {2, b}]))), show(composite, sofs:composite(sofs:a_function([{1, a}, {2, b}]), sofs:a_function([{a, x}, {b, x}]))),
    show(image, sofs:image(R, sofs:set([1, 7]))), show(weak, sofs:weak_relation(sofs:relation([{1, 2}, {3, 3}]))), show(strict, sofs:strict_relation(sofs:weak_relation(sofs:relation([{1, 2}, {3, 3}])))).

families() ->
    {F, G} = {sofs:family([{a, [1, 2, 3]}, {b, [4]}, {c, []}]), sofs:family([{a, [2, 3, 9]}, {b, [5]}, {d, [0]}])},
    [show(N, S) || {N, S} <- [{intersection, sofs:family_intersection(F, G)}, {union, sofs:family_union(F, G)}, {difference, sofs:family_difference(F, G)}, {domain, sofs:family_domain(sofs:from_term([{k, [{1, a}, {2, b}]}, {l, []}]))},
        {range, sofs:family_range(sofs:from_term([{k, [{1, a}, {2, b}]}, {l, []}]))}, {field, sofs:family_field(sofs:from_term([{k, [{1, 5}, {2, 5}]}]))}, {union_of, sofs:union_of_family(F)}, {partition, sofs:partition_family(2, sofs:relation([{1, a}, {2, b}, {3, a}]))},
        {each_union, sofs:family_union(sofs:from_term([{k, [[1], [1, 2]]}, {l, [[]]}]))}, {each_intersection, sofs:family_intersection(sofs:from_term([{k, [[1], [1, 2]]}, {l, [[7]]}]))}]],
    p(sofs:to_external(sofs:partition_family({external, fun erlang:is_atom/1}, sofs:set([a, 1, b, 2.0])))).

refused() ->
    [p({N, try F() of S -> sofs:to_external(S) catch error:E -> E end}) || {N, F} <- lists:enumerate([
        fun() -> sofs:family([{a, [1]}, {a, [2]}]) end, fun() -> sofs:family([{a, 1}]) end, fun() -> sofs:intersection(sofs:set([])) end, fun() -> sofs:projection(3, sofs:relation([{1, 2}])) end,
        fun() -> sofs:relative_product([]) end, fun() -> sofs:family_intersection(sofs:from_term([{k, []}], [{atom, [[atom]]}])) end, fun() -> sofs:image(sofs:relation([{1, a}]), sofs:set([[a]])) end, fun() -> sofs:set({a}) end,
        fun() -> sofs:composite(sofs:a_function([{1, a}]), sofs:a_function([{b, x}])) end, fun() -> sofs:join(sofs:relation([{1, a}]), 3, sofs:relation([{1, a}]), 1) end, fun() -> sofs:extension(sofs:relation([{1, a}]), sofs:from_term([[1]]), sofs:from_term(x)) end,
        fun() -> sofs:symdiff(sofs:set([a]), sofs:relation([{a, b}])) end, fun() -> sofs:digraph_to_family(nothing) end, fun() -> sofs:family_to_digraph(sofs:set([a])) end, fun() -> sofs:from_term([a], {atom}) end, fun() -> sofs:specification(fun(_) -> maybe_so end, sofs:set([a])) end])].

at(X, L) -> length(lists:takewhile(fun(Y) -> Y =/= X end, L)).
ordered(false) -> false;
ordered(L) -> lists:sort(L).
show(Name, Set) -> p({Name, case sofs:is_sofs_set(Set) of true -> {sofs:to_external(Set), sofs:type(Set)}; false -> length(Set) end}).
p(T) -> io:format("~0tp~n", [T]).
