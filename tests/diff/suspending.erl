%% stage: c. suspend_process and resume_process: who is held back, by how many, until when.
-module(suspending).
-export([main/0]).

main() ->
    Server = spawn(fun() -> serve(0) end),
    1 = ask(Server),
    io:format("~p~n", [erlang:suspend_process(Server)]),
    Server ! {self(), next},
    io:format("~p ~p~n", [status(Server), answer(20)]),
    %% It counts, and others have their own counts.
    io:format("~p ~p~n", [erlang:suspend_process(Server), erlang:suspend_process(Server, [unless_suspending])]),
    io:format("~p~n", [[{Pid =:= Server, N, M} || {Pid, N, M} <- element(2, process_info(self(), suspending))]]),
    Self = self(),
    {Other, Monitor} = spawn_monitor(fun() ->
        true = erlang:suspend_process(Server, [unless_suspending]),
        Self ! held,
        receive stop -> ok end
    end),
    receive held -> ok end,
    io:format("~p~n", [erlang:resume_process(Server)]),
    io:format("~p~n", [answer(20)]),
    io:format("~p ~p~n", [erlang:resume_process(Server), reason(fun() -> erlang:resume_process(Server) end)]),
    io:format("~p~n", [answer(20)]),
    %% Who ends resumes.
    Other ! stop,
    receive {'DOWN', Monitor, process, Other, normal} -> ok end,
    io:format("~p ~p~n", [answer(infinity), ask(Server)]),
    [io:format("~p~n", [reason(fun() -> erlang:suspend_process(Who, How) end)])
        || {Who, How} <- [{self(), []}, {nobody, []}, {Server, [unknown]}, {Server, x}, {Other, []}, {Other, [unless_suspending]}]],
    io:format("~p~n", [[erts_internal:suspend_process(Who, []) || Who <- [self(), x, Other]]]),
    %% Messages instead of waiting.
    io:format("~p~n", [erlang:suspend_process(Server, [asynchronous])]),
    io:format("~p~n", [erlang:suspend_process(Server, [{asynchronous, tag}])]),
    receive {tag, State} -> io:format("~p~n", [State]) end,
    io:format("~p~n", [[erlang:resume_process(Server) || _ <- [1, 2]]]),
    io:format("~p~n", [ask(Server)]),
    busy(),
    %% A suspended process can be killed, and its links and monitors see it.
    Last = monitor(process, Server),
    erlang:suspend_process(Server),
    exit(Server, kill),
    receive {'DOWN', Last, process, Server, Reason} -> io:format("~p~n", [Reason]) end,
    io:format("~p~n", [reason(fun() -> erlang:resume_process(Server) end)]).

%% One that runs all the time, and one that waits with a timeout.
busy() ->
    Counter = counters:new(1, []),
    Runner = spawn(fun Run() -> counters:add(Counter, 1, 1), Run() end),
    true = erlang:suspend_process(Runner),
    N = counters:get(Counter, 1),
    io:format("~p~n", [status(Runner)]),
    io:format("~p~n", [counters:get(Counter, 1) =:= N]),
    erlang:resume_process(Runner),
    grows(Counter, N),
    exit(Runner, kill),
    Self = self(),
    Waiter = spawn(fun() -> receive never -> ok after 5 -> Self ! late end end),
    erlang:suspend_process(Waiter),
    receive late -> io:format("too early~n") after 30 -> ok end,
    erlang:resume_process(Waiter),
    receive late -> io:format("late~n") end.

grows(Counter, N) ->
    case counters:get(Counter, 1) of
        N -> erlang:yield(), grows(Counter, N);
        _ -> ok
    end.

serve(N) ->
    receive {From, next} -> From ! {answer, N + 1}, serve(N + 1) end.

ask(Server) -> Server ! {self(), next}, answer(infinity).

answer(Time) -> receive {answer, N} -> N after Time -> none end.

status(Pid) -> element(2, process_info(Pid, status)).

reason(Fun) -> try Fun() catch error:Reason -> Reason end.
