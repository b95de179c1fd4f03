%% stage: d. Traced processes: what they send and get, whom they spawn and link to, their names and ends, flags that children inherit, times.
-module(tracing_processes).
-export([main/0, child/1]).

main() ->
    section(messages, [send, 'receive'], fun messages/0),
    section(processes, [procs], fun processes/0),
    section(inherited, [procs, send, set_on_spawn], fun processes/0),
    section(inherited_once, [procs, set_on_first_spawn], fun processes/0),
    section(inherited_by_link, [procs, set_on_link], fun processes/0),
    section(ends, [procs], fun() -> register(named_tracee, self()), exit({some, reason}) end),
    section(errors, [procs], fun() -> process_flag(trap_exit, true), exit(self(), stop), receive {'EXIT', _, stop} -> exit(normal) end end),
    section(sensitive, [send, 'receive'], fun() -> self() ! a, process_flag(sensitive, true), self() ! b, receive b -> ok end, process_flag(sensitive, false), self() ! c, receive c -> ok end end),
    section(nothing, [], fun messages/0),
    times(),
    new(),
    tracer_ends(),
    collections().

section(Name, Flags, Body) ->
    io:format("== ~p~n", [Name]),
    Tracee = spawn(fun() -> receive go -> ok end, Body() end),
    1 = erlang:trace(Tracee, true, Flags),
    Monitor = monitor(process, Tracee),
    Tracee ! go,
    receive {'DOWN', Monitor, _, _, _} -> ok end,
    Delivered = erlang:trace_delivered(Tracee),
    receive {trace_delivered, _, Delivered} -> ok end,
    show(Tracee, told()).

%% The process, then those that it spawned: what two of them tell comes in any order.
show(Tracee, Told) ->
    Pids = [Tracee | [Child || {trace, Pid, spawn, Child, _} <- Told, Pid =:= Tracee]],
    [io:format("~0p~n", [T]) || Pid <- Pids, T <- Told, element(2, T) =:= Pid],
    ok.

told() -> receive Told -> [Told | told()] after 100 -> [] end.

messages() ->
    self() ! one,
    register(tracee, self()),
    tracee ! two,
    {tracee, node()} ! three,
    erlang:send(self(), four, [noconnect]),
    {Dead, Monitor} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Monitor, process, Dead, normal} -> ok end,
    Dead ! lost,
    (catch no_such_name ! lost),
    Alias = alias(),
    Alias ! five,
    receive four -> ok end,
    receive one -> ok end,
    receive five -> ok end,
    unalias(Alias),
    self() ! {six, [1, {2}], <<"three">>},
    receive {six, _, _} -> ok end,
    receive never -> ok after 0 -> ok end.

processes() ->
    Me = self(),
    Linked = spawn_link(?MODULE, child, [Me]),
    receive {Linked, ready} -> ok end,
    Plain = spawn(fun() -> child(Me) end),
    receive {Plain, ready} -> ok end,
    link(Plain),
    link(Plain),
    unlink(Plain),
    unlink(Plain),
    register(some_name, Me),
    unregister(some_name),
    [begin Monitor = monitor(process, Pid), Pid ! stop, receive {'DOWN', Monitor, _, _, _} -> ok end end || Pid <- [Linked, Plain]],
    ok.

child(Parent) ->
    Parent ! {self(), ready},
    receive stop -> ok end.

times() ->
    io:format("== times~n"),
    [begin
        Tracee = spawn(fun() -> receive go -> self() ! x end end),
        erlang:trace(Tracee, true, [send, Flag]),
        Tracee ! go,
        receive Told -> io:format("~p: ~p~n", [Flag, shape(Told)]) end
     end || Flag <- [timestamp, monotonic_timestamp, strict_monotonic_timestamp]].

shape({trace_ts, _, send, x, _, {A, B, C}}) when is_integer(A + B + C) -> {three, A > 1000};
shape({trace_ts, _, send, x, _, {A, B}}) when is_integer(A + B) -> two;
shape({trace_ts, _, send, x, _, A}) when is_integer(A) -> one;
shape(Other) -> Other.

new() ->
    io:format("== new~n"),
    io:format("~p~n", [erlang:trace(new_processes, true, [procs])]),
    io:format("~p ~p~n", [erlang:trace_info(new_processes, flags), erlang:trace_info(new, tracer) =:= {tracer, self()}]),
    Me = self(),
    Child = spawn(?MODULE, child, [Me]),
    receive {Child, ready} -> ok end,
    io:format("~p~n", [erlang:trace(new_processes, false, [procs])]),
    Other = spawn(?MODULE, child, [Me]),
    receive {Other, ready} -> ok end,
    Child ! stop,
    Other ! stop,
    show(Child, told()).

tracer_ends() ->
    io:format("== tracer ends~n"),
    Tracee = spawn(fun() -> receive stop -> ok end end),
    {Tracer, Monitor} = spawn_monitor(fun() -> receive stop -> ok end end),
    io:format("~p~n", [erlang:trace(Tracee, true, [send, {tracer, Tracer}])]),
    io:format("~p~n", [erlang:trace_info(Tracee, tracer) =:= {tracer, Tracer}]),
    Tracer ! stop,
    receive {'DOWN', Monitor, _, _, _} -> ok end,
    io:format("~p ~p~n", [erlang:trace_info(Tracee, tracer), erlang:trace_info(Tracee, flags)]),
    io:format("~p~n", [erlang:trace(Tracee, true, [send])]),
    Tracee ! stop.

collections() ->
    io:format("== collections~n"),
    Tracee = spawn(fun() -> receive go -> ends(lists:seq(1, 3000), []) end end),
    erlang:trace(Tracee, true, [garbage_collection]),
    Tracee ! go,
    Told = [{Event, is_list(Info)} || {trace, _, Event, Info} <- told()],
    Count = fun(Events) -> length([E || {E, true} <- Told, lists:member(E, Events)]) end,
    io:format("~p~n", [{Count([gc_minor_start, gc_major_start]) > 0, Count([gc_minor_start]) - Count([gc_minor_end]), Count([gc_major_start]) - Count([gc_major_end])}]).

ends([], Acc) -> length(Acc);
ends([N | Rest], Acc) -> ends(Rest, [N + 1 | Acc]).
