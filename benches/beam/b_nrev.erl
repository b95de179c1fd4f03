%% Naive reverse: short-lived lists, body recursion and append.
-module(b_nrev).
-export([run/0]).

run() ->
    List = lists:seq(1, 500),
    loop(60, List).

loop(0, _) -> ok;
loop(N, List) ->
    [500 | _] = nrev(List),
    loop(N - 1, List).

nrev([]) -> [];
nrev([Head | Tail]) -> append(nrev(Tail), [Head]).

append([], Rest) -> Rest;
append([Head | Tail], Rest) -> [Head | append(Tail, Rest)].
