%% `dala eval`: evaluates a text and prints its value.
%%
%% `dala_eval.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_eval.erl` in this folder.
-module(dala_eval).
-export([erlang/1, elixir/1]).

%% Erlang expressions; the dot at the end may be left out.
erlang(Text) ->
    case unicode:characters_to_list(Text) of
        String when is_list(String) -> scanned(erl_scan:string(with_dot(String)));
        _ -> refused("the text is not UTF-8")
    end.

with_dot(String) ->
    case lists:reverse(string:trim(String, trailing)) of
        [$. | _] -> String;
        _ -> String ++ "."
    end.

scanned({ok, Tokens, _}) -> parsed(erl_parse:parse_exprs(Tokens));
scanned({error, {_, Module, Why}, _}) -> refused(Module:format_error(Why)).

parsed({ok, Expressions}) ->
    {value, Value, _} = erl_eval:exprs(Expressions, erl_eval:new_bindings()),
    io:format("~tp~n", [Value]);
parsed({error, {_, Module, Why}}) ->
    refused(Module:format_error(Why)).

refused(Why) ->
    io:format(standard_error, "error: ~ts~n", [Why]),
    dala_boot:flush(),
    erlang:halt(1).

%% An Elixir expression. What it raises is shown as Elixir shows it.
elixir(Text) ->
    try 'Elixir.Code':eval_string(Text) of
        {Value, _} -> 'Elixir.IO':puts('Elixir.Kernel':inspect(Value, [{pretty, true}]))
    catch
        %% Nobody reads what it prints: the command says so, or nothing.
        error:terminated:Stack ->
            erlang:raise(error, terminated, Stack);
        Class:Reason:Stack ->
            'Elixir.IO':puts(standard_error, 'Elixir.Exception':format(Class, Reason, Stack)),
            dala_boot:flush(),
            erlang:halt(1)
    end.
