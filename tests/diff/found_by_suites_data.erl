%% stage: c. What OTP's own test suites found wrong in calls, maps, atoms, integers of bitstrings.
-module(found_by_suites_data).
-export([main/0]).

main() ->
    io:format("~p~n", [reason(fun() -> apply(id(42), [0]) end)]),
    io:format("~p~n", [reason(fun() -> apply(id({1, 2}), [9]) end)]),
    io:format("~p~n", [reason(fun() -> apply(id(42), id(foo)) end)]),
    Bad = id({}),
    io:format("~p~n", [top(fun() -> Bad:baz(a, b) end)]),
    io:format("~p~n", [top(fun() -> baz:Bad(c, d) end)]),
    io:format("~p~n", [top(fun() -> apply(Bad, baz, [e, f]) end)]),
    maps(id(#{1 => a})),
    atoms(),
    floats(),
    integers().

%% Of several keys that are missing, OTP names the smallest; a merge gives one of its maps back where it can.
maps(Map) ->
    io:format("~p~n", [[erts_debug:same(maps:merge(A, B), Map) || {A, B} <- [{Map, #{}}, {#{}, Map}, {Map, Map}]]]),
    io:format("~p~n", [reason(fun() -> Map#{42.0 := v, 42 := w} end)]),
    io:format("~p~n", [reason(fun() -> Map#{c := v, b := w, {} := x, 7 := y} end)]).

atoms() ->
    [io:format("~p~n", [reason(fun() -> binary_to_atom(id(Text), utf8) end)])
        || Text <- [<<0:512/unit:8, 255>>, <<0:255/unit:8, 255>>, <<0:256/unit:8>>, <<255>>]].

floats() ->
    io:format("~p ~p~n", [2.98023223876953125e-8, float_to_list(id(2.98023223876953125e-8), [short])]),
    io:format("~s ~s~n", [float_to_list(id(-0.0), [{decimals, 1}]), float_to_list(id(-0.04), [{decimals, 1}, compact])]),
    Big = id(trunc(1.7e308)),
    io:format("~p ~p~n", [reason(fun() -> 1 / (2 * Big) end), element(1, (catch 1 / (2 * Big)))]),
    io:format("~p~n", [[erts_debug:flat_size(X) || X <- [1 bsl 59, -(1 bsl 59), 1 bsl 62, {1, [2.0]}, maps:from_list([{I, I} || I <- lists:seq(1, 40)])]]]).

integers() ->
    Size = id(1 bsl 27),
    Bytes = <<0:Size, 13>>,
    io:format("~p ~p~n", [case Bytes of <<Int:Size, 13>> -> Int; _ -> nomatch end, huge(Bytes)]).

huge(<<_:18446744073709551616>>) -> matched;
huge(<<_:18446744073709551616, _/binary>>) -> matched;
huge(_) -> nomatch.

reason(Fun) ->
    try Fun() catch Class:Reason -> {Class, Reason} end.

top(Fun) ->
    try Fun() catch Class:Reason:Stack -> {Class, Reason, hd(Stack)} end.

id(Term) -> Term.
