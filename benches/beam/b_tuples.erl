%% Records that change in a loop.
-module(b_tuples).
-export([run/0]).

-record(state, {count = 0, sum = 0, last, name = bench, more = []}).

run() ->
    #state{count = 1000000, sum = 500000500000} = loop(1000000, #state{}),
    ok.

loop(0, State) -> State;
loop(N, #state{count = Count, sum = Sum} = State) ->
    loop(N - 1, State#state{count = Count + 1, sum = Sum + N, last = N}).
