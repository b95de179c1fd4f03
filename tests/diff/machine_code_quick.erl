%% stage: b. Built-in functions that machine code asks a quick function for: where that answers, where it does not, and in tail calls.
-module(machine_code_quick).
-export([main/0]).

main() ->
    Lists = [{N, lists:seq(1, N)} || N <- [0, 1, 2, 15, 16, 17, 40]],
    p([{N, [{X, among(X, L)} || X <- [1, N, N + 1, 1.0, a]]} || {N, L} <- Lists]),
    p([{N, [tail(X, L, frame) || X <- [1, N, N + 1]]} || {N, L} <- Lists]),
    p([among(X, [1.0, "one", {1, 2}, #{a => [1]}, 1 bsl 70, <<"one">>]) || X <- [1, 1.0, "one", {1, 2}, {1, 2.0}, #{a => [1]}, 1 bsl 70, <<"one">>]]),
    p([wrong(X, L) || X <- [1, 3], L <- [[1 | 2], [2 | 1], [2, 4 | tail], no_list, lists:seq(1, 20) ++ tail, lists:seq(4, 30) ++ tail]]),
    Maps = [#{}, #{a => 1}, maps:from_list([{N, {N}} || N <- lists:seq(1, 50)]), #{1.0 => float, 1 => integer, "key" => list}],
    p([[got(K, M) || K <- [a, 1, 1.0, 50, 51, "key"]] || M <- Maps]),
    p([wrong_map(K, M) || K <- [a, [1]], M <- [no_map, [], {a}, <<>>]]),
    p([tail_map(K, M, frame) || K <- [a, b], M <- [#{a => 1, b => [2]}]]),
    p(sums(lists:seq(1, 2000), [3, 5, 7, 11, 13], #{a => 1}, 0)),
    p(kept(500, [])).

p(T) -> io:format("~p~n", [T]).

among(X, L) -> R = lists:member(X, L), {R, length([R])}.

%% A frame goes with the call.
tail(X, L, A) -> B = wrapped(A), true = is_tuple(B), lists:member(X, L).
wrapped(A) -> {A, self()}.

wrong(X, L) -> try lists:member(X, L) of R -> R catch C:E:S -> [{M, F, A, I} | _] = S, {C, E, M, F, A, proplists:get_value(error_info, I)} end.

got(K, M) -> try {ok, maps:get(K, M)} catch C:E -> {C, E} end.
wrong_map(K, M) -> try maps:get(K, M) of R -> R catch C:E:S -> [{Mod, F, A, I} | _] = S, {C, E, Mod, F, A, proplists:get_value(error_info, I)} end.
tail_map(K, M, A) -> B = wrapped(A), true = is_tuple(B), maps:get(K, M).

sums([X | Xs], Primes, Map, Sum) ->
    case lists:member(X rem 17, Primes) of
        true -> sums(Xs, Primes, Map, Sum + X * maps:get(a, Map));
        false -> sums(Xs, Primes, Map, Sum)
    end;
sums([], _, _, Sum) -> Sum.

%% What is alive over the call stays so, whatever is collected behind it.
kept(0, Kept) -> erlang:garbage_collect(), length(lists:usort(Kept));
kept(N, Kept) ->
    Tuple = {N, integer_to_list(N)},
    case lists:member(Tuple, lists:sublist(Kept, 10)) of
        false -> kept(N - 1, [Tuple | Kept]);
        true -> wrong
    end.
