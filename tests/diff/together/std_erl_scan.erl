%% stage: b. Module erl_scan: tokens, positions, text, errors.
-module(std_erl_scan).
-export([main/0]).

main() ->
    [p({T, erl_scan:string(T)}) || T <- ["foo(X) -> X + 1.", "'quoted atom' \"str\\n\" $a $\\n 16#ff 1_000 1.5e3 2#1010", "#{a := 1} <<1:8/little>> ?M -record", "% comment\nx.", "\"multi\nline\"", "a.b c:d fun a/1 maybe else", "!= =:= =/= == /= =< >= <- <= :: .. ... || ++ -- ->", "'åäö' Åtta _x @y", "$\\x{263a} \"\\x41\\101\\^A\\e\"", "1.e", "0.0 -0 16#FG 37#1", "\"open", "'open", "$", "\\", "1.0e400", "\x{1F600}", "é", "`", "16#", "a\x{A0}b"]],
    p([erl_scan:string("x % c\n y.", {1, 1}, O) || O <- [[], [return_comments], [return_white_spaces], [return], [text], [return, text]]]),
    {ok, Ts, End} = erl_scan:string("abc 'd' \"e\".", {3, 7}, [text]),
    p({End, [{erl_scan:category(T), erl_scan:column(T), erl_scan:line(T), erl_scan:location(T), erl_scan:symbol(T), erl_scan:text(T)} || T <- Ts]}),
    p(loop(erl_scan:tokens([], "foo", 1), ["(a", ", b).", " rest"])), p(erl_scan:tokens([], eof, 1)),
    p([erl_scan:reserved_word(W) || W <- ['fun', 'maybe', foo, 'when', 'receive']]), p(erl_scan:format_error({illegal, character})), p(erl_scan:format_error({unterminated, string, "abc"})).
loop({done, R, Left}, _) -> {R, Left};
loop({more, C}, [T | Ts]) -> loop(erl_scan:tokens(C, T, 1), Ts).

p(T) -> io:format("~0tp~n", [T]).
