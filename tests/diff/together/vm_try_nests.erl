%% stage: c. Exceptions through nested try, catch, after and fun calls: what runs, in which order, what wins, what the process dictionary saw.
-module(vm_try_nests).
-export([main/0]).

main() ->
    [run(N, Raise) || N <- lists:seq(1, 14), Raise <- [none, error, exit, throw]],
    [p({rethrow, C, (catch rethrow(C))}) || C <- [error, exit, throw]],
    p(deep(500)),
    p(cleanup(fun() -> ok end)),
    p(cleanup(fun() -> error(inner) end)),
    p(catch lists:foldl(fun(X, A) -> try 10 div X + A catch error:badarith -> throw({zero, A}) end end, 0, [5, 2, 0, 1])),
    p([try binary_to_integer(B) of I when I > 10 -> big; I -> {small, I} catch error:badarg -> not_a_number after put(count, get(count, 0) + 1) end || B <- [<<"5">>, <<"50">>, <<"x">>]]),
    p(get(count)),
    p(catch try throw(a) catch error:_ -> never end),
    p(catch (try hd([]) after throw(from_after) end)),
    p(try (catch throw(x)) of x -> caught_inside catch throw:x -> wrong end),
    p((fun() -> try exit(a) catch exit:a -> try error(b) catch error:b -> try throw(c) catch throw:c -> done end end end end)()),
    p([(catch F()) =:= expected || F <- [fun() -> throw(expected) end, fun() -> expected end]]),
    p(element(1, catch error(x))),
    p(try error({badkey, k}) catch error:{badkey, K} -> K end),
    p(try maps:get(k, #{}) catch C:R -> {C, R} end),
    p(try #{a := 1} = #{} catch C1:R1 -> {C1, R1} end),
    p(try (fun(a) -> b end)(c) catch C2:R2 -> {C2, R2} end),
    p(try case x of y -> 1 end catch C3:R3 -> {C3, R3} end),
    p(try if 1 > 2 -> a end catch C4:R4 -> {C4, R4} end),
    p(try try 1 of 2 -> x catch _:_ -> inner end catch C5:R5 -> {outer, C5, R5} end),
    p(try receive after -1 -> x end catch C6:R6 -> {C6, R6} end),
    p(try <<1:(id(-1))>> catch C7:R7 -> {C7, R7} end),
    p(try element(id(3), {1, 2}) catch C8:R8 -> {C8, R8} end),
    p(try apply(id(nomod), f, []) catch C9:R9 -> {C9, R9} end),
    p(try [X || X <- id(not_a_list)] catch C10:R10 -> {C10, R10} end),
    p(try << <<X>> || <<X>> <= id(a) >> catch C11:R11 -> {C11, R11} end),
    p(try erlang:raise(id(odd_class), r, []) catch C12:R12 -> {C12, R12} end),
    p(try erlang:raise(exit, r, [{m, f, 1, []}]) catch C13:R13:S13 -> {C13, R13, S13} end),
    p(try error(r, [a, b]) catch C14:R14:S14 -> {C14, R14, [A || {_, _, A, _} <- [hd(S14)]]} end).

get(K, D) -> case get(K) of undefined -> D; V -> V end.

id(X) -> X.

run(N, Raise) ->
    put(log, []),
    Result = try {value, shape(N, fun() -> log(body), raise(Raise) end)} catch C:R -> {C, R} end,
    p({N, Raise, Result, lists:reverse(get(log))}).

log(X) -> put(log, [X | get(log)]).

raise(none) -> fine;
raise(error) -> error(e);
raise(exit) -> exit(x);
raise(throw) -> throw(t).

shape(1, F) -> try F() after log(after1) end;
shape(2, F) -> try F() catch throw:T -> log(T), caught after log(after1) end;
shape(3, F) -> try F() of fine -> log(of1), raise(throw) catch throw:_ -> log(never) after log(after1) end;
shape(4, F) -> try try F() after log(inner) end after log(outer) end;
shape(5, F) -> try try F() catch error:e -> raise(exit) after log(inner) end catch exit:X -> log({outer, X}), X end;
shape(6, F) -> try F() catch _:_ -> F() after log(once) end;
shape(7, F) -> try F() after raise(throw) end;
shape(8, F) -> catch try F() after log(a), raise(exit) end;
shape(9, F) -> X = (catch F()), log(is_exit(X)), X =:= fine;
shape(10, F) -> case catch F() of {'EXIT', {R, S}} when is_list(S) -> {error, R}; {'EXIT', R} -> {exit, R}; V -> {value, V} end;
shape(11, F) -> try F() catch C:R:S -> log({C, R, length(S) > 0}), erlang:raise(C, R, S) end;
shape(12, F) -> [try F() catch throw:T -> T end, try F() catch error:E -> E end];
shape(13, F) -> try log(before), V = F(), log(V), V catch exit:x -> log(got_exit), try F() catch exit:x -> twice end end;
shape(14, F) -> (fun G(0) -> F(); G(N) -> try G(N - 1) after log(N) end end)(3).

is_exit({'EXIT', _}) -> exit;
is_exit(_) -> other.

rethrow(C) ->
    try try erlang:C(1) catch C:R:S -> erlang:raise(C, {again, R}, S) end
    catch C:{again, 1} -> try erlang:C(2) after put(seen, C) end
    end.

deep(0) -> throw(bottom);
deep(N) when N rem 100 =:= 0 -> try deep(N - 1) catch throw:bottom -> throw(bottom); throw:{up, K} -> throw({up, K + 1}) end;
deep(N) when N rem 50 =:= 0 -> try deep(N - 1) catch throw:bottom -> throw({up, 0}) end;
deep(N) when N =:= 499 -> try deep(N - 1) catch throw:X -> {reached, X} end;
deep(N) -> [_ | _] = deep(N - 1).

cleanup(F) ->
    T = ets:new(t, []),
    try
        ets:insert(T, {a, 1}),
        try F(), ets:lookup(T, a) after ets:insert(T, {cleaned, true}) end
    catch
        error:R -> {R, ets:lookup(T, cleaned)}
    after
        ets:delete(T)
    end.

p(T) -> io:format("~0tp~n", [shown(T)]).

shown({rethrow, C, {'EXIT', {R, S}}}) when is_list(S) -> {rethrow, C, R};
shown({'EXIT', {R, S}}) when is_list(S) -> {'EXIT', R};
shown({A, B, {value, {'EXIT', {R, S}}}, L}) when is_list(S) -> {A, B, {value, {'EXIT', R}}, L};
shown(T) -> T.
