%% stage: b. io_lib:fread, format errors, char lists, widths and precisions.
-module(std_io_lib_scan).
-export([main/0]).

main() ->
    [p({F, S, io_lib:fread(F, S)}) || {F, S} <- [{"~d", "12 x"}, {"~d ~s", "5 abc"}, {"~f", "1.5e3"}, {"~a", "atom rest"}, {"~c~2c", "abc"}, {"~u", "7"}, {"~-", "-"}, {"~#", "16#ff"}, {"~16u", "fF"}, {"~3d", "12345"}, {"~*d ~d", "1 2"}, {"~l~s", "ab"}, {"x~d", "y1"}, {"~d", ""}, {"~d", "a"}, {"~s ~s", "one"}, {"~ts", "åä"}, {"~~~d", "~9"}, {" ~d", "  4"}, {"~q", "1"}, {"~f", "1"}]],
    [p({F, try lists:flatten(io_lib:format(F, A)) catch C:R -> {C, R} end}) || {F, A} <- [{"~5w|~-5w|~5.2w", [a, b, abcdef]}, {"~10.3f|~.2e|~g", [3.14159, 12345.678, 0.1]}, {"~5.3s|~-5s|~.*s", ["abcdef", "ab", 2, "xyz"]}, {"~*w", [8, x]}, {"~..*w", []}, {"~3.16.0b|~.2B|~#|~.16#|~+", [255, 5, 10, 255, 7]}, {"~x|~.16x", [5, "p", 255, "0x"]}, {"~c~3c~tc", [$a, $b, 229]}, {"~i~p", [skip, {a, "b"}]}, {"~n~~", []}, {"~p", []}, {"~p", [1, 2]}, {"~z", [1]}, {"~s", [a]}, {"~s", [5]}, {"~s", [[300]]}, {"~ts", [[300]]}, {"~f", [1]}, {"~d", ["x"]}, {"~b", [1.0]}, {"~5.1.*p", [$x, abc]}, {"~p", [[1, 2 | 3]]}, {"~w ~p", ["abc", "abc"]}, {"~lp", ["abc"]}, {"~0p", [#{a => lists:seq(1, 50)}]}, {"~W ~P", [[1, 2, 3, 4], 3, {a, b, c}, 2]}, {"~10c|~-10c|", [$x, $y]}, {"~e", [1.0e-20]}, {"~30.10.0f", [1.5]}, {"~s", [<<"bin">>]}, {"~ts", [<<"å"/utf8>>]}, {"~s", [[<<"a">>, "b", [$c]]]}]],
    p([{F, io_lib:F(X)} || F <- [char_list, printable_list, printable_latin1_list, deep_char_list, latin1_char_list], X <- ["abc", [1, 2], [300], [a], [[$a]], <<"x">>]]),
    p({io_lib:write_string("a\"b\n\x{1}é"), io_lib:write_char($\s), io_lib:write_atom('a b'), io_lib:write_atom_as_latin1('å'), io_lib:quote_atom('A', []), lists:flatten(io_lib:write({a, [1.0]})), lists:flatten(io_lib:write(lists:seq(1, 9), 4)), lists:flatten(io_lib:print("abc", 1, 80, -1)), io_lib:nl(), io_lib:write_latin1_string("é"), io_lib:write_string_as_latin1([300]), io_lib:indentation("a\nbc", 0), io_lib:format("~p", [a])}),
    p({io_lib:scan_format("~5p~w", [a, b]), io_lib:unscan_format(io_lib:scan_format("x~10.2.0f", [1.5])), lists:flatten(io_lib:build_text(["a", hd(tl(io_lib:scan_format("~~~s", ["q"])))])), io_lib:limit_term({a, [1, 2, 3], "abc"}, 4), lists:flatten(io_lib:format("~p", [lists:duplicate(30, abc)], [{chars_limit, 40}]))}).

p(T) -> io:format("~0tp~n", [T]).
