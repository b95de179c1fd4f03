%% Throwing, catching and cleaning up.
-module(b_exceptions).
-export([run/0]).

run() ->
    200000 = loop(200000, 0),
    ok.

loop(0, Count) -> Count;
loop(N, Count) ->
    Caught =
        try work(N rem 4) of
            Value -> Value
        catch
            throw:one -> 1;
            error:{badmatch, _} -> 1;
            exit:_ -> 1
        after
            ok
        end,
    loop(N - 1, Count + Caught).

work(0) -> 1;
work(1) -> throw(one);
work(2) ->
    N = two,
    one = id(N),
    0;
work(3) -> exit(three).

id(X) -> X.
