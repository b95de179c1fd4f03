%% stage: c. Arithmetic, comparisons and the functions of guards in hot code, on numbers that are no small integers, mixed ones, and
%% values that are none: in bodies (what is raised, and where) and in guards (which clause is taken).
-module(vm_hot_numbers).
-export([main/0]).

main() ->
    Numbers = [0, 1, -1, 7, 1 bsl 58, -(1 bsl 59), 1 bsl 60, (1 bsl 62) - 1, 1 bsl 70, -(1 bsl 90), 1.5, -0.0, 1.0e300, 3.0],
    Others = [a, [], [1], {1, 2}, <<"x">>, #{}],
    [hot(fun() -> one(Op, X) end, {Op, X}) || Op <- ['-', 'bnot', length, tuple_size, map_size, byte_size], X <- Numbers ++ Others],
    [hot(fun() -> two(Op, X, Y) end, {Op, X, Y}) || Op <- ['+', '-', '*', '/', 'div', 'rem', 'band', 'bor', 'bxor', max, min], X <- Numbers, Y <- Numbers ++ [a]],
    [hot(fun() -> two(Op, X, Y) end, {Op, X, Y}) || Op <- ['bsl', 'bsr'], X <- Numbers, Y <- [0, 1, 3, -2, 61, 64, -70, 1.0, a]],
    [hot(fun() -> {guard(X, Y), order(X, Y), elements(X, Y)} end, {guards, X, Y}) || X <- Numbers ++ Others, Y <- [0, 2, 1.5, 1 bsl 70, a, {1, 2}]],
    [hot(fun() -> constant(X) end, {constant, X}) || X <- Numbers ++ [a]],
    io:format("~p~n", [floats(2000, 0.0, 1.0, 0)]),
    io:format("~p~n", [erlang:phash2(bigs(500, 1))]),
    io:format("~p~n", [long(lists:seq(1, 1000), 0)]).

%% Often enough for machine code, and always with the same outcome.
hot(F, What) ->
    First = outcome(F),
    [First = outcome(F) || _ <- lists:seq(1, 5)],
    case erlang:phash2(What, 9) of
        0 -> io:format("~w: ~w~n", [What, First]);
        _ -> io:format("~w ", [erlang:phash2(First, 100000)])
    end.

outcome(F) ->
    try F() of
        Value -> Value
    catch
        Class:Reason:Trace ->
            [{M, N, A, I} | _] = Trace,
            {Class, Reason, M, N, A, lists:keyfind(line, 1, I)}
    end.

one('-', X) -> -X;
one('bnot', X) -> bnot X;
one(length, X) -> length(X) + 1;
one(tuple_size, X) -> tuple_size(X) + 1;
one(map_size, X) -> map_size(X) + 1;
one(byte_size, X) -> byte_size(X) + 1.

two('+', X, Y) -> X + Y;
two('-', X, Y) -> X - Y;
two('*', X, Y) -> X * Y;
two('/', X, Y) -> X / Y;
two('div', X, Y) -> X div Y;
two('rem', X, Y) -> X rem Y;
two('band', X, Y) -> X band Y;
two('bor', X, Y) -> X bor Y;
two('bxor', X, Y) -> X bxor Y;
two('bsl', X, Y) -> X bsl Y;
two('bsr', X, Y) -> X bsr Y;
two(max, X, Y) -> max(X, Y);
two(min, X, Y) -> min(X, Y).

constant(X) ->
    Y = (X + 3) * 2 - 1,
    Z = Y + 1 - X,
    {Y, Z, X > 2, Y < 100, Z >= 7}.

guard(X, Y) when X + Y > 100 -> large;
guard(X, Y) when X * Y < -5 -> low;
guard(X, Y) when X - Y =:= -2 -> two;
guard(X, Y) when X / Y > 0.5 -> half;
guard(X, Y) when X band Y =:= 0, X bsl 1 > 0 -> bits;
guard(X, _) when length(X) =:= 1; tuple_size(X) =:= 2; map_size(X) =:= 0; byte_size(X) =:= 1 -> sized;
guard(_, _) -> none.

order(X, Y) when X < Y, X > 2 -> {between, X};
order(X, Y) when X >= Y -> above;
order(X, _) when X < 0 -> below;
order(_, _) -> neither.

elements(X, Y) when element(X, Y) =:= 1 -> first;
elements(X, Y) when element(2, Y) =:= X -> second;
elements(X, Y) when element(X, {1, 2, 3}) > 1 -> {later, Y};
elements(X, {_, _} = Y) -> try element(X, Y) catch C:R -> {C, R} end;
elements(_, _) -> none.

floats(0, Sum, _, Count) -> {Sum, Count};
floats(N, Sum, Step, Count) when Sum + Step > 100.0 -> floats(N - 1, Sum - 100, Step, Count + 1);
floats(N, Sum, Step, Count) -> floats(N - 1, Sum + Step / 3, Step, Count).

bigs(0, Value) -> Value;
bigs(N, Value) -> bigs(N - 1, (Value * 6364136223846793005 + N) band 16#ffffffffffffffff).

%% Longer than what is counted at once.
long(List, N) when N < 3, length(List) > 256 + N -> long(List, N + 1);
long(List, N) -> {length(List), N}.
