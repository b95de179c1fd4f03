%% stage: b. utf8, utf16 and utf32 segments, both ways, with bad input; the `unicode` module.
-module(utf_bits).
-export([main/0]).

main() ->
    T = [$a, 16#e9, 16#3bb, 16#20ac, 16#1f600],
    U8 = << <<C/utf8>> || C <- T >>, U16 = << <<C/utf16>> || C <- T >>, U16L = << <<C/utf16-little>> || C <- T >>, U32 = << <<C/utf32>> || C <- T >>,
    [io:format("~w~n", [B]) || B <- [U8, U16, U16L, U32]],
    p([C || <<C/utf8>> <= U8] =:= T), p([C || <<C/utf16>> <= U16] =:= T), p([C || <<C/utf16-little>> <= U16L] =:= T), p([C || <<C/utf32>> <= U32] =:= T),
    p([first(B) || B <- [<<"x">>, <<16#c3, 16#a9, 1>>, <<16#c3>>, <<16#ff>>, <<16#ed, 16#a0, 16#80>>, <<16#f0, 16#9f, 16#98, 16#80>>, <<16#c0, 16#80>>, <<>>]]),
    p([try <<C/utf8>> catch error:R -> R end || C <- [16#d800, 16#110000, 16#ffff, 0, -1]]),
    p(count(U8, 0)), p(upper(<<"straße x"/utf8>>)), p(unicode:characters_to_list(U8)), p(unicode:characters_to_binary(T) =:= U8),
    p(unicode:characters_to_binary(T, unicode, utf16)), p(unicode:characters_to_binary(U16, utf16, utf8) =:= U8), p(unicode:characters_to_list(<<233>>, latin1)),
    p(unicode:characters_to_binary([<<"ab">>, [16#3bb, "c"]])), p(unicode:characters_to_list(<<"ok", 255, "rest">>)), p(unicode:characters_to_binary(<<"cut", 16#e2, 16#82>>)),
    p(unicode:characters_to_binary([16#e9], unicode, latin1)), p(unicode:characters_to_binary([16#3bb], unicode, latin1)),
    io:format("~ts ~ts~n", [U8, T]), io:format("~tp ~p~n", [[16#3bb], [16#3bb]]), io:format("~tw ~ts~n", ['λ', 'λ']), io:format("~p~n", ["é"]),
    p(string:length(<<"e\x{301}x"/utf8>>)), p(string:to_graphemes(<<"e\x{301}x"/utf8>>)), p(string:uppercase(<<"éλß"/utf8>>)), p(string:reverse(<<"aé"/utf8>>)),
    p(atom_to_binary('Ünïcode')), p(binary_to_atom(<<"λ"/utf8>>)), p(list_to_atom([955]) =:= 'λ'), p(unicode:bom_to_encoding(<<16#ef, 16#bb, 16#bf, 1>>)).

p(T) -> io:format("~w~n", [T]).

first(<<C/utf8, R/binary>>) -> {C, byte_size(R)};
first(<<B, _/binary>>) -> {bad, B};
first(<<>>) -> empty.

count(<<_/utf8, R/binary>>, N) -> count(R, N + 1);
count(<<>>, N) -> N.

upper(B) -> << <<(up(C))/utf8>> || <<C/utf8>> <= B >>.
up(C) when C >= $a, C =< $z -> C - 32;
up(C) -> C.
