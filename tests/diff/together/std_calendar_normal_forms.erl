%% stage: b. Two tables of the library walked through: calendar over whole years, centuries and text forms of time, checked against arithmetic of our own; the four normal forms over marks, Hangul, ligatures, widths and broken input, composed by hand beside unicode.
-module(std_calendar_normal_forms).
-export([main/0]).

main() -> days(), weeks(), texts(), moments(), equivalences(), hangul(), marks(), compatible(), inputs(), broken().

days() ->
    Julian = fun(Y, M, D) -> A = (14 - M) div 12, Y1 = Y + 4800 - A, M1 = M + 12 * A - 3, D + (153 * M1 + 2) div 5 + 365 * Y1 + Y1 div 4 - Y1 div 100 + Y1 div 400 - 32045 end,
    Offset = Julian(2000, 1, 1) - calendar:date_to_gregorian_days(2000, 1, 1), p(Offset),
    p([{Y, M, D} || Y <- [0, 4, 1582, 1600, 1899, 1900, 1999, 2000, 2100, 9999, 20000], M <- lists:seq(1, 12), D <- [1, calendar:last_day_of_the_month(Y, M)], N <- [calendar:date_to_gregorian_days(Y, M, D)], N + Offset =/= Julian(Y, M, D) orelse calendar:gregorian_days_to_date(N) =/= {Y, M, D} orelse calendar:day_of_the_week(Y, M, D) =/= (N + 5) rem 7 + 1]),
    p([Y || Y <- lists:seq(1890, 2110), calendar:is_leap_year(Y) =/= calendar:valid_date(Y, 2, 29)]), p(length([Y || Y <- lists:seq(0, 799), calendar:is_leap_year(Y)])),
    p([{Y, [M || M <- lists:seq(1, 12), calendar:day_of_the_week(Y, M, 13) =:= 5]} || Y <- [1998, 2009, 2015, 2024, 2026]]),
    p([{Y, easter(Y)} || Y <- [1943, 1954, 2000, 2008, 2038]]), p([calendar:valid_date(D) || D <- [{2023, 2, 29}, {0, 1, 1}, {-1, 1, 1}, {2023, 0, 1}, {2023, 1, 0}, {2023, 4, 31}]]).
easter(Y) -> G = Y rem 19, C = Y div 100, H = (C - C div 4 - (8 * C + 13) div 25 + 19 * G + 15) rem 30, I = H - H div 28 * (1 - 29 div (H + 1) * ((21 - G) div 11)), J = (Y + Y div 4 + I + 2 - C + C div 4) rem 7, L = I - J, M = 3 + (L + 40) div 44, {M, L + 28 - 31 * (M div 4)}.

weeks() ->
    Long = fun(Y) -> element(2, calendar:iso_week_number({Y, 12, 28})) =:= 53 end, p([Y || Y <- lists:seq(1990, 2060), Long(Y)]),
    p([{D, calendar:iso_week_number(D)} || Y <- lists:seq(2004, 2012), D <- [{Y, 1, 1}, {Y, 12, 31}]]),
    Ws = [element(2, calendar:iso_week_number(calendar:gregorian_days_to_date(N))) || First <- [calendar:date_to_gregorian_days(2020, 1, 1)], N <- lists:seq(First, First + 365)], p([{W, length([x || X <- Ws, X =:= W])} || W <- lists:usort(Ws), length([x || X <- Ws, X =:= W]) =/= 7]).

texts() ->
    [p({T, [try calendar:rfc3339_to_system_time(T, [{unit, U}]) catch error:E -> E end || U <- [second, millisecond, nanosecond]]}) || T <- ["2000-02-29T23:59:59Z", "2000-02-29t23:59:59z", "2000-02-29 23:59:59+00:00", "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00-23:59", "9999-12-31T23:59:59.123456789+14:00", "2015-06-30T23:59:60Z", "2001-02-29T00:00:00Z", "2000-01-01T24:00:00Z", "2000-01-01", "2000-01-01T00:00:00", "20000101T000000Z"]],
    [p({S, O, try calendar:system_time_to_rfc3339(S, O) catch error:E -> E end}) || S <- [0, -1, 951868799, 253402300799999], O <- [[{offset, "Z"}], [{offset, "+00:00"}, {time_designator, $_}], [{offset, 5400}], [{unit, millisecond}, {offset, "-08:00"}], [{unit, nanosecond}, {offset, "Z"}]], not (S > 253402300799 andalso length(O) =:= 1)],
    p([T || T <- lists:seq(-3000000000, 4000000000, 123456789), calendar:rfc3339_to_system_time(calendar:system_time_to_rfc3339(T, [{offset, T rem 720 * 60}])) =/= T]).

moments() ->
    p([calendar:seconds_to_daystime(S) || S <- [86399, -86400, 1 bsl 40, -(1 bsl 40)]]), p([try calendar:F(A) catch error:E -> {F, E} end || {F, A} <- [{seconds_to_time, 86400}, {seconds_to_time, -1}, {seconds_to_time, 45296}, {time_to_seconds, {1, 2, 60}}, {gregorian_seconds_to_datetime, -1}, {gregorian_days_to_date, 0}, {gregorian_days_to_date, -1}, {datetime_to_gregorian_seconds, {{0, 1, 1}, {0, 0, 1}}}, {datetime_to_gregorian_seconds, {{0, 13, 1}, {0, 0, 1}}}]]),
    p([calendar:system_time_to_universal_time(T, U) || {T, U} <- [{0, second}, {-1, second}, {1700000000999, millisecond}, {-1, nanosecond}, {1 bsl 45, microsecond}]]),
    p([calendar:time_difference(A, B) || {A, B} <- [{{{2000, 2, 28}, {23, 0, 0}}, {{2000, 3, 1}, {1, 30, 0}}}, {{{2001, 1, 1}, {0, 0, 0}}, {{2000, 12, 31}, {23, 59, 59}}}]]), p(calendar:now_to_datetime({1000, 1, 999999})), p(calendar:now_to_universal_time({0, -1, 0})).

forms(S) -> [F(S) || F <- [fun unicode:characters_to_nfc_list/1, fun unicode:characters_to_nfd_list/1, fun unicode:characters_to_nfkc_list/1, fun unicode:characters_to_nfkd_list/1]].
equivalences() ->
    Words = ["\x{c5}ngstr\x{f6}m", "A\x{30a}ngstro\x{308}m", "\x{212b}", "\x{2126}", "q\x{307}\x{323}", "q\x{323}\x{307}", "\x{1e69}", "s\x{323}\x{307}", "s\x{307}\x{323}", "\x{1e0b}\x{323}", "\x{958}", "\x{1f82}", "\x{344}", "\x{2adc}", "\x{fb1d}", "\x{1d15e}", "\x{f900}", "\x{2f800}", "e\x{301}\x{301}", "\x{301}a", ""],
    [begin [C, D, KC, KD] = forms(W), p({W, C, D, KC =:= C, KD =:= D, forms(C) =:= forms(D), forms(KD) =:= [KC, KD, KC, KD]}) end || W <- Words],
    p([string:equal(A, B, false, nfc) || A <- lists:sublist(Words, 6), B <- ["\x{c5}", "\x{3a9}", "q\x{323}\x{307}"]]), p([{string:length(W), length(string:to_graphemes(W))} || W <- Words]),
    p([string:equal("STRASSE", "stra\x{df}e", true, N) || N <- [none, nfc, nfkd]]), p(lists:sort([unicode:characters_to_nfc_binary(W) || W <- Words]) =:= lists:sort([unicode:characters_to_nfc_binary(unicode:characters_to_nfd_binary(W)) || W <- Words])).

hangul() ->
    Split = fun(C) -> S = C - 16#ac00, [16#1100 + S div 588, 16#1161 + S rem 588 div 28 | case S rem 28 of 0 -> []; T -> [16#11a7 + T] end] end,
    p([C || C <- lists:seq(16#ac00, 16#d7a3, 97), unicode:characters_to_nfd_list([C]) =/= Split(C) orelse unicode:characters_to_nfc_list(Split(C)) =/= [C]]),
    p([forms(S) || S <- ["\x{d55c}\x{ae00}", [16#1112, 16#1161], [16#ac00, 16#11a8], [16#ac01, 16#11a8], [16#1161, 16#11a8], [16#3131, 16#314f], [16#ffa1]]]).

%% Marks in canonical order: stable by class.
marks() ->
    Classes = #{16#301 => 230, 16#308 => 230, 16#323 => 220, 16#327 => 202, 16#334 => 1, 16#345 => 240, 16#5b0 => 10, 16#93c => 7},
    Ordered = fun([B | Ms]) -> [B | [M || {_, M} <- lists:keysort(1, [{maps:get(M, Classes), M} || M <- Ms])]] end,
    Tries = [[$x, A, B, C] || A <- maps:keys(Classes), B <- maps:keys(Classes), C <- [16#301, 16#334]], p({length(Tries), [T || T <- Tries, unicode:characters_to_nfd_list(T) =/= Ordered(T)]}),
    p([unicode:characters_to_nfc_list(T) || T <- [[$a, 16#323, 16#302], [$a, 16#302, 16#323], [$o, 16#31b, 16#323, 16#301], [16#1ebf, 16#323], [$c, 16#327, 16#301], [16#3b1, 16#345, 16#301], lists:duplicate(1, $a) ++ lists:duplicate(6, 16#301)]]).

compatible() -> [p({[C], unicode:characters_to_nfkc_list([C]), unicode:characters_to_nfkd_list([C])}) || C <- [16#fb03, 16#b2, 16#bd, 16#2460, 16#3392, 16#ff21, 16#ff76, 16#fdfa, 16#2163, 16#1d400, 16#1f100, 16#a0, 16#2026, 16#1c4, 16#1e9b, 16#fe36, 16#ffe0, 16#2f00, 16#32ff, 16#fb49]].

inputs() -> p([[F(I) || F <- [fun unicode:characters_to_nfc_binary/1, fun unicode:characters_to_nfd_list/1, fun unicode:characters_to_nfkc_binary/1, fun unicode:characters_to_nfkd_binary/1]] || I <- [[<<"e">>, [[16#301]], <<"\x{fb01}"/utf8>>], [<<195>>, <<169>>], [], <<>>, [[[]]], ["a", [<<"b">> | <<"c">>]]]]),
    Long = lists:flatten(lists:duplicate(60, "e\x{301}o\x{308} \x{fb01} \x{d55c}")), p([erlang:crc32(unicode:characters_to_nfc_binary(Long)), byte_size(unicode:characters_to_nfd_binary(Long)), length(unicode:characters_to_nfkc_list(Long)), erlang:phash2(unicode:characters_to_nfkd_list(Long))]).

broken() -> [p([try F(I) catch C:E -> {C, E} end || F <- [fun unicode:characters_to_nfc_list/1, fun unicode:characters_to_nfd_binary/1, fun unicode:characters_to_nfkc_list/1]]) || I <- [<<"ok", 255, "x">>, <<"ok", 195>>, [$a, 16#d800], ["e\x{301}", <<128>>], [$a, -1], [a], x, [16#110000]]].

p(T) -> io:format("~0tp~n", [T]).
