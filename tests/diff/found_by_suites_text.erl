%% stage: c. What OTP's suites of re and unicode found: hyphens behind classes, names that several groups have, letters
%% of Latin-1 in UTF-8, characters that are not whole, integers that are no characters; compiled patterns of binary.
-module(found_by_suites_text).
-export([main/0]).

main() ->
    [io:format("~s ~p~n", [Pattern, matched("12-34z:a", Pattern, [])])
        || Pattern <- ["[\\d-z]+", "[[:digit:]-z]+", "[\\d-]+", "[\\d-\\w]", "[\\p{L}-z]+", "[\\h-z]", "[\\d-z][\\d-z]", "[a-\\d]"]],
    io:format("~p~n", [re:compile("[\\d-z](")]),
    io:format("~p~n", [re:replace("12-34z", "[\\d-z]+", "X\\1b&")]),
    names(),
    [io:format("~p~n", [re:run(Text, Pattern, Options)])
        || Text <- [[229], [1024], [$-, 229, 1024]], Pattern <- ["\\w", "\\W", "\\w+"], Options <- [[unicode], [unicode, ucp]]],
    [io:format("~w ~w~n", [Bytes, kind(Bytes)]) || Bytes <- partial()],
    [io:format("~w~n", [unicode:characters_to_list(["ab", [[N], "cd"] | "e"])]) || N <- [-1, 16#d800, 16#110000, 1 bsl 59, 1 bsl 64]],
    io:format("~w~n", [unicode:characters_to_binary([<<16#e2, 16#82>>, 1 bsl 64])]),
    {bm, One} = binary:compile_pattern(<<"b">>),
    {ac, Two} = binary:compile_pattern([<<"b">>, <<"c">>]),
    [io:format("~w~n", [try binary:match(<<"abc">>, Pattern) catch error:Reason -> Reason end])
        || Pattern <- [{bm, One}, {ac, Two}, {bm, Two}, {ac, One}, {bm, <<>>}, {ac, []}, {xx, One}]].

names() ->
    Days = "(?<DN>Mon|Fri|Sun)(?:day)?|(?<DN>Tue)(?:sday)?|(?<Other>Wed)(?:nesday)?|(?<DN>Sat)(?:urday)?",
    [io:format("~s ~p~n", [Day, matched(Day, Days, [{capture, Capture, list}])])
        || Day <- ["Monday", "Tuesday", "Wednesday", "Saturday"], Capture <- [all_names, ['DN'], ['Other', 'DN', none]]].

matched(Text, Pattern, Options) ->
    try re:run(Text, Pattern, [dupnames | Options]) catch error:Reason -> Reason end.

partial() ->
    [<<A>> || A <- [16#80, 16#c0, 16#c1, 16#c2, 16#f4, 16#f5, 16#f7, 16#f8]] ++
        [<<A, B>> || A <- [16#c1, 16#e0, 16#ed, 16#f0, 16#f4, 16#f5], B <- [16#7f, 16#80, 16#9f, 16#a0, 16#bf, 16#c0]] ++
        [<<A, B, 16#80>> || A <- [16#e0, 16#ed, 16#ee, 16#f0, 16#f4, 16#f7], B <- [16#80, 16#9f, 16#a0, 16#bf]] ++
        [<<A, B, 16#80, 16#80>> || A <- [16#f0, 16#f4, 16#f5], B <- [16#80, 16#8f, 16#90, 16#bf]].

kind(Bytes) -> {plain(unicode:characters_to_list(Bytes)), plain(unicode:characters_to_binary([Bytes, <<16#80>>]))}.

%% What is left may stand in lists of its own.
plain({Tag, Converted, Rest}) -> {Tag, Converted, iolist_to_binary(Rest)};
plain(Converted) -> Converted.
