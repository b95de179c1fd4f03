%% Writes golden.txt beside it: one line a term, "phash2 external-format-in-hex", as OTP 25 gives them, all terms in
%% ascending order. Run: erlc golden.erl && erl -noshell -s golden main -s init stop > golden.txt
-module(golden).
-export([main/0]).

main() ->
    rand:seed(exsss, {1, 2, 3}),
    Terms = lists:sort(fixed() ++ [term(5) || _ <- lists:seq(1, 400)]),
    [io:format("~w ~s~n", [erlang:phash2(T), hex(term_to_binary(T))]) || T <- Terms].

hex(Bin) -> [io_lib:format("~2.16.0b", [B]) || <<B>> <= Bin].

fixed() ->
    Keys = [fun(I) -> I end, fun(I) -> {I} end, fun(I) -> [I, I * 300] end, fun(I) -> <<I:24>> end,
            fun(I) -> I / 7 end, fun(I) -> 1 bsl (I rem 90) + I end, fun(I) -> -(1 bsl (I rem 70)) - I end,
            fun(I) -> integer_to_list(I) end, fun(I) -> {I, <<I>>, [I | I], #{I => I}} end,
            fun(I) -> <<I:11>> end, fun(I) -> [] ++ lists:duplicate(I rem 9, I) ++ [I] end],
    [maps:from_list([{K(I), I} || I <- lists:seq(1, N)]) || K <- Keys, N <- [33, 200]]
        ++ [0, 1, -1, 255, 256, 1 bsl 31, -(1 bsl 31) - 1, 1 bsl 59 - 1, 1 bsl 59, -(1 bsl 59), 1 bsl 62, 1 bsl 63,
            1 bsl 64, -(1 bsl 64), 1 bsl 3000, -(1 bsl 3000) + 5, 0.0, 1.0, -1.0e300, 1.0e-300,
            9007199254740993, 9007199254740992.0, 36893488147419103232, 36893488147419103232.0,
            [], {}, #{}, <<>>, "", list_to_tuple(lists:seq(1, 300)), lists:seq(1, 300),
            binary:copy(<<"abc">>, 100), 'atom with space', list_to_atom([233]), list_to_atom([960, 8364]),
            list_to_atom(lists:duplicate(255, 960)), fun erlang:abs/1, fun lists:map/2,
            #{1 => a, 1.0 => b}, [a | b], make_ref()].

term(0) -> leaf(rand:uniform(9));
term(D) ->
    case rand:uniform(6) of
        1 -> list_to_tuple(some(D));
        2 -> some(D);
        3 -> [term(D - 1) | leaf(rand:uniform(9))];
        4 -> maps:from_list([{term(D - 1), T} || T <- some(D)]);
        _ -> leaf(rand:uniform(9))
    end.

some(D) -> [term(D - 1) || _ <- lists:seq(1, rand:uniform(5) - 1)].

leaf(1) -> rand:uniform(10) - 5;
leaf(2) -> (rand:uniform(1 bsl 30) - (1 bsl 29)) bsl rand:uniform(80);
leaf(3) -> (rand:uniform() - 0.5) * math:pow(10, rand:uniform(40) - 20);
leaf(4) -> lists:nth(rand:uniform(6), [a, b, ok, error, 'Elixir.Foo', list_to_atom([229, 228])]);
leaf(5) -> [rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(12))];
leaf(6) -> rand:bytes(rand:uniform(100));
leaf(7) -> N = rand:uniform(40), <<(rand:uniform(1 bsl 40)):N>>;
leaf(8) -> [];
leaf(9) -> float(rand:uniform(5)).
