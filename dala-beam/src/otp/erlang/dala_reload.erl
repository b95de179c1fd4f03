%% Compiles a source that changed, and loads its modules: what `dala_beam::interop::Watch` calls. Processes keep their state; they
%% go on in the new version with their next call of a function by its full name (OTP reference manual, "Compilation and Code
%% Loading").
%%
%% `dala_reload.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_reload.erl` in this folder.
-module(dala_reload).
-export([load/1, load_all/1]).

%% `{ok, [Module]}`, or `{error, Text}` with what the compiler says; then what was loaded stays.
load(File) ->
    print_errors(),
    try
        case filename:extension(File) of
            <<".erl">> -> erlang_file(unicode:characters_to_list(File));
            _ -> elixir_file(File)
        end
    catch
        Class:Reason -> {error, text(io_lib:format("~ts: ~p: ~p", [File, Class, Reason]))}
    end.

%% The same for many files, which may need one another: what one does at compile time (macros, structs) is there for those that
%% need it. What is in Erlang comes first.
load_all(Files) ->
    print_errors(),
    {Erlang, Elixir} = lists:partition(fun(File) -> filename:extension(File) =:= <<".erl">> end, Files),
    case each(Erlang, []) of
        {ok, Modules} when Elixir =/= [] ->
            'Elixir.Code':put_compiler_option(ignore_module_conflict, true),
            case 'Elixir.Kernel.ParallelCompiler':compile(Elixir) of
                {ok, More, _Warnings} ->
                    {ok, Modules ++ More};
                {error, Errors, _Warnings} ->
                    {error, text(lists:join("\n", [elixir_said(Error) || Error <- Errors]))}
            end;
        Done ->
            Done
    end.

each([File | Files], Modules) ->
    case load(File) of
        {ok, More} -> each(Files, Modules ++ More);
        {error, Text} -> {error, Text}
    end;
each([], Modules) ->
    {ok, Modules}.

%% Without the compiler's own stack.
elixir_said({_File, _Where, Message}) -> hd(string:split(Message, "\n")).

%% Whoever called has no group leader; what is printed while a file is compiled are complaints.
print_errors() ->
    case whereis(standard_error) of
        undefined -> ok;
        Server -> group_leader(Server, self())
    end.

elixir_file(File) ->
    'Elixir.Code':put_compiler_option(ignore_module_conflict, true),
    try 'Elixir.Code':compile_file(File) of
        Modules -> {ok, [Module || {Module, _} <- Modules]}
    catch
        error:#{'__exception__' := true} = Error ->
            {error, 'Elixir.Exception':message(Error)}
    end.

erlang_file(File) ->
    Include = filename:join(filename:dirname(filename:dirname(File)), "include"),
    case compile:file(File, [binary, debug_info, return, {i, Include}]) of
        {ok, Module, Binary, _Warnings} ->
            case code:load_binary(Module, File, Binary) of
                {module, Module} -> {ok, [Module]};
                {error, Why} -> {error, text(io_lib:format("~ts: ~p", [File, Why]))}
            end;
        {error, Errors, _Warnings} ->
            {error, text(lists:join("\n", [said(Where, Error) || {Where, Those} <- Errors, Error <- Those]))}
    end.

said(File, {{Line, Column}, Module, What}) ->
    io_lib:format("~ts:~w:~w: ~ts", [File, Line, Column, Module:format_error(What)]);
said(File, {none, Module, What}) ->
    io_lib:format("~ts: ~ts", [File, Module:format_error(What)]);
said(File, {Line, Module, What}) ->
    io_lib:format("~ts:~w: ~ts", [File, Line, Module:format_error(What)]).

text(Characters) -> unicode:characters_to_binary(Characters).
