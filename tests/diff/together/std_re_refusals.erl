%% stage: b. Patterns that are none: what re:compile finds wrong, and where.
-module(std_re_refusals).
-export([main/0]).

main() ->
    [refuse(P, O) || O <- [[], [unicode]], P <- classes() ++ repeats() ++ escapes() ++ references() ++ names() ++ groups() ++ conditions() ++ lookbehinds() ++ verbs()],
    [refuse(P, [extended]) || P <- ["a #b(\n(", " ( ? : a)", "a # x", "( a", "a + + +"]],
    [refuse(P, [dupnames]) || P <- ["(?<n>a)(?<n>b)", "(?<n>a)(?<n>b)\\k<n>("]],
    [refuse(P, [no_auto_capture]) || P <- ["(a)\\1", "(?<n>a)\\1", "(a)(?1)"]],
    [refuse(unicode:characters_to_binary(P), [unicode]) || P <- [[233, "("], [233, "[b-a]"], [233, "\\"], ["[", 233, "-a]"], [233, "**"], [233, "(?<=a*)"], [233, "(?<n>a)(?<n>", 233], "\\x{d800}"]].

classes() -> ["[b-a]", "x[", "[a", "[]", "[]a", "[^]", "[^]a", "[a-\\", "[\\", "[a-\\d]", "[a-[:alpha:]]", "[[:foo:]]", "x[a[:^foo:]]", "[[.a.]]", "[[=a=]]", "[z-\\x{41}]", "[\\N]", "[\\Qa", "[\\E", "[\\x{110000}]", "[\\p{Foo}]"].
repeats() -> ["a**", "*a", "+", "?", "a{2,1}", "a{99999}", "a{65536}", "a{65535}(", "a{1,65536}", "x{1}{2,1}", "(?=a)*(", "^*("].
escapes() -> ["\\", "\\x{110000}", "\\x{zz}", "\\x{", "\\o{9}", "\\o{", "\\o", "\\c", "\\N{name}", "a\\L", "\\u", "\\U", "\\l", "\\p{Foo}", "x\\p{", "\\p", "\\pX", "\\P{^Lu", "\\x{1000000000}", "\\e\\", "\\Qabc(", "\\Q(\\E("].
references() -> ["\\g", "\\g{}", "\\g{x", "\\gx", "\\g5", "(a)\\2b", "\\k", "\\k{", "\\k{}", "\\k<>", "\\k<n", "\\kn", "\\k'n'", "\\k<name>x", "\\g<m>", "\\g'm'", "\\g<1>", "\\g<", "\\g<>", "\\g'1", "\\g{-1}", "(a)\\g{-2}b", "(?&n)", "(?P>n)", "(?P=n)", "(?P=)", "(?1)", "(?+1)", "(?-1)", "(?2)(a)", "\\999", "(?99999999999)"].
names() -> ["(?<n", "(?<1a>x)", "(?'n>x)", "(?P<n'x)", "(?<n>a)(?<n>b)", "(?<a b>x)", "(?< a>x)", "(?<a", "(?<>x)", "(?P<", "(?P'n'x)", "(?<n>a)\\k<m>b", "(?<n>a)\\g{m}", "(?<n>a)(?&mmm)b"].
groups() -> ["a(", "a)", "(a))", "((a)", "(?z)", "(?P", "(?P&n)", "(?R", "(?i", "(?i-", "(?-", "(?i:a", "(?>a", "(?=a", "(?!", "(?<", "(?", "(?#abc", "(?i)(?-i)(", "(?|(a)|(?<n>b))("].
conditions() -> ["(?(1)a|b|c)", "(?(", "(?(1", "(?(2)a)", "(?(<n>)a)", "(?(n)a)", "(?(R&n)a)", "(?(DEFINE)a|b)", "(?(?a)b)", "(?(?=a)b|c|d)", "(?(+1)a)", "(?(-1)a)", "(?(0)a)", "(?(<n", "(?('n", "(?('n')", "(?(Rx)a)", "(?(R", "(?(1x)a)", "(?(x", "(?()a)"].
lookbehinds() -> ["(?<=a*)", "x(?<!a+b)y", "(?<=(a|bc)*)", "(?<=(?=a)b*)", "(?<=a|b*c)", "(?<=[)]a*)", "(?<=\\)a*)", "(?<=(?1))(a+)", "(?<=\\X)", "(?<=\\C)(", "(?<=ab|c)d("].
verbs() -> ["(*FOO)", "(*ACCEPT", "(*VERB:a)", "(*PRUNE:", "(*MARK)", "(*UTF8)(", "(*CRLF)(", "(*LIMIT_MATCH=x)a(", "(?C256)", "(?C1", "(?Cx)"].

refuse(Pattern, Options) ->
    Said = try re:compile(Pattern, Options) of {ok, _} -> ok; {error, {Why, At}} -> {Why, At} catch C:R -> {C, R} end,
    io:format("~0p ~0p ~0p~n", [Pattern, Options, Said]).
