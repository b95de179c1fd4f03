%% What the code server of a Dala runtime does in processes: running `-on_load` functions.
%%
%% A module with an `-on_load` function that was read, lowered and linked is *pending*: nobody can call it yet. One
%% process, the keeper, has the function run in a process of its own and then publishes the module or drops it; all
%% others that need the module wait for the keeper's end. See the OTP reference manual, "Compilation and Code
%% Loading", section "Running a Function When a Module is Loaded".
%%
%% It also starts OTP's purger, which ends old code, and asks it to.
%%
%% `dala_code.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_code.erl` in this folder.
-module(dala_code).
-export([start/0, await/1, await_all/2, call/3, keep/1, claim/1, request/1]).
-export([purge/1, soft_purge/1, purge_and_load/3, call_when_purged/3, is_purging/1, collected/0]).

%% Registers `code_server`: `error_handler` loads modules only where there is one.
start() ->
    true = register(code_server, spawn_link(fun serve/0)),
    start_purger().

serve() ->
    receive
        {code_call, From, Request} ->
            From ! {code_server, try request(Request) catch _:Reason -> {error, Reason} end};
        _ ->
            ignored
    end,
    serve().

%% Waits until a pending module can be called: `{module, Module}` or `{error, on_load_failure}`.
await(Module) ->
    {Keeper, Ref} = spawn_monitor(?MODULE, keep, [Module]),
    receive
        {'DOWN', Ref, process, Keeper, ok} -> {module, Module};
        {'DOWN', Ref, process, Keeper, _} -> {error, on_load_failure}
    end.

%% The rest of code:ensure_modules_loaded/1: pending modules, and the failures so far.
await_all(Modules, Failed) ->
    case Failed ++ [{M, Why} || M <- Modules, {error, Why} <- [await(M)]] of
        [] -> ok;
        All -> {error, All}
    end.

%% A call that met a pending module.
call(Module, Function, Args) ->
    case await(Module) of
        {module, Module} -> apply(Module, Function, Args);
        {error, _} -> error_handler:raise_undef_exception(Module, Function, Args)
    end.

%% Sees a pending module through, or waits for whoever does; ends with `ok` or something else.
keep(Module) ->
    case claim(Module) of
        claimed ->
            {Runner, Ref} = spawn_monitor(fun() -> exit(erlang:call_on_load_function(Module)) end),
            receive
                {'DOWN', Ref, process, Runner, Result} ->
                    finish(Module, Result =:= ok),
                    report(Module, Result),
                    exit(Result)
            end;
        Keeper when is_pid(Keeper) ->
            Ref = monitor(process, Keeper),
            receive {'DOWN', Ref, process, Keeper, _} -> keep(Module) end;
        loaded ->
            exit(ok);
        failed ->
            exit(on_load_failure)
    end.

%% What a function started that refuses its module is killed if it is still there.
finish(Module, true) ->
    erlang:finish_after_on_load(Module, true);
finish(Module, false) ->
    start_purger(),
    erts_code_purger:finish_after_on_load(Module, false).

%% As OTP's code_server: an atom is a failure that was meant.
report(_, Result) when is_atom(Result) ->
    ok;
report(Module, Result) ->
    error_logger:warning_msg("The on_load function for module ~s returned:~n~P\n", [Module, Result, 10]).

%% What `code` asks its server for, where no built-in function takes the place of the whole function of `code`.
request({load_abs, File, Module}) ->
    Path = filename:absname(lists:concat([File, code:objfile_extension()])),
    case erl_prim_loader:get_file(Path) of
        {ok, Binary, _} ->
            case erlang:check_old_code(Module) andalso erlang:module_loaded(Module) of
                true ->
                    error_logger:error_msg("Loading of ~ts failed: ~p\n", [Path, not_purged]),
                    {error, not_purged};
                false ->
                    code:load_binary(Module, Path, Binary)
            end;
        error ->
            {error, nofile}
    end;
request({add_paths, Where, Folders}) ->
    _ = case Where of
            last -> [catch code:add_pathz(Folder) || Folder <- Folders];
            first -> [catch code:add_patha(Folder) || Folder <- Folders]
        end,
    ok;
request({finish_loading, Prepared, EnsureLoaded}) ->
    case [{M, P, File} || {M, {P, File}} <- Prepared, not (EnsureLoaded andalso erlang:module_loaded(M))] of
        [] ->
            ok;
        Wanted ->
            case [M || {M, _, _} <- Wanted, erlang:check_old_code(M), erlang:module_loaded(M)] of
                [] -> finish_loading(Wanted);
                Old -> {error, [{M, not_purged} || M <- Old]}
            end
    end;
request({dir, compiler_dir}) ->
    code:lib_dir(compiler);
request({dir, {lib_dir, Application, Sub}}) ->
    case code:lib_dir(Application) of
        {error, _} = Error -> Error;
        Folder -> filename:append(Folder, atom_to_list(Sub))
    end;
%% No folder is sticky: whoever loads a module of OTP's own again means it.
request({Stick, _}) when Stick =:= stick_dir; Stick =:= unstick_dir; Stick =:= stick_mod; Stick =:= unstick_mod ->
    ok;
request({is_sticky, _}) ->
    false;
request(stop) ->
    ok;
request(_) ->
    {error, enotsup}.

finish_loading(Wanted) ->
    case erlang:finish_loading([{P, File} || {_, P, File} <- Wanted]) of
        ok -> ok;
        {Why, Modules} -> {error, [{M, Why} || M <- Modules]}
    end.

%% Ends old code; says whether processes were killed.
purge(Module) ->
    start_purger(),
    {_, HasKilled} = erts_code_purger:purge(Module),
    HasKilled.

%% Ends old code where no process is in it; says whether there is none now.
soft_purge(Module) ->
    start_purger(),
    erts_code_purger:soft_purge(Module).

%% A third version takes the place of the second one.
purge_and_load(Module, File, Binary) ->
    _ = purge(Module),
    code:load_binary(Module, File, Binary).

%% A system that was not booted has none until it needs it.
start_purger() ->
    case whereis(erts_code_purger) of
        undefined ->
            Purger = spawn(fun() -> process_flag(trap_exit, true), erts_code_purger:wait_for_request() end),
            try register(erts_code_purger, Purger) of
                true -> ok
            catch
                error:badarg ->
                    exit(Purger, kill),
                    ok
            end;
        _ ->
            ok
    end.

%% A call of a fun whose code is being purged: it waits for what becomes of that.
call_when_purged(Module, Fun, Args) ->
    case is_purging(Module) of
        true ->
            receive after 1 -> call_when_purged(Module, Fun, Args) end;
        false ->
            apply(Fun, Args)
    end.

%% Built-in: whether a version of a module is being purged.
is_purging(_Module) ->
    erlang:nif_error(undefined).

%% Built-in: makes the caller the keeper of a pending module, or tells who is, or how it ended.
claim(_Module) ->
    erlang:nif_error(undefined).

%% What erts_internal:garbage_collect/1 goes on as: the entry of a function is where a collection happens that was asked for.
collected() ->
    true.
