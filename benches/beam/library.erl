%% Calls of OTP's library and of comprehensions over bits, each for itself and warm: prints microseconds a call. Runs alike on OTP
%% (`erl -noshell -pa . -eval 'library:main([]), halt().'`) and on Dala (`dala run -pa . library main []`).
-module(library).
-export([main/1]).

main(_) ->
    Lines = fun() -> [io_lib:format("~w: ~s = ~p~n", [I, "name", {I, [I]}]) || I <- lists:seq(1, 60)] end,
    Chars = Lines(),
    Text = unicode:characters_to_binary(Chars),
    Padded = fun() -> [lists:flatten(string:pad(integer_to_list(I), 8, leading, $0)) || I <- lists:seq(1, 200)] end,
    Pieces = Padded(),
    Bytes = << <<(N rem 256)>> || N <- lists:seq(1, 12000) >>,
    Encoded = base64:encode(Bytes),
    Points = [N rem 16#d000 + 1 || N <- lists:seq(1, 60000, 7)],
    Utf8 = to_utf8(Points),
    show("io_lib:format, 60 lines", 1000, Lines),
    show("unicode:characters_to_binary", 1000, fun() -> unicode:characters_to_binary(Chars) end),
    show("string:uppercase", 1000, fun() -> string:uppercase(Text) end),
    show("string:lowercase", 1000, fun() -> string:lowercase(Text) end),
    show("string:trim", 1000, fun() -> string:trim(Text) end),
    show("string:split, all", 1000, fun() -> string:split(Text, "\n", all) end),
    show("string:pad, 200", 500, Padded),
    show("lists:append, 200", 1000, fun() -> lists:append(Pieces) end),
    show("binary appended to, 200", 1000,
         fun() -> lists:foldl(fun(S, Binary) -> <<Binary/binary, (list_to_binary(S))/binary, $;>> end, <<>>, Pieces) end),
    show("base64:encode, 12000 bytes", 500, fun() -> base64:encode(Bytes) end),
    show("base64:decode, 12000 bytes", 500, fun() -> base64:decode(Encoded) end),
    show("to UTF-8, 8572 code points", 500, fun() -> to_utf8(Points) end),
    show("of UTF-8, 8572 code points", 500, fun() -> of_utf8(Utf8) end),
    show("unicode:characters_to_list", 500, fun() -> unicode:characters_to_list(Utf8) end),
    show("integer_to_list, 8572", 1000, fun() -> [integer_to_list(P) || P <- Points] end).

to_utf8(Points) -> << <<Point/utf8>> || Point <- Points >>.

of_utf8(<<Point/utf8, Rest/binary>>) -> [Point | of_utf8(Rest)];
of_utf8(<<>>) -> [].

%% So many calls after a third of that.
show(Name, Times, Call) ->
    repeat(Times div 3, Call),
    Start = erlang:monotonic_time(microsecond),
    repeat(Times, Call),
    io:format("~s: ~.1f us~n", [Name, (erlang:monotonic_time(microsecond) - Start) / Times]).

repeat(0, _) -> ok;
repeat(N, Call) -> Call(), repeat(N - 1, Call).
