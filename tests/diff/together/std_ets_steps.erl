%% stage: b. Tables that change between the steps of a walk: ets:select/1 and its like see what comes behind the last key.
-module(std_ets_steps).
-export([main/0]).

main() ->
    [walk(T, How) || T <- [ordered_set], How <- [forth, back]],
    [fixed(T) || T <- [set, bag, duplicate_bag, ordered_set]],
    %% A walk that gave all there was goes on when there is more.
    T = filled(ordered_set, 4), {_, A} = ets:select(T, all(), 2), {L, B} = ets:select(A), p({L, is_tuple(B)}), ets:insert(T, {9}), p(ets:select(B)),
    {_, C} = ets:select(T, [{{'$1'}, [{'>', '$1', 4}], ['$1']}], 1), p(ets:select(C)), ets:insert(T, {10}), p(catch ets:select(C)),
    p(ets:select(T, [{{'$1'}, [{'>', '$1', 40}], ['$1']}], 1)), p(ets:select(T, all(), 9)), p(catch ets:select(T, all(), 0)),
    %% Few rows match among many.
    M = filled(ordered_set, 5000), p(steps(ets:select(M, [{{'$1'}, [{'=:=', {'rem', '$1', 997}, 0}], ['$1']}], 2), fun ets:select/1)),
    p(length(lists:append(steps(ets:match(M, {'$1'}, 7), fun ets:match/1)))), p(length(lists:append(steps(ets:match_object(M, {'_'}, 700), fun ets:match_object/1)))),
    S = filled(set, 3000), p(lists:sum(lists:append(steps(ets:select(S, all(), 11), fun ets:select/1)))),
    [ets:delete(X) || X <- [T, M, S]], options().

%% The owner changes who may do what, and who inherits; options that are wrong change nothing.
options() ->
    T = ets:new(t, [private]), ets:insert(T, {a, 1}), Me = self(),
    Other = fun() -> spawn(fun() -> Me ! {seen, [catch ets:lookup(T, a), catch ets:insert(T, {b, 2}), catch ets:setopts(T, {protection, public})]} end), receive {seen, L} -> [case X of {'EXIT', {R, _}} -> R; _ -> X end || X <- L] end end,
    p(Other()), [begin p({P, ets:setopts(T, P), ets:info(T, protection)}), p(Other()) end || P <- [{protection, public}, [{protection, protected}], {protection, private}]],
    [p({O, catch ets:setopts(T, O), ets:info(T, protection), ets:info(T, heir) =:= Me}) || O <- [[{heir, Me, data}, {protection, public}], [{protection, protected}, false], {protection}, {protection, none}, {protection, private, x}, protection, [{heir, none}, {heir, none}], [{heir, none}], [], {heir, x}]],
    ets:delete(T).

walk(Type, How) ->
    T = filled(Type, 10), {First, Next} = ways(How),
    {L1, C1} = First(T), ets:insert(T, {3.5}), ets:insert(T, {7.5}), ets:delete(T, 5), ets:delete(T, 6),
    {L2, C2} = Next(C1), ets:insert(T, {6.5}), ets:insert(T, {4.5}), ets:delete_all_objects(T), ets:insert(T, [{I} || I <- [1.5, 6.75, 20]]),
    {L3, C3} = Next(C2), p({L1, L2, L3}), p(catch Next(C3)), ets:delete(T), p(catch Next(C1)).

ways(forth) -> {fun(T) -> ets:select(T, all(), 3) end, fun ets:select/1};
ways(back) -> {fun(T) -> ets:select_reverse(T, all(), 3) end, fun ets:select_reverse/1}.

%% What was deleted is seen no more, what stays is seen once.
fixed(Type) ->
    T = ets:new(t, [Type]), ets:insert(T, [{I rem 20, I} || I <- lists:seq(0, 39)]), ets:safe_fixtable(T, true),
    {L, C} = ets:select(T, [{{'$1', '_'}, [], ['$1']}], 5), Gone = [K || K <- lists:seq(0, 19), not lists:member(K, L)], {Few, _} = lists:split(4, Gone),
    [ets:delete(T, K) || K <- Few], Rest = lists:append(steps(ets:select(C), fun ets:select/1)),
    p({Type, [K || K <- Few, lists:member(K, Rest)], lists:sort(L ++ Rest) =:= lists:sort([K || {K, _} <- ets:tab2list(T)])}),
    ets:safe_fixtable(T, false), ets:delete(T).

steps('$end_of_table', _) -> [];
steps({L, C}, Next) -> [L | steps(Next(C), Next)].

all() -> [{{'$1'}, [], ['$1']}].
filled(Type, N) -> T = ets:new(t, [Type]), ets:insert(T, [{I} || I <- lists:seq(1, N)]), T.
p({L, C}) when is_tuple(C), is_list(L), tuple_size(C) > 3 -> io:format("~w and more~n", [L]);
p({'EXIT', {R, _}}) -> io:format("failed: ~w~n", [R]);
p({O, {'EXIT', {R, _}}, X, Y}) -> p({plain(O), failed, R, X, Y});
p({O, true, X, Y}) -> p({plain(O), X, Y});
p(T) -> io:format("~w~n", [T]).
plain([{heir, P, D} | L]) when is_pid(P) -> [{heir, D} | L];
plain(O) -> O.
