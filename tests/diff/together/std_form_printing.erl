%% stage: b. Terms and forms turned into text: io_lib_pretty with columns, lengths, depths and records of its own, limits of characters, erl_pp with hooks, quotes and precedences, abstract forms made, normalised, mapped and folded, and a small document printer beside them.
-module(std_form_printing).
-export([main/0]).

main() -> pretty(), limits(), hooks(), forms(), annotations(), documents().

pretty() ->
    Term = {server, [{name, "front"}, {ports, [80, 443, 8080]}, {tls, #{cert => <<"PEM">>, versions => ['tlsv1.2', 'tlsv1.3']}}], {peer, {10, 0, 0, 1}, undefined}},
    [begin io:put_chars(["|" || _ <- lists:seq(1, Column)]), io:put_chars([io_lib_pretty:print(Term, Column, Width, Depth), $\n]) end || {Column, Width, Depth} <- [{1, 80, -1}, {1, 40, -1}, {10, 40, -1}, {30, 40, 6}, {1, 20, 9}, {1, 10, 3}, {1, 1, 2}]],
    Records = fun(peer, 2) -> [address, extra]; (server, N) when N > 1 -> [options, with_a_rather_long_field_name]; (empty, 0) -> []; (_, _) -> no end,
    [io:put_chars([io_lib_pretty:print(T, O), $\n]) || T <- [Term, {empty}, [{peer, 1, {peer, 2, []}}], {peer, 1}], O <- [[{record_print_fun, Records}], [{record_print_fun, Records}, {line_length, 30}, {column, 4}], [{record_print_fun, Records}, {depth, 4}]]],
    [io:put_chars([io_lib_pretty:print(T, [{line_length, 24} | O]), $\n]) || T <- ["plain text over lines of a few words", "tab\tand\nnewline \"quoted\"", "gr\x{fc}n \x{3b1}\x{3b2}\x{3b3} \x{1f600} and on and on", <<"binary of text that does not fit a line">>, <<"gr\x{fc}n \x{3b1}"/utf8, 0>>, [1, "two", <<3>>, [four | five]], <<1, 2, 3:4>>, 'an atom', [$a, 5000], #{{1, 2} => "long enough to break", [k] => v}], O <- [[], [{encoding, unicode}], [{encoding, latin1}, {strings, false}]]],
    p([lists:flatten(io_lib_pretty:print(lists:seq(1, 30), [{max_chars, N}])) || N <- [0, 5, 20, 60]]).

limits() ->
    Deep = lists:foldl(fun(N, T) -> {N, [T], #{N => T}} end, leaf, lists:seq(1, 5)),
    [io:format("~s~n", [io_lib:format(F, As, O)]) || O <- [[], [{chars_limit, 20}], [{chars_limit, 60}]], {F, As} <- [{"~p", [Deep]}, {"~w ~w", [lists:seq(1, 40), "text"]}, {"~0p|~ts", [{a, "str", <<"bin">>}, lists:duplicate(50, $s)]}, {"~P ~W", [Deep, 9, Deep, 7]}, {"~s", ["short"]}]],
    p([lists:flatten(io_lib:write(T, O)) || T <- [Deep, [a | b], "string", <<1, 2, 3, 4, 5, 6>>, #{a => [1, 2, 3]}], O <- [[{depth, 3}], [{depth, 5}, {encoding, latin1}], [{chars_limit, 12}]]]),
    p([lists:flatten(F(A)) || {F, As} <- [{fun io_lib:write_atom/1, ['', ok, 'Up', 'a b', 'a\'b', 'it\n', 'begin', 'maybe', 'a@b', 'grün', 'ÿ']}, {fun io_lib:write_string/1, ["a\"b", "\e\x{7f}\x{80}"]}, {fun io_lib:write_char/1, [$a, $\s, $\n, $', $\\, 0, 255]}, {fun io_lib:write_latin1_string/1, ["\x{e4}\r"]}, {fun io_lib:write_string_as_latin1/1, ["\x{e4}"]}], A <- As]),
    p([F(A) || F <- [fun io_lib:printable_list/1, fun io_lib:printable_latin1_list/1, fun io_lib:printable_unicode_list/1, fun io_lib:char_list/1, fun io_lib:latin1_char_list/1, fun io_lib:deep_char_list/1], A <- ["ok", [1], [955], [16#d800], ["a", [$b]], [a], [], x]]),
    p({io_lib:nl(), io_lib:indentation("ab\tc\nde", 3), io_lib:indentation("abc", 2), io_lib:format_prompt({format, "~p> ", [1]}), catch io_lib:format("~q", [1])}).

%% Nodes of our own inside of expressions: erl_pp asks the hook.
hooks() ->
    Hook = fun({money, N}, Indent, Precedence, _) -> io_lib:format("<~p at ~p,~p>", [N, Indent, Precedence]) end,
    Cents = fun(Es) -> {op, 1, '+', {integer, 1, 1}, {op, 1, '*', {money, Es}, {var, 1, 'X'}}} end,
    io:format("~s~n~s~n", [erl_pp:expr(Cents(5), Hook), erl_pp:expr(Cents(7), 12, 400, Hook)]),
    io:format("~s~n", [erl_pp:form({function, 1, f, 1, [{clause, 1, [{var, 1, 'X'}], [], [{tuple, 1, [{money, 9}, {atom, 1, x}]}]}]}, Hook)]),
    io:format("~s~n", [erl_pp:form({function, 1, f, 1, [{clause, 1, [{var, 1, 'X'}], [[{op, 1, '>', {var, 1, 'X'}, {money, 3}}], [{call, 1, {atom, 1, is_atom}, [{var, 1, 'X'}]}]], [{money, 1}, {atom, 1, done}]}]}, [{hook, Hook}, {indent, 8}, {linewidth, 30}])]),
    [io:format("~ts~n", [erl_pp:expr(parse(S), O)]) || S <- ["{'quoted', \"gr\\x{fc}n\", $\\x{3b1}, <<\"\\x{3b1}\"/utf8>>}", "fun 'a b':'c d'/1"], O <- [[], [{encoding, latin1}], [{encoding, unicode}], [{quote_singleton_atom_types, true}]]],
    [io:format("~s~n", [erl_pp:form(parse_form(F), O)]) || F <- ["-type t() :: a | b.", "-spec f(ok) -> error | 'Q'.", "-record(r, {a = 1 :: one | 1, b}).", "-type n(A) :: #r{a :: one} | {A, #{}, []} | -1 | $a | 1..2 | fun((...) -> none()) | <<>>."], O <- [[], [{quote_singleton_atom_types, true}, {linewidth, 30}]]],
    [io:format("~2..0b ~s~n", [N, erl_pp:expr(parse(S), N, 0, [])]) || {N, S} <- [{4, "case X of 1 -> a; _ -> begin b, c end end"}, {20, "[{A, B} || {A, {B, _}} <- some:function(with, several, arguments), A > B, is_atom(A)]"}, {50, "try f() catch throw:T:S -> {T, S} after done() end"}]],
    io:format("~s | ~s | ~s~n", [erl_pp:guard([[parse("A > 1"), parse("B")], [parse("C")]]), erl_pp:exprs([parse("A = 1"), parse("B")]), erl_pp:attribute({attribute, 1, export, [{f, 1}, {g, 2}]})]),
    io:format("~s~s~s", [erl_pp:form(F) || F <- [{attribute, 1, import, {lists, [{map, 2}, {foldl, 3}]}}, {attribute, 1, file, {"a b.erl", 7}}, {eof, 9}]]).

forms() ->
    Terms = [a, 1, -1, 1.5, $a, "str", <<"bin">>, <<1:3>>, [1 | 2], {t, [u]}, #{k => [v]}, [], {}, -0.0, [$a, b], fun lists:map/2],
    [p({T, erl_parse:normalise(erl_parse:abstract(T)) =:= T, erl_parse:abstract(T, 7)}) || T <- Terms],
    p([try erl_parse:normalise(parse(S)) catch error:E -> E end || S <- ["{a, -1, +2, [b | c], #{d => \"e\" \"f\"}, <<1, 2:4>>, fun a:b/3}", "X", "1 + 1", "f()", "<<\"abc\":16>>"]]),
    p([try erl_parse:abstract(T) catch error:E -> E end || T <- [self(), make_ref(), fun() -> ok end]] =/= []),
    p([erl_parse:abstract("\x{3b1}", [{encoding, E}, {location, {1, 2}}]) || E <- [none, utf8, latin1, fun(_) -> true end]]),
    p([erl_parse:inop_prec(O) || O <- ['=', '!', 'orelse', '==', '++', '+', '*']]), p([erl_parse:preop_prec(O) || O <- ['-', 'not', 'catch', '#']]).

annotations() ->
    F = parse_form("f(X) -> [Y || Y <- X, Y > 0]."),
    p(erl_parse:map_anno(fun(_) -> 0 end, F)),
    p(erl_parse:fold_anno(fun(A, Acc) -> [erl_anno:column(A) | Acc] end, [], F)),
    {G, N} = erl_parse:mapfold_anno(fun(A, I) -> {erl_anno:set_line(I, A), I + 1} end, 100, F), p({N, G}),
    p(erl_parse:anno_to_term(erl_parse:anno_from_term(F)) =:= F),
    A = erl_anno:set_text("text", erl_anno:set_generated(true, erl_anno:set_file("f.erl", erl_anno:new({3, 4})))),
    p({A, erl_anno:location(A), erl_anno:line(A), erl_anno:column(A), erl_anno:file(A), erl_anno:text(A), erl_anno:generated(A), erl_anno:record(A), erl_anno:end_location(A), erl_anno:to_term(A), erl_anno:is_anno(A), erl_anno:is_anno([x])}).

%% A printer of documents: text, line, group, nest; groups that fit stay on a line.
documents() ->
    Doc = fun D([]) -> {text, "()"}; D(L) when is_list(L) -> {group, {nest, 2, [{text, "("}, lists:join(line, [D(X) || X <- L]), {text, ")"}]}}; D(A) -> {text, io_lib:write(A)} end,
    Sexp = Doc([define, [fact, n], ['if', ['=', n, 0], 1, ['*', n, [fact, ['-', n, 1]]]]]),
    [io:format("~p:~n~s~n", [W, render(W, 0, [{0, flat, Sexp}])]) || W <- [80, 40, 20, 10]].
render(_, _, []) -> [];
render(W, K, [{_, _, []} | R]) -> render(W, K, R);
render(W, K, [{I, M, [D | Ds]} | R]) -> render(W, K, [{I, M, D}, {I, M, Ds} | R]);
render(W, K, [{I, M, {nest, N, D}} | R]) -> render(W, K, [{I + N, M, D} | R]);
render(W, K, [{_, _, {text, T}} | R]) -> [T | render(W, K + iolist_size(T), R)];
render(W, K, [{_, flat, line} | R]) -> [$\s | render(W, K + 1, R)];
render(W, _, [{I, broken, line} | R]) -> [$\n, lists:duplicate(I, $\s) | render(W, I, R)];
render(W, K, [{I, _, {group, D}} | R]) -> render(W, K, [{I, case W - K >= iolist_size(render(1000, 0, [{0, flat, strip(D)}])) of true -> flat; false -> broken end, D} | R]).
strip({nest, _, D}) -> strip(D);
strip({group, D}) -> strip(D);
strip(L) when is_list(L) -> [strip(D) || D <- L];
strip(D) -> D.

parse(S) -> {ok, Ts, _} = erl_scan:string(S ++ "."), {ok, [E]} = erl_parse:parse_exprs(Ts), E.
parse_form(S) -> {ok, Ts, _} = erl_scan:string(S, {1, 1}), {ok, F} = erl_parse:parse_form(Ts), F.
p(T) -> io:format("~0tp~n", [T]).
