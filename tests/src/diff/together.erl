%% stage: c. Runs programs one after the other in one runtime, and marks where the transcript of each begins and ends.
%%
%% A line that begins with the record separator (30) is the driver's: `NAME` opens a transcript, `= ok` or `= REASON`
%% closes it. Each program is a process of its own, so that a stack trace ends at its `main/0`.
-module(together).
-export([main/1]).

%% The marks are bytes that no program prints; the time limit is per program, in milliseconds.
main([Limit | Modules]) ->
    {ok, _} = application:ensure_all_started(elixir),
    lists:foreach(fun(Module) -> run(Module, Limit) end, Modules).

run(Module, Limit) ->
    io:format("~n\x1e~ts~n", [Module]),
    {Pid, Monitor} = spawn_monitor(Module, main, []),
    Why = receive
              {'DOWN', Monitor, process, Pid, normal} -> ok;
              {'DOWN', Monitor, process, Pid, Reason} -> Reason
          after Limit ->
              exit(Pid, kill),
              time_limit
          end,
    io:format("~n\x1e= ~0tp~n", [Why]).
