%% Starting OTP on a Dala runtime: the `init` process, the logger, the application controller, and the applications
%% kernel and stdlib. All of these are OTP's own code; only `init` itself is this module's, since OTP's `init` boots an
%% emulator. It answers what OTP's answers (see `init.erl`, do_handle_msg/2).
%%
%% `dala_boot.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_boot.erl` in this folder.
-module(dala_boot).
-export([start/4, stop/0, flush/0, ignore/0, ask/1]).

%% Returns when everything runs. `Specs` are application specifications, kernel's first; `Started` are names of
%% applications to start as well; `Flags` and `Plain` are the emulator's arguments.
start(Specs, Started, Flags, Plain) ->
    Parent = self(),
    {Init, Ref} = spawn_monitor(fun() -> init(Parent, Specs, Started, Flags, Plain) end),
    receive
        {Init, booted} -> demonitor(Ref, [flush]), ok;
        {'DOWN', Ref, process, Init, Why} -> exit({boot_failed, Why})
    end.

%% Ends the applications in order and then, by `halt`, all processes, this one too.
stop() ->
    init:stop(),
    receive after infinity -> ok end.

%% Waits until what was logged and printed so far is out.
flush() ->
    _ = try logger_std_h:filesync(default) catch _:_ -> ok end,
    dala_io:flush().

%% What `init` replies, as init:request/1 asks it.
ask(Request) ->
    init ! {self(), Request},
    receive {init, Reply} -> Reply end.

%% The start function of what runs already, or is no process here.
ignore() ->
    ignore.

init(Parent, Specs, Started, Flags, Plain) ->
    register(init, self()),
    process_flag(trap_exit, true),
    Init = self(),
    Boot = spawn_link(fun() -> boot(Init, Specs, Started) end),
    loop(#{boot => Boot, parent => Parent, flags => Flags, plain => Plain, status => {starting, starting},
           subscribed => [], configs => #{}, script => <<>>}).

%% In a process of its own, so that `init` answers meanwhile. It stays: the logger and the application controller
%% are linked with it.
boot(Init, [Kernel | Specs], Started) ->
    process_flag(trap_exit, true),
    %% Whoever loads applications reads their files through it.
    {ok, _} = erl_prim_loader:start(),
    ok = dala_code:start(),
    {ok, Logger} = logger_server:start_link(),
    %% What every runtime has in its place; the application controller makes its own.
    true = ets:delete(ac_tab),
    {ok, Controller} = application_controller:start(Kernel),
    [ok = application:load(Spec) || Spec <- Specs],
    [ok = application:start_boot(Name, permanent) || Name <- [kernel, stdlib]],
    %% Kernel's minimal mode leaves it out; whoever traps signals of the system adds handlers to it.
    {ok, _} = gen_event:start_link({local, erl_signal_server}),
    ok = erl_signal_handler:start(),
    %% Names that are `{global, Name}`: of this node only.
    {ok, Global} = global:start_link(),
    %% The server of module rpc, likewise.
    {ok, Rex} = rpc:start_link(),
    [{ok, _} = application:ensure_all_started(Name) || Name <- Started],
    Init ! {self(), booted},
    guard([Logger, Controller, Global, Rex], Controller).

guard(Guarded, Controller) ->
    receive
        {'EXIT', Pid, Reason} ->
            case lists:member(Pid, Guarded) of
                true -> exit({kernel_process_ended, Reason});
                false -> guard(Guarded, Controller)
            end;
        {stop, From} ->
            exit(Controller, shutdown),
            receive {'EXIT', Controller, _} -> ok end,
            From ! {self(), stopped};
        _ ->
            guard(Guarded, Controller)
    end.

loop(#{boot := Boot} = State) ->
    receive
        {Boot, booted} ->
            #{parent := Parent, subscribed := Subscribed} = State,
            [Pid ! {init, started} || Pid <- Subscribed],
            Parent ! {self(), booted},
            loop(State#{status := {started, started}, subscribed := []});
        {'EXIT', Boot, Reason} ->
            case State of
                #{status := {started, _}} ->
                    io:format(standard_error, "Kernel pid terminated: ~tp~n", [Reason]),
                    erlang:halt(1);
                _ ->
                    exit(Reason)
            end;
        {stop, {stop, Status}} -> stop(State, Status);
        {stop, _} -> stop(State, 0);
        {From, Request} when is_pid(From) ->
            loop(request(Request, From, State));
        Request when element(1, Request) =:= io_request ->
            %% Application masters have init as their group leader.
            user ! Request,
            loop(State);
        _ ->
            loop(State)
    end.

request(get_plain_arguments, From, #{plain := Plain} = State) ->
    reply(From, Plain, State);
request(get_arguments, From, #{flags := Flags} = State) ->
    reply(From, Flags, State);
%% The kernel leaves distribution, sockets and name servers out.
request({get_argument, mode}, From, #{status := {starting, _}} = State) ->
    reply(From, {ok, [["minimal"]]}, State);
request({get_argument, Name}, From, #{flags := Flags} = State) ->
    case [Values || {Flag, Values} <- Flags, Flag =:= Name] of
        [] -> reply(From, error, State);
        All -> reply(From, {ok, All}, State)
    end;
request(get_status, From, #{status := Status} = State) ->
    reply(From, Status, State);
request(script_id, From, State) ->
    reply(From, {"Dala", "1"}, State);
request({make_permanent, _, _}, From, State) ->
    reply(From, {error, enotsup}, State);
request({notify_when_started, _}, From, #{status := {started, _}} = State) ->
    reply(From, started, State);
request({notify_when_started, Pid}, From, #{subscribed := Subscribed} = State) ->
    reply(From, ok, State#{subscribed := [Pid | Subscribed]});
request({ensure_loaded, _}, From, State) ->
    reply(From, not_allowed, State);
request(fetch_loaded, From, State) ->
    reply(From, [], State);
request({get_configfd, Id}, From, #{configs := Configs} = State) ->
    reply(From, maps:get(Id, Configs, none), State);
request({set_configfd, Id, Config}, From, #{configs := Configs} = State) ->
    reply(From, ok, State#{configs := Configs#{Id => Config}});
request(get_script_name, From, #{script := Script} = State) ->
    reply(From, Script, State);
request({set_script_name, Script}, From, State) ->
    reply(From, ok, State#{script := Script});
request(_, _, State) ->
    State.

reply(From, Reply, State) ->
    From ! {init, Reply},
    State.

%% Applications end in order, then the program does.
stop(#{boot := Boot}, Status) ->
    Boot ! {stop, self()},
    receive
        {Boot, stopped} -> ok;
        {'EXIT', Boot, _} -> ok
    end,
    flush(),
    erlang:halt(Status).
