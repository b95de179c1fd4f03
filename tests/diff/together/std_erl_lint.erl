%% stage: b. erl_lint's messages: errors and warnings of many small modules, as the compiler shows them, with and without options.
-module(std_erl_lint).
-export([main/0]).

main() ->
    lists:foreach(fun({Options, Texts}) -> [lint(Options, T) || T <- Texts] end, [
        {[], errors()}, {[], warnings()},
        {[warn_missing_spec, warn_export_all, warn_untyped_record, warn_bif_clash, warn_export_vars, warn_obsolete_guard], optional()},
        {[nowarn_unused_vars, nowarn_unused_function, nowarn_shadow_vars], quiet()},
        {[warnings_as_errors], ["f(X) -> 1."]}]),
    types().

lint(Options, Text) ->
    {ok, Tokens, _} = erl_scan:string("-module(m).\n-export([f/1]).\n" ++ Text),
    Forms = [case erl_parse:parse_form(T) of {ok, F} -> F; {error, E} -> {error, E} end || T <- split(Tokens, [])],
    Shown = case erl_lint:module(Forms, "m.erl", Options) of
        {ok, Ws} -> {ok, texts(Ws)};
        {error, Es, Ws} -> {error, texts(Es), texts(Ws)}
    end,
    io:format("~ts~n    ~0tp~n", [re:replace(Text, "\n", " ", [global, {return, list}]), Shown]).

texts(L) -> [{Line, lists:flatten(M:format_error(D))} || {_, Ws} <- L, {Line, M, D} <- Ws].

split([], _) -> [];
split([{dot, _} = D | Rest], Form) -> [lists:reverse([D | Form]) | split(Rest, [])];
split([T | Rest], Form) -> split(Rest, [T | Form]).

errors() -> [
    "f(X) -> Y.", "f(X) -> g(X).", "f(X) -> #r{a = 1}.", "-record(r, {a}).\nf(X) -> X#r.b.", "-record(r, {a}).\n-record(r, {b}).\nf(X) -> #r{a = X, a = X}.",
    "f(X) when g(X) -> X.", "f(X) when X() -> X.", "f(X) -> 1.\nf(X) -> 2.", "f(X, X) -> 1;\nf(X) -> 2.", "f(X) -> <<X:3/float-binary>>.", "f(<<X/binary, Y>>) -> {X, Y}.",
    "f(X) -> case X of 1 -> Y = 1; 2 -> ok end, Y.", "f(X) -> try Y = X catch _:_ -> ok end, Y.", "f({X, 1 + Y}) -> X.", "f(#{X => 1}) -> 1.", "f(#{a := X} = #{b := X}) -> X.", "f(X) -> #{a := 1}.",
    "f(X) -> fun(1) -> 1; (1, 2) -> 2 end.", "f(X) -> receive after X -> Y end, Y.", "f(X) -> [Y || Y <- X, Z].", "f(X) -> if Y -> X end.", "-export([g/0]).\nf(X) -> X.", "-import(lists, [map/2]).\nmap(A, B) -> {A, B}.\nf(X) -> map(X, X).",
    "-on_load(g/0).\nf(X) -> X.", "-behaviour(gen_server).\nf(X) -> X.", "-behaviour(nothing_such).\nf(X) -> X.", "-spec f(Y) -> Z.\nf(X) -> X.", "-spec g() -> ok.\nf(X) -> X.", "-spec f(integer()) -> ok.\n-spec f(atom()) -> ok.\nf(X) -> X.",
    "-type t() :: u().\nf(X) -> X.", "-type t(A, A) :: A.\nf(X) -> X.", "-type integer() :: atom().\nf(X) -> X.", "-opaque o() :: 1.\nf(X) -> X.", "-deprecated([{g, 1}]).\nf(X) -> X.", "-compile({inline, [{g, 3}]}).\nf(X) -> X.", "f(X) -> 1 = X = 2, catch Y.",
    "f(X) -> F = fun G(0) -> 1; H(N) -> G(N) end, F(X).", "-callback f(integer()) -> ok.\n-behaviour(gen_event).\nf(X) -> X.", "f(_X) -> [A | A] = _, A.", "f(X) -> erlang:nothing(X), X:g(), (g)(X).", "-nifs([g/1]).\nf(X) -> X.", "f(X) -> maybe_unknown(X), self:x.", "f($a ++ X) -> X.", "f(\"ab\" ++ X) -> X.", "f(X) -> begin Y = 1, X end, Y."].

warnings() -> [
    "f(X) -> 1.", "f(_X) -> _X.", "g() -> 1.\nf(X) -> X.", "f(X) -> F = fun(X) -> X end, F(X).", "f(X) -> X, 2.", "f(X) -> {a}, X.", "f(X) -> 1 + 2, X == 1, X.", "f(X) -> Y = X, case X of Y -> 1; Z -> 2 end.",
    "-record(r, {a}).\nf(X) -> X.", "-type t() :: 1.\nf(X) -> X.", "-import(lists, [seq/2]).\nf(X) -> X.", "f(X) -> [X || X <- [1]].", "f(X) -> case X of {A, B} -> A; [C | _] -> C end.", "f(X) -> io:format(\"~p ~p\", [X]).", "f(X) -> io:format(\"~q\", [X]), io:fwrite(\"a~n\", X), io:format(standard_io, \"~s~\", [1]).",
    "f(X) -> erlang:now(), X.", "f(X) -> list_to_integer(X), [1, X].", "f(X) when is_atom(X), atom(X) -> X.", "length(X) -> X.\nf(X) -> erlang:length(X).", "f(X) -> try X of Y -> 1 catch error:E:S -> 2 after ok end.", "f(X) -> receive Y -> 1 end.", "f(X) -> (catch X), begin 1 end, X.", "f(X) -> 1, 2, <<1>>, X.", "-export([f/1]).\nf(X) -> X.", "f(X) -> #{a => 1, b => 2}, X.", "f(X) -> erlang:get_stacktrace(), random:uniform(), X.", "f(X) -> a = b, X.", "f(X) -> {1, X} = {2, 1}, if true -> 1; false -> 2 end."].

optional() -> [
    "f(X) -> X.\ng(X) -> f(X).", "-compile(export_all).\nf(X) -> X.", "-record(r, {a, b :: integer()}).\nf(X) -> X#r.a.", "f(X) -> case X of 1 -> Y = 1; 2 -> Y = 2 end, Y.", "f(X) when list(X) -> X."].

quiet() -> ["f(X) -> Y = 1, 2.\ng() -> fun(Z) -> Z end.", "f(X) -> fun(X) -> 1 end."].

%% Modules without any fault that use much of the language.
types() ->
    lint([], "-export_type([t/1, o/0]).\n-type t(A) :: {A, [t(A)]} | #{a := A, b => integer(), _ => _} | fun((A, ...) -> A) | <<_:8, _:_*4>> | 1..3.\n-opaque o() :: #r{a :: atom()} | nonempty_string().\n-record(r, {a :: atom(), b = 1}).\n-spec f(t(X)) -> o() when X :: atom() | non_neg_integer().\nf(X) -> #r{a = X, _ = 2}."),
    lint([], "-spec f(X) -> X when is_subtype(X, atom()).\nf(X) -> fun m:g/1, X.") .
