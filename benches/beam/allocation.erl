%% What allocating and collecting costs: megabytes of heap that programs fill a second, by how long what they fill it with lives.
%% Sizes are those of cells and tuples, 8 bytes a word, the same on both machines; a program's own arithmetic is in the time.
%% Each in a process of its own, the median of seven runs.
%%
%%     erlc allocation.erl && erl -noshell -s allocation main -s init stop
%%     dala run allocation main
-module(allocation).
-export([main/0]).

main() ->
    [show(Name, Megabytes, lists:sort([timed(Run) || _ <- lists:seq(1, 7)])) || {Name, Megabytes, Run} <- programs()].

show(Name, Megabytes, Times) ->
    io:format("~-34s ~8.1f MB/s~n", [Name, Megabytes / lists:nth(4, Times) * 1.0e6]).

timed(Run) ->
    Parent = self(),
    {Pid, Monitor} = spawn_monitor(fun() -> {Micros, ok} = timer:tc(Run), Parent ! {self(), Micros} end),
    receive {Pid, Micros} -> receive {'DOWN', Monitor, process, Pid, _} -> Micros end end.

programs() ->
    [{"lists that die at once", 2 * 8 * 20000000 / 1.0e6, fun() -> short(20000) end},
     {"a list of two million", 2 * 8 * 10 * 2000000 / 1.0e6, fun() -> long(10) end},
     {"a list of two million, reversed", 2 * 8 * 20 * 2000000 / 1.0e6, fun() -> reversed(10) end},
     {"trees that die at once", 4 * 8 * 400 * 16383 / 1.0e6, fun() -> trees(400) end},
     {"trees beside one of 2^20", 4 * 8 * (1048575 + 200 * 16383) / 1.0e6, fun() -> beside(200) end}].

%% A thousand cells at a time.
short(0) -> ok;
short(N) -> 1000 = length(build(1000, [])), short(N - 1).

long(0) -> ok;
long(N) -> 2000000 = length(build(2000000, [])), long(N - 1).

reversed(0) -> ok;
reversed(N) -> [2000000 | _] = lists:reverse(build(2000000, [])), reversed(N - 1).

build(0, List) -> List;
build(N, List) -> build(N - 1, [N | List]).

trees(0) -> ok;
trees(N) -> 16384 = count(make(14)), trees(N - 1).

beside(N) -> Long = make(20), ok = trees(N), 1048576 = count(Long), ok.

make(0) -> leaf;
make(N) -> {node, make(N - 1), make(N - 1)}.

count(leaf) -> 1;
count({node, Left, Right}) -> count(Left) + count(Right).
