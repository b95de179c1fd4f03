%% stage: b. The `string` module on lists and binaries: split, trim, pad, case, search, to numbers.
-module(string_module).
-export([main/0]).

main() ->
    [both(S) || S <- ["", "hello", "  padded\t ", "One two  three", "MiXeD Case 123", "a,b,,c", "h\x{e9}llo w\x{f6}rld"]],
    p(string:split("a-b-c", "-")), p(string:split("a-b-c", "-", all)), p(string:split("a-b-c", "-", trailing)), p(string:split(<<"k=v=w">>, <<"=">>)), p(string:lexemes("  foo bar, baz ", " ,")),
    p(string:tokens("a  b c", " ")), p(string:join(["a", "b", "c"], ", ")), p(string:find("hello world", "o")), p(string:find("hello world", "o", trailing)), p(string:find("abc", "x")),
    p(string:prefix("prefix-rest", "prefix-")), p(string:prefix("abc", "x")), p(string:pad("ab", 5)), p(lists:flatten(string:pad("ab", 5, leading, $*))), p(lists:flatten(string:pad("ab", 7, both, $-))),
    p(string:replace("a.b.c", ".", "::", all)), p(lists:flatten(string:replace("a.b.c", ".", "!"))), p(string:slice("hello", 1, 3)), p(string:slice(<<"hello">>, 2)), p(string:substr("hello", 2, 3)), p(string:sub_string("hello", 2, 4)),
    p(string:to_integer("42abc")), p(string:to_integer("x")), p(string:to_float("2.5e3rest")), p(string:to_float("7")), p(string:equal("abc", "ABC", true)), p(string:equal("abc", <<"abc">>)),
    p(string:chr("hello", $l)), p(string:rchr("hello", $l)), p(string:str("hello", "llo")), p(string:span("aabbc", "ab")), p(string:cspan("hello world", " ")), p(string:words("one two three")), p(string:strip("  x ")), p(string:strip("xxaxx", both, $x)),
    p(string:take("abc123", "abcdefgh")), p(string:take("abc123", lists:seq($0, $9), true)), p(string:take("abc123", lists:seq($0, $9), false, trailing)), p(string:trim("--x--", both, "-")), p(string:trim("line\r\n", trailing, [[$\r, $\n]])),
    p(string:to_upper("abc")), p(string:to_lower($A)), p(string:concat("ab", "cd")), p(string:copies("ab", 3)), p(string:centre("ab", 6)), p(string:left("abc", 5, $.)), p(string:right("abc", 5, $.)), p(string:nth_lexeme("a b c", 2, " ")),
    p(string:casefold("ABC\x{df}")), p(string:titlecase("hello")), p(string:is_empty("")), p(string:is_empty([[], <<>>])), p(string:next_codepoint("abc")), p(string:next_grapheme(<<"abc">>)),
    p(caesar("Hello, World", 3)), p(caesar(caesar("Hello, World", 3), -3)), p(palindromes(["level", "abc", "noon", ""])), p(wrap("the quick brown fox jumps over the lazy dog", 12)).

p(T) -> io:format("~p~n", [T]).

both(S) ->
    B = unicode:characters_to_binary(S),
    io:format("~p~n", [{string:length(S), string:uppercase(S), string:lowercase(S), string:reverse(S), string:trim(S)}]),
    io:format("~p~n", [{string:length(B), string:uppercase(B), string:lowercase(B), string:trim(B, leading), string:trim(B, trailing)}]).

caesar(S, N) -> [rot(C, N) || C <- S].
rot(C, N) when C >= $a, C =< $z -> $a + (C - $a + N + 26) rem 26;
rot(C, N) when C >= $A, C =< $Z -> $A + (C - $A + N + 26) rem 26;
rot(C, _) -> C.

palindromes(L) -> [S || S <- L, S =:= lists:reverse(S)].

wrap(Text, Width) -> wrap(string:lexemes(Text, " "), Width, [], []).
wrap([], _, Line, Acc) -> lists:reverse([line(Line) | Acc]);
wrap([W | Ws], Width, Line, Acc) ->
    case length(line([W | Line])) =< Width of
        true -> wrap(Ws, Width, [W | Line], Acc);
        false -> wrap(Ws, Width, [W], [line(Line) | Acc])
    end.
line(Ws) -> lists:flatten(lists:join(" ", lists:reverse(Ws))).
