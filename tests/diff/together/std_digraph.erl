%% stage: b. Modules digraph and digraph_utils on small graphs.
-module(std_digraph).
-export([main/0]).

main() ->
    G = digraph:new(), [digraph:add_vertex(G, V, {l, V}) || V <- [a, b, c, d, e, f]],
    [digraph:add_edge(G, {X, Y}, X, Y, []) || {X, Y} <- [{a, b}, {b, c}, {c, a}, {c, d}, {d, e}]],
    p({lists:sort(digraph:vertices(G)), lists:sort(digraph:edges(G)), digraph:no_vertices(G), digraph:no_edges(G), digraph:vertex(G, a), digraph:vertex(G, z), digraph:edge(G, {a, b}), lists:sort(digraph:out_neighbours(G, c)), digraph:in_neighbours(G, d), digraph:in_degree(G, a), digraph:out_degree(G, c), lists:sort(digraph:edges(G, c))}),
    p({digraph:get_path(G, a, e), digraph:get_short_path(G, a, e), digraph:get_cycle(G, a), digraph:get_short_cycle(G, b), digraph:get_path(G, e, a), digraph:get_cycle(G, e)}),
    p({s(digraph_utils:components(G)), s(digraph_utils:strong_components(G)), s(digraph_utils:cyclic_strong_components(G)), lists:sort(digraph_utils:reachable([c], G)), lists:sort(digraph_utils:reaching([d], G)), digraph_utils:topsort(G), digraph_utils:is_acyclic(G), digraph_utils:loop_vertices(G), digraph_utils:is_tree(G), digraph_utils:is_arborescence(G), digraph_utils:arborescence_root(G)}),
    A = digraph:new([acyclic]), [digraph:add_vertex(A, V) || V <- [1, 2, 3, 4]], [digraph:add_edge(A, X, Y) || {X, Y} <- [{1, 2}, {1, 3}, {2, 4}, {3, 4}]],
    p({digraph:add_edge(A, 4, 1), digraph:add_edge(A, 4, 9), lists:member(digraph_utils:topsort(A), [[1, 2, 3, 4], [1, 3, 2, 4]]), digraph_utils:is_acyclic(A), lists:keydelete(memory, 1, digraph:info(A))}),
    C = digraph_utils:condensation(G), S = digraph_utils:subgraph(G, [a, b, d]),
    p({s(digraph:vertices(C)), lists:sort(digraph:vertices(S)), digraph:no_edges(S), digraph:del_vertex(G, c), digraph:no_edges(G), digraph:del_edge(G, {a, b}), digraph:del_edge(G, nope), digraph:add_vertex(G) =/= digraph:add_vertex(G)}),
    [digraph:delete(X) || X <- [G, A, C, S]],
    p(try digraph:vertices(G) catch E:R -> {E, R} end).
s(L) -> lists:sort([lists:sort(X) || X <- L]).

p(T) -> io:format("~0tp~n", [T]).
