%% Text: splitting, joining, numbers to text and back, iolists.
-module(b_text).
-export([run/0]).

run() ->
    Line = iolist_to_binary(lists:join($,, [integer_to_list(N) || N <- lists:seq(1, 2000)])),
    loop(20, Line).

loop(0, _) -> ok;
loop(N, Line) ->
    Fields = binary:split(Line, <<",">>, [global]),
    2001000 = lists:sum([binary_to_integer(Field) || Field <- Fields]),
    Line = iolist_to_binary(lists:join($,, Fields)),
    "1,2,3" ++ _ = String = binary_to_list(Line),
    2000 = length(string:lexemes(String, ",")),
    loop(N - 1, Line).
