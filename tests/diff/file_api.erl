%% stage: d. Files: whole, opened raw and through the file server, folders, links, times and modes, positions, errors by name.
-module(file_api).
-export([main/0]).
-include_lib("kernel/include/file.hrl").

main() ->
    {ok, Cwd} = file:get_cwd(), Dir = filename:join(os:getenv("TMPDIR", "/tmp"), "dala_file_api_" ++ os:getpid()), ok = file:make_dir(Dir), put(dir, Dir),
    try whole(), raw(), served(), folders(), infos(), links(), lines(), consulted(), refused() after file:del_dir_r(Dir) end, p(file:read_file_info(Dir)), {ok, Again} = file:get_cwd(), p(Again =:= Cwd).

p(T) -> io:format("~tp~n", [T]).
f(Name) -> filename:join(get(dir), Name).

whole() ->
    p(file:write_file(f("a"), ["some ", <<"text">>, $\n])), p(file:read_file(f("a"))), p(file:write_file(f("a"), "more", [append])), p(file:read_file(f("a"))), p(file:read_file(f("none"))), p(file:write_file(f("none/x"), "")), p(file:read_file(get(dir))), p(file:write_file(f("größe"), <<1, 2, 3>>)), p(file:read_file(f("größe"))), p(file:copy(f("a"), f("b"))), p(file:read_file(f("b"))), p(file:rename(f("b"), f("c"))), p(filelib:is_file(f("b"))), p(filelib:file_size(f("c"))), p(file:delete(f("c"))), p(file:delete(f("c"))),
    Big = binary:copy(<<"0123456789">>, 100000), p(file:write_file(f("big"), Big)), {ok, Back} = file:read_file(f("big")), p(Back =:= Big), p(file:delete(f("big"))).

raw() ->
    {ok, D} = file:open(f("raw"), [raw, write, read, binary]), p(file:write(D, "hello world")), p(file:position(D, 0)), p(file:read(D, 5)), p(file:position(D, {cur, 1})), p(file:read(D, 100)), p(file:read(D, 1)), p(file:position(D, eof)), p(file:pwrite(D, 0, "J")), p(file:pread(D, 0, 5)), p(file:pread(D, [{0, 2}, {6, 5}, {100, 1}])), p(file:pwrite(D, [{1, "E"}, {20, "gap"}])), p(file:pread(D, 0, 100)), p(file:position(D, {bof, 3})), p(file:truncate(D)), p(file:pread(D, 0, 100)), p(file:position(D, -1)), p(file:sync(D)), p(file:datasync(D)), p(file:advise(D, 0, 0, sequential)), p(file:close(D)), p(file:read(D, 1)), p(file:close(D)),
    {ok, R} = file:open(f("raw"), [raw, read]), p(file:read(R, 2)), p(file:write(R, "x")), file:close(R), {ok, W} = file:open(f("raw"), [raw, write]), p(file:read(W, 2)), file:close(W), p(file:read_file(f("raw"))), {ok, A} = file:open(f("raw"), [raw, append]), file:write(A, "1"), file:write(A, "2"), file:close(A), p(file:read_file(f("raw"))),
    p(file:open(f("raw"), [raw, write, exclusive])), {ok, X} = file:open(f("new"), [raw, write, exclusive]), file:close(X), p(file:open(f("no/such"), [raw, write])), p(file:open(get(dir), [raw, read])), {ok, N} = file:open(get(dir), [raw, read, directory]), file:close(N),
    {ok, H} = file:open(f("ahead"), [raw, write, {delayed_write, 10, 5000}, binary]), [file:write(H, [integer_to_list(I), $\n]) || I <- lists:seq(1, 50)], file:close(H), {ok, L} = file:open(f("ahead"), [raw, read, binary, {read_ahead, 16}]), p([file:read_line(L) || _ <- [1, 2, 3]]), p(file:read(L, 4)), p(file:read_line(L)), p(file:position(L, cur)), file:close(L).

served() ->
    {ok, D} = file:open(f("served"), [write, read, binary]), p(is_pid(D)), p(file:write(D, <<"line one\nline two\nlast">>)), p(file:position(D, bof)), p(file:read_line(D)), p(io:get_line(D, '')), p(file:read(D, 2)), p(file:read(D, 100)), p(file:read(D, 1)), p(file:close(D)), p(file:close(D)),
    {ok, U} = file:open(f("utf"), [write, {encoding, utf8}]), p(io:format(U, "~ts ~p~n", ["größe 日本", [a, 1]])), file:close(U), p(file:read_file(f("utf"))), {ok, V} = file:open(f("utf"), [read, {encoding, utf8}]), p(io:get_chars(V, '', 7)), p(io:get_line(V, '')), p(io:get_line(V, '')), file:close(V), {ok, Me} = file:open(f("utf"), [read]), p(file:read(Me, 3)), P = spawn(fun() -> ok end), p(is_pid(P)), p(file:read_file_info(Me) =:= {error, badarg} orelse true), file:close(Me), p(file:open(f("missing"), [read])), p(file:open(f("x"), [bogus])),
    {ok, T} = file:open(f("terms"), [write]), [io:format(T, "~p.~n", [X]) || X <- [{a, 1}, [b, "c"], #{d => 2.5}]], file:close(T), {ok, S} = file:open(f("terms"), [read]), p(io:read(S, '')), p(io:read(S, '')), p(io:read(S, '')), p(io:read(S, '')), file:close(S).

folders() ->
    p(file:make_dir(f("d"))), p(file:make_dir(f("d"))), p(file:make_dir(f("no/d"))), [file:write_file(f("d/" ++ N), N) || N <- ["z", "y", "x.erl"]], {ok, L} = file:list_dir(f("d")), p(lists:sort(L)), p(file:list_dir(f("nothing"))), p(file:list_dir(f("a"))), p(file:del_dir(f("d"))), p(file:del_dir(f("a"))), p(lists:sort([filename:basename(X) || X <- filelib:wildcard(f("d/*"))])), p([filename:basename(X) || X <- filelib:wildcard(f("d/*.erl"))]), p(filelib:is_dir(f("d"))), p(filelib:ensure_dir(f("p/q/r"))), p(filelib:is_dir(f("p/q"))), p(file:rename(f("d"), f("e"))), p(filelib:is_dir(f("e"))), p(filelib:fold_files(f("e"), ".*", true, fun(_, N) -> N + 1 end, 0)), p(file:delete(f("e"))), p(file:del_dir_r(f("e"))), p(filelib:is_dir(f("e"))), ok = file:set_cwd(f("p")), {ok, In} = file:get_cwd(), p(filename:basename(In)), p(filelib:is_dir("q")), p(file:set_cwd(f("no"))), file:set_cwd("/"), file:set_cwd(get(dir)), file:set_cwd(filename:dirname(get(dir))), {ok, Out} = {ok, "x"}, p(Out).

infos() ->
    file:write_file(f("i"), "12345"), {ok, #file_info{size = S, type = T, access = A, mode = M, links = N}} = file:read_file_info(f("i")), p({S, T, A, M band 8#777 =/= 0, N}), p(file:change_mode(f("i"), 8#640)), {ok, #file_info{mode = M2}} = file:read_file_info(f("i")), p(M2 band 8#777), Time = {{2020, 2, 29}, {12, 30, 15}}, p(file:change_time(f("i"), Time)), {ok, #file_info{mtime = MT}} = file:read_file_info(f("i")), p(MT), p(file:change_time(f("i"), {{2019, 1, 2}, {3, 4, 5}}, Time)), {ok, #file_info{atime = AT}} = file:read_file_info(f("i")), p(AT), p(filelib:last_modified(f("i"))), {ok, #file_info{mtime = PT}} = file:read_file_info(f("i"), [{time, posix}]), p(is_integer(PT)), {ok, #file_info{type = DT, size = DS}} = file:read_file_info(get(dir)), p({DT, is_integer(DS)}), p(file:read_file_info(f("none"))), {ok, #file_info{type = NT}} = file:read_file_info("/dev/null"), p(NT), {ok, Fd} = file:open(f("i"), [raw, read]), {ok, #file_info{size = FS, type = FT}} = file:read_file_info(Fd), p({FS, FT}), file:close(Fd), p(file:change_owner(f("none"), 1, 1)).

links() ->
    file:write_file(f("target"), "t"), p(file:make_symlink("target", f("sym"))), p(file:read_link(f("sym"))), p(file:read_file(f("sym"))), {ok, #file_info{type = T}} = file:read_link_info(f("sym")), p(T), p(file:make_link(f("target"), f("hard"))), {ok, #file_info{links = N}} = file:read_file_info(f("hard")), p(N), p(file:read_link(f("target"))), p(file:make_symlink("target", f("sym"))), p(file:make_link(f("none"), f("n2"))), p(file:delete(f("sym"))), p(file:read_file(f("target"))), p(file:altname(f("target"))), p(file:rename(f("target"), get(dir))).

lines() ->
    file:write_file(f("lines"), "one\r\ntwo\n\nlast"), {ok, D} = file:open(f("lines"), [read, raw]), p([file:read_line(D) || _ <- lists:seq(1, 5)]), file:close(D), {ok, B} = file:open(f("lines"), [read, binary]), p([file:read_line(B) || _ <- lists:seq(1, 5)]), file:close(B).

consulted() ->
    file:write_file(f("c"), "{a, 1}. % comment\n[\"x\", <<\"y\">>].\n"), p(file:consult(f("c"))), file:write_file(f("bad"), "{a, .\n"), p(element(1, file:consult(f("bad")))), p(file:consult(f("none"))), file:write_file(f("s"), "X = 3, X * 14.\n"), p(file:script(f("s"))), p(file:format_error(enoent)), p(file:path_open([get(dir), "/"], "nope", [read])), p(element(1, file:path_consult([get(dir)], "c"))).

refused() ->
    p(catch file:read_file({a})), p(file:read_file(atom_name)), p(file:read_file("nul\0byte")), p(file:open(f("q"), foo)), p(file:make_dir([])), p(file:delete("")), p(file:read_file([f("a"), 1.0])).
