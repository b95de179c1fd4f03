%% stage: d. Old code: who is in it and who only holds a fun or a literal of it, purged hard and softly, and checked in all ways.
-module(code_purging).
-export([main/0]).

main() ->
    logger:set_primary_config(level, none),
    killed(), soft(), frames(), funs(), same_again(), literals(), deleted(), third(), checks(), refused(), together().

p(T) -> io:format("~p~n", [T]).
reason(F) -> try F() catch C:R -> {C, R} end.

%% Version N of a module: a loop, a deep call, funs, a literal, and a function that goes on in the newest version.
binary_of(Module, N) ->
    Text = io_lib:format(
        "-module(~p). -export([version/0, loop/0, newest/0, deep/1, tail/1, local/0, capturing/1, external/0, literal/0, run/1, quiet/0]).
         version() -> ~p.
         loop() -> receive {From, version} -> From ! {self(), ~p}, loop(); newest -> newest(); stop -> ok end.
         newest() -> receive {From, version} -> From ! {self(), ~p}, ?MODULE:newest() end.
         deep(Pid) -> Pid ! {self(), deep}, [receive {go, X} -> X end | version()].
         tail(Pid) -> Pid ! {self(), tail}, lists:foreach(fun quiet/1, [1]).
         quiet(_) -> receive go -> ok end.
         quiet() -> receive go -> ok end.
         local() -> fun() -> ~p end.
         capturing(X) -> fun(Y) -> {X, Y, ~p} end.
         external() -> fun ?MODULE:version/0.
         literal() -> {literal, ~p, [a, \"text\", #{k => <<\"binary\">>}], 1 bsl 90, 2.5}.
         run(F) -> F(), ~p.~n", [Module | lists:duplicate(7, N)]),
    forms(Text).

forms(Text) ->
    {ok, Tokens, _} = erl_scan:string(lists:flatten(Text)),
    {ok, Module, Binary} = compile:forms([F || T <- split(Tokens, []), {ok, F} <- [erl_parse:parse_form(T)]], []),
    {Module, Binary}.

split([], []) -> [];
split([{dot, _} = Dot | Rest], Form) -> [lists:reverse([Dot | Form]) | split(Rest, [])];
split([{'?', L}, {var, _, 'MODULE'} | Rest], Form) -> split(Rest, [{atom, L, element(3, lists:nth(4, lists:reverse(first(Form))))} | Form]);
split([Token | Rest], Form) -> split(Rest, [Token | Form]).

%% The module's name is known when its first form is read.
first(_) -> lists:reverse([x, x, x, {atom, 1, get(module)}]).

load(Module, N) ->
    put(module, Module),
    {Module, Binary} = binary_of(Module, N),
    {module, Module} = code:load_binary(Module, "made", Binary).

ask(Pid) -> Pid ! {self(), version}, receive {Pid, V} -> V after 2000 -> none end.
ended({Pid, Ref}) -> receive {'DOWN', Ref, process, Pid, Why} -> Why after 100 -> alive end.

%% A process that loops in old code is killed; one that goes on in the newest version is not, nor one that was called from there.
killed() ->
    load(cp_a, 1),
    {Loop, _} = Old = spawn_monitor(cp_a, loop, []),
    {Moving, _} = New = spawn_monitor(cp_a, newest, []),
    p({ask(Loop), ask(Moving), code:purge(cp_a), erlang:check_process_code(Loop, cp_a)}),
    load(cp_a, 2),
    p({erlang:check_old_code(cp_a), ask(Loop), ask(Moving), ask(Moving)}),
    p({erlang:check_process_code(Loop, cp_a), erlang:check_process_code(Moving, cp_a), erlang:check_process_code(self(), cp_a)}),
    p({code:purge(cp_a), ended(Old), ended(New), erlang:check_old_code(cp_a), cp_a:version()}),
    exit(Moving, kill), p(ended(New)),
    p({code:purge(cp_a), code:purge(never_loaded), reason(fun() -> code:purge(1) end), reason(fun() -> code:soft_purge(<<>>) end)}).

%% Nobody is killed; when they are gone the code goes.
soft() ->
    load(cp_b, 1),
    {Loop, _} = One = spawn_monitor(cp_b, loop, []),
    ask(Loop),
    load(cp_b, 2),
    p({code:soft_purge(cp_b), erlang:check_old_code(cp_b), ask(Loop), ended(One)}),
    Loop ! stop,
    p({ended(One), code:soft_purge(cp_b), erlang:check_old_code(cp_b), code:soft_purge(cp_b), code:soft_purge(never_loaded)}).

%% A return address is enough: deep in the stack, below lists, suspended, hibernating or trapping exits.
frames() ->
    load(cp_c, 1),
    Self = self(),
    Start = fun(F) -> One = {Pid, _} = spawn_monitor(F), receive {Pid, _} -> ok end, One end,
    Deep = Start(fun() -> process_flag(trap_exit, true), cp_c:deep(Self) end),
    Tail = Start(fun() -> cp_c:tail(Self) end),
    Below = Start(fun() -> cp_c:run(fun() -> Self ! {self(), x}, receive {go, _} -> ok end end) end),
    Only = Start(fun() -> F = cp_c:local(), Self ! {self(), x}, receive go -> Self ! {called, reason(F)} end end),
    Held = Start(fun() -> cp_c:deep(Self) end),
    erlang:suspend_process(element(1, Held)),
    Caught = Start(fun() -> catch cp_c:deep(Self), ok end),
    {Waiter, _} = Waits = spawn_monitor(cp_c, quiet, []),
    erlang:yield(),
    load(cp_c, 2),
    All = [Deep, Tail, Below, Only, Held, Caught, Waits],
    p([erlang:check_process_code(Pid, cp_c) || {Pid, _} <- All, Pid =/= Waiter]),
    p({code:soft_purge(cp_c), [is_process_alive(Pid) || {Pid, _} <- All, Pid =/= Waiter]}),
    p({code:purge(cp_c), [ended(One) || One <- All]}),
    element(1, Only) ! go,
    receive {called, What} -> p(What) end, p(ended(Only)).

%% Funs of old code can be called until it is purged; then they are no functions. Those by name reach the new version.
funs() ->
    load(cp_d, 1),
    {Local, Capturing, External} = {cp_d:local(), cp_d:capturing(x), cp_d:external()},
    Bytes = term_to_binary(Local),
    load(cp_d, 2),
    p({Local(), Capturing(y), External(), (binary_to_term(Bytes))()}),
    p({code:soft_purge(cp_d), tag(reason(Local)), tag(reason(fun() -> Capturing(z) end)), External()}),
    p({tag(reason(fun() -> Capturing() end)), tag(reason(binary_to_term(Bytes))), is_function(Local, 0), erlang:fun_info(Local, arity), Local =:= binary_to_term(Bytes)}),
    p(tag(reason(fun() -> lists:map(Capturing, [1, 2]) end))),
    %% The version they are of, once more.
    load(cp_d, 1),
    p({reason(Local), reason(fun() -> Capturing(z) end), (cp_d:local())() , External()}),
    p({code:purge(cp_d), reason(Local)}).

tag({error, {badfun, F}}) when is_function(F) -> badfun;
tag({error, {Tag, {F, Args}}}) when is_function(F) -> {Tag, Args};
tag(Other) -> Other.

%% The same file again: its funs lead to the code that was loaded last.
same_again() ->
    load(cp_e, 1),
    {Local, Capturing} = {cp_e:local(), cp_e:capturing(x)},
    load(cp_e, 1),
    p({Local(), code:purge(cp_e), Local(), Capturing(y)}),
    load(cp_e, 1),
    p({code:purge(cp_e), Local(), Capturing(y), Local =:= cp_e:local()}),
    {Runs, _} = One = spawn_monitor(fun() -> cp_e:run(fun() -> receive stop -> ok end end) end),
    erlang:yield(),
    load(cp_e, 1),
    p({ended(One), code:purge(cp_e), ended(One), is_process_alive(Runs), Local()}).

%% Literals outlive their code: in a heap, a message, a table, a persistent term.
literals() ->
    load(cp_f, 1),
    Literal = cp_f:literal(),
    self() ! {kept, Literal},
    Table = ets:new(t, []), ets:insert(Table, {k, Literal}),
    persistent_term:put(cp_f, Literal), put(cp_f, Literal),
    {Keeper, _} = spawn_monitor(fun() -> L = cp_f:literal(), receive {From, get} -> From ! {self(), L} end end),
    load(cp_f, 2), p(code:purge(cp_f)),
    load(cp_f, 3), p(code:purge(cp_f)), erlang:garbage_collect(),
    Keeper ! {self(), get},
    p(Literal), p([X =:= Literal || X <- [receive {kept, M} -> M end, element(2, hd(ets:lookup(Table, k))), persistent_term:get(cp_f), get(cp_f), receive {Keeper, K} -> K end]]),
    persistent_term:erase(cp_f), p(cp_f:literal()).

%% A deleted module is old code with no newer one.
deleted() ->
    load(cp_g, 1),
    Local = cp_g:local(),
    {Loop, _} = One = spawn_monitor(cp_g, loop, []),
    ask(Loop),
    p({code:delete(cp_g), erlang:check_old_code(cp_g), erlang:module_loaded(cp_g), Local(), ask(Loop)}),
    p({code:delete(cp_g), code:soft_purge(cp_g)}),
    load(cp_g, 2),
    p({cp_g:version(), erlang:check_old_code(cp_g), erlang:check_process_code(Loop, cp_g)}),
    p({code:delete(cp_g), reason(fun() -> erlang:delete_module(cp_g) end), cp_g:version()}),
    p({code:purge(cp_g), ended(One), tag(reason(Local)), code:delete(cp_g), code:purge(cp_g)}),
    %% Nothing to load in its place.
    p({tag(reason(Local)), reason(fun() -> cp_g:version() end)}).

%% There are two versions at most: a third one by file is refused, from memory it ends the oldest.
third() ->
    put(module, cp_l), {cp_l, Binary} = binary_of(cp_l, 1),
    Folder = filename:join(os:getenv("TMPDIR", "/tmp"), "dala_code_purging_" ++ os:getpid()), File = filename:join(Folder, "cp_l.beam"),
    ok = filelib:ensure_dir(File), ok = file:write_file(File, Binary), true = code:add_patha(Folder),
    p([code:load_file(cp_l) || _ <- [1, 2, 3]]),
    p({erlang:check_old_code(cp_l), code:load_binary(cp_l, File, Binary), code:purge(cp_l), erlang:check_old_code(cp_l), code:load_file(cp_l)}),
    true = code:del_path(Folder), ok = file:delete(File), ok = file:del_dir(Folder),
    load(cp_h, 1),
    {Loop, _} = One = spawn_monitor(cp_h, loop, []),
    ask(Loop),
    load(cp_h, 2), p(ended(One)), load(cp_h, 3), p({ended(One), cp_h:version(), erlang:check_old_code(cp_h)}).

%% Asked at once and later, with options and without sense.
checks() ->
    load(cp_i, 1),
    {Loop, _} = spawn_monitor(cp_i, loop, []),
    ask(Loop), load(cp_i, 2),
    Answer = fun(Id) -> receive {check_process_code, Id, A} -> A after 2000 -> none end end,
    p({erlang:check_process_code(Loop, cp_i, []), erlang:check_process_code(Loop, cp_i, [{allow_gc, false}]), erlang:check_process_code(Loop, cp_i, [{async, {my, id}}]), Answer({my, id})}),
    p({erlang:check_process_code(self(), cp_i, [{async, 1}, {allow_gc, true}]), Answer(1), erlang:check_process_code(Loop, lists), erlang:check_process_code(Loop, never_loaded)}),
    Dead = spawn(fun() -> ok end), erlang:yield(), R = monitor(process, Dead), receive {'DOWN', R, _, _, _} -> ok end,
    p({erlang:check_process_code(Dead, cp_i), erlang:check_process_code(Dead, cp_i, [{async, 2}]), Answer(2)}),
    p([reason(F) || F <- [fun() -> erlang:check_process_code(x, cp_i) end, fun() -> erlang:check_process_code(Loop, 1) end, fun() -> erlang:check_process_code(Loop, cp_i, [x]) end, fun() -> erlang:check_process_code(Loop, cp_i, x) end, fun() -> erlang:check_process_code(Loop, cp_i, [{allow_gc, x}]) end]]),
    p([reason(F) || F <- [fun() -> erlang:purge_module(cp_i) end, fun() -> erts_internal:purge_module(cp_i, complete) end]]),
    p(is_pid(whereis(erts_code_purger))).

%% A version that refuses itself: what its function started is killed, its funs are none, the former version stays.
refused() ->
    load(cp_j, 1),
    put(module, cp_j),
    {cp_j, Binary} = forms("-module(cp_j). -export([version/0]). -on_load(init/0). version() -> 2.
        init() -> Pid = spawn(fun() -> loop() end), on_load_test ! {started, Pid, fun() -> version() end}, refused.
        loop() -> receive x -> loop() end."),
    register(on_load_test, self()),
    p(code:load_binary(cp_j, "made", Binary)),
    receive {started, Pid, Fun} -> R = monitor(process, Pid), p({ended({Pid, R}) =/= alive, tag(reason(Fun))}) end,
    p({cp_j:version(), erlang:check_old_code(cp_j)}).

%% Many processes at once; as many purges as like.
together() ->
    load(cp_k, 1),
    Old = [spawn_monitor(cp_k, loop, []) || _ <- lists:seq(1, 100)],
    [1 = ask(Pid) || {Pid, _} <- Old],
    load(cp_k, 2),
    New = [spawn_monitor(cp_k, loop, []) || _ <- lists:seq(1, 100)],
    [2 = ask(Pid) || {Pid, _} <- New],
    Self = self(),
    [spawn(fun() -> Self ! {purged, code:purge(cp_k)} end) || _ <- [1, 2, 3]],
    p(lists:sort([receive {purged, X} -> X end || _ <- [1, 2, 3]])),
    p({lists:usort([ended(One) || One <- Old]), lists:usort([is_process_alive(Pid) || {Pid, _} <- New])}).
