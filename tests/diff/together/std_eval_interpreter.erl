%% stage: b. erl_eval as an interpreter: whole modules run by handlers of local and foreign functions, bindings in maps and lists, scopes, guards, funs that carry both, exceptions with their traces, what is refused of expressions and commands.
-module(std_eval_interpreter).
-export([main/0]).

main() -> programs(), handlers(), scopes(), guards(), funs(), binaries(), raised(), checked().

%% A module of forms, run without being compiled.
programs() ->
    Text = "len([]) -> 0; len([_ | T]) -> 1 + len(T).
        loop(0, Acc) -> Acc; loop(N, Acc) -> loop(N - 1, Acc + N).
        ack(0, N) -> N + 1; ack(M, 0) -> ack(M - 1, 1); ack(M, N) -> ack(M - 1, ack(M, N - 1)).
        sort([]) -> []; sort([P | T]) -> sort([X || X <- T, X < P]) ++ [P | sort([X || X <- T, X >= P])].
        even(0) -> true; even(N) -> odd(N - 1). odd(0) -> false; odd(N) -> even(N - 1).
        queens(N) -> length(place(N, N)). place(_, 0) -> [[]]; place(N, K) -> [[Q | Qs] || Qs <- place(N, K - 1), Q <- lists:seq(1, N), safe(Q, Qs, 1)].
        safe(_, [], _) -> true; safe(Q, [H | T], D) when Q =/= H, abs(Q - H) =/= D -> safe(Q, T, D + 1); safe(_, _, _) -> false.
        hanoi(0, _, _, _) -> []; hanoi(N, A, B, C) -> hanoi(N - 1, A, C, B) ++ [{A, B}] ++ hanoi(N - 1, C, B, A).
        server(S) -> receive {get, From} -> From ! {state, S}, server(S); {add, N} -> server(S + N); stop -> {stopped, S} after 0 -> {idle, S} end.
        fold(F, A, [H | T]) -> fold(F, F(H, A), T); fold(_, A, []) -> A. tree(L) -> fold(fun(X, T) -> insert(X, T) end, leaf, L).
        insert(X, leaf) -> {leaf, X, leaf}; insert(X, {L, Y, R}) when X < Y -> {insert(X, L), Y, R}; insert(X, {L, Y, R}) -> {L, Y, insert(X, R)}.
        fail(N) -> try helper(N) catch error:{bad, X} -> {caught, X}; throw:X -> {thrown, X} after put(after_ran, N) end. helper(1) -> error({bad, one}); helper(2) -> throw(two); helper(N) -> N.",
    Module = module(Text),
    [p({Call, run(Module, Call)}) || Call <- ["len([a, b, c])", "loop(200, 0)", "ack(2, 3)", "sort([3, 1, 4, 1, 5, 9, 2, 6])", "even(51)", "queens(5)", "hanoi(3, a, b, c)", "begin self() ! {add, 4}, self() ! {get, self()}, self() ! stop, R = server(1), {R, receive {state, S} -> S end} end",
        "tree([3, 1, 2])", "fold(fun(X, A) -> len(A) + X end, [], [])", "[fail(N) || N <- [1, 2, 3]]", "erase(after_ran)", "catch unknown(1)", "catch sort(x)", "lists:map(fun(X) -> len(X) end, [[], [1]])", "fold(fun erlang:'+'/2, 0, [1, 2, 3])"]].

module(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {Forms, []} = lists:foldl(fun({dot, _} = D, {Done, Open}) -> {ok, F} = erl_parse:parse_form(lists:reverse([D | Open])), {[F | Done], []}; (T, {Done, Open}) -> {Done, [T | Open]} end, {[], []}, Tokens),
    maps:from_list([{{Name, Arity}, Clauses} || {function, _, Name, Arity, Clauses} <- Forms]).

run(Module, Call) -> {value, V, _} = erl_eval:exprs(parse(Call), [], {eval, handler(Module)}), V.
handler(Module) ->
    fun(Name, Args, Bindings) ->
        Handler = {eval, handler(Module)},
        {Values, Bindings1} = erl_eval:expr_list(Args, Bindings, Handler),
        case Module of
            #{} -> case maps:find({Name, length(Args)}, Module) of
                {ok, Clauses} -> {value, F, _} = erl_eval:expr({'fun', 1, {clauses, Clauses}}, [], Handler), {value, apply(F, Values), Bindings1};
                error -> error({unknown, Name, length(Args)})
            end
        end
    end.

handlers() ->
    Log = fun(What, Args) -> put(log, [{What, Args} | get(log)]), case What of {lists, F} -> apply(lists, F, Args); {_, twice} -> [X, X] = lists:duplicate(2, hd(Args)), {X, X}; '+' -> lists:sum(Args); F when is_function(F) -> apply(F, Args); _ -> {stub, What, Args} end end,
    [begin put(log, []), R = try erl_eval:exprs(parse(S), [{'L', [1, 2]}], {value, fun(F, As) -> {local, F, As} end}, {value, Log}) of {value, V, _} -> V catch C:E -> {C, E} end,
        p({S, if is_function(R) -> a_fun; true -> R end, [{if is_function(W) -> a_fun; true -> W end, length(A)} || {W, A} <- lists:reverse(erase(log))]}) end || S <- ["a(1, b(2))", "lists:sum(L)", "lists:map(fun(X) -> x:twice(X) end, L)", "X = mod:f(), {X, g(X)}", "1 + 2", "apply(lists, max, [L])", "F = fun x:twice/1, F(3)", "(fun(A) -> h(A) end)(9)", "[h(I) || I <- L, x:ok(I) =/= no]", "spawn_it:now(a)", "is_list(L)", "-(1)", "L ++ L"]],
    p(erl_eval:expr(hd(parse("f(X, 2)")), [{'X', 1}], {value, fun(f, [A, B]) -> A + B end})),
    p(erl_eval:exprs(parse("f(Y = 2), Y"), [], {eval, fun(f, [E], Bs) -> {value, V, Bs1} = erl_eval:expr(E, Bs), {value, V * 10, Bs1} end})),
    p(erl_eval:expr(hd(parse("m:f(1)")), [], none, {value, fun({m, f}, [N]) -> {seen, N} end}, none)),
    p(erl_eval:expr(hd(parse("{1, X}")), [{'X', 5}], none, none, value)),
    p(erl_eval:exprs(parse("{a, b}"), [], none, none)).

scopes() ->
    [p({S, [case erl_eval:exprs(parse(S), Bs) of {value, V, New} -> {V, lists:sort(case is_map(New) of true -> maps:to_list(New); false -> New end)} end || Bs <- [[{'A', 1}], #{'A' => 1}]]}) || S <- ["B = A + 1, C = B", "case A of 1 -> X = a; _ -> X = b end, X", "[A || A <- [5, 6]], A", "if A > 0 -> Y = 1; true -> Y = 2 end, Z = Y", "(fun(A) -> A end)(7), A", "begin P = 1, Q = 2 end", "{U, V} = {A, [A]}, U", "try W = 1 of _ -> W2 = 2 after W3 = 3 end", "#{k := K} = M = #{k => A}, K", "[H | T] = \"abc\", H"]],
    [p({S, try erl_eval:exprs(parse(S), [{'A', 1}]) of {value, V, B} -> {V, B} catch C:E -> {C, E} end}) || S <- ["A = 2", "{A, 2} = {1, 3}", "[A, B] = [2, 3]", "B", "fun(A) when A > 1 -> A end(1)", "begin _ = 1, _ = 2 end", "case 2 of A -> same; _ -> other end", "fun() -> D = 1, D end(), D"]],
    p({erl_eval:new_bindings(), erl_eval:bindings(erl_eval:add_binding('B', 2, #{'A' => 1})), erl_eval:binding('Z', #{}), erl_eval:binding('A', [{'A', 3}]), erl_eval:del_binding('A', #{'A' => 1}), erl_eval:add_binding('A', 2, [{'A', 1}, {'C', 3}])}),
    p(erl_eval:expr_list(parse("X, X + A, [X]"), #{'X' => 1, 'A' => 2})).

guards() ->
    [p({G, try erl_eval:match_clause([{clause, 1, [{var, 1, 'Y'}], [parse(G)], parse("{yes, Y}")}], [7], [{'X', 5}, {'L', [a]}], none) catch error:E -> E end}) || G <- ["X > 4", "is_list(L), length(L) =:= 1", "hd(X) =:= 1", "X / 0 > 1", "X =:= 5 andalso hd(L) =:= a", "is_atom(X) orelse is_integer(X)", "element(1, {X}) =:= 5", "tuple_size(L) =:= 1", "not is_list(L)", "map_size(#{}) =:= 0", "X", "erlang:is_integer(X)", "is_map_key(k, L)"]],
    [p({S, try erl_eval:exprs(parse(S), []) of {value, V, _} -> V catch C:E -> {C, E} end}) || S <- ["case 1 of X when f(X) -> x end", "if hd([]) -> a; true -> b end", "case {1, 2} of {A, B} when A > B; A < B -> ne; _ -> eq end", "fun(X) when X rem 2 =:= 0 -> even; (_) -> odd end(3)", "receive M when is_atom(M) -> M after 1 -> none end", "[X || X <- [1, a, 2], is_integer(X), X > 1]", "[X || {ok, X} <- [{ok, 1}, no, {ok, 2}]]", "[{X, Y} || X <- [1, 2], Y <- [X, X * 10], X + Y < 13]", "<< <<X>> || <<X:4>> <= <<16#12, 16#34>>, X =/= 3 >>", "[X || <<X:3>> <= <<1, 2>>]", "[X || X <- x]", "[X || <<X>> <= y]", "[X || X <- [1], foo]"]].

funs() ->
    {value, F, _} = erl_eval:exprs(parse("K = 10, fun(X, Y) when X > Y -> K + X; (_, Y) -> Y end"), []),
    p({F(3, 1), F(1, 3), erlang:fun_info(F, arity), erlang:fun_info(F, module), case erl_eval:fun_data(F) of {fun_data, Bs, Cs} -> {Bs, length(Cs)} end, erl_eval:fun_data(fun lists:map/2)}),
    {value, G, _} = erl_eval:exprs(parse("fun Fac(0) -> 1; Fac(N) -> N * Fac(N - 1) end"), []),
    p({G(25), case erl_eval:fun_data(G) of {named_fun_data, Bs2, Name, Cs2} -> {Bs2, Name, length(Cs2)} end}),
    p([begin {value, H, _} = erl_eval:exprs(parse("fun(" ++ string:join(["A" ++ integer_to_list(I) || I <- lists:seq(1, N)], ", ") ++ ") -> " ++ integer_to_list(N) ++ " end"), []), apply(H, lists:seq(1, N)) end || N <- lists:seq(0, 20)]),
    p(catch erl_eval:exprs(parse("fun(A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17, A18, A19, A20, A21) -> 1 end"), [])),
    p([try F(1) catch error:{badarity, {_, As}} -> As end, try G(a) catch error:E -> E end]).

binaries() ->
    [p({S, try erl_eval:exprs(parse(S), [{'B', <<1, 2, 3, 250>>}, {'N', 4}]) of {value, V, _} -> V catch C:E -> {C, E} end}) || S <- ["<<X:N, Y:(N * 2), R/bits>> = B, {X, Y, R}", "<<N:16/little, \"ab\":16, 1.5:32/float, N/utf8>>", "<<_:3/binary, Z/signed>> = B, Z", "<<Len, Data:Len/binary, _/binary>> = B, Data", "<<300/utf16, $a/utf32-little>>", "<<B:2/binary, B/bitstring, 5:3>>", "<<F/float>> = <<1:64>>, F", "<<X:9>> = B", "<<a>>", "<<1:-1>>", "case <<1:7>> of <<_:8>> -> byte; <<_:7>> -> seven end", "<< <<(X * 2):16>> || <<X>> <= B >>"]].

raised() ->
    [p({S, try erl_eval:exprs(parse(S), [{'A', 1}]) of {value, V, _} -> V catch C:E:St -> {C, E, [{M, F, if is_list(Ar) -> length(Ar); true -> Ar end} || {M, F, Ar, _} <- lists:sublist(St, 1), M =/= erl_eval]} end}) || S <- ["hd(A)", "A()", "lists:nth(5, [a])", "atom_to_list(A)", "error(x, [1])", "exit(y)", "throw(z)", "catch throw(z)", "catch error(e)", "try hd(A) catch error:badarg:S -> {length(S) > 0, is_list(S)} end", "try 1 of 2 -> x catch _:_ -> y end", "try throw(a) catch b -> 1 end", "try exit(a) catch exit:R when R =:= a -> {r, R}; _:_ -> no after put(t, 1) end", "erase(t)", "begin erlang:raise(error, mine, []) end", "A#r.f", "1 = A, 2 = A", "maps:get(k, #{})", "#{k := v} = #{}", "#{A => 1}#{b := 2}", "A#{a => 1}", "fun nope:f/0 ()", "A:f()", "A ! x", "not A", "A andalso true", "false orelse A", "- a", "[1 | 2] ++ []", "maybe ok ?= A end"]].

checked() ->
    [p({S, erl_eval:check_command(case erl_scan:string(S ++ ".") of {ok, Ts, _} -> {ok, Es} = erl_parse:parse_exprs(Ts), Es end, [{'A', 1}])}) || S <- ["A", "B", "A = 1, B = A", "f(", "case A of B -> 1 end, B", "#r{}", "fun(X) -> Y end"], S =/= "f("],
    p({erl_eval:is_constant_expr(hd(parse("{a, [1 + 2]}"))), erl_eval:is_constant_expr(hd(parse("f(1)"))), erl_eval:partial_eval(hd(parse("1 + 2 * 3"))), erl_eval:partial_eval(hd(parse("X + (1 + 1)"))), erl_eval:extended_parse_exprs(element(2, erl_scan:string("{a, <0.5.0>}."))) =/= x}).

parse(S) -> {ok, Ts, _} = erl_scan:string(S ++ "."), case erl_parse:parse_exprs(Ts) of {ok, Es} -> Es; {error, E} -> [{atom, 1, element(1, E)}] end.
p(T) -> io:format("~0tp~n", [T]).
