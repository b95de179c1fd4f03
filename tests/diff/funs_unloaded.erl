%% stage: c. Funs in external terms whose module is not loaded: what is known of them, calls before and after it is.
-module(funs_unloaded).
-export([main/0]).

main() ->
    Md5 = binary:copy(<<7>>, 16),
    Nobodys = decode(no_such_module_here, Md5, 1, 3, [x, <<"y">>]),
    io:format("~p~n", [Nobodys]),
    [io:format("~p~n", [erlang:fun_info(Nobodys, Item)]) || Item <- [module, name, arity, env, index, new_index, uniq, new_uniq, type]],
    io:format("~p ~p~n", [is_function(Nobodys, 1), is_function(Nobodys, 3)]),
    io:format("~p~n", [binary_to_term(term_to_binary(Nobodys)) =:= Nobodys]),
    io:format("~p~n", [Nobodys =:= decode(no_such_module_here, Md5, 1, 3, [x, <<"y">>])]),
    [io:format("~p ~p~n", [Nobodys =:= F, Nobodys < F]) || F <- [decode(no_such_module_here, Md5, 1, 4, [x, <<"y">>]), decode(no_such_module_here, Md5, 1, 3, [x, z])]],
    io:format("~p~n", [reason(fun() -> Nobodys(1) end)]),
    io:format("~p~n", [reason(fun() -> Nobodys(1, 2) end)]),
    io:format("~p~n", [reason(fun() -> apply(Nobodys, [1]) end)]),
    {Pid, Monitor} = spawn_monitor(fun() -> process_flag(error_handler, ?MODULE), exit(Nobodys(2)) end),
    receive {'DOWN', Monitor, process, Pid, Reason} -> io:format("~p~n", [element(1, Reason)]) end,
    loaded_later().

loaded_later() ->
    Forms = [{attribute, 1, module, funs_unloaded_later}, {attribute, 1, export, [{f, 1}]},
             {function, 2, f, 1, [{clause, 2, [{var, 2, 'X'}], [], [{'fun', 2, {clauses, [{clause, 2, [{var, 2, 'Y'}], [],
                 [{op, 2, '+', {var, 2, 'X'}, {var, 2, 'Y'}}]}]}}]}]}],
    {ok, Module, Code} = compile:forms(Forms, []),
    {ok, {Module, Md5}} = beam_lib:md5(Code),
    {ok, {Module, [{"FunT", <<1:32, _:20/binary, OldUniq:32>>}]}} = beam_lib:chunks(Code, ["FunT"]),
    Fun = binary_to_term(external(Module, Md5, 1, 0, OldUniq, [40])),
    io:format("~p~n", [reason(fun() -> Fun(2) end)]),
    {module, Module} = code:load_binary(Module, "later", Code),
    io:format("~p~n", [Fun(2)]),
    io:format("~p~n", [reason(fun() -> Fun(2, 3) end)]),
    %% A fun that the module, now loaded, does not have.
    io:format("~p~n", [reason(fun() -> (decode(Module, Md5, 1, 9, [40]))(2) end)]),
    io:format("~p~n", [lists:map(Module:f(1), [1, 2])]).

reason(Fun) ->
    try Fun() catch error:Reason:Stack -> {Reason, element(1, hd(Stack)), element(2, hd(Stack))} end.

decode(Module, Md5, Arity, Index, Free) -> binary_to_term(external(Module, Md5, Arity, Index, Free)).

external(Module, Md5, Arity, Index, Free) -> external(Module, Md5, Arity, Index, 5, Free).

external(Module, Md5, Arity, Index, OldUniq, Free) ->
    <<131, Pid/binary>> = term_to_binary(self()),
    <<131, Name/binary>> = term_to_binary(Module),
    Env = << <<(binary:part(term_to_binary(T), 1, byte_size(term_to_binary(T)) - 1))/binary>> || T <- Free>>,
    Body = <<Arity, Md5/binary, Index:32, (length(Free)):32, Name/binary, 97, Index, 98, OldUniq:32, Pid/binary, Env/binary>>,
    <<131, 112, (byte_size(Body) + 4):32, Body/binary>>.
