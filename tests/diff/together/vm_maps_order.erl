%% stage: b. Maps: order of printing, comparison, iteration over many keys of different kinds.
-module(vm_maps_order).
-export([main/0]).

main() ->
    Ks = [1, 2.0, 1.5, -7, 1 bsl 70, "str", [a], [], {}, {1, 2}, <<"bin">>, <<1:3>>, #{}, #{x => 1}, 3, 4.0, 100, 0],
    M = maps:from_list([{K, I} || {I, K} <- lists:enumerate(Ks)]), p(M), p(maps:to_list(M)), p(maps:keys(M)), p(lists:sort(Ks)),
    [begin B = maps:from_list([{F(I), I} || I <- lists:seq(1, N)]), p({N, erlang:phash2(B), maps:to_list(B)}) end || N <- [31, 32, 33, 40, 70], F <- [fun(I) -> I end, fun(I) -> {I} end, fun(I) -> <<I:16>> end, fun(I) -> [I] end, fun(I) -> I * 1.5 end, fun(I) -> I * 123456789012345 end, fun(I) -> -I end]],
    p([{A < B, A =:= B, A == B} || A <- [#{a => 1}, #{a => 1.0}, #{b => 0}, #{a => 1, b => 2}], B <- [#{a => 1}, #{1 => 1}, #{1.0 => 1}, #{a => 2, c => 0}]]),
    p(lists:sort([#{}, #{1 => a}, #{1.0 => a}, #{a => 1}, #{b => 1}, #{1 => b}, #{a => 1, b => 1}, {}, [], <<>>])),
    It = maps:iterator(maps:from_list([{I, I} || I <- lists:seq(1, 40)])), p(walk(maps:next(It))), p(maps:fold(fun(K, V, A) -> K * V + A end, 0, maps:from_list([{I, I} || I <- lists:seq(1, 100)]))),
    Big = maps:from_list([{I, x} || I <- lists:seq(1, 1000)]), Small = maps:without(lists:seq(4, 1000), Big), p({Small, map_size(Big), Small =:= #{1 => x, 2 => x, 3 => x}, maps:from_list([{I, x} || I <- lists:seq(1000, 1, -1)]) =:= Big, erlang:phash2(Big), maps:with([999, 5, 7], Big), maps:merge(Small, #{2 => y, 9 => z}), maps:take(500, #{500 => q})}).
walk(none) -> [];
walk({K, _, I}) -> [K | walk(maps:next(I))].

p(T) -> io:format("~0tp~n", [T]).
