%% A ring of 1000 processes, spawned and passed through 100 times.
-module(b_ring).
-export([run/0]).

run() ->
    First = build(1000, self()),
    loop(100, First).

build(0, Next) -> Next;
build(N, Next) -> build(N - 1, spawn_link(fun() -> node_of(Next) end)).

node_of(Next) ->
    receive
        stop -> Next ! stop;
        N ->
            Next ! N + 1,
            node_of(Next)
    end.

loop(0, First) ->
    First ! stop,
    receive stop -> ok end;
loop(N, First) ->
    First ! 0,
    receive 1000 -> loop(N - 1, First) end.
