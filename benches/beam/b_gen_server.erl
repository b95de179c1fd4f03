%% 30000 calls of a gen_server.
-module(b_gen_server).
-behaviour(gen_server).
-export([run/0, init/1, handle_call/3, handle_cast/2]).

run() ->
    {ok, Pid} = gen_server:start_link(b_gen_server, 0, []),
    loop(30000, Pid),
    30000 = gen_server:call(Pid, get),
    gen_server:stop(Pid).

loop(0, _) -> ok;
loop(N, Pid) ->
    ok = gen_server:call(Pid, {add, 1}),
    loop(N - 1, Pid).

init(Count) -> {ok, Count}.

handle_call({add, N}, _, Count) -> {reply, ok, Count + N};
handle_call(get, _, Count) -> {reply, Count, Count}.

handle_cast(_, Count) -> {noreply, Count}.
