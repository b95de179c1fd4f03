%% stage: d. ETS beyond the basics: match specifications of all kinds, continuations, heirs, gifts, protection, info, files, fixed tables.
-module(ets_more).
-export([main/0]).
-include_lib("stdlib/include/ms_transform.hrl").

main() -> specs(), chunks(), owners(), protection(), information(), files(), fixed(), bulk(), counters(), replaced(), refused().

p(T) -> io:format("~p~n", [T]).
e(F) -> try F() catch C:R -> {C, R} end.
s(L) -> lists:sort(L).

specs() ->
    T = ets:new(t, [ordered_set]), ets:insert(T, [{I, lists:nth(I rem 4 + 1, [a, b, "s", {t, I}]), I * 1.5, #{k => I}} || I <- lists:seq(1, 12)]),
    [p({G, e(fun() -> ets:select(T, [{{'$1', '$2', '$3', '$4'}, G, ['$1']}]) end)}) || G <- [[{'>', '$1', 6}], [{'andalso', {is_atom, '$2'}, {'=<', '$1', 4}}], [{'orelse', {'==', '$1', 1}, {'=:=', '$1', 2.0}}], [{'not', {is_atom, '$2'}}], [{is_list, '$2'}], [{is_tuple, '$2'}, {'==', {element, 1, '$2'}, t}], [{'and', {'>', '$3', 3}, {'<', '$3', 9.0}}], [{'xor', {'>', '$1', 3}, {'>', '$1', 6}}], [{'==', {'rem', '$1', 3}, 0}], [{'==', {'band', '$1', 1}, 1}], [{is_map, '$4'}, {is_map_key, k, '$4'}, {'>', {map_get, k, '$4'}, 10}], [{'==', {map_size, '$4'}, 1}], [{'==', {length, '$2'}, 1}], [{'<', {abs, {'-', '$1', 6}}, 2}], [{'==', {trunc, '$3'}, 4}], [{'==', {self}, {const, self()}}], [{'==', {node}, {node, {self}}}], [{'>', {'/', '$1', 0}, 1}], [{hd, '$2'}], [{is_float, '$3'}, {'>', {round, '$3'}, 16}], [{is_record, '$2', t, 2}], [{is_function, '$1'}], [{'==', '$_', '$_'}, {'>', '$1', 11}], [{'=:=', {size, '$2'}, 2}], [{'bnot', '$1'}], []]],
    [p(e(fun() -> ets:select(T, [{{'$1', '$2', '$3', '_'}, [{'<', '$1', 4}], [B]}]) end)) || B <- ['$_', '$$', {{'$2', '$1'}}, ['$1', {const, '$1'}], {{x, {{'$1'}}}}, {'+', '$1', '$3'}, {tuple_size, '$_'}, #{'$1' => '$2'}, {element, 2, '$_'}, 'atom', "text", {{}}, {bit_size, {const, <<1, 2>>}}, {undefined_function, '$1'}, '$9']],
    p(ets:select(T, ets:fun2ms(fun({K, V, F, _}) when is_atom(V), K > 5 -> {V, F, K * 2} end))), p(ets:select_count(T, ets:fun2ms(fun({K, _, _, _}) when K rem 2 =:= 0 -> true end))), p(ets:select_replace(T, ets:fun2ms(fun({K, a, F, M}) -> {K, c, F, M} end))), p(ets:match(T, {'$1', c, '_', '_'})), p(ets:match_object(T, {'_', {t, '_'}, '_', '_'})), p(ets:match(T, {'$2', '$1', '_', #{k => '$3'}}, 3) =/= '$end_of_table'), p(ets:match_delete(T, {'_', c, '_', '_'})), p(ets:info(T, size)), p(ets:select_delete(T, [{{'$1', '_', '_', '_'}, [{'>', '$1', 6}], [true]}, {{'$1', '_', '_', '_'}, [], [false]}])), p(ets:tab2list(T)),
    p(ets:test_ms({1, 2}, [{{'$1', '$2'}, [{'<', '$1', '$2'}], [{{'$2', '$1'}}]}])), p(ets:test_ms({1, 2}, [{{'$1', '$1'}, [], ['$1']}])), p(element(1, ets:test_ms({1, 2}, [{{'$1'}, [{foo, '$1'}], ['$1']}]))), MS = ets:match_spec_compile([{{'$1', '$2'}, [], [{{'$2', '$1'}}]}]), p(ets:match_spec_run([{1, 2}, x, {3, 4}], MS)), p(ets:is_compiled_ms(MS)),
    B = ets:new(b, [bag]), ets:insert(B, [{k, 1}, {k, 2}, {k, 1.0}, {l, [1]}, {l, [1]}]), p(length(ets:lookup(B, k))), p(ets:match(B, {l, [1]})), p(s(ets:select(B, [{{k, '$1'}, [{'>', '$1', 1}], ['$1']}]))), D = ets:new(d, [duplicate_bag]), ets:insert(D, [{x}, {x}, {y}]), p(ets:lookup(D, x)), p(ets:delete_object(D, {x})), p(ets:tab2list(D)).

chunks() ->
    [begin T = ets:new(t, [Type]), ets:insert(T, [{I, I rem 5} || I <- lists:seq(1, 333)]), p({Type, s(all(ets:select(T, [{{'$1', 3}, [], ['$1']}], 10), fun ets:select/1, 10)) =:= lists:seq(3, 333, 5), s(all(ets:match(T, {'$1', 3}, 7), fun ets:match/1, 7)) =:= [[I] || I <- lists:seq(3, 333, 5)], length(all(ets:match_object(T, {'_', 4}, 1), fun ets:match_object/1, 1)), length(all(ets:select_reverse(T, [{'_', [], ['$_']}], 50), fun ets:select_reverse/1, 50))}) end || Type <- [set, ordered_set, bag, duplicate_bag]],
    O = ets:new(o, [ordered_set]), ets:insert(O, [{I} || I <- lists:seq(1, 10)]), {A, C} = ets:select(O, [{{'$1'}, [], ['$1']}], 4), p({A, element(1, ets:select(C))}), p(element(1, ets:select_reverse(O, [{{'$1'}, [{'<', '$1', 9}], ['$1']}], 3))), p(ets:select(O, [{{'$1'}, [{'>', '$1', 100}], ['$1']}], 3)).
all('$end_of_table', _, _) -> [];
all({L, C}, F, N) when length(L) =< N -> L ++ all(F(C), F, N).

owners() ->
    Me = self(), H = spawn(fun() -> receive M -> Me ! {heir, M, ets:info(element(2, M), owner) =:= self(), ets:tab2list(element(2, M))} end, receive stop -> ok end end),
    P = spawn(fun() -> T = ets:new(inherited, [{heir, H, #{data => 1}}]), ets:insert(T, {a, 1}) end), receive {heir, {'ETS-TRANSFER', _, P, Data}, IsOwner, L} -> p({Data, IsOwner, L}) end, H ! stop,
    Q = spawn(fun() -> receive {'ETS-TRANSFER', T, From, gift} -> Me ! {got, From =:= Me, ets:lookup(T, k), ets:insert(T, {k, 2})} end, receive stop -> ok end end), G = ets:new(g, [protected]), ets:insert(G, {k, 1}), p(ets:give_away(G, Q, gift)), p(receive {got, A, B, C} -> {A, B, C} end), p(e(fun() -> ets:insert(G, {k, 3}) end)), p(ets:lookup(G, k)), R = monitor(process, Q), Q ! stop, receive {'DOWN', R, _, _, _} -> ok end, p(ets:info(G)), p(e(fun() -> ets:lookup(G, k) end)),
    S = ets:new(s, [{heir, none}]), p(ets:setopts(S, {heir, self(), x})), p(ets:info(S, heir) =:= self()), p(ets:setopts(S, [{heir, none}])), p(ets:info(S, heir)), p(e(fun() -> ets:give_away(S, self(), x) end)), D = spawn(fun() -> ok end), M2 = monitor(process, D), receive {'DOWN', M2, _, _, _} -> ok end, p(e(fun() -> ets:give_away(S, D, x) end)).

protection() ->
    Me = self(), Ts = [ets:new(N, [N, named_table]) || N <- [public, protected, private]], [ets:insert(T, {k, v}) || T <- Ts],
    spawn(fun() -> Me ! [{T, e(fun() -> ets:lookup(T, k) end), e(fun() -> ets:insert(T, {k2, v}) end), ets:info(T, protection), e(fun() -> ets:delete(T) end)} || T <- Ts] end), p(receive L -> L end), p([e(fun() -> ets:info(T, size) end) || T <- Ts]), p(ets:rename(protected, renamed)), p({ets:whereis(protected), is_reference(ets:whereis(renamed))}), p(e(fun() -> ets:new(renamed, [named_table]) end)).

information() ->
    T = ets:new(i, [bag, public, {keypos, 2}, {read_concurrency, true}, {write_concurrency, true}, compressed]), I = ets:info(T), p(s([K || {K, _} <- I])), p([ets:info(T, K) || K <- [name, size, node, named_table, type, keypos, protection, compressed, read_concurrency, write_concurrency, fixed, decentralized_counters]]), p(is_integer(ets:info(T, memory))), p(ets:info(T, owner) =:= self()), p(e(fun() -> ets:info(T, nope) end)), p(e(fun() -> ets:info(make_ref(), size) end)), p(lists:member(T, ets:all())), ets:delete(T), p(lists:member(T, ets:all())), p(ets:whereis(no_such)).

files() ->
    F = filename:join(os:getenv("TMPDIR", "/tmp"), "dala_ets_" ++ os:getpid()), T = ets:new(saved, [ordered_set, named_table, public]), ets:insert(T, [{I, {I, "x", <<I>>}} || I <- lists:seq(1, 500)]), L = ets:tab2list(T), p(ets:tab2file(T, F, [{extended_info, [md5sum]}])), ets:delete(T), {ok, R} = ets:file2tab(F, [{verify, true}]), p(R), p(ets:tab2list(R) =:= L), {ok, Info} = ets:tabfile_info(F), p([lists:keyfind(K, 1, Info) || K <- [name, type, size, extended_info]]), file:delete(F), p(element(1, ets:file2tab(F))), ets:delete(R).

fixed() ->
    T = ets:new(f, []), ets:insert(T, [{I} || I <- lists:seq(1, 100)]), p(ets:safe_fixtable(T, true)), p(walk(T, ets:first(T), 0)), p(ets:info(T, size)), {_, [{Pid, N}]} = ets:info(T, safe_fixed), p({Pid =:= self(), N}), ets:safe_fixtable(T, true), {_, [{_, N2}]} = ets:info(T, safe_fixed), p(N2), ets:safe_fixtable(T, false), ets:safe_fixtable(T, false), p(ets:info(T, safe_fixed)), p(ets:info(T, fixed)), p(e(fun() -> ets:next(T, none_such) end)), p(ets:first(T)).
walk(_, '$end_of_table', N) -> N;
walk(T, K, N) -> ets:delete(T, K), walk(T, ets:next(T, K), N + 1).

bulk() ->
    T = ets:new(l, [ordered_set]), p(ets:init_table(T, fun(read) -> {[{1, a}, {2, b}], fun(read) -> end_of_input; (close) -> ok end}; (close) -> ok end)), p(ets:foldl(fun({K, V}, A) -> [{V, K} | A] end, [], T)), p(ets:foldr(fun({K, _}, A) -> [K | A] end, [], T)), p(ets:insert_new(T, [{3, c}, {1, z}])), p(ets:insert_new(T, [{3, c}, {4, d}])), p(ets:take(T, 3)), p(ets:take(T, 3)), p({ets:prev(T, 2), ets:next(T, 1), ets:prev(T, 1), ets:last(T)}), p(ets:delete_all_objects(T)), p(ets:tab2list(T)), p(ets:member(T, 1)), p(ets:slot(T, 0)).

counters() ->
    T = ets:new(c, [public]), p(ets:update_counter(T, k, 5, {k, 10})), p(ets:update_counter(T, k, {2, -20, 0, 100})), p(ets:update_counter(T, k, [{2, 1}, {2, 1}, {2, -10, -5, 7}])), p(e(fun() -> ets:update_counter(T, none, 1) end)), p(e(fun() -> ets:update_counter(T, k, {3, 1}) end)), ets:insert(T, {w, 1, 2, atom}), p(ets:update_counter(T, w, [{2, 10}, {3, 10}])), p(e(fun() -> ets:update_counter(T, w, {4, 1}) end)), p(ets:update_element(T, w, [{4, new}, {2, 0}])), p(ets:lookup(T, w)), p(ets:update_counter(T, w, {2, 1 bsl 70})), p(ets:lookup_element(T, w, 3)), p(e(fun() -> ets:lookup_element(T, w, 9) end)),
    Ps = [spawn_monitor(fun() -> [ets:update_counter(T, n, 1, {n, 0}) || _ <- lists:seq(1, 500)] end) || _ <- lists:seq(1, 4)], [receive {'DOWN', R, _, _, _} -> ok end || {_, R} <- Ps], p(ets:lookup(T, n)).

%% Each replacement is of the row that it was made of, whoever else replaces: none is lost.
replaced() ->
    [p({Type, e(fun() -> replaced(Type) end)}) || Type <- [set, ordered_set, bag, duplicate_bag]],
    [p({Type, counted(ets:new(c, [Type, public]))}) || Type <- [set, ordered_set, duplicate_bag]].
replaced(Type) ->
    T = ets:new(r, [Type]),
    ets:insert(T, [{a, 1}, {a, 1}, {a, 2}, {b, 1}]),
    Count = ets:select_replace(T, [{{'$1', 1}, [], [{{'$1', 10}}]}]),
    {Count, s(ets:tab2list(T)), e(fun() -> ets:select_replace(T, [{{'$1', '$2'}, [], [{{'$2', '$1'}}]}]) end)}.
counted(T) ->
    ets:insert(T, {n, 0}),
    Add = fun(_) -> ets:select_replace(T, [{{n, '$1'}, [], [{{n, {'+', '$1', 1}}}]}]) end,
    Me = self(),
    Ps = [spawn(fun() -> Me ! {self(), lists:sum(lists:map(Add, lists:seq(1, 2000)))} end) || _ <- lists:seq(1, 4)],
    Sum = lists:sum([receive {P, Count} -> Count end || P <- Ps]),
    [{n, Sum}] =:= ets:lookup(T, n).

refused() ->
    T = ets:new(r, []), [p(e(F)) || F <- [fun() -> ets:new("x", []) end, fun() -> ets:new(x, [bogus]) end, fun() -> ets:new(x, [{keypos, 0}]) end, fun() -> ets:insert(T, x) end, fun() -> ets:insert(T, [{1}, x]) end, fun() -> ets:select(T, foo) end, fun() -> ets:select(T, [{{'$1'}, [], []}]) end, fun() -> ets:select(T, [{{'$1'}, [{'>', '$2', 1}], ['$1']}]) end, fun() -> ets:select(T, [], 0) end, fun() -> ets:lookup(nope, 1) end, fun() -> ets:delete(make_ref()) end, fun() -> ets:setopts(T, {bogus, 1}) end, fun() -> ets:slot(T, -1) end, fun() -> ets:next(ets:new(o, [ordered_set]), x) end, fun() -> ets:safe_fixtable(T, maybe) end]].
