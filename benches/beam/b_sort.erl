%% Sorting 30000 integers and tuples that are in no order.
-module(b_sort).
-export([run/0]).

run() ->
    Numbers = numbers(30000, 42, []),
    Sorted = lists:sort(Numbers),
    true = is_ascending(Sorted),
    Sorted = lists:reverse(lists:sort(fun(A, B) -> A >= B end, Numbers)),
    Pairs = [{N, N rem 1000} || N <- Numbers],
    true = is_ascending([Key || {_, Key} <- lists:keysort(2, Pairs)]),
    true = length(lists:usort([Key || {_, Key} <- Pairs])) =< 1000,
    ok.

numbers(0, _, Numbers) -> Numbers;
numbers(N, Seed, Numbers) ->
    Next = (Seed * 1103515245 + 12345) band 16#7fffffff,
    numbers(N - 1, Next, [Next | Numbers]).

is_ascending([A | [B | _] = Rest]) when A =< B -> is_ascending(Rest);
is_ascending([_]) -> true.
