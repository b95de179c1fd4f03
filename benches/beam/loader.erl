%% How fast modules are loaded: all of the installed OTP and Elixir, one after the other, by one process. On OTP it is
%% erlang:prepare_loading/2, which reads and verifies a module and makes machine code of it; on Dala code:load_binary/3, which reads,
%% lowers, optimises, verifies, encodes, links and publishes it. Prints modules, megabytes, seconds and megabytes a second.
%%
%%     erlc loader.erl && erl -noshell +S 1 -eval 'loader:main(["/usr/lib/elixir/lib"])' -s init stop
%%     DALA_JIT=off DALA_WORKERS=1 dala run loader main '["/usr/lib/elixir/lib"]'
-module(loader).
-export([main/1]).

main(Folders) ->
    Files = lists:append([filelib:wildcard(filename:join([Folder, "*", "ebin", "*.beam"])) || Folder <- [code:lib_dir() | Folders]]),
    Modules = [{list_to_atom(filename:basename(File, ".beam")), Bytes} || File <- Files, {ok, Bytes} <- [file:read_file(File)]],
    Load = loader(erlang:system_info(machine)),
    {Micros, Loaded} = timer:tc(fun() -> length([M || {M, Bytes} <- Modules, ok =:= Load(M, Bytes)]) end),
    Size = lists:sum([byte_size(Bytes) || {_, Bytes} <- Modules]) / 1.0e6,
    io:format("~p of ~p modules, ~.1f MB, ~.2f s, ~.2f MB/s~n", [Loaded, length(Modules), Size, Micros / 1.0e6, Size / Micros * 1.0e6]).

loader("BEAM") ->
    fun(Module, Bytes) -> case erlang:prepare_loading(Module, Bytes) of Code when is_reference(Code) -> ok; Error -> Error end end;
loader("Dala") ->
    fun(Module, Bytes) -> case code:load_binary(Module, "loader", Bytes) of {module, Module} -> ok; Error -> Error end end.
