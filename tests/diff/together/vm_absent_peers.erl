%% stage: c. Links with the dead, exits that a process sends to itself, monitors by name, where processes wait.
-module(vm_absent_peers).
-export([main/0]).

main() -> links(), exits(), monitors(), places().

links() ->
    Dead = dead(),
    ends(fun() -> link(Dead), exit(went_on) end),
    ends(fun() -> exit({caught, try link(Dead) catch C:R:S -> {M, F, [_], _} = hd(S), {C, R, M, F} end}) end),
    ends(fun() -> process_flag(trap_exit, true), exit({link(Dead), next()}) end),
    ends(fun() -> process_flag(trap_exit, true), link(Dead), unlink(Dead), exit(next()) end),
    ends(fun() -> (catch link(Dead)), exit(process_info(self(), links)) end),
    ends(fun() -> link(self()), unlink(self()), exit(process_info(self(), links)) end).

exits() ->
    Traps = fun() -> process_flag(trap_exit, true) end,
    NoMore = fun() -> process_flag(trap_exit, false) end,
    ends(fun() -> exit(self(), why), exit(went_on) end),
    ends(fun() -> exit(self(), normal), exit(went_on) end),
    ends(fun() -> (catch exit(self(), why)), exit(went_on) end),
    ends(fun() -> exit(self(), why), Traps(), exit(next()) end),
    %% A signal that was not taken in yet acts by what the process is then.
    ends(fun() -> Traps(), exit(self(), why), process_flag(trap_exit, false), exit(next()) end),
    ends(fun() -> Traps(), exit(self(), why), erlang:yield(), NoMore(), exit(next()) end),
    ends(fun() -> Traps(), exit(self(), why), receive none -> ok after 0 -> ok end, NoMore(), exit(next()) end),
    ends(fun() -> Traps(), exit(self(), why), process_info(self(), messages), NoMore(), exit(next()) end),
    ends(fun() -> Traps(), exit(self(), why), exit(process_info(self(), message_queue_len)) end),
    ends(fun() -> Traps(), exit(self(), kill), exit(next()) end),
    ends(fun() -> Me = self(), Traps(), {_, M} = spawn_monitor(fun() -> exit(Me, other) end),
         receive {'DOWN', M, _, _, _} -> ok end, NoMore(), exit(next()) end).

monitors() ->
    Name = ?MODULE,
    register(Name, P = spawn(fun wait/0)),
    Shown = fun() -> {monitors, L} = process_info(self(), monitors), lists:sort([shown(X, P) || X <- L]) end,
    A = monitor(process, Name), B = monitor(process, P), C = monitor(process, {Name, node()}),
    p({Shown(), length(element(2, process_info(P, monitored_by)))}),
    Me = self(), spawn(fun() -> Me ! lists:sort([shown(X, P) || X <- element(2, process_info(Me, monitors))]) end),
    p(receive L when is_list(L) -> L end),
    demonitor(A), p(Shown()), P ! stop,
    p([receive {'DOWN', R, process, O, Why} -> {shown({process, O}, P), Why} end || R <- [B, C]]), p(Shown()),
    N = monitor(process, Name), p(receive {'DOWN', N, process, O, Why} -> {O, Why} end).

places() ->
    place(fun wait/0), place(fun() -> wait_for(3) end), place(fun() -> behind_a_call(self()) end),
    place(fun() -> [timer:sleep(T) || T <- [60000]] end), place(fun() -> deep(5) end), place(fun() -> handled() end),
    p(frames(element(2, process_info(self(), current_stacktrace)))).

place(F) ->
    P = spawn(F), Status = status_at_rest(P, 500),
    {current_stacktrace, S} = process_info(P, current_stacktrace), {current_location, L} = process_info(P, current_location),
    p({Status, process_info(P, current_function), frames([L]), frames(S)}), exit(P, kill).

wait() ->
    receive
        stop -> ok
    end.

wait_for(N) ->
    receive
        stop -> ok;
        {more, M} -> wait_for(M)
    after
        60000 -> N
    end.

behind_a_call(P) ->
    true = is_process_alive(P),
    X = abs(length(atom_to_list(?MODULE))),
    receive
        {P, X} -> X
    end,
    ok.

deep(0) -> wait(), 0;
deep(N) ->
    1 + deep(N - 1).

handled() ->
    try
        receive
            {a, X} -> X
        after 60000 ->
            nothing
        end
    catch
        _:_ -> caught
    end.

%% A machine under load may take longer than any fixed time to come there. What is asked of a process in Dala lets it look for
%% messages again, and with a budget of a few reductions (a mode of this suite) it is runnable a moment later.
status_at_rest(P, N) ->
    timer:sleep(10),
    case process_info(P, status) of
        {status, Status} when Status =/= waiting, N > 0 -> status_at_rest(P, N - 1);
        Status -> Status
    end.

frames(L) -> [{M, F, A, proplists:get_value(line, I)} || {M, F, A, I} <- L, M =:= ?MODULE orelse M =:= timer].
shown({process, P}, P) -> {process, the_pid};
shown(X, _) -> X.
dead() -> {P, M} = spawn_monitor(fun() -> ok end), receive {'DOWN', M, _, _, _} -> timer:sleep(5), P end.
next() -> receive {'EXIT', P, R} -> {'EXIT', is_pid(P), R} after 50 -> nothing end.
%% `error_logger` would write of errors: exits alone.
ends(F) -> {P, M} = spawn_monitor(fun() -> try F() catch error:R -> exit({failed, R}) end end), p(receive {'DOWN', M, process, P, W} -> W end).
p(T) -> io:format("~0tp~n", [T]).
