%% What a process sees of its runtime's clock: for tests that turn it.
-module(clock).
-export([dates/1, arm/1, seen/1, nap/1]).

%% All that tells the time, in milliseconds or as dates.
dates(_) ->
    {Mega, Seconds, Micro} = erlang:timestamp(),
    {erlang:monotonic_time(millisecond), erlang:system_time(millisecond), os:system_time(millisecond),
     erlang:time_offset(millisecond), (Mega * 1000000 + Seconds) * 1000 + Micro div 1000,
     os:timestamp() =:= erlang:timestamp(), calendar:universal_time(), element(1, statistics(wall_clock))}.

%% Starts a process with three timers, which notes what it gets and when; returns when they are armed.
arm(_) ->
    Me = self(),
    spawn(fun() ->
        register(noting, self()),
        erlang:send_after(1000, noting, relative),
        erlang:send_after(2500, self(), absolute, [{abs, true}]),
        Cancelled = erlang:start_timer(1500, self(), never),
        Me ! armed,
        note(Cancelled, [])
    end),
    receive armed -> ok end.

note(Cancelled, Notes) ->
    receive
        {seen, From} ->
            From ! {notes, lists:reverse(Notes), erlang:read_timer(Cancelled)},
            note(Cancelled, Notes);
        absolute = What ->
            note(Cancelled, [{What, erlang:monotonic_time(millisecond)} | Notes]);
        What ->
            Left = erlang:cancel_timer(Cancelled),
            note(Cancelled, [{What, erlang:monotonic_time(millisecond), Left} | Notes])
    end.

%% What it got so far, and what is left of the timer that it cancels.
seen(_) ->
    noting ! {seen, self()},
    receive {notes, Notes, Left} -> {Notes, Left} end.

%% Waits on the clock; how long that was by the clock.
nap(Milliseconds) ->
    Start = erlang:monotonic_time(millisecond),
    receive after Milliseconds -> ok end,
    erlang:monotonic_time(millisecond) - Start.
