%% stage: b. `phash2` and `term_to_binary` are visible formats: both must be OTP's, bit for bit.
-module(hashing).
-export([main/0]).

main() ->
    Terms = [0, 1, -1, 255, 256, 1 bsl 27, 1 bsl 28, -(1 bsl 28), 1 bsl 31, 1 bsl 59, 1 bsl 60, 1 bsl 64, -(1 bsl 64), 1 bsl 200, 0.0, 1.5, -2.25, 1.0e300, a, 'hello world', true, [], nil,
             [1], [1, 2, 3], [a | b], "string", "ab", {}, {1}, {a, b, {c}}, <<>>, <<1>>, <<"binary">>, <<1:3>>, <<"abc", 5:7>>, #{}, #{a => 1}, #{1 => [2], b => {c}}, [[[]]], [a, "b", <<"c">>, 4.0], fun lists:map/2, 'é', [300, 400]],
    [io:format("~w ~w~n", [erlang:phash2(T), T]) || T <- Terms],
    io:format("~w~n", [[erlang:phash2(T, 100) || T <- Terms]]),
    io:format("~w~n", [[erlang:phash2(lists:seq(1, N)) || N <- [10, 100, 1000]]]),
    io:format("~w~n", [erlang:phash2(maps:from_list([{I, I} || I <- lists:seq(1, 50)]))]),
    [round_trip(T) || T <- Terms],
    io:format("~w~n", [[erlang:external_size(T) || T <- [1, a, "abc", {1, 2}, <<"x">>]]]),
    [io:format("~w~n", [try binary_to_term(B) catch C:R -> {C, R} end]) || B <- [<<>>, <<131>>, <<131, 97>>, <<131, 255, 1>>, <<131, 104, 2, 97, 1>>, <<131, 108, 255, 255, 255, 255>>, <<130, 97, 1>>, <<131, 109, 0, 0, 0, 9, 1>>]],
    io:format("~w~n", [binary_to_term(<<131, 97, 5, 1, 2>>, [used])]), io:format("~w~n", [erlang:md5(term_to_binary({a, [1, 2]}))]).

round_trip(T) ->
    B = term_to_binary(T),
    io:format("~w ~w~n", [binary_to_term(B) =:= T, B]).
