%% Answers the calls of golden files with real OTP: erl -noshell -run bless main FILE
-module(bless).
-export([main/1]).

main([File]) ->
    {ok, Text} = file:read_file(File),
    Lines = [hd(binary:split(Line, <<"  =>  ">>)) || Line <- binary:split(Text, <<"\n">>, [global, trim_all])],
    ok = file:write_file(File, [[Line, "  =>  ", answer(Line), "\n"] || Line <- Lines]),
    init:stop().

answer(Line) ->
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Line) ++ "."),
    {ok, [{call, _, {remote, _, {atom, _, M}, {atom, _, F}}, Args}]} = erl_parse:parse_exprs(Tokens),
    Values = [begin {value, V, _} = erl_eval:expr(Arg, []), V end || Arg <- Args],
    Result = try {ok, apply(M, F, Values)} catch Class:Reason -> {Class, Reason} end,
    unicode:characters_to_binary(io_lib:format("~tw", [Result])).
