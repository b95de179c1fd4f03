%% Base64 of the standard library, and UTF-8 by the code point.
-module(b_base64).
-export([run/0]).

run() ->
    Bytes = << <<(N rem 256)>> || N <- lists:seq(1, 12000) >>,
    Points = [N rem 16#d000 + 1 || N <- lists:seq(1, 60000, 7)],
    loop(8, Bytes, Points).

loop(0, _, _) -> ok;
loop(N, Bytes, Points) ->
    Bytes = base64:decode(base64:encode(Bytes)),
    Text = << <<Point/utf8>> || Point <- Points >>,
    Points = points(Text),
    Points = unicode:characters_to_list(Text),
    loop(N - 1, Bytes, Points).

points(<<Point/utf8, Rest/binary>>) -> [Point | points(Rest)];
points(<<>>) -> [].
