%% stage: c. Tries nested as deep as the stack is: unwinding through each of them, after-blocks in order, stack traces of the innermost, rethrown reasons, catches in between.
-module(vm_deep_try).
-export([main/0]).

main() ->
    rethrown(), afters(), caught_deep(), classes(), catches(), bodies(), traces(), unwound().

p(T) -> io:format("~0tp~n", [T]).

%% Each level catches and raises again.
rethrown() -> p([try deep(N) catch C:R -> {C, R} end || N <- [0, 1, 10, 1000, 20000]]).
deep(0) -> throw(bottom);
deep(N) -> try deep(N - 1) catch throw:R -> throw(R) end.

afters() ->
    put(count, 0),
    p(catch after_each(20000)),
    p(get(count)),
    put(order, []),
    p(try ordered(5) catch error:R -> R end),
    p(lists:reverse(get(order))).
after_each(0) -> error_free;
after_each(N) -> try after_each(N - 1) after put(count, get(count) + 1) end.
ordered(0) -> error(ordered);
ordered(N) -> try ordered(N - 1) after put(order, [N | get(order)]) end.

%% Only the outermost catches: the others do not match.
caught_deep() ->
    p(try not_mine(15000) catch throw:{odd, X} -> X end),
    p(try not_mine(7) catch throw:{odd, Y} -> Y end).
not_mine(0) -> throw({odd, 1});
not_mine(N) -> try not_mine(N - 1) of X -> X catch throw:{even, _} -> never; error:_ -> never end.

classes() ->
    p([try turn(N) catch C:R -> {C, R} end || N <- [1, 2, 3, 10, 3001]]).
turn(0) -> throw(0);
turn(N) -> try turn(N - 1) catch throw:X -> error(X + 1); error:X -> exit(X + 1); exit:X -> throw(X + 1) end.

catches() ->
    p(catch catch_each(20000)),
    p(element(1, element(2, catch_error(3)))).
catch_each(0) -> throw(ball);
catch_each(N) -> case catch catch_each(N - 1) of ball -> throw(ball); Other -> {other, Other} end.
catch_error(0) -> error(deep_error);
catch_error(N) -> catch catch_error(N - 1).

%% Frames without a try in between.
bodies() -> p([try sum(N) catch throw:T -> T end || N <- [1, 100, 20000]]).
sum(0) -> throw(end_of_sum);
sum(N) when N rem 1000 =:= 0 -> try 1 + sum(N - 1) catch throw:T -> throw([N | if is_list(T), length(T) > 2 -> [hd(T)]; is_list(T) -> T; true -> [T] end]) end;
sum(N) -> 1 + sum(N - 1).

traces() ->
    p(try nested(3) catch error:_:S1 -> [{F, A} || {?MODULE, F, A, _} <- S1] end),
    p(try again(3) catch error:_:S2 -> [{F, A} || {?MODULE, F, A, _} <- S2] end),
    p(try long(100) catch error:_:S3 -> {[{F, A} || {?MODULE, F, A, _} <- S3]} end),
    Old = erlang:system_flag(backtrace_depth, 20),
    p(try long(100) catch error:_:S4 -> {length([x || {?MODULE, long, 1, _} <- S4])} end),
    erlang:system_flag(backtrace_depth, Old),
    p(try raised(2) catch error:_:S5 -> S5 end).
nested(0) -> error(here);
nested(N) -> try [N | nested(N - 1)] catch throw:_ -> x end.
again(0) -> error(here);
again(N) -> try [N | again(N - 1)] catch error:R:S -> erlang:raise(error, {R, N}, S) end.
long(0) -> error(deep);
long(N) -> [N | long(N - 1)].
raised(N) -> try erlang:raise(error, made, [{m, f, N, []}]) catch error:R:S -> erlang:raise(error, R, [{m2, f, 0, [{line, 3}]} | S]) end.

%% A process that dies at the bottom of many.
unwound() ->
    {_, R} = spawn_monitor(fun() -> deep_exit(15000) end),
    p(receive {'DOWN', R, _, _, Why} -> Why after 10000 -> none end),
    put(count, 0),
    p(try again_and_again(200, 200) catch throw:done -> get(count) end).
deep_exit(0) -> exit(from_the_bottom);
deep_exit(N) -> try deep_exit(N - 1) catch error:_ -> no end.
%% Up and down, many times.
again_and_again(0, _) -> throw(done);
again_and_again(N, D) ->
    try not_mine(D) catch throw:_ -> put(count, get(count) + 1) end,
    again_and_again(N - 1, D).
