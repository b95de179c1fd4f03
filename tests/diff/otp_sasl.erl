%% stage: d. sasl: alarms and their handler swapped, systools scripts and relups from applications on disk, release_handler's reading of appups.
-module(otp_sasl).
-behaviour(gen_event).
-export([main/0, init/1, handle_event/2, handle_call/2]).

main() ->
    logger:set_primary_config(level, none),
    {ok, Started} = application:ensure_all_started(sasl),
    p(Started),
    alarms(),
    Dir = "/tmp/otp_sasl.dir",
    _ = file:del_dir_r(Dir),
    releases(Dir),
    p(application:stop(sasl)),
    file:del_dir_r(Dir).

p(T) -> io:format("~0tp~n", [T]).

alarms() ->
    p([alarm_handler:set_alarm({disk, full}), alarm_handler:set_alarm({memory, "low"}), alarm_handler:get_alarms()]),
    p([alarm_handler:clear_alarm(disk), alarm_handler:clear_alarm(nothing), alarm_handler:get_alarms(), gen_event:which_handlers(alarm_handler)]),
    p(gen_event:swap_handler(alarm_handler, {alarm_handler, swap}, {?MODULE, fresh})),
    alarm_handler:set_alarm({cpu, [hot]}),
    p([gen_event:which_handlers(alarm_handler), gen_event:call(alarm_handler, ?MODULE, seen)]),
    p(gen_event:swap_handler(alarm_handler, {?MODULE, swap}, {alarm_handler, fresh}) =/= x).

init({Fresh, {alarm_handler, Alarms}}) -> {ok, {Fresh, Alarms, []}}.
handle_event(E, {F, A, Seen}) -> {ok, {F, A, [E | Seen]}}.
handle_call(seen, State) -> {ok, State, State}.

%% Two versions of an application, their releases, the script of each and the upgrade between them.
releases(Dir) ->
    Vsn = fun(App) -> application:load(App), {ok, V} = application:get_key(App, vsn), V end,
    [version(Dir, V) || V <- ["1", "2"]],
    [ok = file:write_file(filename:join(Dir, "rel" ++ V ++ ".rel"), io_lib:format("~p.~n", [{release, {"demo", V}, {erts, erlang:system_info(version)}, [{kernel, Vsn(kernel)}, {stdlib, Vsn(stdlib)}, {sasl, Vsn(sasl)}, {shop, V}]}])) || V <- ["1", "2"]],
    Path = [{path, [filename:join([Dir, "shop-" ++ V, "ebin"]) || V <- ["1", "2"]]}],
    [begin
         {ok, systools_make, Ws} = systools:make_script(filename:join(Dir, "rel" ++ V), [silent, local, {outdir, Dir} | Path]),
         p([W || W <- Ws, element(2, W) =/= x]),
         {ok, [{script, Name, Steps}]} = file:consult(filename:join(Dir, "rel" ++ V ++ ".script")),
         p([Name, length(Steps) > 20, [S || {apply, {application, _, [A | _]}} = S <- Steps, A =:= shop]]),
         p([lists:member(shop_srv, Mods) || {primLoad, Mods} <- Steps, lists:member(shop_app, Mods)])
     end || V <- ["1", "2"]],
    R = systools:make_relup(filename:join(Dir, "rel2"), [filename:join(Dir, "rel1")], [filename:join(Dir, "rel1")], [silent, {outdir, Dir} | Path]),
    p(case R of {ok, Relup, systools_relup, _} -> Relup; Other -> Other end),
    case systools:make_script(filename:join(Dir, "none"), [silent]) of {error, M, E} -> io:format("~ts", [re:replace(M:format_error(E), "\".*\"", "FILE")]) end,
    ok = file:write_file(filename:join(Dir, "bad.rel"), "{release, {\"bad\", \"1\"}, {erts, \"1\"}, [{kernel, \"0\"}, {none, \"3\"}]}.\n"),
    {error, M2, E2} = systools:make_script(filename:join(Dir, "bad"), [silent, {outdir, Dir} | Path]),
    io:format("~ts", [M2:format_error(E2)]).

version(Dir, V) ->
    Ebin = filename:join([Dir, "shop-" ++ V, "ebin"]),
    ok = filelib:ensure_dir(filename:join(Ebin, "x")),
    [begin
         {ok, F1, _} = {ok, [{attribute, 1, module, M}, {attribute, 1, vsn, V}, {attribute, 2, export, [{start, 2}, {stop, 1}, {init, 1}]}, f(start, 2), f(stop, 1), f(init, 1)], x},
         {ok, M, B} = compile:forms(F1, [debug_info]),
         ok = file:write_file(filename:join(Ebin, atom_to_list(M) ++ ".beam"), B)
     end || M <- [shop_app, shop_srv, shop_sup]],
    App = {application, shop, [{description, "a shop"}, {vsn, V}, {modules, [shop_app, shop_srv, shop_sup]}, {registered, [shop_srv]}, {applications, [kernel, stdlib, sasl]}, {mod, {shop_app, []}}, {env, [{version, V}]}]},
    ok = file:write_file(filename:join(Ebin, "shop.app"), io_lib:format("~p.~n", [App])),
    ok = file:write_file(filename:join(Ebin, "shop.appup"), io_lib:format("~p.~n", [{V, [{"1", [{update, shop_srv, {advanced, [extra]}, [shop_sup]}, {apply, {io, format, ["up"]}}]}], [{"1", [{load_module, shop_sup}, {restart_application, shop}]}]}])).

f(Name, Arity) -> {function, 3, Name, Arity, [{clause, 3, [{var, 3, '_'} || _ <- lists:seq(1, Arity)], [], [{atom, 3, ok}]}]}.
