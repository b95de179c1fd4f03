%% stage: d. make, tags, log_mf_h and sys logs: an Emakefile obeyed, files newer and older, an index of tags, events kept in files and read back with rb's format.
-module(otp_make_tags).
-export([main/0]).

main() ->
    logger:set_primary_config(level, none),
    Dir = "/tmp/otp_make_tags.dir",
    file:del_dir_r(Dir),
    ok = filelib:ensure_dir(filename:join([Dir, "ebin", "x"])),
    ok = filelib:ensure_dir(filename:join([Dir, "src", "x"])),
    ok = filelib:ensure_dir(filename:join([Dir, "include", "x"])),
    {ok, Cwd} = file:get_cwd(),
    ok = file:set_cwd(Dir),
    try made(), tagged(), events() after file:set_cwd(Cwd), file:del_dir_r(Dir) end.

p(T) -> io:format("~0tp~n", [T]).

made() ->
    ok = file:write_file("include/mk.hrl", "-record(mk, {a = 1}).\n-define(V, 5).\n"),
    ok = file:write_file("src/mk_a.erl", "-module(mk_a).\n-include(\"mk.hrl\").\n-export([f/0]).\nf() -> {#mk{}, ?V, mk_b:g(2)}.\n"),
    ok = file:write_file("src/mk_b.erl", "-module(mk_b).\n-export([g/1]).\n-ifdef(DOUBLE).\ng(X) -> 2 * X.\n-else.\ng(X) -> X.\n-endif.\n"),
    ok = file:write_file("Emakefile", "{'src/*', [{outdir, \"ebin\"}, {i, \"include\"}, {d, 'DOUBLE'}, debug_info]}.\n"),
    p(make:all([noexec])),
    p([make:all(), lists:sort(element(2, file:list_dir("ebin")))]),
    p(make:all([])),
    code:add_patha("ebin"),
    p(mk_a:f()),
    %% Only what changed is made again.
    ok = file:change_time("ebin/mk_b.beam", {{2001, 1, 1}, {1, 1, 1}}),
    p(make:all([noexec])),
    ok = file:write_file("src/mk_c.erl", "-module(mk_c).\nsyntax error here\n"),
    p(make:files(["src/mk_b"], [{outdir, "ebin"}, load])),
    p([mk_b:g(4), make:files(["src/mk_c"], [{outdir, "ebin"}, report]) ]),
    file:delete("src/mk_c.erl"),
    ok = file:write_file("Emakefile", "not a term"),
    p(make:all()),
    p([make:all([{emake, [{"src/mk_a", [{outdir, "ebin"}, {i, "include"}]}]}])]),
    code:del_path("ebin"),
    [begin code:purge(M), code:delete(M), code:purge(M) end || M <- [mk_a, mk_b]].

tagged() ->
    p(tags:files(["src/mk_a.erl", "src/mk_b.erl"], [{outdir, "."}])),
    {ok, Tags} = file:read_file("TAGS"),
    io:format("~ts~n", [binary:replace(binary:replace(Tags, <<12>>, <<"FF">>, [global]), <<127>>, <<"DEL">>, [global])]),
    p([tags:files(["src/mk_b.erl"], [{outfile, "T2"}]), filelib:file_size("T2") > 10, tags:subdirs([".", "src"], [{outfile, "T3"}])]).

events() ->
    ok = filelib:ensure_dir("log/x"),
    {ok, E} = gen_event:start(),
    p(gen_event:add_handler(E, log_mf_h, log_mf_h:init("log", 400, 3, fun(Event) -> Event =/= hidden end))),
    [gen_event:sync_notify(E, X) || X <- [one, hidden, {two, [2]}, lists:duplicate(60, x), lists:duplicate(90, y), <<"five">>, {six, lists:duplicate(300, z)}, last]],
    p(gen_event:which_handlers(E)),
    gen_event:stop(E),
    p(lists:sort(element(2, file:list_dir("log")))),
    p([[short(binary_to_term(B)) || {_, B} <- entries(element(2, file:read_file("log/" ++ F)))] || F <- lists:sort(element(2, file:list_dir("log"))), F =/= "index"]).

entries(<<L:16, B:L/binary, Rest/binary>>) -> [{L, B} | entries(Rest)];
entries(_) -> [].
short({_Time, T}) -> case lists:flatten(io_lib:format("~P", [T, 6])) of S -> S end;
short(T) -> T.
