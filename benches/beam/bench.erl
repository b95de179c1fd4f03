%% Times the programs of this folder: each in fresh processes, once to warm up and then some times more; prints the
%% median of each in microseconds. Runs alike on OTP and on Dala.
-module(bench).
-export([main/1, main/2]).

%% Of a program that `dala build` made: its arguments.
main([Times | Programs]) ->
    main(list_to_integer(Times), [list_to_atom(Program) || Program <- Programs]).

main(Times, Programs) ->
    lists:foreach(fun(Program) -> one(Program, Times) end, Programs).

one(Program, Times) ->
    _ = timed(Program),
    Sorted = lists:sort([timed(Program) || _ <- lists:seq(1, Times)]),
    io:format("~s ~p~n", [Program, lists:nth((Times + 1) div 2, Sorted)]).

%% Microseconds of one run; the program checks its answer itself.
timed(Program) ->
    Parent = self(),
    {Pid, Monitor} = spawn_monitor(fun() ->
        Start = erlang:monotonic_time(),
        ok = Program:run(),
        End = erlang:monotonic_time(),
        Parent ! {self(), erlang:convert_time_unit(End - Start, native, microsecond)}
    end),
    receive
        {Pid, Time} ->
            receive {'DOWN', Monitor, process, Pid, _} -> Time end;
        {'DOWN', Monitor, process, Pid, Reason} ->
            io:format("~s failed: ~p~n", [Program, Reason]),
            halt(1)
    end.
