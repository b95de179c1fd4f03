%% Clauses chosen by tagged tuples: a small stack machine.
-module(b_dispatch).
-export([run/0]).

run() ->
    Code = [{push, 1}, {push, 2}, add, {push, 3}, mul, dup, sub, {push, 7}, swap, drop, {push, 4}, add, drop],
    loop(60000, Code).

loop(0, _) -> ok;
loop(N, Code) ->
    [] = step(Code, []),
    loop(N - 1, Code).

step([{push, Value} | Code], Stack) -> step(Code, [Value | Stack]);
step([add | Code], [A, B | Stack]) -> step(Code, [A + B | Stack]);
step([sub | Code], [A, B | Stack]) -> step(Code, [B - A | Stack]);
step([mul | Code], [A, B | Stack]) -> step(Code, [A * B | Stack]);
step([dup | Code], [A | Stack]) -> step(Code, [A, A | Stack]);
step([swap | Code], [A, B | Stack]) -> step(Code, [B, A | Stack]);
step([drop | Code], [_ | Stack]) -> step(Code, Stack);
step([], Stack) -> Stack.
