%% stage: d. Mnesia in memory: schema, transactions and their aborts, nested ones, indexes, qlc, match specifications, subscriptions, dirty operations, fragments.
-module(otp_mnesia).
-export([main/0]).
-include_lib("stdlib/include/qlc.hrl").
-record(person, {id, name, age, town}).
-record(account, {owner, balance}).

main() ->
    logger:set_primary_config(level, none),
    p(mnesia:system_info(is_running)),
    ok = mnesia:start(),
    tables(), transactions(), aborts(), nested(), queries(), dirty(), events(), changes(), iterated(), fragments(),
    p(mnesia:stop()).

p(T) -> io:format("~0tp~n", [T]).
t(F) -> mnesia:transaction(F).

tables() ->
    p([mnesia:create_table(person, [{attributes, record_info(fields, person)}, {index, [town]}]),
       mnesia:create_table(account, [{attributes, record_info(fields, account)}, {type, ordered_set}]),
       mnesia:create_table(tag, [{type, bag}])]),
    p([mnesia:create_table(person, []), mnesia:create_table(bad, [{type, queue}]), mnesia:create_table(bad2, [{attributes, [a]}])]),
    p([mnesia:table_info(person, K) || K <- [attributes, type, arity, size, index, ram_copies, storage_type, record_name, wild_pattern]]),
    p(lists:sort(mnesia:system_info(tables))),
    p(mnesia:wait_for_tables([person, account], 1000)).

transactions() ->
    p(t(fun() -> [mnesia:write(#person{id = N, name = name(N), age = 20 + N * 3 rem 50, town = town(N)}) || N <- lists:seq(1, 12)] end)),
    p(t(fun() -> [mnesia:write(#account{owner = N, balance = N * 10}) || N <- lists:seq(1, 5)] end)),
    p(t(fun() -> {mnesia:read(person, 3), mnesia:read({person, 99}), mnesia:wread({account, 2}), mnesia:all_keys(account)} end)),
    p([move(1, 5, 4), move(1, 5, 400), move(1, 77, 4)]),
    p(t(fun() -> [B || #account{balance = B} <- lists:append([mnesia:read(account, K) || K <- mnesia:all_keys(account)])] end)),
    p(t(fun() -> mnesia:write(#person{id = 3, name = <<"renamed">>}), mnesia:delete({person, 4}), mnesia:delete_object(hd(mnesia:read(person, 5))), [length(mnesia:read(person, N)) || N <- [3, 4, 5, 6]] end)),
    p(t(fun() -> [mnesia:write({tag, K, V}) || {K, V} <- [{a, 1}, {a, 2}, {b, 3}, {a, 1}]], mnesia:read(tag, a) end)),
    p(mnesia:activity(sync_transaction, fun() -> mnesia:first(account) end)),
    p(mnesia:is_transaction()).

name(N) -> list_to_binary("p" ++ integer_to_list(N)).
town(N) -> element(1 + N rem 3, {rome, oslo, bern}).

move(From, To, Sum) ->
    t(fun() ->
        [#account{balance = A} = F] = mnesia:read(account, From, write),
        A < Sum andalso mnesia:abort({poor, A}),
        mnesia:write(F#account{balance = A - Sum}),
        case mnesia:read(account, To, write) of
            [] -> mnesia:abort(no_account);
            [#account{balance = B} = T] -> mnesia:write(T#account{balance = B + Sum})
        end
    end).

aborts() ->
    p([short(t(F)) || F <- [fun() -> mnesia:abort(by_hand) end, fun() -> error(oops) end, fun() -> throw(ball) end, fun() -> exit(left) end, fun() -> mnesia:read(nothing, 1) end, fun() -> mnesia:write({person, 1}) end, fun() -> mnesia:write(no_tuple) end]]),
    p([short(catch mnesia:read(person, 1)), short(catch mnesia:activity(transaction, fun() -> mnesia:abort(inside) end))]).

short({aborted, {R, [{_, _, _, _} | _]}}) -> {aborted, R};
short({'EXIT', {R, [{_, _, _, _} | _]}}) -> {'EXIT', R};
short(R) -> R.

nested() ->
    p(t(fun() ->
        mnesia:write({tag, outer, 1}),
        Inner = t(fun() -> mnesia:write({tag, inner, 1}), mnesia:abort(inner) end),
        Kept = t(fun() -> mnesia:write({tag, kept, 1}), done end),
        {Inner, Kept, mnesia:read(tag, inner), mnesia:read(tag, kept), mnesia:read(tag, outer)}
    end)).

queries() ->
    p(t(fun() -> lists:sort([{N, A} || #person{name = N, age = A, town = rome} <- mnesia:index_read(person, rome, town)]) end)),
    p(t(fun() -> lists:sort(mnesia:select(person, [{#person{id = '$1', age = '$2', _ = '_'}, [{'>', '$2', 40}], [{{'$1', '$2'}}]}])) end)),
    p(t(fun() -> lists:sort([I || #person{id = I} <- mnesia:match_object(#person{town = oslo, _ = '_'})]) end)),
    p(t(fun() -> lists:sort(qlc:e(qlc:q([{P#person.id, A#account.balance} || P <- mnesia:table(person), A <- mnesia:table(account), P#person.id =:= A#account.owner]))) end)),
    p(t(fun() -> {Rows, Cont} = mnesia:select(account, [{'_', [], ['$_']}], 2, read), {length(Rows), Cont =/= '$end_of_table'} end)),
    p(t(fun() -> mnesia:index_match_object(#person{town = bern, _ = '_'}, town) end) =:= x),
    p(t(fun() -> mnesia:foldl(fun(#account{balance = B}, S) -> S + B end, 0, account) end)).

dirty() ->
    p([mnesia:dirty_write(#account{owner = 9, balance = 1}), mnesia:dirty_read(account, 9), mnesia:dirty_update_counter(account, 9, 5), mnesia:dirty_update_counter({account, 10}, 3), mnesia:dirty_delete(account, 10), mnesia:dirty_first(account), mnesia:dirty_next(account, 5), mnesia:dirty_prev(account, 2), mnesia:dirty_last(account)]),
    p([lists:sort([I || #person{id = I} <- mnesia:dirty_index_read(person, oslo, town)]), length(mnesia:dirty_all_keys(person)), mnesia:dirty_match_object({tag, b, '_'}), mnesia:dirty_select(account, [{{account, '$1', '$2'}, [{'<', '$2', 20}], ['$1']}])]),
    p([short(catch mnesia:dirty_read(nothing, 1)), mnesia:async_dirty(fun() -> mnesia:read(account, 9) end), mnesia:ets(fun() -> mnesia:read(account, 9) end)]).

events() ->
    p([mnesia:subscribe({table, account, simple}), mnesia:subscribe({table, person, detailed})]),
    t(fun() -> mnesia:write(#account{owner = 20, balance = 2}), mnesia:delete({account, 20}) end),
    mnesia:dirty_write(#person{id = 1, name = <<"new">>}),
    mnesia:dirty_delete({person, 1}),
    p([no_tid(E) || E <- seen()]),
    p([mnesia:unsubscribe({table, account, simple}), mnesia:unsubscribe({table, person, detailed})]),
    mnesia:dirty_delete({account, 9}),
    p(seen()).

no_tid({mnesia_table_event, E}) -> setelement(tuple_size(E), E, id).
seen() -> receive E -> [E | seen()] after 300 -> [] end.

changes() ->
    p([mnesia:add_table_index(person, age), lists:sort([I || #person{id = I} <- mnesia:dirty_index_read(person, 41, age)]), mnesia:del_table_index(person, age), mnesia:del_table_index(person, age)]),
    p(mnesia:transform_table(tag, fun({tag, K, V}) -> {tag, K, V, V * 2} end, [key, val, double])),
    p([lists:sort(mnesia:dirty_read(tag, a)), mnesia:table_info(tag, attributes), mnesia:change_table_access_mode(tag, read_only)]),
    p([t(fun() -> mnesia:write({tag, c, 1, 2}) end), mnesia:change_table_access_mode(tag, read_write), mnesia:clear_table(tag), mnesia:table_info(tag, size), mnesia:delete_table(tag), mnesia:delete_table(tag)]).

iterated() ->
    Me = self(),
    Workers = [spawn_monitor(fun() -> [{atomic, _} = t(fun() -> [#account{balance = B} = A] = mnesia:read(account, 1, write), mnesia:write(A#account{balance = B + 1}) end) || _ <- lists:seq(1, 25)], Me ! done end) || _ <- lists:seq(1, 4)],
    [receive {'DOWN', R, _, _, _} -> ok end || {_, R} <- Workers],
    p([mnesia:dirty_read(account, 1), length(seen())]),
    p(t(fun() -> [mnesia:lock({table, account}, write), mnesia:read_lock_table(person), mnesia:lock({global, any, [node()]}, read)] end)).

fragments() ->
    p(mnesia:create_table(frag, [{frag_properties, [{n_fragments, 4}, {node_pool, [node()]}]}])),
    Put = fun() -> [mnesia:write({frag, N, N * N}) || N <- lists:seq(1, 40)], ok end,
    p(mnesia:activity(transaction, Put, [], mnesia_frag)),
    p(mnesia:activity(transaction, fun() -> [mnesia:read(frag, N) || N <- [1, 20, 41]] end, [], mnesia_frag)),
    p(mnesia:activity(async_dirty, fun() -> mnesia:table_info(frag, frag_size) end, [], mnesia_frag)).
