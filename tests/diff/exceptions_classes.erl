%% stage: c. try, catch, of and after in every combination of class, pattern and nesting.
-module(exceptions_classes).
-export([main/0]).

main() ->
    [p({C, R, outcome(fun() -> erlang:C(R) end)}) || C <- [error, exit, throw], R <- [simple, {with, [args]}, 42]],
    p(outcome(fun() -> fine end)),
    p([catch_all(F) || F <- [fun() -> ok end, fun() -> throw(t) end, fun() -> exit(e) end]]),
    {'EXIT', {boom, Stack}} = (catch error(boom)), p(is_list(Stack)),
    p(after_order(fun() -> ok end)), p(after_order(fun() -> throw(x) end)), p(after_order(fun() -> error(y) end)),
    p(nested()), p(rethrow()), p(of_clause(1)), p(of_clause(two)), p(of_clause({throw, 3})), p(try of_clause(none) catch error:R1 -> R1 end),
    p(try deep(50) catch throw:Bottom -> {Bottom, get(deepest)} end), p(from_after()), p(in_fun()), p(throw_through_map([1, 2, stop, 4])), p(guarded(5)), p(guarded(-5)), p(guarded(big)),
    p(try try throw(inner) after put(side, effect) end catch throw:I -> {I, get(side)} end),
    p(try error(a) catch error:a -> try error(b) catch error:b -> both end end),
    p((catch (catch throw(one)))), p([(catch X) || X <- [1, 2]]), p(try (catch exit(q)) of {'EXIT', q} -> caught catch _:_ -> escaped end),
    p(raise_all()), p(error_args()), p(try stacked([]) catch throw:St -> St end), p(resume(10)).

p(T) -> io:format("~p~n", [T]).

outcome(F) ->
    try F() of V -> {value, V}
    catch
        throw:{with, _} = R -> {thrown_with, R};
        throw:R -> {thrown, R};
        error:R when is_integer(R) -> {error_int, R};
        error:R -> {error, R};
        exit:R -> {exit, R}
    end.

catch_all(F) -> try F() catch C:R:S -> {C, R, is_list(S)} end.

after_order(F) ->
    put(log, []),
    R = try F() of V -> note(body), V catch throw:T -> note(caught), T; error:E -> note({error, E}), E after note(finally) end,
    {R, lists:reverse(get(log))}.
note(X) -> put(log, [X | get(log)]).

nested() ->
    try
        try throw(a) catch throw:b -> wrong after note(inner_after) end
    catch throw:a -> {outer, hd(get(log))} end.

rethrow() ->
    try try error(first) catch C:R:S -> erlang:raise(C, {again, R}, S) end
    catch error:{again, X} -> X end.

of_clause(V) ->
    try id(V) of
        N when is_integer(N) -> {int, N};
        {throw, X} -> (catch throw({of_body, X}));
        two -> zwei
    catch throw:_ -> never end.

deep(0) -> throw(bottom);
deep(N) -> try deep(N - 1) catch throw:up -> wrong after put(deepest, N) end.

from_after() -> try try ok after throw(from_after) end catch throw:R -> R end.

in_fun() -> lists:map(fun(X) -> try 10 div X catch error:badarith -> inf end end, [1, 0, 5]).

throw_through_map(L) -> try lists:map(fun(stop) -> throw({stopped, self() =:= self()}); (X) -> X * 2 end, L) catch throw:R -> R end.

guarded(X) -> try if X > 0, X < 10 -> small; X < 0 -> neg end catch error:if_clause -> no_if end.

raise_all() -> [try erlang:raise(C, R, []) catch C2:R2:S -> {C2, R2, S} end || {C, R} <- [{error, a}, {exit, b}, {throw, c}]] ++ [try erlang:raise(bogus, x, []) catch error:E -> E end].

error_args() -> try error(why, [1, 2]) catch error:why:S -> {M, F, A, _} = hd(S), {M, F, A} end.

stacked(L) when length(L) > 3 -> throw(L);
stacked(L) -> try stacked([length(L) | L]) catch throw:T when length(L) > 1 -> throw([x | T]) end.

resume(N) -> resume(N, 0).
resume(0, A) -> A;
resume(N, A) -> resume(N - 1, try maybe_fail(N) catch throw:V -> A - V; error:_ -> A + 100 end).
maybe_fail(N) when N rem 3 =:= 0 -> throw(N);
maybe_fail(N) when N rem 4 =:= 0 -> error(four);
maybe_fail(N) -> N.

id(X) -> X.
