%% What the code server of a Dala runtime does in processes: running `-on_load` functions.
%%
%% A module with an `-on_load` function that was read, lowered and linked is *pending*: nobody can call it yet. One
%% process, the keeper, has the function run in a process of its own and then publishes the module or drops it; all
%% others that need the module wait for the keeper's end. See the OTP reference manual, "Compilation and Code
%% Loading", section "Running a Function When a Module is Loaded".
%%
%% `dala_code.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_code.erl` in this folder.
-module(dala_code).
-export([await/1, await_all/2, call/3, keep/1, claim/1]).

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
                    erlang:finish_after_on_load(Module, Result =:= ok),
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

%% As OTP's code_server: an atom is a failure that was meant.
report(_, Result) when is_atom(Result) ->
    ok;
report(Module, Result) ->
    error_logger:warning_msg("The on_load function for module ~s returned:~n~P\n", [Module, Result, 10]).

%% Built-in: makes the caller the keeper of a pending module, or tells who is, or how it ended.
claim(_Module) ->
    erlang:nif_error(undefined).
