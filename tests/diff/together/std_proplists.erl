%% stage: b. Module proplists.
-module(std_proplists).
-export([main/0]).

main() ->
    L = [{a, 1}, b, {c, 2, 3}, {a, 4}, {b, false}, d],
    p([proplists:get_value(K, L) || K <- [a, b, c, d, z]]), p([proplists:get_value(K, L, def) || K <- [a, c, z]]), p([proplists:get_bool(K, L) || K <- [a, b, d, z]]),
    p({proplists:get_all_values(a, L), proplists:lookup(c, L), proplists:lookup(z, L), proplists:lookup_all(b, L), proplists:append_values(a, [{a, [1]}, {a, 2}, {a, [3]}]), proplists:delete(a, L), proplists:get_keys(L), proplists:is_defined(b, L), proplists:property(x, true), proplists:property(x, 1), proplists:property({y, true})}),
    p({proplists:compact([{a, true}, {b, 1}]), proplists:unfold([a, {b, 1}]), proplists:normalize([a, {b, 1}, no_c], [{aliases, [{b, bb}]}, {negations, [{no_c, c}]}, {expand, [{a, [x, y]}]}]), proplists:expand([{foo, [bar, baz]}], [fie, foo, fum]), proplists:expand([{{foo, true}, [bar]}], [foo, {foo, true}, {foo, false}]), proplists:substitute_aliases([{a, q}], L), proplists:substitute_negations([{no_x, x}], [no_x, {no_x, true}, {no_x, false}])}),
    p({proplists:split(L, [a, b, q]), proplists:to_map(L), proplists:to_map([a, {b, 1}], [{negations, []}]), proplists:from_map(#{a => true, b => 1})}).

p(T) -> io:format("~0tp~n", [T]).
