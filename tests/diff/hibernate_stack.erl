%% stage: c. A process that hibernates forgets its callers: its stack, its handlers, and how it was called.
-module(hibernate_stack).
-export([main/0, awake/2, loop/2]).

main() ->
    {Pid, Monitor} = spawn_monitor(fun() -> try deep(5) catch _:_ -> caught after io:format("not seen~n") end end),
    Pid ! {self(), one},
    receive {Pid, Frames} -> io:format("~p~n", [Frames]) end,
    Pid ! {self(), two},
    receive {'DOWN', Monitor, process, Pid, Reason} -> io:format("~p~n", [names(Reason)]) end,
    %% A message that is there already.
    Full = spawn(fun() -> receive go -> deep(3) end end),
    Full ! {self(), early},
    Full ! go,
    receive {Full, More} -> io:format("~p~n", [More]) end,
    %% Ever deeper: the stack does not grow.
    Looping = spawn(?MODULE, loop, [self(), 0]),
    [begin Looping ! go, receive {Looping, _} -> ok end end || _ <- lists:seq(1, 1000)],
    Looping ! go,
    receive {Looping, {N, Size}} -> io:format("~p ~p~n", [N, Size < 100]) end.

deep(0) -> erlang:hibernate(?MODULE, awake, [x, y]);
deep(N) -> [deep(N - 1)].

awake(x, y) ->
    receive
        {From, two} -> From, exit({two, element(2, process_info(self(), current_stacktrace))});
        {From, _} ->
            {current_stacktrace, Frames} = process_info(self(), current_stacktrace),
            From ! {self(), [{M, F, A} || {M, F, A, _} <- Frames]},
            [erlang:hibernate(?MODULE, awake, [x, y])]
    end.

loop(Parent, N) ->
    receive go -> ok end,
    Parent ! {self(), {N, element(2, process_info(self(), stack_size))}},
    [erlang:hibernate(?MODULE, loop, [Parent, N + 1])].

names({two, Frames}) -> [{M, F, A} || {M, F, A, _} <- Frames].
