%% An OTP application as a child of a supervisor in Rust: what `dala_beam::interop::ApplicationSpec` starts. It lives as long as the
%% application does, ends when that ends, and stops it when it is told to end itself.
%%
%% `dala_application.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_application.erl` in this folder.
-module(dala_application).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

%% Its dependencies are started with it, and go on without it.
init(Name) ->
    process_flag(trap_exit, true),
    case application:ensure_all_started(Name) of
        {ok, _} -> watch(Name, application_controller:get_master(Name), application:get_key(Name, mod));
        {error, Why} -> {stop, Why}
    end.

%% A library has no processes, and so no end; what has some may have ended since it started.
watch(Name, undefined, {ok, {_, _}}) -> {stop, {application_ended, Name, noproc}};
watch(Name, undefined, _) -> {ok, {Name, none}};
watch(Name, Master, _) -> {ok, {Name, monitor(process, Master)}}.

%% Answered once it has started.
handle_call(started, _From, State) -> {reply, ok, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info({'DOWN', Watched, process, _, Why}, {Name, Watched}) -> {stop, {application_ended, Name, Why}, ended};
handle_info(_, State) -> {noreply, State}.

terminate(_Reason, {Name, _}) -> application:stop(Name);
terminate(_Reason, ended) -> ok.
