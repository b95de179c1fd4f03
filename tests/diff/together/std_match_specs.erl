%% stage: c. Match specifications: every guard there is and those that are none, results, variables, constants, ets:select with and without limits and continuations, their lint, transforms of funs.
-module(std_match_specs).
-export([main/0]).
-include_lib("stdlib/include/ms_transform.hrl").

main() -> guards(), not_guards(), bodies(), patterns(), selecting(), runs(), funs(), texts().

p(T) -> io:format("~0tp~n", [T]).
caught(F) -> try F() catch C:R -> {C, R} end.
spec(Guard, Value) -> case ets:test_ms({Value}, [{{'$1'}, [Guard], [yes]}]) of {ok, R} -> R; {error, E} -> {error, [T || {_, T} <- E]} end.

values() -> [1, -2, 2.5, a, true, "ab", {x, y}, <<"bin">>, <<1:3>>, #{k => 1}, self(), make_ref(), fun() -> 1 end, []].

guards() ->
    [p({G, [spec(G, V) || V <- values()]}) || G <- [
        {is_atom, '$1'}, {is_float, '$1'}, {is_integer, '$1'}, {is_list, '$1'}, {is_number, '$1'}, {is_pid, '$1'}, {is_port, '$1'}, {is_reference, '$1'}, {is_tuple, '$1'}, {is_map, '$1'}, {is_binary, '$1'}, {is_bitstring, '$1'}, {is_function, '$1'},
        {'>', {abs, '$1'}, 1}, {'=:=', {element, 1, '$1'}, x}, {'==', {hd, '$1'}, $a}, {'=:=', {tl, '$1'}, "b"}, {'>', {length, '$1'}, 1}, {'=:=', {map_size, '$1'}, 1}, {is_map_key, k, '$1'}, {'=:=', {map_get, k, '$1'}, 1}, {'=:=', {round, '$1'}, 3}, {'=:=', {size, '$1'}, 2}, {'=:=', {byte_size, '$1'}, 3}, {'=:=', {bit_size, '$1'}, 3}, {'=:=', {tuple_size, '$1'}, 2}, {'=:=', {trunc, '$1'}, 2}, {'=:=', {float, '$1'}, 1.0}, {'=:=', {node, '$1'}, {node}}, {'=:=', '$1', {self}},
        {'not', '$1'}, {'and', true, {is_atom, '$1'}}, {'or', '$1', false}, {'xor', '$1', true}, {'andalso', {is_list, '$1'}, {'=/=', '$1', []}}, {'orelse', {is_atom, '$1'}, {'>', '$1', 1}}, {'and', '$1', '$1'}, {'=:=', {'div', '$1', 2}, -1}, {'=:=', {'rem', '$1', 2}, 1}, {'=:=', {'band', '$1', 1}, 1}, {'=:=', {'bor', '$1', 1}, 1}, {'=:=', {'bxor', '$1', 1}, 0}, {'=:=', {'bnot', '$1'}, 1}, {'=:=', {'bsl', '$1', 2}, 4}, {'=:=', {'bsr', '$1', 1}, -1}, {'>', {'+', '$1', 1}, 2}, {'<', {'-', '$1'}, 0}, {'/=', {'*', '$1', '$1'}, 1}, {'>=', {'/', '$1', 2}, 1}, {'=<', '$1', a}, {is_record, '$1', x, 2}, true, '$1', {const, true}, {'=:=', '$1', {const, '$1'}}, {'=:=', '$_', {{'$1'}}}, {'=:=', ['$1'], '$$'}]].

%% What a guard of Erlang may have, and a match specification may not.
not_guards() ->
    p([{G, case caught(fun() -> ets:match_spec_compile([{{'$1'}, [G], [yes]}]) end) of {error, R} -> R; M -> ets:is_compiled_ms(M) end, element(1, ets:test_ms({1}, [{{'$1'}, [G], [yes]}]))} || G <- [
        {is_boolean, '$1'}, {is_function, '$1', 1}, {ceil, '$1'}, {floor, '$1'}, {is_record, '$1', x}, {binary_part, '$1', 0, 1}, {binary_part, '$1', {{0, 1}}}, {max, 1, '$1'}, {min, 1, '$1'}, {get_tcw}, {caller}, {silent, true}, {trace, [], []}, {nothing}, {is_atom}, {is_atom, 1, 2}, {element, '$1'}, {'++', "a", '$1'}, {{is_atom, '$1'}}, {const}, {const, 1, 2}, {'andalso'}, {'and'}, {'or', true}, {'andalso', true}, {'and', true, true, true}, [], "text", #{a => '$1'}, {}, {'$1', '$1'}, {is_list, {exception_trace}}]]).

bodies() ->
    [p({B, case ets:test_ms({1, "two", {3}}, [{{'$1', '$2', '$3'}, [], B}]) of {ok, R} -> R; {error, E} -> {error, [T || {_, T} <- E]} end}) || B <- [
        ['$1'], ['$_'], ['$$'], [{{'$2', '$1'}}], [[{{a, '$3'}}, '$2' | x]], [{const, {'$1'}}], ['$1', '$2'], [{'+', '$1', 1}], [{'+', '$2', 1}], [#{key => '$1', '$2' => v}], [{element, 1, '$3'}], [{element, 9, '$3'}], ['$4'], ['$x'], [], [{{}}], [[]], ["chars"], [{hd, '$2'}], [{message, x}], [{return_trace}], [{{'$1', {{'$2', [{'*', '$1', 10}]}}}}], [{map_get, a, #{a => '$3'}}]]].

patterns() ->
    T = {k, [1, 2 | t], #{a => 1, b => {2}}, <<"b">>, 1.0, {}, "s"},
    p([{P, element(2, ets:test_ms(T, [{P, [], ['$$']}]))} || P <- [
        '_', '$1', {k, '_', '_', '_', '_', '_', '_'}, {'$1', ['$2', '$3' | '$4'], '_', '_', '_', '_', '_'}, {'$1', '_', #{a => '$3'}, '_', '_', '_', '_'}, {'$1', '_', #{b => {'$3'}, a => '$2'}, '_', '_', '_', '_'}, {'_', '_', #{c => '$1'}, '_', '_', '_', '_'}, {'_', '_', '_', <<"b">>, 1.0, {}, "s"}, {'_', '_', '_', '_', 1, '_', '_'}, {'$2', '_', '_', '_', '$1', '_', '$0'}, {'$1', '_', '_', '_', '_', '_', '$1'}, {'_', '_'}, k, {'_', '_', '_', '_', '_', '_', ['$10' | '$2']}, {'$01', '_', '_', '_', '_', '_', '_'}, {'_', '_', #{}, '_', '_', '_', '_'}]]),
    p([element(2, ets:test_ms({X, Y}, [{{'$1', '$1'}, [], [same]}, {{'$1', '_'}, [{is_atom, '$1'}], [{{atom, '$1'}}]}, {'_', [], [other]}])) || {X, Y} <- [{1, 1}, {1, 1.0}, {a, b}, {2, 3}, {"x", "x"}]]).

selecting() ->
    [begin
         T = ets:new(t, [Type, public]),
         [ets:insert(T, {N, N rem 3, [N]}) || N <- lists:seq(1, 10)],
         Sorted = fun(L) -> if Type =:= ordered_set -> L; true -> lists:sort(L) end end,
         p([Type, Sorted(ets:select(T, [{{'$1', 1, '_'}, [], ['$1']}])), ets:select(T, []), ets:select_count(T, [{{'_', 2, '_'}, [], [true]}]), ets:select_count(T, []), ets:select_count(T, [{'_', [], [not_true]}]), ets:select_delete(T, []), Sorted(ets:select(T, [{{3, '_', '$1'}, [], ['$_']}]))]),
         p([caught(fun() -> ets:select(T, S) end) || S <- [[{{'$1'}, [], []}], [{{'$1'}, x, ['$1']}], [bad], bad, [{1, [], ['$1']}], [{{'$1'}, [{bad, 1}], ['$1']}]]]),
         p([caught(fun() -> ets:select(T, [{'_', [], ['$_']}], L) end) || L <- [0, -1, a]]),
         p(Sorted(pages(ets:select(T, [{{'$1', '_', '_'}, [{'>', '$1', 2}], ['$1']}], 3)))),
         p([ets:select(T, [], 3), ets:select(T, [{{none, '_', '_'}, [], ['$_']}], 3), ets:select('$end_of_table'), caught(fun() -> ets:select(x) end)]),
         p(if Type =:= ordered_set -> [ets:select_reverse(T, [{{'$1', 0, '_'}, [], ['$1']}]), pages(ets:select_reverse(T, [{{'$1', '_', '_'}, [{'<', '$1', 6}], ['$1']}], 2)), ets:select_reverse(T, []), ets:select(T, [{{{'$1', x}, '_', '_'}, [], ['$_']}])]; true -> none end),
         Type =/= bag andalso Type =/= duplicate_bag andalso p([ets:select_replace(T, [{{'$1', '$2', '$3'}, [{'=:=', '$2', 2}], [{{'$1', {'+', '$2', 10}, '$3'}}]}]), Sorted(ets:select(T, [{{'$1', 12, '_'}, [], ['$1']}])), caught(fun() -> ets:select_replace(T, [{{'$1', '_', '_'}, [], [{{x, 1, 2}}]}]) end), ets:select_replace(T, [])]),
         p([Sorted(lists:flatten(ets:match(T, {'$1', 1, '_'}))), Sorted(ets:match_object(T, {'_', 0, '_'})), ets:match_delete(T, {'_', 1, '_'}), ets:info(T, size), ets:match(T, {'$1', 7, '_'}, 2)]),
         p([ets:select_delete(T, [{{'$1', '_', '_'}, [{'>', '$1', 5}], [true]}]), ets:select_delete(T, [{'_', [], [false]}]), Sorted([K || {K, _, _} <- ets:tab2list(T)])]),
         ets:delete(T)
     end || Type <- [set, ordered_set, bag, duplicate_bag]].

pages('$end_of_table') -> [];
pages({L, '$end_of_table'}) -> L;
pages({L, Cont}) -> L ++ pages(ets:select(Cont)).

runs() ->
    M = ets:match_spec_compile([{{'$1', '$2'}, [{'>', '$1', '$2'}], [{{big, '$1'}}]}, {{'$1', '_'}, [{'is_atom', '$1'}], ['$1']}]),
    p([ets:is_compiled_ms(M), ets:is_compiled_ms(x), ets:match_spec_run([{2, 1}, {1, 2}, {a, 1}, x, {1}], M), caught(fun() -> ets:match_spec_run([{1, 2} | x], M) end), caught(fun() -> ets:match_spec_run([], x) end), caught(fun() -> ets:match_spec_compile(x) end), ets:match_spec_run([], M), caught(fun() -> ets:match_spec_compile([]) end)]).

funs() ->
    Limit = 3,
    p([ets:fun2ms(fun({A, B}) when A > Limit -> {B, A} end), ets:fun2ms(fun(X) -> X end), ets:fun2ms(fun({A, _} = O) when is_atom(A) orelse A =:= x -> [O, A] end), ets:fun2ms(fun({A, B, #{k := C}}) when A < B, C > 1; B == 2 -> #{A => B} end), ets:fun2ms(fun({A}) when A; not A -> element(1, A), A + 1 end), dbg:fun2ms(fun([A, _]) when A > 1 -> message(A), return_trace() end), dbg:fun2ms(fun(_) -> exception_trace(), caller() end), ets:fun2ms(fun({"ab" ++ T, <<"x">>, $c}) -> T; (_) -> none end)]),
    p([element(1, ms_transform:transform_from_shell(ets, [{clause, 1, [{var, 1, 'X'}], [], [{call, 1, {atom, 1, foo}, [{var, 1, 'X'}]}]}], []))]).

texts() ->
    p([element(2, ets:test_ms({1}, S)) || S <- [[{{'$1'}, [{foo, 1}], ['$2']}], [{{'$1'}, [], [{1, 2}]}], x, [x], [{{'$1'}, [], []}]]]),
    p([erlang:match_spec_test({1, a}, [{{'$1', '$2'}, [], ['$2']}], table), erlang:match_spec_test([1, a], [{['$1', '$2'], [], [{message, '$2'}]}], trace), erlang:match_spec_test([1], [{['$1'], [{foo}], []}], trace), caught(fun() -> erlang:match_spec_test(x, [], other) end)]).
