%% stage: b. Garbage does not make a heap grow: allocations in a loop, and what the process holds afterwards.
-module(heap_bound).
-export([main/0, loop/1, keeps/1]).

main() -> [io:format("~p~n", [R]) || R <- [loop(100000), keeps(20000)]].

%% Tuples, lists, floats, funs and binaries, all dropped at once.
loop(N) -> {made, Most} = loop(N, {N, []}, 0), {most_bytes_under_1_mb, Most < 1048576}.
loop(0, _, Most) -> {made, Most};
loop(N, Former, Most) when N rem 1000 =:= 0 ->
    {_, Words} = process_info(self(), total_heap_size), loop(N - 1, {N, Former}, max(Most, Words * erlang:system_info(wordsize)));
loop(N, _, Most) ->
    F = fun() -> N end, loop(N - 1, {F, [N, N / 2, <<N:64>>, #{n => N}]}, Most).

%% What is alive is kept whatever is collected around it.
keeps(N) -> L = keeps(N, []), {length(L), lists:sum([V || {V, _} <- L])}.
keeps(0, L) -> L;
keeps(N, L) when N rem 10 =:= 0 -> keeps(N - 1, [{N, [N]} | L]);
keeps(N, L) -> _ = lists:seq(1, N rem 7), keeps(N - 1, L).
