%% stage: d. Module code: its path added to, put in order, replaced and cleared, what is found where, modules loaded from pieces, in one go and against their will.
-module(std_code_paths).
-export([main/0]).

main() ->
    Dir = "/tmp/std_code_paths.dir", _ = file:del_dir_r(Dir), Old = code:get_path(),
    [ok = filelib:ensure_dir(filename:join([Dir, D, "x"])) || D <- ["one", "two", "three", "app-1/ebin", "app-2/ebin", "lib/app-3/ebin"]],
    F = fun(D) -> filename:join(Dir, D) end, At = fun(P) -> [filename:basename(X) || X <- P, lists:prefix(Dir, X)] end,
    put_module(F("one"), scp_a, 1), put_module(F("two"), scp_a, 2), put_module(F("two"), scp_b, 2), put_module(F("three"), scp_c, 3),
    p([code:add_pathsa([F("one"), F("two")]), At(code:get_path()), code:add_pathsz([F("three"), F("none")]), At(code:get_path())]),
    p([code:add_patha(F("two")), At(code:get_path()), code:add_pathz(F("one")), At(code:get_path()), code:add_path(F("three")), At(code:get_path())]),
    p([code:add_path(F("none")), catch code:add_patha(x), code:add_paths([F("one"), F("none")]), catch code:add_patha({a}), catch code:add_pathsa(F("one")), At(code:get_path())]),
    p([code:del_path(F("two")), code:del_path(F("two")), code:del_path(no_app_at_all), catch code:del_path({x}), catch code:del_path(7), At(code:get_path())]),
    p([code:add_pathz(F("app-1/ebin")), code:replace_path(app, F("app-2/ebin")), [lists:nthtail(length(Dir), X) || X <- code:get_path(), lists:prefix(Dir, X)], code:lib_dir(app) =:= F("app-2"), code:lib_dir(app, ebin) =:= F("app-2/ebin"), code:lib_dir(no_app), code:priv_dir(app) =:= F("app-2/priv")]),
    p([catch code:replace_path(app, F("none")), catch code:replace_path("app", F("app-1")), catch code:replace_path(app, F("one")), catch code:replace_path(none, F("app-1/ebin")), catch code:replace_path(7, F("app-1/ebin")), catch code:replace_path(app, 7), catch code:replace_path("", "")]),
    p([code:del_path(app), At(code:get_path()), code:set_path([F("one")]) , catch code:set_path(x), code:set_path(Old), code:set_path([{x} | Old]), At(code:get_path())]),
    code:add_pathsz([F("one"), F("two"), F("three")]),
    p([filename:basename(filename:dirname(W)) || W <- [code:which(scp_a), code:which(scp_b), code:which(scp_c)]]), p([code:which(scp_none), code:where_is_file("scp_none.beam"), code:is_loaded(scp_a), erlang:module_loaded(scp_a)]),
    p([scp_a:v(), code:load_file(scp_a), code:load_abs(F("two/scp_a")), scp_a:v(), code:load_abs(F("two/none")), catch code:load_abs({x}), code:load_file(scp_none), code:ensure_loaded(scp_none)]),
    p([code:modified_modules(), code:module_status(scp_a), code:module_status(scp_none), code:module_status([scp_a, lists, erlang])]),
    p([code:soft_purge(scp_a), code:delete(scp_a), code:delete(scp_a), code:purge(scp_a), code:purge(scp_a), code:is_loaded(scp_a), code:delete(scp_none)]),
    p([erlang:delete_module(scp_none), code:load_file(scp_a), erlang:delete_module(scp_a), catch erlang:delete_module(scp_a), erlang:check_old_code(scp_a), code:load_file(scp_a), try erlang:delete_module(scp_a) catch C:R -> {C, R} end, code:purge(scp_a), code:delete(scp_a), code:purge(scp_a)]),
    p([code:ensure_modules_loaded([scp_a, scp_b, scp_c]), [M:v() || M <- [scp_a, scp_b, scp_c]], code:ensure_modules_loaded([scp_a, scp_none])]),
    p([code:atomic_load([scp_b, {scp_c, F("three/scp_c.beam"), bin(scp_c, 4)}]), code:purge(scp_b), code:purge(scp_c), code:atomic_load([scp_b, {scp_c, "c", bin(scp_c, 5)}]), scp_c:v(), code:atomic_load([scp_b, scp_b]), code:atomic_load([{scp_b, "b", <<>>}, scp_none]), catch code:atomic_load(x)]),
    [code:purge(M) || M <- [scp_a, scp_b, scp_c]],
    {ok, Ready} = code:prepare_loading([scp_a, {scp_b, "b", bin(scp_b, 7)}]), p([scp_b:v(), code:finish_loading(Ready), scp_b:v(), code:purge(scp_b), code:purge(scp_a)]), p([code:prepare_loading([scp_none]), catch code:finish_loading(x), catch code:finish_loading([])]),
    P = erlang:prepare_loading(scp_b, bin(scp_b, 8)), p([is_reference(P), erlang:has_prepared_code_on_load(P), erlang:finish_loading([P]), scp_b:v(), code:purge(scp_b), try erlang:finish_loading([P]) catch error:E -> E end, erlang:prepare_loading(scp_b, <<"x">>), catch erlang:finish_loading([a])]),
    p([erlang:load_module(scp_b, bin(scp_b, 9)), erlang:load_module(scp_b, bin(scp_b, 9)), scp_b:v(), erlang:load_module(scp_x, bin(scp_b, 9)), erlang:load_module(scp_b, <<"FOR1">>), catch erlang:load_module(scp_b, x), code:purge(scp_b)]),
    p([code:objfile_extension(), code:rehash(), code:compiler_dir() =:= code:lib_dir(compiler), code:get_mode(), code:all_loaded() =/= [], lists:keyfind("scp_b", 1, code:all_available()) =/= false, code:get_chunk(<<>>, "Code") =:= undefined, byte_size(code:module_md5(bin(scp_a, 1))), code:module_md5(<<"x">>)]),
    p([is_reference(erts_internal:prepare_loading(scp_b, bin(scp_b, 8))), [byte_size(erts_internal:beamfile_chunk(bin(scp_b, 8), C)) || C <- ["Code", "AtU8"]], erts_internal:beamfile_chunk(bin(scp_b, 8), "None"), erts_internal:beamfile_chunk(<<"x">>, "Code"), catch erts_internal:beamfile_chunk(x, "Code"), erts_internal:beamfile_module_md5(bin(scp_b, 8)) =:= code:module_md5(bin(scp_b, 8))]),
    p([code:load_binary(scp_q, "q", bin(scp_a, 1)), code:load_binary(scp_q, "q", <<1>>), catch code:load_binary(1, "q", <<>>)]),
    [begin code:purge(M), code:delete(M), code:purge(M) end || M <- [scp_a, scp_b, scp_c]], code:set_path(Old), file:del_dir_r(Dir).

put_module(D, M, V) -> ok = file:write_file(filename:join(D, atom_to_list(M) ++ ".beam"), bin(M, V)).
bin(M, V) -> {ok, M, B} = compile:forms([{attribute, 1, module, M}, {attribute, 1, export, [{v, 0}]}, {function, 1, v, 0, [{clause, 1, [], [], [{integer, 1, V}]}]}]), B.
p(T) -> io:format("~0tp~n", [plain(T)]).
plain({'EXIT', {R, [{M, F, A, _} | _]}}) -> {'EXIT', R, M, F, A};
plain([H | T]) -> [plain(H) | plain(T)];
plain(T) -> T.
