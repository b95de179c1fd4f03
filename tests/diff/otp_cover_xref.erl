%% stage: d. Module cover and xref on modules made here: lines and clauses counted, calls between modules, what is called and missing.
-module(otp_cover_xref).
-export([main/0]).

main() ->
    Dir = "/tmp/otp_cover_xref.dir",
    _ = file:del_dir_r(Dir),
    ok = filelib:ensure_dir(filename:join(Dir, "x")),
    ok = file:write_file(filename:join(Dir, "cx_a.erl"),
        "-module(cx_a).\n-export([kind/1, sum/1, loop/1, never/0, guarded/2]).\n\nkind(N) when N < 0 ->\n    negative;\nkind(0) ->\n    zero;\nkind(N) ->\n    case N rem 2 of\n        0 -> even;\n        1 -> odd\n    end.\n\n"
        "sum(L) ->\n    lists:sum([cx_b:twice(X) ||\n        X <- L,\n        X > 1]).\n\nloop(0) -> cx_b:missing();\nloop(N) ->\n    F = fun(X) ->\n        X - 1\n    end,\n    try\n        loop(F(N))\n    catch\n        error:undef -> undef\n    end.\n\nnever() ->\n    local().\nlocal() -> nowhere:at_all().\n\nguarded(A, B) ->\n    if A > B -> a;\n       A < B -> b;\n       true -> same\n    end.\n"),
    ok = file:write_file(filename:join(Dir, "cx_b.erl"),
        "-module(cx_b).\n-compile([nowarn_deprecated_function, nowarn_unused_function]).\n-export([twice/1, unused/0]).\n-deprecated([{unused, 0}]).\ntwice(X) -> 2 * X.\nunused() -> cx_a:never(), erlang:now(), private().\nprivate() -> receive after 1 -> apply(cx_a, kind, [1]) end.\nleft_over() -> ok.\n"),
    covered(Dir), xrefs(Dir),
    file:del_dir_r(Dir).

p(T) -> io:format("~0tp~n", [T]).

covered(Dir) ->
    {ok, Pid} = cover:start(),
    p([is_pid(Pid), cover:start() =:= {error, {already_started, Pid}}, cover:modules()]),
    p([cover:compile(filename:join(Dir, M), [{outdir, Dir}]) || M <- ["cx_a", "cx_b"]]),
    p([cover:is_compiled(M) =/= false || M <- [cx_a, cx_b, lists]]),
    p([cx_a:kind(N) || N <- [4, 0, 7, 9]]),
    p([cx_a:sum([1, 2, 3]), cx_a:loop(3), cx_a:guarded(1, 2), cx_a:guarded(2, 2)]),
    [begin {ok, R} = cover:analyse(M, What, Level), p({M, What, Level, R}) end
        || M <- [cx_a, cx_b], What <- [calls, coverage], Level <- [line, clause, function, module]],
    {result, Ok, Fail} = cover:analyse([cx_a, cx_b, unknown], coverage, module),
    p({lists:sort(Ok), Fail}),
    {ok, Out} = cover:analyse_to_file(cx_a, filename:join(Dir, "out"), []),
    {ok, Text} = file:read_file(Out),
    [io:format("~ts~n", [L]) || L <- tl(tl(string:split(Text, "\n", all)))],
    p(cover:export(filename:join(Dir, "data"), cx_a)),
    p([cover:reset(cx_a), cover:analyse(cx_a, calls, module)]),
    p([cover:import(filename:join(Dir, "data")), [filename:basename(F) || F <- cover:imported()]]),
    p([element(1, cover:compile_beam(no_such_module)), cover:analyse(none), cover:stop(), cx_a =:= x]),
    [begin code:purge(M), code:delete(M) end || M <- [cx_a, cx_b]].

xrefs(Dir) ->
    [{ok, _} = compile:file(filename:join(Dir, M), [debug_info, {outdir, Dir}, {nowarn_unused_function, {left_over, 0}}, nowarn_deprecated_function]) || M <- ["cx_a", "cx_b"]],
    {ok, _} = xref:start(cx, [{xref_mode, functions}]),
    p(xref:set_default(cx, [{verbose, false}, {warnings, false}])),
    p([xref:add_module(cx, filename:join(Dir, "cx_a.beam")), xref:add_module(cx, filename:join(Dir, "cx_b"))]),
    [p({A, xref:analyze(cx, A)}) || A <- [undefined_functions, undefined_function_calls, locals_not_used, exports_not_used, deprecated_functions, {call, {cx_a, sum, 1}}, {use, {cx_b, twice, 1}}, {module_call, cx_a}, {module_use, cx_b}, {module_call, cx_b}]],
    [p({Q, sorted(xref:q(cx, Q))}) || Q <- ["X", "L", "U", "E | cx_a : Mod", "range (E | cx_b)", "domain E", "components E", "(Fun) cx_b", "# X", "closure E | (cx_b : Mod)", "X * LU", "syntax (", "V := E", "cx_a -> cx_b", "\"cx_.*\" : Mod", "strict ME"]],
    p([xref:info(cx, modules, cx_b) =/= x, xref:variables(cx), xref:forget(cx, no_such), xref:remove_module(cx, cx_b), xref:remove_module(cx, cx_b), xref:analyze(cx, undefined_functions)]),
    p(xref:stop(cx)).

sorted({ok, L}) when is_list(L) -> {ok, lists:sort(L)};
sorted({error, M, R}) -> {error, M, lists:flatten(M:format_error({error, M, R}))};
sorted(R) -> R.
