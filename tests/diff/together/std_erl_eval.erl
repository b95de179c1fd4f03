%% stage: b. Module erl_eval: bindings, funs, exceptions, handlers.
-module(std_erl_eval).
-export([main/0]).

main() ->
    [p({T, eval(T, [{'A', 1}, {'L', [1, 2, 3]}])}) || T <- ["A + 1.", "X = A * 2, {X, A}.", "[X * X || X <- L, X > 1].", "<< <<X>> || X <- L >>.", "F = fun(0) -> z; (N) -> {n, N} end, {F(0), F(5)}.", "F = fun G(0) -> 1; G(N) -> N * G(N - 1) end, F(10).", "case L of [H | T] -> {H, T} end.", "if A > 5 -> big; true -> small end.", "try error(x) catch C:E -> {C, E} end.", "try throw(t) of _ -> no after ok end.", "catch error(bad).", "begin M = #{a => A}, M#{b => 2} end.", "#{a := V} = #{a => 9}, V.", "receive z -> 1 after 0 -> timeout end.", "<<Y:4, _/bits>> = <<16#ab>>, Y.", "lists:map(fun(X) -> X + A end, L).", "A = 2.", "B.", "1 / 0.", "hd([]).", "nope:f().", "f(1).", "fun(X) -> X end(1, 2).", "A(1).", "case 1 of 2 -> 3 end.", "if false -> 1 end.", "F = fun lists:sum/1, F(L).", "A andalso true.", "not A.", "{A, _} = {1, 2}, A.", "[1 | L] ++ [4].", "-A band 3 bsl 2.", "\"abc\" ++ [$d].", "apply(erlang, '+', [1, 2]).", "self() ! m, receive m -> got end.", "is_list(L) and (length(L) =:= 3).", "maybe {ok, X} ?= {ok, 1}, X end."]],
    {ok, Ts, _} = erl_scan:string("local(1, 2) + ext:fn(3)."), {ok, Es} = erl_parse:parse_exprs(Ts),
    p(erl_eval:exprs(Es, [], {value, fun(F, As) -> length([F | As]) end}, {value, fun(F, As) -> length([F | As]) * 10 end})),
    p(erl_eval:expr_list([{integer, 1, 1}, {var, 1, 'Q'}], [{'Q', 2}])), p({erl_eval:new_bindings(), erl_eval:add_binding('A', 1, []), erl_eval:binding('A', [{'A', 2}]), erl_eval:bindings([{b, 1}, {a, 2}]), erl_eval:del_binding('A', [{'A', 1}])}).
eval(T, Bs) ->
    {ok, Ts, _} = erl_scan:string(T),
    case erl_parse:parse_exprs(Ts) of
        {ok, Es} -> try erl_eval:exprs(Es, Bs) of {value, V, B} -> {V, length(B)} catch C:R -> {C, R} end;
        {error, {_, M, D}} -> lists:flatten(M:format_error(D))
    end.

p(T) -> io:format("~0tp~n", [T]).
