%% stage: b. Modules erl_parse and erl_pp: forms, expressions, printing back, errors.
-module(std_erl_parse).
-export([main/0]).

main() ->
    [begin {ok, Ts, _} = erl_scan:string(T), case erl_parse:parse_exprs(Ts) of {ok, Es} -> p({T, Es}), io:format("~ts~n", [[erl_pp:exprs(Es)]]); {error, {L, M, D}} -> io:format("~w ~ts~n", [L, M:format_error(D)]) end end || T <- ["1 + 2 * -3.", "[X || X <- L, X > 1, {ok, _} <- Y].", "<< <<A:4>> || <<A:8>> <= B >>.", "fun(X) when X > 1, is_atom(X); X < 0 -> X; (_) -> y end.", "case X of {a, B} when B -> 1; _ -> begin 2, 3 end end.", "try f() of 1 -> a catch error:E:S when E -> b; throw:_ -> c after d end.", "receive {a, X} -> X after 10 -> t end.", "if A > B -> 1; true -> 2 end.", "#rec{a = 1, _ = 2}, X#rec.a, X#rec{b = 3}, #rec.a.", "#{a => 1, b := 2}, M#{c => 3}.", "m:f(1), M:F(), fun m:f/1, fun f/2.", "A = B = 3, A ! B, not A andalso B orelse C.", "catch f(X).", "\"a\" \"b\", $c, 'q a'.", "fun F(0) -> 0; F(N) -> F(N - 1) end.", "f(", "a b.", "-.", "1 = .", "case x of end.", "[a | ].", "{a, b.", "#{1 = 2}.", "<<a/b>>.", "X when Y."]],
    [begin {ok, Ts, _} = erl_scan:string(T), case erl_parse:parse_form(Ts) of {ok, F} -> io:format("~ts", [erl_pp:form(F)]); {error, {L, M, D}} -> io:format("~w ~ts~n", [L, M:format_error(D)]) end end || T <- ["-module(a).", "-export([f/1, g/2]).", "-record(r, {a = 1 :: integer(), b}).", "-type t(A) :: [A] | {ok, A} | #{a => b, c := d} | fun((A) -> B) | 1..3.", "-spec f(X) -> Y when X :: integer(), Y :: atom().", "f(X) when X > 1 -> X; f(_) -> 0.", "-define(A, 1).", "-callback c(A :: term()) -> ok.", "-opaque o() :: binary().", "f() -> ok", "g(X) -> .", "-spec f(.", "f(1) -> 1; g(2) -> 2."]],
    p({erl_parse:normalise({cons, 1, {integer, 1, 2}, {nil, 1}}), erl_parse:abstract({a, [1.5, <<"b">>, #{k => "s"}]}), element(2, erl_parse:parse_term(element(2, erl_scan:string("{a, [1, <<\"x\">>], #{b => -1}}."))))}).

p(T) -> io:format("~0tp~n", [T]).
