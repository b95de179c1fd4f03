%% stage: d. A ledger in dets: tables filled from functions and from bytes of others, keys past the first place, growth and its limits, tables in memory with a file, selections with continuations, changes while walking, owners that share and die, files cut short, of wrong kinds and versions.
-module(std_dets_ledger).
-export([main/0]).

main() ->
    Folder = "/tmp/std_dets_ledger",
    _ = file:del_dir_r(Folder), ok = filelib:ensure_dir(filename:join(Folder, "x")),
    F = fun(N) -> filename:join(Folder, N) end,
    Before = dets:all(),
    try ledger(F), filled(F), copied(F), walked(F), shared(F), memory(F), broken(F, Folder)
    after p({left_open, dets:all() -- Before}), ok = file:del_dir_r(Folder) end.

entry(N) -> {entry, N, case N rem 3 of 0 -> rent; 1 -> food; 2 -> pay end, N * 7 rem 100 - 40, list_to_binary(lists:duplicate(N rem 17, $a + N rem 26))}.

ledger(F) ->
    {ok, T} = dets:open_file(ledger, [{file, F("ledger")}, {keypos, 2}, {min_no_slots, 256}, {max_no_slots, 4096}, {estimated_no_objects, 300}]),
    ok = dets:insert(T, [entry(N) || N <- lists:seq(1, 400)]),
    p([{I, dets:info(T, I)} || I <- [size, keypos, type, no_keys, no_objects, access, ram_file, hash, nonsense]]),
    {Min, Used, Max} = dets:info(T, no_slots), p({Min, Used >= Min, Max}),
    p({lists:sort([I || {I, _} <- dets:info(T)]), filename:basename(dets:info(T, filename)), dets:info(T, file_size) > 5000, is_integer(dets:info(T, memory)), dets:info(nowhere)}),
    p([dets:lookup(T, K) || K <- [1, 400, 401, 1.0]]),
    Sum = dets:foldl(fun({entry, _, Kind, Amount, _}, M) -> maps:update_with(Kind, fun(X) -> X + Amount end, Amount, M) end, #{}, T), p(lists:sort(maps:to_list(Sum))),
    p({dets:foldr(fun(_, N) -> N + 1 end, 0, T), lists:sum(lists:append(dets:match(T, {entry, '_', rent, '$1', '_'}))), length(dets:match_object(T, {entry, '_', '_', '_', <<>>}))}),
    p(lists:sort(dets:select(T, [{{entry, '$1', pay, '$2', '$3'}, [{'>', '$2', 50}, {'=<', '$1', 100}], [{{'$1', {'*', '$2', 2}, {byte_size, '$3'}}}]}, {{entry, 7, '_', '$1', '_'}, [], ['$$']}]))),
    p({dets:select_delete(T, [{{entry, '$1', food, '_', '_'}, [{'>', '$1', 20}], [true]}]), dets:info(T, size), dets:match_delete(T, {entry, '_', rent, '_', '_'}), dets:info(T, size)}),
    p({dets:insert_new(T, [entry(1), entry(500)]), dets:insert_new(T, [entry(500), entry(501)]), dets:member(T, 501), dets:update_counter(T, 500, {4, 1000}), catch dets:update_counter(T, 500, 5), try dets:update_counter(T, 999, 1) catch error:E -> E end}),
    ok = dets:delete_object(T, setelement(4, entry(2), 0)), ok = dets:delete_object(T, entry(2)), ok = dets:delete(T, 5), p({dets:lookup(T, 2), dets:member(T, 5), dets:info(T, size)}),
    [ok = dets:insert(T, {entry, 8, note, X, binary:copy(<<"grow">>, X)}) || X <- [1, 50, 3, 2000, 0]], p({dets:lookup(T, 8), dets:sync(T), dets:close(T)}),
    {ok, T} = dets:open_file(ledger, [{file, F("ledger")}, {keypos, 2}, {access, read}]), p({dets:info(T, size), dets:info(T, access), dets:delete(T, 8) =:= ok, dets:close(T)}).

filled(F) ->
    Init = fun I(At) -> fun(close) -> put(closed, At), ok; (read) when At > 3 -> end_of_input; (read) -> {[{{At, N}, N} || N <- lists:seq(1, 30)], I(At + 1)} end end,
    {ok, T} = dets:open_file(filled, [{file, F("filled")}]),
    p({dets:init_table(T, Init(1), [{min_no_slots, 300}]), erase(closed), dets:info(T, size), dets:lookup(T, {3, 30})}),
    p([begin {ok, X} = dets:open_file(failed, [{file, F("failed")}]), R = try dets:init_table(X, Fun) catch C:W -> {C, W} end, dets:close(X), file:delete(F("failed")), R end || Fun <- [fun(read) -> {[not_a_tuple], fun(_) -> end_of_input end}; (close) -> ok end, fun(read) -> what; (close) -> ok end, fun(_) -> throw(out) end]]),
    p({dets:info(T, size), dets:insert(T, {a, 1}), dets:delete_all_objects(T), dets:info(T, size), dets:first(T)}), ok = dets:close(T).

%% Chunks of one table make another.
copied(F) ->
    {ok, A} = dets:open_file(from, [{file, F("from")}, {type, bag}]), ok = dets:insert(A, [{N rem 40, N} || N <- lists:seq(1, 200)]),
    {ok, B} = dets:open_file(to, [{file, F("to")}, {type, bag}, {keypos, 1}]),
    p({dets:is_compatible_bchunk_format(A, dets:info(B, bchunk_format)), dets:is_compatible_bchunk_format(A, <<"other">>), is_binary(dets:info(A, bchunk_format))}),
    Read = fun R(C) -> fun(close) -> ok; (read) -> case dets:bchunk(A, C) of {C1, Data} -> {Data, R(C1)}; '$end_of_table' -> end_of_input end end end,
    p({dets:init_table(B, Read(start), [{format, bchunk}]), dets:info(B, size), dets:info(B, no_keys), lists:sort(dets:lookup(B, 13)) =:= lists:sort(dets:lookup(A, 13))}),
    E = ets:new(e, [duplicate_bag]), E = dets:to_ets(A, E), p({ets:info(E, size), lists:sort(ets:tab2list(E)) =:= lists:sort(dets:match_object(B, '_'))}),
    ets:insert(E, [{late, 1}, {late, 1}]), p({dets:from_ets(A, E), dets:info(A, size), dets:lookup(A, late)}), ets:delete(E),
    p(lists:sort(qlc_values(dets:table(A), 3))), p(lists:sort(qlc_values(dets:table(A, [{traverse, {select, [{{'$1', '$2'}, [{'>', '$2', 190}], ['$2']}]}}, {n_objects, 5}]), 195))),
    [ok = dets:close(X) || X <- [A, B]].
qlc_values(Table, Limit) -> [X || X <- qlc:e(Table), is_integer(X) andalso X > Limit orelse is_tuple(X) andalso element(1, X) < Limit andalso element(2, X) > 150].

walked(F) ->
    {ok, T} = dets:open_file(walked, [{file, F("walked")}, {type, duplicate_bag}]), ok = dets:insert(T, [{N rem 10, N rem 3} || N <- lists:seq(1, 60)]),
    p([{K, lists:sort(dets:lookup(T, K))} || K <- [0, 7]]), p({dets:info(T, size), dets:info(T, no_keys), [length(element(1, dets:select(T, [{'_', [], ['$_']}], N))) > 0 || N <- [1, 7, 100]]}),
    Parts = parts(dets:select(T, [{{'$1', '$2'}, [], [{{'$2', '$1'}}]}], 9)), p({length(lists:append(Parts)), lists:usort(lists:append(Parts)), length(Parts) > 1}),
    p({lists:sort(dets:traverse(T, fun({1, _} = X) -> {continue, X}; (_) -> continue end)), length(dets:traverse(T, fun(X) -> {done, X} end)), catch dets:traverse(T, fun(_) -> throw(enough) end), dets:traverse(T, fun(_) -> {strange, 1} end)}),
    true = is_atom(dets:safe_fixtable(T, true)), Keys = keys(T, dets:first(T)), dets:safe_fixtable(T, false), p(lists:sort(Keys)),
    p({dets:delete_object(T, {7, 1}), lists:sort(dets:lookup(T, 7)), dets:match_delete(T, {'_', 0}), dets:info(T, size), dets:foldl(fun(_, N) -> N + 1 end, 0, T)}),
    p({lists:sort(lists:append(parts(dets:match_object(T, {3, '_'}, 1)))), lists:sort(lists:append(parts(dets:match(T, {'$1', 2}, 2)))), dets:slot(T, 1 bsl 20)}), ok = dets:close(T).
parts('$end_of_table') -> [];
parts({error, _} = E) -> [[E]];
parts({L, C}) -> [L | parts(case element(1, C) of dets_cont -> case element(2, C) of object -> dets:match_object(C); bindings -> dets:match(C); select -> dets:select(C) end end)].
keys(_, '$end_of_table') -> [];
keys(T, K) -> dets:delete(T, K), [K | keys(T, dets:next(T, K))] -- [].

%% Two processes hold one table; it closes with the last.
shared(F) ->
    Open = fun() -> dets:open_file(shared, [{file, F("shared")}]) end, {ok, T} = Open(), ok = dets:insert(T, {n, 0}), Parent = self(),
    Workers = [spawn_monitor(fun() -> {ok, T} = Open(), [dets:update_counter(T, n, 1) || _ <- lists:seq(1, 20)], Parent ! {done, self()}, receive go -> I =:= 1 andalso dets:close(T), exit(bye) end end) || I <- [1, 2, 3]],
    [receive {done, W} -> ok end || {W, _} <- Workers], p({dets:lookup(T, n), length(dets:info(T, users)), dets:close(T), dets:lookup(T, n)}),
    [begin W ! go, receive {'DOWN', M, process, W, Why} -> p(Why) end end || {W, M} <- Workers],
    wait(fun() -> not lists:member(shared, dets:all()) end), p([catch dets:lookup(T, n), dets:close(T), dets:info(T)]),
    {ok, T} = Open(), p({dets:lookup(T, n), element(1, dets:open_file(shared, [{file, F("shared")}, {keypos, 3}])), element(1, dets:open_file(shared, [{file, F("other")}]))}), ok = dets:close(T).
wait(Done) -> case Done() of true -> ok; false -> timer:sleep(5), wait(Done) end.

memory(F) ->
    {ok, T} = dets:open_file(ram, [{file, F("ram")}, {ram_file, true}, {auto_save, 60000}]), ok = dets:insert(T, [{N} || N <- lists:seq(1, 30)]),
    p({dets:info(T, ram_file), dets:info(T, auto_save), filelib:file_size(F("ram")) < dets:info(T, file_size) orelse same, dets:sync(T), filelib:file_size(F("ram")) > 1000, dets:close(T), element(1, dets:is_dets_file(F("ram")) =:= true andalso {yes})}),
    {ok, R} = dets:open_file(F("ram")), p({is_reference(R), dets:info(R, size), dets:lookup(R, 30), dets:close(R)}),
    p([try dets:open_file(bad, [{file, F("bad")} | O]) of {error, {W, _}} -> W; {ok, X} -> {ok, dets:close(X)}; X -> X catch C:E -> {C, E} end || O <- [[{type, heap}], [{keypos, 0}], [{access, write}], [{min_no_slots, 0}], [{ram_file, maybe_so}], [{auto_save, -1}], [bogus], [{access, read}], [{repair, yes}]]]).

broken(F, Folder) ->
    {ok, T} = dets:open_file(whole, [{file, F("whole")}]), ok = dets:insert(T, [{N, binary:copy(<<N>>, 40)} || N <- lists:seq(1, 100)]), ok = dets:close(T), {ok, Bytes} = file:read_file(F("whole")),
    Size = byte_size(Bytes), <<Head:8/binary, _:32, Type:32, Version:32, Body/binary>> = Bytes, p(Version),
    Clean = fun C(X) when is_list(X), X =/= [], is_integer(hd(X)) -> case lists:prefix(Folder, X) of true -> lists:nthtail(length(Folder) + 1, X); false -> X end; C(X) when is_list(X) -> [C(Y) || Y <- X]; C(X) when is_tuple(X) -> list_to_tuple(C(tuple_to_list(X))); C(X) when is_reference(X) -> ref; C(X) -> X end,
    [begin ok = file:write_file(F("part"), Data),
        p({Name, [begin R = dets:open_file(part, [{file, F("part")}, {repair, Repair}]), case R of {ok, part} -> S = dets:info(part, size), L = [dets:lookup(part, K) =/= [] || K <- [1, 50, 100]], dets:close(part), {ok, S, L}; _ -> Clean(R) end end || Repair <- [false, true]], case dets:is_dets_file(F("part")) of {error, E} -> Clean(E); B -> B end}) end
        || {Name, Data} <- [{whole, Bytes}, {half, binary:part(Bytes, 0, Size div 2)}, {head, binary:part(Bytes, 0, 20)}, {empty, <<>>}, {unclosed, <<Head/binary, 0:32, Type:32, Version:32, Body/binary>>}, {version, <<Head/binary, 1:32, Type:32, 7:32, Body/binary>>}, {type, <<Head/binary, 1:32, 9:32, Version:32, Body/binary>>}]].

p(T) -> io:format("~0tp~n", [T]).
