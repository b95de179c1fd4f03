%% `dala test FILE.erl...`: compiles files for EUnit, in memory, and runs their tests.
%%
%% `dala_eunit.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_eunit.erl` in this folder.
-module(dala_eunit).
-export([run/1]).

%% Ends the program with status 0 when all tests passed, 1 otherwise.
run(Files) ->
    case code:which(eunit) of
        non_existing ->
            io:put_chars(standard_error, "error: EUnit is not installed (Debian: erlang-eunit, and erlang-dev for its header)\n"),
            ended(1);
        _ -> compiled([compile(unicode:characters_to_list(File)) || File <- Files])
    end.

%% As build tools have it: TEST is defined, and headers lie beside the file or in the application's folder.
compile(File) ->
    Folder = filename:dirname(File),
    Options = [binary, report, debug_info, {d, 'TEST'}, {i, Folder}, {i, filename:join([Folder, "..", "include"])}],
    case compile:file(File, Options) of
        {ok, Module, Code} ->
            {module, Module} = code:load_binary(Module, filename:absname(File), Code),
            {ok, Module};
        error -> error
    end.

compiled(Results) ->
    case lists:member(error, Results) of
        true -> ended(1);
        false ->
            Modules = [Module || {ok, Module} <- Results],
            case eunit:test(Modules -- tested_with_another(Modules)) of
                ok -> ended(0);
                error -> ended(1)
            end
    end.

%% Those that EUnit runs itself with the module whose tests they are.
tested_with_another(Modules) ->
    [list_to_atom(atom_to_list(Module) ++ "_tests") || Module <- Modules].

ended(Status) ->
    dala_boot:flush(),
    erlang:halt(Status).
