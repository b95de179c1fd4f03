%% stage: d. Regular expressions: options, captures of all kinds, global, replace, split, inspect, errors, Latin-1 and Unicode.
-module(re_regex).
-export([main/0]).

main() -> captures(), options(), many(), unicode_text(), refused(), compiled().

p(T) -> io:format("~p~n", [T]).
r(S, R) -> r(S, R, []).
r(S, R, O) -> p({R, O, re:run(S, R, O)}).
e(F) -> try F() catch C:R:St -> {M, Fn, A, I} = hd(St), {C, R, {M, Fn, if is_list(A) -> length(A); true -> A end}, proplists:get_value(error_info, I)} end.

captures() ->
    r("abc", "(?<A>a)(?<B>x)?", [{capture, all_names}]), r("abc", "a", [{capture, all_names}]), r("abc", "(a)(x)?(b)?"), r("abc", "(a)(x)?(y)?"),
    [r("abc", "(a)(x)?(b)(y)?", [{capture, What, Form}]) || What <- [all, all_but_first, first, none, [], [2, 3, 9]], Form <- [index, list, binary]],
    r("key=value", "(?<k>\\w+)=(?<v>\\w+)", [{capture, [v, "k", <<"none">>, 0], binary}]), r("abc", "a", [{capture, all_but_first}]),
    r("abc", "(?|(?<x>b)|(?<x>c))", [global, {capture, all_names, binary}]), r("abcde", "b(?=c)(.)", [{offset, 1}]), r("abcde", "b", [{offset, 2}]), r("", ""), r("", "", [notempty]).

options() ->
    r("ABC", "b", [caseless]), r("a\nb", "^b", [multiline]), r("a\nb", "^b"), r("a\nb", "a.b"), r("a\nb", "a.b", [dotall]), r("a b", "a \\ b # comment", [extended]), r("ab\n", "b$"), r("ab\n", "b$", [dollar_endonly]),
    r("aaa", "a+", [ungreedy]), r("aaa", "a+?", [ungreedy]), r("x\nab", "ab", [firstline]), r("ab", "(a)(b)", [no_auto_capture]), r("abc", "c", [anchored]), r("a", "^a", [notbol]), r("a", "a$", [noteol]), r("a\r\nb", "a$", [multiline, {newline, crlf}]), r("a\rb", "^b", [multiline, {newline, any}]), r("a\r\n\nb", "\\R+", [bsr_anycrlf]), r("aXb", "(?i)x"), r("foobar", "foo(?!bar)"), r("foobaz", "(?<=foo)baz"), r("abcabc", "(abc)\\1"), r("aaab", "a{2,}b"), r("((x))", "\\((?:[^()]++|(?R))*\\)"), r("2024-01-31", "(\\d+)-(\\d+)-(\\d+)", [{capture, all, list}]), r([97, [<<"b">>], $c], "abc"), r(["x", <<"yz">>], [<<"y">>, "z"]).

many() ->
    r("abcabc", "b", [global]), r("abc", "", [global]), r("abc", "x*", [global]), r("aXbXc", "X", [global, {capture, all, binary}]), r("k1=v1,k2=v2", "(\\w+)=(\\w+)", [global, {capture, all_but_first, list}]), r("ABC abc", "[a-c]+", [global, caseless, {capture, first, list}]),
    [p(re:replace("hello world", R, To, O)) || {R, To, O} <- [{"o", "0", []}, {"o", "0", [global, {return, list}]}, {"(l+)", "<\\1>", [{return, binary}]}, {"o", "[&]\\&", [global, {return, binary}]}, {"x", "y", [{return, list}]}, {"(h)(e)", "\\2\\1\\g{1}", [{return, list}]}, {"", "-", [global, {return, list}]}]],
    [p(re:split(S, R, O)) || {S, R, O} <- [{"a,b,c", ",", []}, {"a,b,c", ",", [{return, list}]}, {"a,b,,", ",", [trim, {return, list}]}, {"a1b2c", "(\\d)", [{return, list}]}, {"a1b2c", "(\\d)", [group, {return, list}]}, {"a,b,c", ",", [{parts, 2}, {return, list}]}, {"abc", "", [{return, list}]}, {"", ",", []}]].

unicode_text() ->
    r(<<"\xc9t">>, "\\w+"), r(<<"\xe9t\xc9">>, <<"\xc9">>, [caseless, global]), r([1024, 97], "\\w", [unicode]), r([1024, 97], "\\w", [unicode, ucp, {capture, all, list}]), r([1024, 97], ".", [unicode, {capture, all, binary}]), r("naïve café", "é", [unicode]), r("naïve café", "[à-ÿ]", [unicode, global, {capture, all, list}]), r("ПРИВЕТ", "привет", [unicode, caseless]), r("日本語", "\\p{Han}+", [unicode, {capture, all, list}]), r("日本語", ".", [unicode, global]), p(re:replace("日本", "本", "x", [unicode, {return, list}])), p(re:split("ä-ö-ü", "-", [unicode, {return, list}])).

refused() ->
    [p({P, element(1, element(2, re:compile(P)))}) || P <- ["(", "a**", "[a", "a{2,1}", "\\", "(?z)", "[z-a]", "(?<n", "(?P<1a>x)", "\\1", "[[:foo:]]", "\\x{110000000}", "*a", ")", "(?<=a+)b", "(?#x", "\\p{Foo}", "(?<a>x)(?<a>y)", "\\c", "a{99999}", "(*FOO)", "(?C256)"]],
    [p(re:compile(P)) || P <- ["(", "a**", "[a", "a{2,1}", "*a", ")", "(?z)"]],
    [p(e(F)) || F <- [fun() -> re:run("abc", "(") end, fun() -> re:run("abc", "a", [foo]) end, fun() -> re:compile("a", [foo]) end, fun() -> re:compile(foo) end, fun() -> re:compile([$a | b]) end, fun() -> re:run(foo, "a") end, fun() -> re:run("a", {re_pattern, 1, 0, 0, <<>>}) end, fun() -> re:inspect(x, namelist) end, fun() -> {ok, P} = re:compile("a"), element(1, {re:run("abc", P, [caseless]), x}) end]],
    [r(S, P) || {S, P} <- [{[$A, 0, $Z], "^A\\xZ"}, {[$a, 0], "[\\x]"}, {[$a, 0, $g, 0], "a\\xg\\x"}, {"\\xZ", "\\\\xZ"}, {[7, $Z], "\\x7Z"}]], [p({P, element(1, re:compile(P))}) || P <- ["\\x{}", "a\\x{zz}", "\\x\\QQ\\E"]],
    r("abc", "(", [report_errors]), r("abc", "(", [report_errors, global]), r(lists:duplicate(30, $a) ++ "!", "(a+)+$", [{match_limit, 100}]), r(lists:duplicate(30, $a) ++ "!", "(a+)+$", [{match_limit, 100}, report_errors]).

compiled() ->
    {ok, P} = re:compile("(?<b>a)(?<a>b)"), p({element(1, P), element(2, P), element(3, P), tuple_size(P)}), p(re:inspect(P, namelist)), p(re:run("xab", P)), p(re:run("xab", P, [{capture, all_names, list}])), p(re:run("abab", P, [global])),
    {ok, U} = re:compile("(я)", [unicode, {newline, any}]), p({element(2, U), element(3, U), element(4, U)}), p(re:run("ия", U)), Me = self(), spawn(fun() -> Me ! re:run("abc", P) end), p(receive R -> R end), p(re:run("ab", binary_to_term(term_to_binary(P)))).
