%% stage: b. Funs: captured variables, named recursion, external funs, apply in all forms, arity errors, equality.
-module(funs_closures).
-export([main/0, twice/2, const/0]).

main() ->
    Add = fun(N) -> fun(X) -> X + N end end,
    A5 = Add(5),
    p(A5(10)), p((Add(1))(2)), p([F(3) || F <- [Add(1), Add(2), fun(X) -> X * X end]]), p(twice(A5, 0)), p(?MODULE:twice(fun(X) -> X * 2 end, 3)),
    Fact = fun F(0) -> 1; F(N) -> N * F(N - 1) end, p(Fact(20)), p(apply(Fact, [5])), p(apply(lists, reverse, [[1, 2, 3]])), p(apply(fun erlang:'+'/2, [1, 2])),
    M = lists, Fn = seq, p(M:Fn(1, 4)), Ext = fun lists:sum/1, p(Ext([1, 2, 3])), p(Ext), p(fun ?MODULE:const/0 =:= fun ?MODULE:const/0), Local = fun const/0, p(Local()),
    p(compose([fun(X) -> X + 1 end, fun(X) -> X * 10 end, fun integer_to_list/1], 4)), p((curry(fun(A, B, C) -> {A, B, C} end))(3)), p(counter(3)),
    p(is_function(A5, 1)), p(is_function(A5, 2)), p(erlang:fun_info(Ext, type)), p(erlang:fun_info(Ext, name)), p(erlang:fun_info(A5, arity)), p(erlang:fun_info(A5, module)), p(erlang:fun_info(A5, env)),
    p([failure(F) || F <- [fun() -> A5(1, 2) end, fun() -> (id(not_fun))(1) end, fun() -> apply(no_module, f, []) end, fun() -> apply(lists, nope, [1]) end, fun() -> apply(A5, [1 | 2]) end]]),
    p(lists:foldl(fun(X, {S, L}) when X > 2 -> {S + X, [X | L]}; (_, Acc) -> Acc end, {0, []}, [1, 2, 3, 4])), p(church(5)), p(y(7)), p(memo(40)),
    Big = lists:seq(1, 10), Capture = fun(K) -> lists:nth(K, Big) + length(Big) end, p(Capture(7)), p([(fun(X) when X > 0 -> pos; (0) -> zero; (_) -> neg end)(N) || N <- [5, 0, -5]]),
    p(A5 =:= A5), p(Add(5) =:= A5), p(Add(5) =:= Add(6)), p(lazy_take(5, naturals(1))), p(fold_tree(fun(L, V, R) -> L + V + R end, 0, tree(5))), p(pipeline([1, 2, 3, 4, 5])).

p(T) -> io:format("~p~n", [T]).
id(X) -> X.
const() -> 42.
twice(F, X) -> F(F(X)).
compose(Fs, X) -> lists:foldl(fun(F, A) -> F(A) end, X, Fs).
curry(F) -> ((fun(A) -> fun(B) -> fun(C) -> F(A, B, C) end end end)(1))(2).
counter(0) -> [];
counter(N) -> G = fun() -> N * 100 end, [G() | counter(N - 1)].
failure(F) -> try F() catch C:{badarity, {_, As}} -> {C, badarity, As}; C:R -> {C, R} end.
church(N) -> (lists:foldl(fun(_, Acc) -> fun(F) -> fun(X) -> F((Acc(F))(X)) end end end, fun(_) -> fun(X) -> X end end, lists:seq(1, N)))(fun(X) -> X + 2 end).
y(N) -> (fun(F, K) -> F(F, K) end)(fun(_, 0) -> 1; (F, K) -> K * F(F, K - 1) end, N).
memo(N) -> {V, _} = memo(N, #{}), V.
memo(N, M) when N < 2 -> {N, M};
memo(N, M) when is_map_key(N, M) -> {map_get(N, M), M};
memo(N, M) -> {A, M1} = memo(N - 1, M), {B, M2} = memo(N - 2, M1), {A + B, M2#{N => A + B}}.
naturals(N) -> fun() -> {N, naturals(N + 1)} end.
lazy_take(0, _) -> [];
lazy_take(K, G) -> {V, Next} = G(), [V | lazy_take(K - 1, Next)].
tree(0) -> leaf;
tree(N) -> {tree(N - 1), N, tree(N - 1)}.
fold_tree(_, Z, leaf) -> Z;
fold_tree(F, Z, {L, V, R}) -> F(fold_tree(F, Z, L), V, fold_tree(F, Z, R)).
pipeline(L) -> lists:foldl(fun(Step, Acc) -> Step(Acc) end, L, [fun(X) -> [E * E || E <- X] end, fun lists:reverse/1, fun(X) -> lists:filter(fun(E) -> E rem 2 =:= 1 end, X) end, fun lists:sum/1]).
