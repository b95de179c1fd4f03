%% stage: c. What OTP's own test suites found wrong in looking at other processes: stacks of those that wait in a receive,
%% signals sent before `is_process_alive', processes that end while they are asked.
-module(found_by_suites_processes).
-export([main/0, fresh/1, waits/1, waits_for/1]).

main() ->
    [stack(Function) || Function <- [fresh, waits, waits_for]],
    bad_timeout(id(soon)),
    limits(),
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

%% The error of a bad timeout ends the receive: the next one starts at the first message.
bad_timeout(Time) ->
    self() ! first,
    try receive never -> ok after Time -> ok end catch Class:Reason -> io:format("~p ~p~n", [Class, Reason]) end,
    receive first -> io:format("first~n") end.

limits() ->
    [io:format("~p~n", [try process_flag(max_heap_size, Limit) catch error:Reason -> Reason end])
        || Limit <- [-1, 1, #{}, #{size => 0, kill => gurka}, #{size => 10000000, kill => false}, 0]],
    io:format("~p~n", [[process_flag(message_queue_data, off_heap), process_info(self(), message_queue_data)]]),
    process_flag(message_queue_data, on_heap),
    io:format("~p~n", [try error(some, [], [ignored, {error_info, no_map}]) catch error:R -> R end]).

id(Term) -> Term.

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

