%% stage: c. Ports: programs by `open_port', their framings, ends, links, monitors, names and owners; `os:cmd'.
-module(ports).
-export([main/0]).

main() ->
    io:format("~p~n", [cat([binary])]),
    io:format("~p~n", [cat([])]),
    io:format("~p~n", [cat([{packet, 2}, binary])]),
    io:format("~p~n", [lines()]),
    io:format("~p~n", [output("echo $FOO; pwd; exit 7", [{env, [{"FOO", "bar"}]}, {cd, "/"}])]),
    io:format("~p~n", [output("kill -9 $$", [])]),
    io:format("~p~n", [output("echo out; echo err >&2", [stderr_to_stdout])]),
    io:format("~p~n", [[ended(Command, Options)
        || Command <- ["echo hi", "sh -c 'exec >&-; sleep 0.1; exit 3'"], Options <- [[eof, exit_status], [exit_status, eof], [eof]]]]),
    io:format("~p~n", [program()]),
    [io:format("~p~n", [error_of(Name, Options)])
        || {Name, Options} <- [{{spawn_executable, "/no/such"}, []}, {{spawn, "x"}, [bad]},
                               {{spawn_executable, "true"}, []}, {{spawn_driver, "x"}, []}, {{spawn, "x"}, [{packet, 3}]}]],
    io:format("~p~n", [closed()]),
    io:format("~p~n", [connected()]),
    io:format("~p~n", [monitored()]),
    io:format("~p~n", [owner_ends()]),
    io:format("~p~n", [names()]),
    io:format("~p~n", [file()]),
    io:format("~p~n", [in_order()]),
    io:format("~p~n", [ends_of_closed()]),
    io:format("~ts", [os:cmd("echo one; echo two >&2")]),
    io:format("~p~n", [is_port(hd(lists:map(fun(P) -> binary_to_term(term_to_binary(P)) end, [open()])))]).

open() -> open_port({spawn, "cat"}, [binary]).

cat(Options) ->
    Port = open_port({spawn, "cat"}, Options),
    true = port_command(Port, [<<"hel">>, "lo"]),
    Data = receive {Port, {data, D}} -> D end,
    true = port_close(Port),
    {Data, is_port(Port), erlang:port_info(Port), error_of(fun() -> port_close(Port) end)}.

lines() ->
    Port = open_port({spawn, "printf 'ab\\nabcdefg\\n\\nrest'"}, [{line, 4}, eof]),
    lines(Port).
lines(Port) ->
    receive
        {Port, {data, Part}} -> [Part | lines(Port)];
        {Port, {exit_status, Status}} -> [{status, Status} | lines(Port)];
        {Port, eof} -> [eof]
    end.

output(Command, Options) ->
    Port = open_port({spawn, "sh -c '" ++ Command ++ "'"}, [exit_status, binary, {line, 100} | Options]),
    output(Port).
output(Port) ->
    receive
        {Port, {data, Part}} -> [Part | output(Port)];
        {Port, Other} -> [Other]
    end.

%% The status is told before the end of the output, in whichever order they are asked for.
ended(Command, Options) ->
    Port = open_port({spawn, Command}, Options),
    Told = lines(Port),
    {port_close(Port), [What || What <- Told, not is_list(What)]}.

program() ->
    Port = open_port({spawn_executable, "/bin/echo"}, [{args, ["a b", <<"c">>]}, binary, exit_status, {line, 80}]),
    output(Port).

error_of(Fun) ->
    try Fun() catch Class:Reason:Stack -> {Class, Reason, element(2, hd(Stack))} end.

error_of(Name, Options) ->
    try open_port(Name, Options) of Port when is_port(Port) -> port_close(Port) catch Class:Reason -> {Class, Reason} end.

closed() ->
    process_flag(trap_exit, true),
    Port = open(),
    Port ! {self(), close},
    One = receive {Port, closed} -> closed end,
    Two = receive {'EXIT', Port, Reason} -> Reason end,
    Other = open(),
    exit(Other, kill),
    Three = receive {'EXIT', Other, Why} -> Why end,
    Ends = open_port({spawn, "true"}, []),
    Four = receive {'EXIT', Ends, Because} -> Because end,
    process_flag(trap_exit, false),
    {One, Two, Three, Four}.

connected() ->
    Parent = self(),
    Port = open(),
    Pid = spawn(fun() -> receive {_, {data, Data}} -> Parent ! {got, Data} end end),
    true = port_connect(Port, Pid),
    unlink(Port),
    true = port_command(Port, "x"),
    receive {got, Data} -> Data end.

monitored() ->
    Port = open(),
    Monitor = monitor(port, Port),
    [{port, Port}] = [M || {port, _} = M <- element(2, process_info(self(), monitors))],
    true = lists:member(Port, element(2, process_info(self(), links))),
    port_close(Port),
    Ended = receive {'DOWN', Monitor, port, Port, Reason} -> Reason end,
    Again = monitor(port, Port),
    {Ended, receive {'DOWN', Again, port, Port, Other} -> Other end}.

owner_ends() ->
    Parent = self(),
    Pid = spawn(fun() -> Parent ! {port, open()}, receive stop -> ok end end),
    Port = receive {port, P} -> P end,
    {connected, Pid} = erlang:port_info(Port, connected),
    Monitor = monitor(port, Port),
    Pid ! stop,
    receive {'DOWN', Monitor, port, Port, Reason} -> Reason end.

file() ->
    Name = "written_by_ports.txt",
    Out = open_port(Name, [out]),
    true = port_command(Out, "some text"),
    true = port_close(Out),
    read(Name, 9, 100).

%% Messages and calls take effect in the order of the program.
in_order() ->
    Name = "written_by_ports.txt",
    Out = open_port(Name, [out]),
    Other = spawn(fun() -> receive stop -> ok end end),
    true = port_command(Out, "a"),
    Out ! {self(), {command, "b"}},
    true = port_command(Out, "c"),
    Out ! {self(), {command, "d"}},
    true = port_connect(Out, Other),
    {connected, Other} = erlang:port_info(Out, connected),
    Out ! {Other, {command, "e"}},
    true = port_close(Out),
    Other ! stop,
    read(Name, 5, 100).

%% A program that writes without end finds the other end closed.
ends_of_closed() ->
    Port = open_port({spawn, "yes"}, []),
    {os_pid, Program} = erlang:port_info(Port, os_pid),
    receive {Port, {data, _}} -> ok end,
    true = port_close(Port),
    is_gone(Program, 500).

is_gone(_, 0) -> false;
is_gone(Program, Tries) ->
    case os:cmd("kill -0 " ++ integer_to_list(Program)) of
        "" -> receive after 10 -> is_gone(Program, Tries - 1) end;
        _ -> true
    end.

%% What was written may take a moment to be there.
%% Dala writes in a thread of the port's own, so the file is whole a moment after the port is closed.
read(Name, Size, Tries) ->
    In = open_port(Name, [in, binary, eof]),
    Data = receive {In, {data, D}} -> D; {In, eof} -> <<>> end,
    port_close(In),
    case Data of
        _ when byte_size(Data) < Size, Tries > 0 -> receive after 5 -> read(Name, Size, Tries - 1) end;
        _ -> file:delete(Name), Data
    end.

names() ->
    Port = open(),
    register(a_cat, Port),
    Port = whereis(a_cat),
    a_cat ! {self(), {command, "named"}},
    Data = receive {Port, {data, D}} -> D end,
    true = lists:member(Port, erlang:ports()),
    {registered_name, a_cat} = erlang:port_info(Port, registered_name),
    {name, Name} = erlang:port_info(a_cat, name),
    port_close(a_cat),
    {Data, Name, whereis(a_cat)}.
