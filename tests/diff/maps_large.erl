%% stage: b. Maps over 32 keys: OTP's own iteration order (its hash, its trie), growth and shrinking over the border.
-module(maps_large).
-export([main/0]).

main() ->
    [order(integers, maps:from_list([{I, I} || I <- lists:seq(1, N)])) || N <- [31, 32, 33, 40, 100]],
    %% OTP hashes an atom by its index in the table, which differs from run to run: no order to compare.
    Atoms = maps:from_list([{list_to_atom("key_" ++ integer_to_list(I)), I} || I <- lists:seq(1, 50)]),
    io:format("~w ~w~n", [map_size(Atoms), lists:sort(maps:to_list(Atoms))]),
    order(binaries, maps:from_list([{<<"k", (integer_to_binary(I))/binary>>, I} || I <- lists:seq(1, 50)])),
    order(tuples, maps:from_list([{{I, I * I, [I]}, I} || I <- lists:seq(1, 40)])),
    order(strings, maps:from_list([{integer_to_list(I), I} || I <- lists:seq(1, 40)])),
    order(floats, maps:from_list([{I / 4, I} || I <- lists:seq(1, 40)])),
    order(negative, maps:from_list([{-I, I} || I <- lists:seq(1, 40)])),
    order(big, maps:from_list([{(1 bsl 58) + I * (1 bsl 57), I} || I <- lists:seq(1, 40)])),
    order(mixed, mixed()),
    grow_and_shrink(),
    M = maps:from_list([{I, I * I} || I <- lists:seq(1, 200)]),
    io:format("~w~n", [{maps:get(77, M), maps:find(201, M), map_size(maps:merge(M, #{201 => x, 1 => y})), map_size(maps:filter(fun(K, _) -> K rem 2 =:= 0 end, M))}]),
    io:format("~w~n", [lists:sum(maps:values(M))]),
    io:format("~w~n", [maps:fold(fun(K, V, A) -> (A * 31 + K * V) rem 1000003 end, 7, M)]),
    io:format("~w~n", [M =:= maps:from_list([{I, I * I} || I <- lists:seq(200, 1, -1)])]),
    io:format("~w~n", [{M < M#{1 => 0}, M > M#{200 := 5}, maps:remove(5, M) < M}]),
    #{100 := H, 150 := O} = M,
    io:format("~w ~w~n", [H, O]),
    io:format("~w~n", [maps:keys(maps:map(fun(_, V) -> V + 1 end, M)) =:= maps:keys(M)]),
    io:format("~p~n", [maps:with(lists:seq(1, 40), M)]).

order(What, M) -> io:format("~w ~w: ~w~n", [What, map_size(M), maps:to_list(M)]).

mixed() ->
    Keys = lists:seq(1, 16) ++ ["a", "b", "c", []] ++ [{}, {1}, {1, 2}, {1.5, {2}}]
        ++ [<<>>, <<1>>, <<"bin">>, <<1:3>>] ++ [1.5, -1.5, 0.5] ++ [#{}, #{1 => 1}, 1 bsl 64, [[]], [{}, 1 | 2]],
    maps:from_list([{K, I} || {I, K} <- lists:zip(lists:seq(1, length(Keys)), Keys)]).

grow_and_shrink() ->
    Grown = lists:foldl(fun(I, M) -> M#{I => x} end, #{}, lists:seq(1, 36)),
    Shrunk = lists:foldl(fun(I, M) -> maps:remove(I, M) end, Grown, lists:seq(10, 36)),
    io:format("~w~n~w~n~w~n", [Grown, Shrunk, Shrunk =:= maps:from_list([{I, x} || I <- lists:seq(1, 9)])]).
