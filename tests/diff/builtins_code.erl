%% stage: c. The functions of modules code and erlang that ask about, load, delete and purge modules.
-module(builtins_code).
-export([main/0]).

main() ->
    facts(), paths(), load(), purge(), modules(), answers().

show(What, F) ->
    R = try F() catch C:E -> {C, E} end,
    io:format("~p: ~p~n", [What, R]).

facts() ->
    show(mode, fun() -> code:get_mode() end),
    show(root_dir, fun() -> filelib:is_dir(code:root_dir()) end),
    show(lib_dir, fun() -> code:lib_dir() =:= filename:join(code:root_dir(), "lib") end),
    show(lib_dir_stdlib, fun() -> lists:prefix(code:lib_dir(), code:lib_dir(stdlib)) end),
    show(lib_dir_none, fun() -> code:lib_dir(no_such_application) end),
    show(lib_dir_wrong, fun() -> code:lib_dir(1) end),
    show(priv_dir_none, fun() -> code:priv_dir(no_such_application) end),
    show(which_none, fun() -> code:which(no_such_module) end),
    show(which, fun() -> filename:basename(code:which(lists)) end),
    show(where, fun() -> filename:basename(code:where_is_file("lists.beam")) end),
    show(where_none, fun() -> code:where_is_file("no_such_file.beam") end),
    show(is_loaded, fun() -> {file, F} = code:is_loaded(lists), filename:basename(F) end),
    show(is_loaded_none, fun() -> code:is_loaded(no_such_module) end),
    show(all_loaded, fun() -> [M || {M, _} <- code:all_loaded(), lists:member(M, [lists, erlang, ?MODULE])] =/= [] end),
    show(module_loaded, fun() -> [erlang:module_loaded(M) || M <- [lists, no_such_module]] end),
    show(module_loaded_wrong, fun() -> erlang:module_loaded(1) end),
    show(loaded, fun() -> lists:member(?MODULE, erlang:loaded()) end),
    show(pre_loaded, fun() -> is_list(erlang:pre_loaded()) end),
    show(is_builtin, fun() -> [erlang:is_builtin(M, F, A) || {M, F, A} <-
        [{erlang, element, 2}, {erlang, element, 3}, {lists, map, 2}, {lists, member, 2}, {no, no, 0}]] end),
    show(is_builtin_wrong, fun() -> erlang:is_builtin(1, element, 2) end),
    show(is_builtin_arity, fun() -> erlang:is_builtin(erlang, element, a) end),
    show(exported, fun() -> [erlang:function_exported(?MODULE, F, A) || {F, A} <- [{main, 0}, {main, 1}, {show, 2}]] end),
    show(exported_wrong, fun() -> erlang:function_exported(?MODULE, main, -1) end).

paths() ->
    Here = filename:absname("."),
    show(get_path, fun() -> lists:all(fun is_list/1, code:get_path()) end),
    Before = code:get_path(),
    show(add_path, fun() -> code:add_path(Here) end),
    show(last, fun() -> lists:last(code:get_path()) =:= Here end),
    show(add_patha, fun() -> code:add_patha(Here) end),
    show(first, fun() -> hd(code:get_path()) =:= Here orelse hd(tl(code:get_path())) =:= Here end),
    show(add_pathz, fun() -> code:add_pathz(Here) end),
    show(add_path_none, fun() -> code:add_path("/no/such/folder") end),
    show(add_patha_none, fun() -> code:add_patha("/no/such/folder") end),
    show(add_pathz_none, fun() -> code:add_pathz("/no/such/folder") end),
    show(del_path, fun() -> code:del_path(Here) end),
    show(del_path_again, fun() -> code:del_path("/no/such/folder") end),
    show(set_path, fun() -> code:set_path(Before) end),
    show(same, fun() -> code:get_path() =:= Before end),
    show(set_path_wrong, fun() -> code:set_path(["/no/such/folder"]) end).

%% A module made here in two versions.
binary_of(N) ->
    Forms = [{attribute, 1, module, made_here}, {attribute, 1, export, [{version, 0}]},
             {attribute, 1, vsn, [N]}, {function, 1, version, 0, [{clause, 1, [], [], [{integer, 1, N}]}]}],
    {ok, made_here, Binary} = compile:forms(Forms),
    Binary.

load() ->
    show(load_1, fun() -> code:load_binary(made_here, "made_here.beam", binary_of(1)) end),
    show(version_1, fun() -> made_here:version() end),
    show(which_made, fun() -> code:which(made_here) end),
    show(old_code, fun() -> erlang:check_old_code(made_here) end),
    show(load_2, fun() -> code:load_binary(made_here, "made_here.beam", binary_of(2)) end),
    show(version_2, fun() -> made_here:version() end),
    show(old_code, fun() -> erlang:check_old_code(made_here) end),
    show(soft_purge, fun() -> code:soft_purge(made_here) end),
    show(old_code, fun() -> erlang:check_old_code(made_here) end),
    show(load_garbage, fun() -> code:load_binary(made_here, "made_here.beam", <<"garbage">>) end),
    show(load_wrong_name, fun() -> code:load_binary(other_name, "other_name.beam", binary_of(3)) end),
    show(load_file_none, fun() -> code:load_file(no_such_module) end),
    show(ensure_loaded, fun() -> [code:ensure_loaded(M) || M <- [lists, no_such_module]] end),
    show(ensure_modules, fun() -> code:ensure_modules_loaded([lists, maps]) end),
    show(ensure_modules_none, fun() -> code:ensure_modules_loaded([lists, no_such_module]) end),
    show(object_code, fun() -> {lists, B, F} = code:get_object_code(lists), {is_binary(B), filename:basename(F)} end),
    show(object_code_none, fun() -> code:get_object_code(no_such_module) end),
    show(prepared_wrong, fun() -> erlang:has_prepared_code_on_load(a) end).

purge() ->
    show(info, fun() -> [erlang:get_module_info(made_here, module), lists:sort(erlang:get_module_info(made_here, exports))] end),
    show(info_all, fun() -> lists:sort([K || {K, _} <- erlang:get_module_info(made_here)]) end),
    show(info_wrong, fun() -> erlang:get_module_info(made_here, no_such_key) end),
    show(info_none, fun() -> erlang:get_module_info(no_such_module) end),
    show(delete, fun() -> code:delete(made_here) end),
    show(after_delete, fun() -> [erlang:module_loaded(made_here), erlang:check_old_code(made_here)] end),
    show(call_deleted, fun() -> try made_here:version() catch error:undef -> undef end end),
    show(purge, fun() -> code:purge(made_here) end),
    show(purge_again, fun() -> code:purge(made_here) end),
    show(delete_none, fun() -> code:delete(never_loaded) end),
    show(delete_module_none, fun() -> erlang:delete_module(never_loaded) end),
    show(delete_module_wrong, fun() -> erlang:delete_module(1) end),
    show(purge_module, fun() -> erts_internal:purge_module(made_here, prepare) end),
    show(purge_module_wrong, fun() -> erts_internal:purge_module(made_here, no_such_step) end),
    show(check_process_code, fun() -> erlang:check_process_code(self(), made_here) end),
    show(check_own_code, fun() -> erts_internal:check_process_code(made_here) end).

modules() ->
    show(load_nif, fun() -> element(1, erlang:load_nif("no_such_library", 0)) end),
    show(load_nif_wrong, fun() -> erlang:load_nif(a, 0) end),
    show(on_load_none, fun() -> erlang:call_on_load_function(no_such_module) end),
    show(finish_none, fun() -> erlang:finish_after_on_load(no_such_module, true) end).

%% Processes and modules that answer at the start of a system.
answers() ->
    show(server, fun() -> code_server:call({is_sticky, no_such_module}) end),
    show(init_arguments, fun() -> lists:all(fun is_tuple/1, init:get_arguments()) end),
    show(warning_map, fun() -> error_logger:warning_map() end),
    show(printable_range, fun() -> lists:member(io:printable_range(), [latin1, unicode]) end),
    %% The harness has OTP log nothing.
    logger:set_primary_config(level, error),
    show(allow, fun() -> [logger:allow(L, ?MODULE) || L <- [debug, error, emergency]] end),
    show(allow_wrong, fun() -> logger:allow(no_such_level, ?MODULE) end),
    show(log, fun() -> logger:log(debug, "nobody sees this", []) end).
