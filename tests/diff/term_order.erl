%% stage: b. The order of all terms, exact and loose equality, min and max, deep comparison.
-module(term_order).
-export([main/0]).

main() ->
    Terms = terms(),
    io:format("~w~n", [lists:sort(Terms)]),
    [io:format("~w ~w: ~s~n", [A, B, relations(A, B)]) || A <- Terms, B <- Terms, A =/= B, interesting(A, B)],
    io:format("~w~n", [{1 < a, a < {}, {} < #{}, #{} < [], [] < <<>>, [] < [a], [a] < <<>>}]),
    io:format("~w~n", [{fun() -> ok end > a, self() > a, self() < {}, make_ref() > 1, make_ref() < fun() -> ok end}]),
    Deep = deep(1000, leaf), Deep2 = deep(1000, leaf), Deep3 = deep(1000, mouse),
    io:format("~w~n", [{Deep =:= Deep2, Deep == Deep3, Deep < Deep3}]),
    io:format("~w~n", [{[1, 2] < [1, 2, 3], [2] < [1, 2, 3], "abc" < "abd", <<"abc">> < <<"abd">>, <<1, 2>> < <<1, 2, 0>>, <<1:1>> < <<1>>}]),
    io:format("~w~n", [{max({1, 1.0}, {1, 1}), min([1.0], [1]), max(<<>>, []), lists:max([[], {}, a, 5])}]),
    io:format("~w~n", [{0.0 == -0.0, 1.0 == 1, {1, [2.0]} == {1.0, [2]}, {1, [2.0]} =:= {1.0, [2]}, #{a => 1.0} == #{a => 1}}]),
    io:format("~w~n", [{1 bsl 70 > 1.0e20, 1 bsl 70 > 1.0e22, -(1 bsl 70) < -1.0e20, (1 bsl 53) + 1 == 9007199254740992.0}]).

terms() ->
    [1, 1.0, 2, -3, 1 bsl 70, 1.0e10, a, b, 'A', true, {}, {a}, {a, 1}, {b}, {1, 2, 3}, #{}, #{a => 1}, #{a => 1.0}, #{b => 0}, #{a => 1, b => 2},
     [], [a], [a, b], [b], [a | b], "text", <<>>, <<"a">>, <<"ab">>, <<1:3>>, [[]], [{}], {[]}].

interesting(A, B) -> erlang:phash2({A, B}, 7) =:= 0 orelse A == B.

relations(A, B) ->
    [atom_to_list(Op) ++ " " || {Op, true} <- [{'<', A < B}, {'=<', A =< B}, {'>', A > B}, {'>=', A >= B}, {'==', A == B}, {'/=', A /= B}]].

deep(0, Leaf) -> Leaf;
deep(N, Leaf) -> [{N, deep(N - 1, Leaf)}].
