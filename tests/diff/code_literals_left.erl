%% stage: d. Literals of purged versions: who still has them in variables, frames, dictionaries, mailboxes, tables, funs,
%% timers, maps and binaries has them as they were, and they take no memory once all versions are purged.
-module(code_literals_left).
-export([main/0]).

-define(M, cll_module).
-define(ROUNDS, 8).

main() ->
    logger:set_primary_config(level, none),
    Table = ets:new(kept, [public]),
    Others = [spawn_link(fun() -> put(held, none), holder(none, 0) end) || _ <- [1, 2, 3]],
    Kept = rounds(1, Table, Others, []),
    [begin X ! {self(), sum}, receive {X, Sum} -> io:format("~p~n", [Sum]) end end || X <- Others],
    [ok = check(N, L) || {N, L} <- Kept],
    [ok = check(N, L) || {N, L} <- ets:tab2list(Table)],
    [begin {N, L} = persistent_term:get({cll, N}), ok = check(N, L) end || N <- lists:seq(1, ?ROUNDS, 7)],
    [receive {late, N, L} -> ok = check(N, L) end || N <- lists:seq(1, ?ROUNDS)],
    [ok = check(N, F()) || {N, F} <- get(funs)],
    [ok = check(N, L) || {{literal, N}, L} <- get()],
    io:format("~p~n", [[length(Kept), ets:info(Table, size)]]),
    deep(),
    tails(),
    grown().

%% Every round loads a version, hands its literals out, loads the next, and purges.
rounds(N, _, _, Kept) when N > ?ROUNDS -> Kept;
rounds(N, Table, Others, Kept) ->
    load(N, 20),
    L = ?M:literal(),
    ets:insert(Table, {N, L}),
    N rem 7 =:= 1 andalso persistent_term:put({cll, N}, {N, L}),
    [X ! {take, N, L} || X <- Others],
    [X ! {call, N} || X <- Others],
    erlang:send_after(1 + N rem 3, self(), {late, N, L}),
    put({literal, N}, L),
    put(funs, [{N, fun() -> L end} | case get(funs) of undefined -> []; Funs -> Funs end]),
    [begin X ! {self(), done}, receive {X, done} -> ok end end || X <- Others],
    Some = part(N, L),
    load(N + 1000, 20),
    code:purge(?M),
    ok = check(N, L),
    %% The rest of the heap is what it was.
    garbage_collect(),
    ok = check(N, get({literal, N})),
    ok = check_part(N, Some),
    rounds(N + 1, Table, Others, [{N, L} | Kept]).

part(N, {_, List, Map, _, _, _}) when N rem 2 =:= 0 -> {lists:nthtail(3, List), Map#{N => x}};
part(_, {_, _, Map, Binary, _, _}) -> <<Head:10/binary, Rest/binary>> = Binary, {Head, Rest, <<Binary/binary, "more">>, maps:to_list(Map)}.

check_part(N, {List, Map}) -> true = length(List) =:= 17, x = maps:get(N, Map), ok;
check_part(_, {Head, Rest, More, _}) -> More = <<Head/binary, Rest/binary, "more">>, ok.

%% Takes literals by messages and by calls of its own; keeps them in frames, its dictionary, its mailbox.
holder(Last, Sum) ->
    receive
        {take, N, L} -> ok = check(N, L), put(held, [L | get(held)]), self() ! {unread, L}, holder(L, Sum + N);
        {call, N} -> L = ?M:literal(), ok = check(N, L), put({own, N}, element(3, L)), holder(L, Sum + 1);
        {From, done} -> From ! {self(), done}, holder(Last, Sum);
        {From, sum} ->
            _ = Last,
            Unread = unread(0),
            From ! {self(), {Sum, Unread, length([x || {{own, _}, #{k := _}} <- get()])}}
    end.

unread(N) -> receive {unread, {literal, _, _, _, _, _}} -> unread(N + 1) after 0 -> N end.

%% A process that waits deep in a recursion over a literal list, with an element and a tail in each frame.
deep() ->
    load(7, 200),
    List = element(2, ?M:literal()),
    Self = self(),
    Pid = spawn_link(fun() -> Self ! {deep, sum(List, Self)} end),
    receive {Pid, waits} -> ok end,
    load(8, 3),
    code:purge(?M),
    Pid ! go,
    receive {deep, Sum} -> io:format("~p~n", [Sum]) end.

sum([], Parent) -> Parent ! {self(), waits}, receive go -> 0 end;
sum([{N, Text} | Rest] = All, Parent) ->
    Sum = sum(Rest, Parent),
    true = length(Text) > 0 andalso element(1, hd(All)) =:= N,
    Sum + N.

%% Every tail of a list at once: each cell is there once.
tails() ->
    load(9, 200),
    Tails = tails(element(2, ?M:literal())),
    load(10, 3),
    code:purge(?M),
    true = process_info(self(), total_heap_size) < {total_heap_size, 4000000},
    io:format("~p~n", [{length(Tails), lists:sum([N || [{N, _} | _] <- Tails])}]).

tails([]) -> [];
tails([_ | Rest] = List) -> [List | tails(Rest)].

%% A hundred versions of sixty kilobytes each that nobody keeps.
grown() ->
    Binary = compiled(11, 400),
    load_binary(Binary),
    Before = erlang:memory(code),
    [begin load_binary(Binary), {_, _, _, _, _, _} = ?M:literal(), code:purge(?M) end || _ <- lists:seq(1, 100)],
    io:format("~p~n", [{large_versions_go, erlang:memory(code) - Before < 2000000}]).

check(N, {literal, List, #{k := V, n := N}, Binary, Big, Float}) ->
    true = is_list(List) andalso {1, "text 1"} =:= hd(List),
    {"value", N} = V,
    true = byte_size(Binary) > 64,
    true = Big =:= (1 bsl 90) + N,
    true = Float =:= N + 0.5,
    ok.

%% Version N of a module with a literal of all kinds, and a list of so many elements.
load(N, Length) -> load_binary(compiled(N, Length)).

load_binary(Binary) ->
    code:purge(?M),
    {module, ?M} = code:load_binary(?M, "none", Binary).

compiled(N, Length) ->
    Literal = {literal, [{I, "text " ++ integer_to_list(I)} || I <- lists:seq(1, Length)],
               #{k => {"value", N}, n => N}, list_to_binary(lists:duplicate(100, N rem 256)), (1 bsl 90) + N, N + 0.5},
    Forms = [{attribute, 1, module, ?M}, {attribute, 1, export, [{literal, 0}]},
             {function, 1, literal, 0, [{clause, 1, [], [], [erl_parse:abstract(Literal)]}]}],
    {ok, ?M, Binary} = compile:forms(Forms, []),
    Binary.
