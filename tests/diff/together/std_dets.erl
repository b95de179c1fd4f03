%% stage: d. Module dets: tables on disk of the three types, matching, traversal, repair of one that was not closed, bad files.
-module(std_dets).
-export([main/0]).

main() ->
    Folder = "/tmp/std_dets",
    _ = file:del_dir_r(Folder),
    ok = filelib:ensure_dir(filename:join(Folder, "x")),
    File = fun(Name) -> filename:join(Folder, Name) end,
    [table(Type, File(atom_to_list(Type))) || Type <- [set, bag, duplicate_bag]],
    p({open_nothing, element(1, dets:open_file(File("none")))}),
    ok = file:write_file(File("junk"), binary:copy(<<"not a dets file">>, 100)),
    p({junk, reason(dets:open_file(junk, [{file, File("junk")}]))}),
    p({is_dets, dets:is_dets_file(File("set")), dets:is_dets_file(File("junk")), reason(dets:is_dets_file(File("none")))}),
    {ok, T} = dets:open_file(kept, [{file, File("kept")}, {auto_save, infinity}]),
    ok = dets:insert(T, [{N, N * N} || N <- lists:seq(1, 500)]),
    ok = dets:sync(T),
    {ok, Copy} = file:read_file(File("kept")),
    ok = dets:close(T),
    ok = file:write_file(File("crashed"), Copy),
    {ok, R} = dets:open_file(crashed, [{file, File("crashed")}, {repair, true}]),
    p({repaired, dets:info(R, size), dets:lookup(R, 22)}),
    p(dets:close(R)),
    p(reason(dets:open_file(crashed, [{file, File("set")}, {type, bag}]))),
    E = ets:new(e, [ordered_set]),
    {ok, S} = dets:open_file(set, [{file, File("set")}]),
    p({to_ets, dets:to_ets(S, E) =:= E, ets:tab2list(E)}),
    p({from_ets, dets:from_ets(S, E), lists:sort(dets:match_object(S, '_'))}),
    ok = dets:close(S),
    p({closed, catch dets:lookup(S, 1)}),
    p(lists:sort(dets:all())),
    ok = file:del_dir_r(Folder).

table(Type, File) ->
    {ok, T} = dets:open_file(Type, [{file, File}, {type, Type}, {keypos, 1}]),
    p({Type, [dets:info(T, I) || I <- [type, keypos, size, access, auto_save, ram_file]]}),
    p(dets:insert(T, [{a, 1}, {b, 2}, {a, 3}, {a, 1}, {"c", <<1:3>>}, {1, x}, {1.0, y}])),
    p({insert_new, dets:insert_new(T, {a, 9}), dets:insert_new(T, [{d, 4}, {e, 5}])}),
    p([{K, lists:sort(dets:lookup(T, K))} || K <- [a, b, "c", 1, 1.0, none]]),
    p({member, dets:member(T, a), dets:member(T, zz)}),
    p({size, dets:info(T, size), dets:info(T, no_keys)}),
    p(lists:sort(dets:match(T, {'$1', '$2'}))),
    p(lists:sort(dets:select(T, [{{'$1', '$2'}, [{is_integer, '$2'}, {'>', '$2', 1}], [{{'$2', '$1'}}]}]))),
    p({update, catch dets:update_counter(T, b, 5), catch dets:update_counter(T, b, {2, -1})}),
    p({fold, dets:foldl(fun({_, V}, Sum) when is_integer(V) -> Sum + V; (_, Sum) -> Sum end, 0, T)}),
    p({traverse, lists:sort(dets:traverse(T, fun({K, _}) when is_atom(K) -> {continue, K}; (_) -> continue end))}),
    p({first, dets:member(T, dets:first(T)), walk(T, dets:first(T), 0)}),
    p({delete_object, dets:delete_object(T, {a, 1}), lists:sort(dets:lookup(T, a))}),
    p({delete, dets:delete(T, a), dets:lookup(T, a)}),
    p({select_delete, dets:select_delete(T, [{{'_', '$1'}, [{is_atom, '$1'}], [true]}])}),
    p({match_delete, dets:match_delete(T, {d, '_'})}),
    p(lists:sort(dets:match_object(T, {'_', '_'}))),
    p({slots, lists:sort(slots(T, 0))}),
    p({chunks, lists:sort(chunks(dets:match(T, '$1', 1)))}),
    p({bad, reason(catch dets:insert(T, {})), reason(catch dets:insert(T, a)), reason(catch dets:select(T, [a]))}),
    p({fixed, dets:safe_fixtable(T, true), element(2, dets:info(T, safe_fixed)) =/= [], dets:safe_fixtable(T, false), dets:info(T, safe_fixed)}),
    p(dets:close(T)),
    {ok, T} = dets:open_file(Type, [{file, File}, {access, read}, {type, Type}]),
    p({reopened, dets:info(T, size), reason(dets:insert(T, {x, y}))}),
    p(dets:close(T)).

walk(_, '$end_of_table', N) -> N;
walk(T, Key, N) -> walk(T, dets:next(T, Key), N + 1).

slots(T, N) ->
    case dets:slot(T, N) of
        '$end_of_table' -> [];
        Rows -> Rows ++ slots(T, N + 1)
    end.

chunks('$end_of_table') -> [];
chunks({Found, C}) -> Found ++ chunks(dets:match(C)).

reason({error, {R, _}}) -> R;
reason({'EXIT', {R, _}}) -> R;
reason({error, R}) when is_tuple(R) -> element(1, R);
reason(R) -> R.

p(T) -> io:format("~0tp~n", [T]).
