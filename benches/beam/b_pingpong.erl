%% Two processes that send each other 100000 messages.
-module(b_pingpong).
-export([run/0]).

run() ->
    Parent = self(),
    Pong = spawn_link(fun() -> pong(Parent) end),
    ping(100000, Pong).

ping(0, Pong) ->
    Pong ! stop,
    ok;
ping(N, Pong) ->
    Pong ! {ping, N},
    receive {pong, N} -> ping(N - 1, Pong) end.

pong(Parent) ->
    receive
        {ping, N} ->
            Parent ! {pong, N},
            pong(Parent);
        stop -> ok
    end.
