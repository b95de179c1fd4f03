%% Sudoku by search: sets of digits as bits, in tuples, always at the cell with the fewest left.
-module(b_sudoku).
-export([run/0]).

run() ->
    Puzzle = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79",
    "534678912" ++ _ = solve(Puzzle),
    [_ | _] = solve("4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......"),
    ok.

solve(Text) ->
    Empty = erlang:make_tuple(9, 511),
    {Open, Rows, Columns, Boxes} = read(Text, 0, [], Empty, Empty, Empty),
    Digits = search(Open, Rows, Columns, Boxes, #{}),
    [digit(Place, Char, Digits) || {Place, Char} <- lists:zip(lists:seq(0, 80), Text)].

digit(Place, $., Digits) -> $0 + map_get(Place, Digits);
digit(_, Char, _) -> Char.

read([], _, Open, Rows, Columns, Boxes) -> {Open, Rows, Columns, Boxes};
read([$. | Rest], Place, Open, Rows, Columns, Boxes) -> read(Rest, Place + 1, [Place | Open], Rows, Columns, Boxes);
read([Char | Rest], Place, Open, Rows, Columns, Boxes) ->
    Bit = 1 bsl (Char - $1),
    {R, C, B} = lines(Place),
    read(Rest, Place + 1, Open, without(R, Bit, Rows), without(C, Bit, Columns), without(B, Bit, Boxes)).

lines(Place) -> {Place div 9 + 1, Place rem 9 + 1, Place div 27 * 3 + Place rem 9 div 3 + 1}.

without(Line, Bit, Lines) -> setelement(Line, Lines, element(Line, Lines) band bnot Bit).

search([], _, _, _, Digits) -> Digits;
search(Open, Rows, Columns, Boxes, Digits) ->
    {Place, Bits} = fewest(Open, Rows, Columns, Boxes, none, 0, 10),
    try_each(1, Bits, Place, lists:delete(Place, Open), Rows, Columns, Boxes, Digits).

try_each(_, 0, _, _, _, _, _, _) -> none;
try_each(Digit, Bits, Place, Open, Rows, Columns, Boxes, Digits) when Bits band 1 =:= 1 ->
    {R, C, B} = lines(Place),
    Bit = 1 bsl (Digit - 1),
    case search(Open, without(R, Bit, Rows), without(C, Bit, Columns), without(B, Bit, Boxes), Digits#{Place => Digit}) of
        none -> try_each(Digit + 1, Bits bsr 1, Place, Open, Rows, Columns, Boxes, Digits);
        Found -> Found
    end;
try_each(Digit, Bits, Place, Open, Rows, Columns, Boxes, Digits) ->
    try_each(Digit + 1, Bits bsr 1, Place, Open, Rows, Columns, Boxes, Digits).

fewest([], _, _, _, Place, Bits, _) -> {Place, Bits};
fewest([Place | Rest], Rows, Columns, Boxes, Best, BestBits, Least) ->
    {R, C, B} = lines(Place),
    Bits = element(R, Rows) band element(C, Columns) band element(B, Boxes),
    case count(Bits, 0) of
        Count when Count < Least -> fewest(Rest, Rows, Columns, Boxes, Place, Bits, Count);
        _ -> fewest(Rest, Rows, Columns, Boxes, Best, BestBits, Least)
    end.

count(0, Count) -> Count;
count(Bits, Count) -> count(Bits band (Bits - 1), Count + 1).
