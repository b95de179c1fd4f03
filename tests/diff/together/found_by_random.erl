%% stage: c. What random modules found: tail calls of funs, floats past their segment, lines and frames in traces.
-module(found_by_random).
-export([main/0, g1/1, g8/1, g9/1]).

main() ->
    Loop = fun(G, N) -> case N of 0 -> element(2, process_info(self(), memory)) < 1000000; _ -> G(G, N - 1) end end,
    p(Loop(Loop, 300000)),
    p(deep(fun(K, N) -> if N =:= 0 -> done; true -> K(K, N - 1) end end)),
    [p(trace(F)) || F <- [fun() -> lists:foldr(fun(_, V) -> tl(V) end, [x], L) end || L <- [[1], [1, 2], lists:seq(1, 30)]]],
    p([try <<V:S/float>> catch error:R -> R end || V <- [1.797e308, 3.5e38, 3.4028235e38, 1 bsl 1000, -1.0e300, 65520.0], S <- [16, 32, 64]]),
    p([try <<1, V:32/float-little, V:16/float>> catch error:R -> R end || V <- [1.0e39, 1 bsl 200, -7.0e4]]),
    p(catch <<(id(1 bsl 2000)):32/float>>),
    [p({N, trace(fun() -> F(id(a)) end)}) || {N, F} <- [{1, fun(X) -> X + 1 end}, {2, fun(X) -> X + -1 end}, {3, fun(X) -> 1 + X end}, {4, fun(X) -> X - 1 end},
        {5, fun(X) -> X - 0 end}, {6, fun(X) -> X - -1 end}, {7, fun(X) -> 1 - X end}, {8, fun(X) -> X + (1 bsl 59) end}, {9, fun(_) -> a + 1 end}, {10, fun(_) -> #{} - 7 end}]],
    [p(trace(fun() -> F(id(9)) end)) || F <- [fun g1/1, fun g8/1, fun g9/1]],
    [p(trace(fun() -> called(F) end)) || F <- [id(5), fun() -> ok end, fun(A) -> A + x end]].

deep(F) -> {F(F, 1000), F(F, 0)}.

id(X) -> X.

called(F) -> F(1).

trace(F) ->
    try F()
    catch C:R:S -> {C, R, [{M, Fn, if is_list(A) -> A; true -> A end, proplists:get_value(line, L)} || {M, Fn, A, L} <- lists:sublist(S, 4)]}
    end.

g1(1) ->
    string:lowercase(1);
g1(_) ->
    map_get(ok, #{true => 1}), ok.

g8(1) ->
    self() ! 1,
    string:lowercase(1);
g8(_) ->
    map_get(ok, #{true => 1}), ok.

g9(1) ->
    self() ! 1,
    exit(1);
g9(_) ->
    map_get(ok, #{true => 1}), ok.

p(T) -> io:format("~0tp~n", [T]).
