%% The obedient actor of the semantic suite (tests/src/semantic), as a BEAM process. Commands are messages of the Rust
%% type `Command`, sent in place; what happens is told to `Reporter`, a Rust actor, which converts it.
-module(obedient).
-export([start/1]).

start(Reporter) ->
    loop(Reporter, none).

loop(Reporter, Monitor) ->
    receive
        {link, Peer} ->
            link(Peer),
            loop(Reporter, Monitor);
        {unlink, Peer} ->
            unlink(Peer),
            loop(Reporter, Monitor);
        {monitor, Peer} ->
            loop(Reporter, monitor(process, Peer));
        demonitor when Monitor =/= none ->
            demonitor(Monitor, [flush]),
            loop(Reporter, none);
        {trap_exits, On} ->
            process_flag(trap_exit, On),
            loop(Reporter, Monitor);
        {exit, To, Reason} ->
            exit(To, Reason),
            loop(Reporter, Monitor);
        {stop, Reason} ->
            exit(Reason);
        crash ->
            error(told_to);
        {say, Number} ->
            Reporter ! {said, self(), Number},
            loop(Reporter, Monitor);
        {relay, To, Number} ->
            To ! {say, Number},
            loop(Reporter, Monitor);
        spawn_linked ->
            Child = spawn_link(?MODULE, start, [Reporter]),
            Reporter ! {spawned, self(), Child},
            loop(Reporter, Monitor);
        spawn_monitored ->
            {Child, _} = spawn_monitor(?MODULE, start, [Reporter]),
            Reporter ! {spawned, self(), Child},
            loop(Reporter, Monitor);
        {'EXIT', From, Reason} ->
            Reporter ! {exit_seen, self(), From, Reason},
            loop(Reporter, Monitor);
        {'DOWN', _, process, Of, Reason} ->
            Reporter ! {down_seen, self(), Of, Reason},
            loop(Reporter, Monitor)
    end.
