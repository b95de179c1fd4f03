%% stage: d. Tracing as people use it: dbg-like tracers, match specifications with actions, call and return, sends and receives, set_on_spawn, who may trace whom.
-module(otp_dbg).
-export([main/0, fact/1, area/1, server/1, fib/1]).

main() ->
    Me = self(),
    T = spawn_link(fun() -> tracer(Me, []) end),
    W = spawn_link(fun() -> worker() end),
    p(erlang:trace(W, true, [call, {tracer, T}])),
    p(erlang:trace_pattern({?MODULE, fact, 1}, true, [local])),
    do(W, fun() -> fact(3) end),
    p(seen(T)),
    p(erlang:trace_pattern({?MODULE, fact, 1}, [{'_', [], [{return_trace}]}], [local])),
    do(W, fun() -> fact(2) end),
    p(seen(T)),
    p(erlang:trace_pattern({?MODULE, area, 1}, [{[{circle, '$1'}], [{'>', '$1', 2}], [{message, {{large, '$1'}}}]}, {[{square, '_'}], [], [{exception_trace}]}, {['_'], [], [{message, false}]}], [local])),
    do(W, fun() -> {catch area({circle, 1}), area({circle, 5}), area({square, 3}), catch area({square, x}), catch area(none)} end),
    p(seen(T)),
    p(erlang:trace_info({?MODULE, area, 1}, match_spec)),
    p([erlang:trace_info({?MODULE, F, 1}, traced) || F <- [fact, area, fib]]),
    p(erlang:trace_info({?MODULE, nope, 7}, traced)),
    p(lists:sort(element(2, erlang:trace_info(W, flags)))),
    p(element(2, erlang:trace_info(W, tracer)) =:= T),
    p(erlang:trace_pattern({?MODULE, '_', '_'}, false, [local])),
    do(W, fun() -> {fact(1), area({circle, 9})} end),
    p(seen(T)),

    p(erlang:trace(W, true, [send, 'receive', {tracer, T}])),
    p(erlang:trace(W, false, [call])),
    do(W, fun() -> self() ! to_me, receive to_me -> ok end, Me ! to_main, ok end),
    receive to_main -> ok end,
    p([E || E <- seen(T), relevant(E)]),
    p(erlang:trace(W, false, [all])),

    p(erlang:trace(W, true, [procs, set_on_spawn, {tracer, T}])),
    do(W, fun() -> {P, R} = spawn_monitor(fun() -> register(otp_dbg_child, self()), unregister(otp_dbg_child), exit(bye) end), receive {'DOWN', R, _, P, _} -> ok end end),
    timer:sleep(20),
    p([shape(E) || E <- seen(T)]),
    p(erlang:trace(W, false, [all])),

    p([catch_badarg(fun() -> erlang:trace(W, true, [nonsense]) end), catch_badarg(fun() -> erlang:trace_pattern({a}, true, []) end), catch_badarg(fun() -> erlang:trace_pattern({?MODULE, fact, 1}, [{bad}], []) end), catch_badarg(fun() -> erlang:trace(no_pid, true, [call]) end)]),
    p([erlang:trace(self(), true, [call]), erlang:trace_info(self(), flags), erlang:trace(self(), false, [call])]),
    p([erlang:trace(W, true, [call, {tracer, T}]), catch_badarg(fun() -> erlang:trace(W, true, [send]) end), catch_badarg(fun() -> erlang:trace(W, false, [call, {tracer, self()}]) end), erlang:trace(W, false, [send]), erlang:trace(W, false, [call])]),
    p([erlang:trace(W, true, [call, timestamp, monotonic_timestamp, strict_monotonic_timestamp]), lists:sort(element(2, erlang:trace_info(W, flags))), erlang:trace(W, false, [all])]),
    p(erlang:trace_pattern({no_such_module, f, 1}, true, [])),
    p(erlang:match_spec_test([a, 1], [{['$1', '$2'], [{is_integer, '$2'}], [{{'$2', '$1'}}]}], table)),
    p(erlang:match_spec_test([5, x], [{['$1', '_'], [{'>', '$1', 3}], [{message, '$$'}, {return_trace}]}], trace)),
    p(element(1, erlang:match_spec_test([a], [{'$1', [], [{bogus}]}], trace))).

fact(0) -> 1;
fact(N) -> N * fact(N - 1).

area({circle, R}) -> R * R * 3;
area({square, S}) -> S * S.

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).

server(S) -> S.

worker() ->
    receive {run, From, F} -> _ = F(), From ! ran, worker() end.

do(W, F) -> W ! {run, self(), F}, receive ran -> ok end.

tracer(Main, Seen) ->
    receive
        {Main, seen} -> Main ! {seen, lists:reverse(Seen)}, tracer(Main, []);
        M -> tracer(Main, [M | Seen])
    end.

seen(T) ->
    Ref = erlang:trace_delivered(all),
    receive {trace_delivered, all, Ref} -> ok end,
    T ! {self(), seen},
    receive {seen, L} -> L end.

relevant({trace, _, _, M}) -> M =:= to_me;
relevant({trace, _, send, M, _}) -> M =:= to_me orelse M =:= to_main;
relevant(_) -> false.

shape({trace, _, What, _, {erlang, apply, _}}) -> {What, apply};
shape({trace, _, What, P, {M, F, A}}) when is_pid(P) -> {What, M, F, length(A)};
shape({trace, _, What, P}) when is_pid(P) -> {What, pid};
shape({trace, _, What, X}) -> {What, X};
shape(T) -> element(3, T).

catch_badarg(F) -> try F() catch error:R -> R end.

p(T) -> io:format("~0tp~n", [T]).
