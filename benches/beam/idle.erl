%% What an idle process takes: resident memory of the whole OS process, by how many Erlang processes wait in a receive. The first
%% hundred thousand are counted too, so that what a machine sets aside for many is seen.
%%
%%     erlc idle.erl && erl -noshell -s idle main -s init stop
%%     dala run idle main
-module(idle).
-export([main/0, wait/0]).

main() ->
    Start = resident(),
    lists:foldl(fun(_, Before) -> spawn_many(200000), After = show(Before), After end, Start, lists:seq(1, 4)).

show(Before) ->
    After = resident(),
    io:format("~p processes: ~.1f bytes each of the last 200000~n", [erlang:system_info(process_count), (After - Before) / 200000]),
    After.

spawn_many(0) -> ok;
spawn_many(N) -> spawn(idle, wait, []), spawn_many(N - 1).

wait() -> receive stop -> ok end.

%% Bytes; when all have run.
resident() ->
    timer:sleep(1500),
    {ok, Statm} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = string:lexemes(Statm, " "),
    binary_to_integer(Pages) * 4096.
