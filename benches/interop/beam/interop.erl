%% The Erlang side. On OTP, `main/1` measures two Erlang processes, a port program and NIFs; on Dala the same loops run
%% against a Rust actor and a function in Rust. The loops give nanoseconds for all `N` rounds.
-module(interop).
-behaviour(gen_server).
-export([main/1, call/2, raw/2, cast/2, blob/3, local/1, native/1, start/0, pong/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, add/2]).

%% `Port` is a program that sends packets back as they are. Each is run once before to warm up.
main([Times, Port]) ->
    {ok, Server} = gen_server:start(?MODULE, [], []),
    Pong = spawn(fun pong/0),
    HasNif = code:ensure_loaded(interop_native) =:= {module, interop_native},
    HasRustler = code:ensure_loaded(interop_rustler) =:= {module, interop_rustler},
    Cases = [{raw, Times, fun(N) -> raw(Pong, N) end},
             {call, Times, fun(N) -> call(Server, N) end},
             {cast, Times, fun(N) -> cast(Server, N) end},
             {kilobyte, Times, fun(N) -> blob(Server, 1024, N) end},
             {megabyte, Times, fun(N) -> blob(Server, 1048576, N) end},
             {local, Times * 10, fun local/1}]
        ++ [{nif, Times * 10, fun native/1} || HasNif]
        ++ [Case || HasRustler, Case <- [{rustler, Times * 10, fun rustler/1}, {rustler_ping, Times, fun rustler_ping/1}]]
        ++ [{port, Times div 10, fun(N) -> port(Port, 8, N) end},
            {port_kilobyte, Times div 10, fun(N) -> port(Port, 1024, N) end},
            {port_megabyte, Times div 1000, fun(N) -> port(Port, 1048576, N) end}],
    [begin Run(Rounds), io:format("~s ~.1f~n", [Name, Run(Rounds) / Rounds]) end || {Name, Rounds, Run} <- Cases],
    gen_server:stop(Server),
    exit(Pong, kill).

timed(Run) ->
    Start = erlang:monotonic_time(),
    Run(),
    erlang:convert_time_unit(erlang:monotonic_time() - Start, native, nanosecond).

%% Round trips of `!` and `receive`.
raw(Pong, Times) -> timed(fun() -> raw_loop(Times, Pong) end).

raw_loop(0, _) -> ok;
raw_loop(N, Pong) ->
    Pong ! {ping, self(), N},
    receive {pong, N} -> raw_loop(N - 1, Pong) end.

pong() -> receive {ping, From, N} -> From ! {pong, N}, pong() end.

%% `gen_server:call`s.
call(Server, Times) -> timed(fun() -> call_loop(Times, Server) end).

call_loop(0, _) -> ok;
call_loop(N, Server) ->
    Sum = N + 1,
    Sum = gen_server:call(Server, {add, N, 1}),
    call_loop(N - 1, Server).

%% `gen_server:cast`s, and a call that comes after them.
cast(Server, Times) ->
    Before = gen_server:call(Server, noted),
    timed(fun() ->
        cast_loop(Times, Server),
        After = Before + Times,
        After = gen_server:call(Server, noted, infinity)
    end).

cast_loop(0, _) -> ok;
cast_loop(N, Server) ->
    gen_server:cast(Server, {note, N}),
    cast_loop(N - 1, Server).

%% Calls with a binary of `Size` bytes, which the server measures.
blob(Server, Size, Times) ->
    Blob = binary:copy(<<7>>, Size),
    timed(fun() -> blob_loop(Times, Server, Blob, Size) end).

blob_loop(0, _, _, _) -> ok;
blob_loop(N, Server, Blob, Size) ->
    Size = gen_server:call(Server, {measure, Blob}),
    blob_loop(N - 1, Server, Blob, Size).

%% Packets to a program and back.
port(Program, Size, Times) ->
    Blob = binary:copy(<<7>>, Size),
    Port = open_port({spawn_executable, Program}, [{args, ["--port"]}, {packet, 4}, binary]),
    Time = timed(fun() -> port_loop(Times, Port, Blob) end),
    port_close(Port),
    Time.

port_loop(0, _, _) -> ok;
port_loop(N, Port, Blob) ->
    true = port_command(Port, Blob),
    receive {Port, {data, Blob}} -> port_loop(N - 1, Port, Blob) end.

%% Calls of a function by its full name: in Erlang, and on Dala in Rust.
local(Times) -> timed(fun() -> local_loop(Times, 0) end).

local_loop(0, Sum) -> Sum;
local_loop(N, Sum) -> local_loop(N - 1, ?MODULE:add(Sum, 1)).

native(Times) -> timed(fun() -> native_loop(Times, 0) end).

native_loop(0, Sum) -> Sum;
native_loop(N, Sum) -> native_loop(N - 1, interop_native:add(Sum, 1)).

%% The same by rustler, and what a call of something that waits is there: a NIF that hands the caller to a thread, which
%% sends the reply.
rustler(Times) -> timed(fun() -> rustler_loop(Times, 0) end).

rustler_loop(0, Sum) -> Sum;
rustler_loop(N, Sum) -> rustler_loop(N - 1, interop_rustler:add(Sum, 1)).

rustler_ping(Times) -> timed(fun() -> rustler_ping_loop(Times) end).

rustler_ping_loop(0) -> ok;
rustler_ping_loop(N) ->
    ok = interop_rustler:ping(N),
    receive {pong, N} -> rustler_ping_loop(N - 1) end.

add(A, B) -> A + B.

start() ->
    {ok, Server} = gen_server:start(?MODULE, [], []),
    Server.

init([]) -> {ok, 0}.
handle_call({add, A, B}, _, Noted) -> {reply, A + B, Noted};
handle_call({measure, Blob}, _, Noted) -> {reply, byte_size(Blob), Noted};
handle_call(noted, _, Noted) -> {reply, Noted, Noted}.
handle_cast({note, _}, Noted) -> {noreply, Noted + 1}.
handle_info(_, Noted) -> {noreply, Noted}.
