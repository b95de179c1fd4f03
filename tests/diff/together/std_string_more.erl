%% stage: b. Module string on characters beyond ASCII, and its old functions.
-module(std_string_more).
-export([main/0]).

main() ->
    S = "Åsa går på ön", B = <<"Åsa går på ön"/utf8>>,
    [p({string:length(X), string:uppercase(X), string:lowercase(X), string:titlecase(X), string:casefold(X), string:reverse(X), string:to_graphemes(X), string:slice(X, 2, 4), string:find(X, "på"), string:find(X, "å", trailing), string:split(X, " "), string:split(X, " ", all), string:lexemes(X, " å"), string:nth_lexeme(X, 2, " "), string:replace(X, "å", "a", all), string:next_grapheme(X), string:next_codepoint(X)}) || X <- [S, B, [B, "x" | <<"y">>]]],
    p({string:pad("å", 5), string:pad("å", 5, leading, $*), string:pad(<<"å"/utf8>>, 6, both, "-"), string:trim("  x "), string:trim("--x-", leading, "-"), string:trim(<<"xyx">>, both, "x"), string:chomp("a\r\n"), string:chomp("a\n\n"), string:equal("e\x{301}", "é", true, nfc), string:equal("A", "a", true), string:is_empty(<<>>), string:prefix("abc", "ab"), string:prefix(<<"abc">>, "x"), string:take("abc123", "abc"), string:take("abc123", "0123", false, trailing), string:take("abc1", "abc", true)}),
    p({string:length("👨‍👩‍👧🇸🇪"), string:slice("e\x{301}x", 0, 1), string:length(<<"a\r\n">>), string:uppercase("ßﬁ"), string:titlecase("ǆx"), string:lowercase("İ"), string:casefold("ß")}),
    p({string:tokens("a b,c", " ,"), string:join(["a", "b"], "-"), string:strip("  a "), string:strip("xax", both, $x), string:left("abc", 5, $.), string:right("abc", 2), string:centre("ab", 6, $*), string:words("a b c"), string:sub_word("a b c", 2), string:sub_string("hello", 2, 3), string:substr("hello", 2, 3), string:chr("hello", $l), string:rchr("hello", $l), string:str("hello", "lo"), string:rstr("lolo", "lo"), string:span("aab", "a"), string:cspan("aab", "b"), string:copies("ab", 3), string:chars($x, 3, "t"), string:to_upper("aå"), string:to_lower("AÅ"), string:concat("a", "b"), string:len("abc")}),
    p({string:to_integer("12x"), string:to_integer("x"), string:to_integer(<<"-7">>), string:to_float("1.5e3x"), string:to_float("1"), string:to_integer([]), string:to_integer("+")}).

p(T) -> io:format("~0tp~n", [T]).
