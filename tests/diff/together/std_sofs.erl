%% stage: b. Module sofs: sets of sets, relations, families, projections and partitions; a small call graph analysed with them.
-module(std_sofs).
-export([main/0]).

main() ->
    Calls = sofs:relation([{main, read}, {main, eval}, {eval, apply}, {apply, eval}, {eval, print}, {read, scan}, {scan, next}, {orphan, print}, {island_a, island_b}, {island_b, island_a}]),
    show(domain, sofs:domain(Calls)),
    show(range, sofs:range(Calls)),
    show(field, sofs:field(Calls)),
    show(family, sofs:relation_to_family(Calls)),
    Reachable = closure(Calls),
    show(reachable, sofs:image(Reachable, sofs:set([main]))),
    show(unreached, sofs:difference(sofs:field(Calls), sofs:union(sofs:set([main]), sofs:image(Reachable, sofs:set([main]))))),
    show(recursive, sofs:domain(sofs:intersection(Reachable, sofs:converse(Reachable)))),
    show(roots, sofs:difference(sofs:domain(Calls), sofs:range(Calls))),
    show(leaves, sofs:difference(sofs:range(Calls), sofs:domain(Calls))),
    show(restriction, sofs:restriction(Calls, sofs:set([eval, main]))),
    show(drestriction, sofs:drestriction(Calls, sofs:set([eval, main]))),
    show(inverse_image, sofs:inverse_image(Calls, sofs:set([print]))),
    show(composition, sofs:relative_product(Calls, Calls)),
    show(strict, sofs:strict_relation(sofs:relation([{1, 1}, {1, 2}, {2, 2}]))),
    show(canonical, sofs:canonical_relation(sofs:from_term([[a, b], [b, c]]))),
    F = sofs:family([{fruit, [apple, pear, plum]}, {color, [red, plum]}, {empty, []}]),
    [show(Name, V) || {Name, V} <- [{union_of, sofs:union_of_family(F)}, {intersection_of, sofs:intersection_of_family(sofs:restriction(F, sofs:set([fruit, color])))},
        {field, sofs:family_range(sofs:from_term([{a, [{1, 2}, {2, 3}]}, {b, [{4, 4}]}], [{atom, [{atom, atom}]}]))}, {to_relation, sofs:family_to_relation(F)},
        {specification, sofs:family_specification({external, fun(S) -> length(S) > 1 end}, F)}, {families, sofs:family_union(F, sofs:family([{color, [blue]}, {size, [big]}]))},
        {difference, sofs:family_difference(F, sofs:family([{fruit, [plum]}]))}, {projection, sofs:family_projection(fun sofs:union/1, sofs:from_term([{a, [[1, 2], [2, 3]]}]))}]],
    show(partition, sofs:partition({external, fun(N) when is_integer(N) -> N rem 3; (T) -> T end}, sofs:set(lists:seq(1, 10)))),
    show(partition_family, sofs:partition_family({external, fun(N) when is_integer(N) -> N rem 3; (T) -> T end}, sofs:set(lists:seq(1, 10)))),
    show(partition_three, tuple(sofs:partition(1, sofs:relation([{a, 1}, {b, 2}, {c, 3}]), sofs:set([a, c])))),
    show(product, sofs:product(sofs:set([1, 2]), sofs:set([x, y]))),
    show(projection, sofs:projection(2, Calls)),
    show(substitution, sofs:substitution({external, fun({A, B}) -> {B, A} end}, sofs:relation([{1, a}, {2, b}]))),
    show(constant_two, sofs:constant_function(sofs:set([a, b]), sofs:from_term(2))),
    show(weak, sofs:weak_relation(sofs:relation([{1, 2}]))),
    show(multiple, sofs:multiple_relative_product({sofs:relation([{1, a}, {2, b}]), sofs:relation([{1, x}])}, sofs:relation([{{a, x}, both}]))),
    show(join, sofs:join(sofs:relation([{a, 1}, {b, 2}]), 2, sofs:relation([{1, one}, {2, two}]), 1)),
    show(constant, sofs:constant_function(sofs:set([1, 2]), sofs:from_term(c))),
    show(type, sofs:type(F)),
    [io:format("~p ~p~n", [Name, V]) || {Name, V} <- [{subset, sofs:is_subset(sofs:set([1]), sofs:set([1, 2]))}, {disjoint, sofs:is_disjoint(sofs:set([1]), sofs:set([2]))},
        {equal, sofs:is_equal(sofs:set([1, 1]), sofs:set([1]))}, {function, sofs:is_a_function(Calls)}, {sizes, [sofs:no_elements(S) || S <- [Calls, F, sofs:empty_set()]]}, {is_type, sofs:is_type([{a, [b]}])}]],
    [io:format("~p ~p~n", [N, try fun_of(N) catch error:R -> R end]) || N <- lists:seq(1, 7)].

fun_of(1) -> sofs:union(sofs:set([1]), sofs:relation([{1, 2}]));
fun_of(2) -> sofs:relation([{1, 2}, {1}]);
fun_of(3) -> sofs:from_term([a, {b}]);
fun_of(4) -> sofs:a_function([{1, 2}, {1, 3}]);
fun_of(5) -> sofs:domain(sofs:set([1]));
fun_of(6) -> sofs:from_term([1], [[atom]]);
fun_of(7) -> sofs:inverse(sofs:a_function([{1, a}, {2, a}])).

closure(R) ->
    case sofs:union(R, sofs:relative_product(R, R)) of
        R -> R;
        Larger -> case sofs:is_equal(R, Larger) of true -> R; false -> closure(Larger) end
    end.

tuple({A, B}) -> sofs:from_sets([A, B]);
tuple({A, B, C}) -> sofs:from_sets({A, B, C}).

show(Name, Set) ->
    case sofs:is_sofs_set(Set) of
        true -> io:format("~p: ~0p ~0p~n", [Name, sofs:to_external(Set), sofs:type(Set)]);
        false -> io:format("~p: ~0p~n", [Name, Set])
    end.
