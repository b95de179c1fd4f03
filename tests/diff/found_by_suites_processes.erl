%% stage: c. What OTP's own test suites found wrong in looking at other processes: stacks of those that wait in a receive,
%% signals sent before `is_process_alive', processes that end while they are asked.
-module(found_by_suites_processes).
-export([main/0, fresh/1, waits/1, waits_for/1]).

main() ->
    [stack(Function) || Function <- [fresh, waits, waits_for]],
    [killed(N) || N <- lists:seq(1, 50)],
    [asked_while_it_ends(N) || N <- lists:seq(1, 200)],
    io:format("done~n").

%% Functions of the stack of a process that waits in a receive; its frame is open, and nothing was called from it yet.
stack(Function) ->
    Parent = self(),
    Pid = spawn(?MODULE, Function, [Parent]),
    receive {Pid, ready} -> ok end,
    wait_until_waiting(Pid),
    {current_stacktrace, Stack} = process_info(Pid, current_stacktrace),
    io:format("~p ~p~n", [Function, [{M, F, A} || {M, F, A, _} <- Stack]]),
    exit(Pid, kill).

wait_until_waiting(Pid) ->
    case process_info(Pid, status) of
        {status, waiting} -> ok;
        _ -> erlang:yield(), wait_until_waiting(Pid)
    end.

fresh(Parent) ->
    Parent ! {self(), ready},
    receive {never, X} -> X end.

waits(Parent) ->
    R = deeper(Parent),
    {R}.

deeper(Parent) ->
    Parent ! {self(), ready},
    R = receive {never, X} -> X after 60000 -> timeout end,
    {R, R}.

waits_for(Parent) ->
    Y = lists:map(fun(P) -> P ! {self(), ready}, receive {never, X} -> X end end, [Parent]),
    {Y}.

killed(_) ->
    Pid = spawn(fun Loop() -> Loop() end),
    true = is_process_alive(Pid),
    exit(Pid, kill),
    false = is_process_alive(Pid).

%% An answer comes, whichever of the two is first.
asked_while_it_ends(N) ->
    Pid = spawn(fun() -> lists:seq(1, 10 * N) end),
    case process_info(Pid, [message_queue_len, current_function]) of
        undefined -> ok;
        [{message_queue_len, 0}, {current_function, _}] -> ok
    end.

