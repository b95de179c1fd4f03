%% stage: d. EUnit runs as it is: tests and generators found by name, fixtures, time limits, failures of every assertion, what a listener is told, and its texts.
-module(otp_eunit).
-export([main/0]).
%% Its listener.
-behaviour(eunit_listener).
-export([start/0, start/1, init/1, handle_begin/3, handle_end/3, handle_cancel/3, terminate/2]).
-include_lib("eunit/include/eunit.hrl").

total(Numbers) -> lists:sum(Numbers).

%% What passes.
empty_test() -> ?assertEqual(0, total([])).
sum_test() -> 6 = total([1, 2, 3]).
many_test() ->
    ?assert(is_list([])),
    ?assertNot(is_list(1)),
    ?assertMatch({ok, X} when X > 1, {ok, 2}),
    ?assertNotMatch({ok, _}, error),
    ?assertNotEqual(1, 2),
    ?assertException(error, {badmatch, 1}, 2 = total([1])),
    ?assertError(badarith, total([a])),
    ?assertExit(gone, exit(gone)),
    ?assertThrow({ball, _}, throw({ball, 1})),
    ?assertNotException(throw, _, exit(gone)),
    ?assertCmd("true"),
    ?assertCmdOutput("hi\n", "echo hi").
printing_test() -> io:format("nobody sees this~n"), 1 = ?IF(true, 1, 2).

%% What fails.
equal_test() -> ?assertEqual(7, total([1, 2, 3])).
true_test() -> ?assert(total([1]) =:= 2).
not_true_test() -> ?assert(total([1])).
match_test() -> ?assertMatch({ok, _}, {error, total([1])}).
no_error_test() -> ?assertError(badarith, total([1])).
other_error_test() -> ?assertError(badarith, error(other)).
command_test() -> ?assertCmd("exit 3").
badmatch_test() -> 1 = total([2]).
exit_test() -> io:format("printed ~ts~n", [[955]]), exit(bye).
throw_test() -> throw({ball, lists:seq(1, 30)}).
undefined_test() -> no_such_module:f(1).
clause_test() -> clause(total([1])).
clause(2) -> ok.
killed_test() -> exit(self(), kill), receive after infinity -> ok end.

%% Generators.
named_test_() -> [{"one", ?_assert(total([1]) =:= 1)}, {"two", fun() -> 2 = total([1, 1]) end}, {"fails", ?_assertEqual(2, total([1]))}].
nested_test_() -> {"a group", [[], [?_test(ok)], [[fun empty_test/0, {"deep", [{?LINE, fun sum_test/0}]}]]]}.
module_test_() -> [{?MODULE, empty_test}, {generator, fun() -> [?_test(ok)] end}, {generator, ?MODULE, named_test_}, {with, 3, [fun(X) -> 3 = X end, fun(4) -> ok end]}].
order_test_() -> [{inorder, [?_test(put(seen, 1)), ?_test(undefined = get(seen))]}, {spawn, [?_test(ok), ?_test(ok)]}, {inparallel, 1, [?_test(ok), ?_test(error(together))]}].

setup_test_() ->
    {setup, fun() -> ets:new(table, [public]) end, fun(T) -> io:format("~p", [ets:delete(T)]) end,
        fun(T) -> [?_assert(ets:insert(T, {a, 1})), ?_assertEqual([{a, 1}], ets:lookup(T, a)), {"none", ?_assertEqual([], ets:lookup(T, a))}] end}.
foreach_test_() ->
    {foreach, fun() -> [1] end, fun([_ | _]) -> ok end, [fun(L) -> ?_assertEqual(1, total(L)) end, fun(L) -> ?_assertEqual(2, total(L)) end]}.
foreachx_test_() ->
    {foreachx, fun(X) -> X * 2 end, fun(_, _) -> ok end, [{1, fun(X, Y) -> ?_assertEqual({1, 2}, {X, Y}) end}, {2, fun(X, Y) -> ?_assertEqual({1, 2}, {X, Y}) end}]}.
local_test_() -> {setup, local, fun() -> self() end, fun(Pid) -> ?_assertEqual(Pid, Pid) end}.
node_less_test_() -> {timeout, 5, {setup, spawn, fun() -> ok end, [?_test(ok)]}}.

%% Fixtures and tests that break their group.
setup_failed_test_() -> {setup, fun() -> error(no_setup) end, fun(_) -> ok end, [?_test(ok)]}.
cleanup_failed_test_() -> {setup, fun() -> ok end, fun(_) -> exit(no_cleanup) end, [?_test(ok)]}.
instantiation_failed_test_() -> {setup, fun() -> ok end, fun(none) -> [] end}.
generator_failed_test_() -> error(no_tests).
no_test_test_() -> [not_a_test].
late_test_() -> {timeout, 0.1, fun() -> receive after 60000 -> ok end end}.
late_group_test_() -> {timeout, 1, [?_test(ok), {timeout, 5, ?_test(receive after 60000 -> ok end)}]}.

%% Each function that has the name of a test, or of a generator, by itself: one that is cancelled ends the rest of a module.
main() ->
    Names = [{Name, ends_with(Name, "_test_")} || {Name, 0} <- ?MODULE:module_info(exports), ends_with(Name, "_test") orelse ends_with(Name, "_test_")],
    p(Names),
    [run(representation(Name, IsGenerator)) || {Name, IsGenerator} <- Names],
    %% All that pass, in one.
    Passing = [{?MODULE, Name} || Name <- [empty_test, sum_test, many_test]] ++ [{generator, ?MODULE, local_test_}],
    p(eunit:test(Passing)),
    p(eunit:test([{"first", Passing}, {"second", hd(Passing)}], [no_tty, {report, {?MODULE, []}}])),
    p(eunit:test([])),
    p(eunit:test(no_such_module_here)),
    p(eunit:test({application, no_such_application})),
    p(eunit:test({file, "no_such.beam"})),
    p(eunit:test({dir, "/no/such/folder"})),
    p(catch eunit:test({what, is, this, then, please})),
    p(verbose(Passing ++ [{?MODULE, equal_test}])),
    p(eunit:stop()).

ends_with(Name, End) -> lists:suffix(End, atom_to_list(Name)).

representation(Name, true) -> {generator, ?MODULE, Name};
representation(Name, false) -> {?MODULE, Name}.

run(Test) ->
    io:format("-- ~p~n", [Test]),
    p(eunit:test(Test, [no_tty, {report, {?MODULE, []}}])),
    p(eunit:test(Test)).

%% The texts of option `verbose`, without times: a process that stands in as group leader keeps them.
verbose(Tests) ->
    Me = self(),
    Old = group_leader(),
    Keeper = spawn_link(fun() -> keep(Old, Me, []) end),
    group_leader(Keeper, self()),
    Result = eunit:test(Tests, [verbose]),
    group_leader(Old, self()),
    Keeper ! {told, Me},
    receive {told, Text} -> io:put_chars(re:replace(Text, "\\[[0-9.]+ s\\] ", "", [global, unicode])) end,
    Result.

keep(Old, For, Texts) ->
    receive
        {told, For} -> For ! {told, unicode:characters_to_binary(lists:reverse(Texts))};
        {io_request, From, Ref, {put_chars, unicode, M, F, A}} -> From ! {io_reply, Ref, ok}, keep(Old, For, [apply(M, F, A) | Texts]);
        {io_request, From, Ref, {put_chars, unicode, Text}} -> From ! {io_reply, Ref, ok}, keep(Old, For, [Text | Texts]);
        Other -> Old ! Other, keep(Old, For, Texts)
    end.

%% What a listener is told, in order, without times and sources.
start() -> start([]).
start(Options) -> eunit_listener:start(?MODULE, Options).
init(_) -> receive {start, _} -> [] end.
handle_begin(What, Data, State) -> told({'begin', What}, Data, State).
handle_end(What, Data, State) -> told({'end', What}, Data, State).
handle_cancel(What, Data, State) -> told({cancelled, What}, Data, State).
terminate({ok, Data}, _) -> p({all, [{K, V} || {K, V} <- Data, K =/= time]});
terminate(Other, _) -> p(Other).

told(Event, Data, State) ->
    Shown = [{K, V} || {K, V} <- Data, lists:member(K, [id, desc, size, line, status, reason, output, spawn, order])],
    p({Event, lists:map(fun shape/1, Shown)}),
    State.

%% Where a failure was is in the texts that EUnit prints.
shape({status, {error, {Class, Reason, [_ | _]}}}) -> {status, {error, Class, Reason}};
shape({reason, {abort, {What, {Class, Reason, [_ | _]}}}}) -> {reason, {What, Class, Reason}};
shape(Other) -> Other.

p(X) -> io:format("~p~n", [X]).
