%% stage: c. A named table that is deleted and made again while others read and write it: each call finds the rows of one table or
%% none at all, and never a table that has lost its rows.
-module(vm_ets_deleted_in_use).
-export([main/0]).

main() ->
    Self = self(),
    make(),
    Users = [spawn_monitor(fun() -> exit({done, use(Kind, 400)}) end) || Kind <- [lookup, member, element, select, match, insert, counter, take]],
    Deleter = spawn_monitor(fun() -> exit({done, delete(Self, 200)}) end),
    [io:format("~p~n", [ended(User)]) || User <- [Deleter | Users]],
    io:format("~p~n", [ets:whereis(vm_in_use)]),
    make(),
    io:format("~p ~p~n", [ets:info(vm_in_use, size), ets:lookup(vm_in_use, 7)]),
    ets:delete(vm_in_use),
    io:format("~p~n", [ets:info(vm_in_use)]).

ended({Pid, Monitor}) -> receive {'DOWN', Monitor, process, Pid, Reason} -> Reason end.

%% Filled under a name that nobody uses.
make() ->
    T = ets:new(vm_in_use_before, [named_table, public]),
    ets:insert(T, [{N, N, c} || N <- lists:seq(1, 40)]),
    ets:rename(T, vm_in_use).

delete(_, 0) -> ets:delete(vm_in_use);
delete(Self, N) ->
    ets:delete(vm_in_use),
    make(),
    erlang:yield(),
    delete(Self, N - 1).

use(_, 0) -> ok;
use(Kind, N) ->
    Key = N rem 30 + 1,
    case catch use_once(Kind, Key) of
        {'EXIT', {badarg, _}} -> ok;
        Found -> true = is_right(Kind, Key, Found)
    end,
    erlang:yield(),
    use(Kind, N - 1).

use_once(lookup, Key) -> ets:lookup(vm_in_use, Key);
use_once(member, Key) -> ets:member(vm_in_use, Key);
use_once(element, Key) -> ets:lookup_element(vm_in_use, Key, 2);
use_once(select, Key) -> ets:select(vm_in_use, [{{Key, '$1', '_'}, [], ['$1']}]);
use_once(match, Key) -> ets:match(vm_in_use, {Key, '$1', '_'});
use_once(insert, Key) -> ets:insert(vm_in_use, {Key + 100, Key});
use_once(counter, Key) -> ets:update_counter(vm_in_use, Key, {2, 0});
use_once(take, Key) -> ets:take(vm_in_use, Key + 200).

is_right(lookup, Key, Found) -> Found =:= [{Key, Key, c}];
is_right(member, _, Found) -> Found;
is_right(element, Key, Found) -> Found =:= Key;
is_right(select, Key, Found) -> Found =:= [Key];
is_right(match, Key, Found) -> Found =:= [[Key]];
is_right(insert, _, Found) -> Found;
is_right(counter, Key, Found) -> Found =:= Key;
is_right(take, _, Found) -> Found =:= [].
