%% All ways to place eight queens.
-module(b_queens).
-export([run/0]).

run() ->
    92 = length(queens(8, 8)),
    ok.

queens(0, _) -> [[]];
queens(N, Size) ->
    [[Column | Rest] || Rest <- queens(N - 1, Size), Column <- lists:seq(1, Size), is_safe(Column, 1, Rest)].

is_safe(_, _, []) -> true;
is_safe(Column, Distance, [Other | Rest]) ->
    Column =/= Other andalso Column =/= Other + Distance andalso Column =/= Other - Distance
        andalso is_safe(Column, Distance + 1, Rest).
