%% stage: c. What OTP's suite of ets found: options of concurrency, maps as keys in patterns, keys that are bound in part.
-module(found_by_suites_tables).
-export([main/0]).

main() ->
    [io:format("~w ~w~n", [Options, concurrency(Options)]) || Options <- options()],
    ends(),
    maps(),
    parts().

options() ->
    Locks = {write_concurrency, {debug_hash_fixed_number_of_locks, 3}},
    [[Locks], [Locks, private], [Locks, ordered_set], [{write_concurrency, {x, 1}}], [{write_concurrency, auto}],
     [{write_concurrency, {debug_hash_fixed_number_of_locks, 0}}], [{write_concurrency, auto}, ordered_set],
     [{write_concurrency, true}], [{write_concurrency, true}, ordered_set], [{write_concurrency, true}, private],
     [{write_concurrency, auto}, {decentralized_counters, false}], [{decentralized_counters, true}, {write_concurrency, true}],
     [{decentralized_counters, true}], [{write_concurrency, auto}, {write_concurrency, false}]].

concurrency(Options) ->
    try ets:new(table, Options) of
        Table -> [ets:info(Table, Item) || Item <- [read_concurrency, write_concurrency, decentralized_counters]]
    catch
        error:Reason -> Reason
    end.

ends() ->
    Table = ets:new(table, [ordered_set]),
    ets:insert(Table, [{a}, {'$end_of_table'}, {1}]),
    [io:format("~p~n", [try ets:F(Table, '$end_of_table') catch error:Reason -> Reason end]) || F <- [next, prev]],
    io:format("~p ~p~n", [ets:next(Table, '$a'), ets:prev(Table, b)]).

maps() ->
    Table = ets:new(table, []),
    ets:insert(Table, [{#{#{1 => 2} => x, "hi" => y}, 9}, {#{a => b}, 1}]),
    io:format("~p~n", [ets:match_object(Table, {#{#{1 => 2} => x, "hi" => '_'}, '$1'})]),
    io:format("~p~n", [ets:match(Table, {#{a => '$1'}, '$2'})]),
    %% Only a key that is a variable is none; a part of one stands for itself.
    [io:format("~p~n", [try ets:match_object(Table, {#{Key => 1}, '_'}) catch error:Reason -> Reason end]) || Key <- ['_', '$1', {'$1'}, #{a => '_'}]].

%% Only keys that begin alike are looked at; the answers are those of the whole table.
parts() ->
    Table = ets:new(table, [ordered_set]),
    Firsts = [0, 1, 1.5, -1, a, b, "s", {}, {1}, <<"x">>, #{}],
    ets:insert(Table, [{{A, B, C}, C} || A <- Firsts, B <- [1, x, 2.0], C <- [1, 2]]),
    ets:insert(Table, [{{A, B}, 0} || A <- Firsts, B <- [1, x]]),
    ets:insert(Table, [{K, 0} || K <- [1, a, [a], {}, {1}, {1, 2, 3, 4}, #{}, <<"b">>]]),
    Patterns = [{1, '_', '_'}, {1.0, '_', '_'}, {a, x, '_'}, {{1}, 2.0, '$1'}, {'_', x, 1}, {b, '_'}, {{}, '$1'}, {#{}, x, '_'}, {z, '_'}, {1, '_', 2}, {"s", '_', '_'}],
    [begin
         Whole = [Row || {Key, _} = Row <- ets:tab2list(Table), like(Key, Pattern)],
         Found = ets:match_object(Table, {Pattern, '_'}),
         io:format("~w ~w ~w~n", [Pattern, Found, Found =:= Whole]),
         io:format("~w~n", [ets:select_reverse(Table, [{{Pattern, '_'}, [], ['$_']}]) =:= lists:reverse(Found)]),
         io:format("~w~n", [in_steps(ets:match_object(Table, {Pattern, '_'}, 2)) =:= Found])
     end || Pattern <- Patterns],
    io:format("~w~n", [ets:select_count(Table, [{{{1, '_', '_'}, '_'}, [], [true]}])]),
    io:format("~w ~w~n", [ets:match_delete(Table, {{a, '_', '_'}, '_'}), ets:match(Table, {{a, '$1', '$2'}, '_'})]),
    %% Two heads: nothing is left out.
    io:format("~w~n", [ets:select(Table, [{{{b, '$1'}, '_'}, [], ['$1']}, {{{1, 1, '$1'}, '_'}, [], ['$1']}])]).

in_steps('$end_of_table') -> [];
in_steps({Rows, More}) -> Rows ++ in_steps(ets:match_object(More)).

like(Key, Pattern) when tuple_size(Key) =:= tuple_size(Pattern) ->
    lists:all(fun({_, P}) when P =:= '_'; P =:= '$1' -> true; ({K, P}) when P =:= #{} -> is_map(K); ({K, P}) -> K =:= P end,
        lists:zip(tuple_to_list(Key), tuple_to_list(Pattern)));
like(_, _) -> false.
