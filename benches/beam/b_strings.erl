%% Strings built: formatted, appended, put into iolists and binaries, changed in case.
-module(b_strings).
-export([run/0]).

run() -> loop(20).

loop(0) -> ok;
loop(N) ->
    Lines = [io_lib:format("~w: ~s = ~p~n", [I, "name", {I, [I]}]) || I <- lists:seq(1, 60)],
    Text = unicode:characters_to_binary(Lines),
    Upper = string:uppercase(Text),
    Text = string:lowercase(Upper),
    60 = length(string:split(string:trim(Text), "\n", all)),
    Padded = [lists:flatten(string:pad(integer_to_list(I), 8, leading, $0)) || I <- lists:seq(1, 200)],
    1600 = length(lists:append(Padded)),
    Joined = lists:foldl(fun(S, Binary) -> <<Binary/binary, (list_to_binary(S))/binary, $;>> end, <<>>, Padded),
    1800 = byte_size(Joined),
    loop(N - 1).
