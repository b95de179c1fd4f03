%% 100000 processes, a thousand at a time: each is spawned, answers, and ends.
-module(b_spawn).
-export([run/0]).

run() -> loop(100).

loop(0) -> ok;
loop(N) ->
    Parent = self(),
    Pids = [spawn(fun() -> Parent ! {self(), I} end) || I <- lists:seq(1, 1000)],
    500500 = sum(Pids, 0),
    loop(N - 1).

sum([], Sum) -> Sum;
sum([Pid | Rest], Sum) -> receive {Pid, I} -> sum(Rest, Sum + I) end.
