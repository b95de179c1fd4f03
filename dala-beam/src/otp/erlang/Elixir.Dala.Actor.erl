%% `Dala.Actor`, as Elixir calls it: native actors under Elixir's and OTP's supervisors, under any kind of name.
%%
%%     children = [
%%       {Dala.Actor, name: :prices, args: [100]},
%%       {Dala.Actor, actor: :session, name: {:via, Registry, {Sessions, 17}}, restart: :transient}
%%     ]
%%
%% Options, a keyword list:
%%   actor     which kind, as Rust added it (`System::add_actors`); the name when there is none
%%   args      the arguments of its `#[init]`, a list; [] when there are none
%%   name      an atom, `{global, Term}` or `{via, Module, Term}`; Elixir's `Registry` is one of these modules
%%   id, restart, shutdown   as in any child specification; the name or the kind, permanent, 5000
%%
%% The compiled file beside this one is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info Elixir.Dala.Actor.erl` in this folder.
-module('Elixir.Dala.Actor').
-export([child_spec/1, start_link/1, start/1]).

%% What supervisors ask for.
child_spec(Options) ->
    Name = proplists:get_value(name, Options),
    Kind = kind(Options),
    Id = case Name of undefined -> {?MODULE, Kind}; _ -> Name end,
    #{id => proplists:get_value(id, Options, Id),
      start => {?MODULE, start_link, [Options]},
      restart => proplists:get_value(restart, Options, permanent),
      shutdown => proplists:get_value(shutdown, Options, 5000),
      type => worker}.

%% Starts it as a child of the calling process, which waits for its `#[init]`.
start_link(Options) -> start(Options, true).

%% The same without a link.
start(Options) -> start(Options, false).

start(Options, IsLinked) ->
    Kind = kind(Options),
    Args = proplists:get_value(args, Options, []),
    Name = proplists:get_value(name, Options),
    case whereis_name(Name) of
        undefined -> spawn_named(Kind, Args, Name, IsLinked);
        Pid -> {error, {already_started, Pid}}
    end.

kind(Options) ->
    case proplists:get_value(actor, Options, proplists:get_value(name, Options)) of
        Kind when is_atom(Kind), Kind =/= undefined -> Kind;
        Other -> error({bad_option, {actor, Other}})
    end.

%% The name is taken before `#[init]` runs, as a GenServer takes it.
spawn_named(Kind, Args, Name, IsLinked) ->
    Tag = make_ref(),
    Pid = dala:spawn_actor(Kind, Args, IsLinked, Tag),
    Monitor = monitor(process, Pid),
    case register_name(Name, Pid) of
        yes ->
            true = dala:wake_actor(Pid),
            wait(Pid, Tag, Monitor, IsLinked);
        no ->
            discard(Pid, Monitor),
            {error, {already_started, whereis_name(Name)}}
    end.

wait(Pid, Tag, Monitor, IsLinked) ->
    receive
        {Tag, ok} ->
            demonitor(Monitor, [flush]),
            {ok, Pid};
        {'DOWN', Monitor, process, Pid, Reason} ->
            %% Who does not trap exits gets the signal, as from a GenServer whose init fails.
            IsLinked andalso process_info(self(), trap_exit) =:= {trap_exit, true} andalso
                receive {'EXIT', Pid, _} -> ok end,
            {error, Reason}
    end.

discard(Pid, Monitor) ->
    unlink(Pid),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end,
    receive {'EXIT', Pid, _} -> ok after 0 -> ok end.

whereis_name(undefined) -> undefined;
whereis_name({global, Name}) -> global:whereis_name(Name);
whereis_name({via, Module, Name}) -> Module:whereis_name(Name);
whereis_name(Name) when is_atom(Name) -> whereis(Name).

register_name(undefined, _) -> yes;
register_name({global, Name}, Pid) -> global:register_name(Name, Pid);
register_name({via, 'Elixir.Registry', {Registry, Key}}, Pid) -> registry(Registry, Key, nil, Pid);
register_name({via, 'Elixir.Registry', {Registry, Key, Value}}, Pid) -> registry(Registry, Key, Value, Pid);
register_name({via, Module, Name}, Pid) -> Module:register_name(Name, Pid);
register_name(Name, Pid) ->
    try register(Name, Pid) of true -> yes catch error:badarg -> no end.

%% What `Registry.register/3` does for the process that calls it, for another one: that function knows no other, and a
%% native actor cannot call it. Its tables are those of Elixir 1.14 (lib/elixir/lib/registry.ex); others do not match here.
registry(Registry, Key, Value, Pid) ->
    {unique, Partitions, KeyTable, PidTable, Listeners} = ets:lookup_element(Registry, -1, 2),
    Keys = case KeyTable of
               nil -> ets:lookup_element(Registry, erlang:phash2(Key, Partitions), 2);
               _ -> KeyTable
           end,
    {Server, Pids} = case PidTable of
                         nil -> ets:lookup_element(Registry, erlang:phash2(Pid, Partitions), 3);
                         _ -> PidTable
                     end,
    %% The server cleans up when it ends.
    true = dala:link_actors(Pid, Server),
    Entry = {Pid, Key, Keys, erlang:unique_integer()},
    true = ets:insert(Pids, Entry),
    case claim(Keys, {Key, {Pid, Value}}) of
        true ->
            [Listener ! {register, Registry, Key, Pid, Value} || Listener <- Listeners],
            yes;
        false ->
            ets:delete_object(Pids, Entry),
            no
    end.

%% A key whose actor is dead is free although the server has not cleaned up yet.
claim(Keys, {Key, _} = Entry) ->
    ets:insert_new(Keys, Entry) orelse
        case ets:lookup(Keys, Key) of
            [{_, {Pid, _}} = Former] ->
                case is_process_alive(Pid) of
                    true -> false;
                    false -> ets:delete_object(Keys, Former), claim(Keys, Entry)
                end;
            [] -> claim(Keys, Entry)
        end.
