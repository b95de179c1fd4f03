%% Fannkuch: the most reversals of a prefix, over all permutations of 1 to 7.
-module(b_fannkuch).
-export([run/0]).

run() ->
    16 = most(permutations(lists:seq(1, 7)), 0),
    ok.

permutations([]) -> [[]];
permutations(List) -> [[X | Rest] || X <- List, Rest <- permutations(List -- [X])].

most([], Most) -> Most;
most([Permutation | Rest], Most) -> most(Rest, max(Most, flips(Permutation, 0))).

flips([1 | _], Count) -> Count;
flips([First | _] = List, Count) -> flips(flip(First, List, []), Count + 1).

flip(0, Rest, Flipped) -> Flipped ++ Rest;
flip(N, [X | Rest], Flipped) -> flip(N - 1, Rest, [X | Flipped]).
