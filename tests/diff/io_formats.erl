%% stage: b. `io_lib:format`: every control sequence, widths, precision, padding, modifiers, bad formats.
-module(io_formats).
-export([main/0]).

main() ->
    f("~w|~w|~w~n", [atom, 'Quoted Atom', "list"]), f("~p|~p|~p~n", [atom, 'needs quotes', "printable"]), f("~s|~s|~s~n", ["str", <<"bin">>, atom]), f("~~ ~c~c~c ~3c~n", [$a, $b, $c, $x]),
    f("[~5w][~-5w][~10s][~-10s][~.3s]~n", [ab, ab, "right", "left", "truncated"]), f("[~5.2f][~f][~10.3f]~n", [3.14159, 2.5, -1.0e3]), f("[~e][~.3e][~g][~g][~.4g]~n", [12345.678, 0.00012, 0.5, 1.0e10, 3.14159]),
    f("[~b][~B][~10b][~-10b][~10..0b]~n", [42, -42, 42, 42, 42]), f("[~.16b][~.16B][~.2b][~.36B]~n", [255, 255, 10, 123456789]), f("[~16x][~.16x][~.16X][~.8#][~.16#][~.16+]~n", [10, "0x", 255, "0x", 255, "0X", 8, 255, 255]),
    f("~i~w ~*c ~*w~n", [skipped, shown, 3, $z, 6, ab]), f("~w ~W ~P~n", [[1, 2, 3], [1, 2, 3, 4, 5], 3, [1, 2, 3, 4, 5], 3]), f("~P~n", [{a, [b, c, {d, e}], "long string here", #{k => v}}, 6]),
    f("~p ~p ~p ~p~n", [1.0, -0.5, 1.0e100, 1.0e-10]), f("~w ~p ~s~n", [<<1, 2, 3>>, <<"text">>, <<"text">>]), f("~p ~w ~p~n", [[], "", {}]), f("~ts ~tp ~tw~n", [[955, 956], [955], 'é']), f("~w ~p~n", [$a, "a\tb\n\"q\"\\"]),
    f("~p~n", [#{a => 1, "b" => [x], 3 => {y}}]), f("~p~n", [{record, 'hello world', "with 'quotes'", [a | b], [97, 98, 0]}]), f("~n~10s|~n", ["x"]), f("~10p|~n", [abc]), f("~5s|~3s|~n", ["toolong", "abcd"]), f("~-6.3s|~n", ["abcdef"]), f("~6.3.*s|~n", [$-, "abcdef"]),
    f("~p~n", ['']), f("~p ~p ~p ~p~n", ['A', a@b, 'a.b', 'end']), f("~w~n", [[$h, $i]]), f("~lp ~lw~n", ["text", "text"]), f("~p~n", [fun lists:map/2]), f("~0p~n", [{long_enough_to_break, lists:seq(1, 60)}]),
    [io:format("~p~n", [bad(F, A)]) || {F, A} <- [{"~w", []}, {"~w", [1, 2]}, {"~s", [1.5]}, {"~d", [a]}, {"~q", [1]}, {"~b", [x]}, {"~f", [a]}, {"~", []}]],
    io:format("~p~n", [io_lib:print({a, "b", [c]})]), io:format("~s~n", [io_lib:write(#{k => [1, {2}]})]), io:format("~p~n", [{io_lib:write_atom('x y'), io_lib:write_string("q\"q"), io_lib:write_char($a)}]),
    io:format("~p~n", [{io_lib:printable_list("abc"), io_lib:printable_list([1]), io_lib:deep_char_list(["a", [98]]), io_lib:char_list([$a]), io_lib:latin1_char_list([300])}]),
    io:format("~p~n", [{lists:flatten(io_lib:format("~3..0w", [7])), io_lib:fread("~d ~s ~f", "12 word 2.5 rest"), io_lib:indentation("ab\nabc", 0)}]), io:format("~s", [table([{"name", 10}, {"longer name", 2000}, {"x", 3}])]), io:put_chars(["put", <<" chars">>, $\n]), io:nl(), io:write({done, [1]}), io:nl().

f(Format, Args) -> io:put_chars(io_lib:format(Format, Args)).

bad(Format, Args) -> try lists:flatten(io_lib:format(Format, Args)) catch C:R -> {C, R} end.

table(Rows) -> [io_lib:format("~-15s|~8w|~n", [N, V]) || {N, V} <- Rows].
