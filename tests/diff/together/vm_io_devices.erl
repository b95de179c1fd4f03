%% stage: d. Files as io devices: encodings and byte order marks, lines and characters, positions between reads, read-ahead, delayed writes, compressed files, fread, options changed.
-module(vm_io_devices).
-export([main/0]).

main() ->
    Dir = "/tmp/vm_io_devices.dir", _ = file:del_dir_r(Dir), ok = filelib:ensure_dir(filename:join(Dir, "x")), F = fun(N) -> filename:join(Dir, N) end,
    Text = "line one\nл-и-н-и-я\n\x{1F600} end\nlast",
    [begin
         ok = file:write_file(F("enc"), [B || Bom, B <- [unicode:encoding_to_bom(E)]] ++ [unicode:characters_to_binary(Text, unicode, E)]),
         {ok, D} = file:open(F("enc"), [read, {encoding, E}]), R = [io:get_line(D, ""), io:get_chars(D, "", 3), io:request(D, {get_until, unicode, "", ?MODULE, until, []}), file:position(D, bof), io:get_chars(D, '', 200), io:get_line(D, ''), catch io:getopts(D)], p({E, Bom, R, file:close(D)})
     end || E <- [utf8, {utf16, little}, {utf16, big}, {utf32, big}], Bom <- [false, true]],
    ok = file:write_file(F("latin"), <<"caf", 233, "\nna", 239, "ve\r\n\nx">>),
    [begin {ok, D} = file:open(F("latin"), [read | O]), p({O, [catch io:get_line(D, "") || _ <- lists:seq(1, 5)], file:close(D)}) end || O <- [[], [binary], [{encoding, latin1}], [{encoding, utf8}], [binary, {encoding, utf8}], [{read_ahead, 3}], [raw, binary]], O =/= [raw, binary]],
    {ok, W} = file:open(F("out"), [write, {encoding, utf8}]), p([io:put_chars(W, [960, "x", <<"é"/utf8>>]), io:format(W, "~ts|~p|~w~n", [[960], "π", "π"]), file:write(W, <<"raw é"/utf8>>), catch file:write(W, [960]), io:setopts(W, [{encoding, latin1}]), io:put_chars(W, "é"), catch io:put_chars(W, [960]), catch io:put_chars(W, "x"), file:close(W), file:read_file(F("out"))]),
    {ok, L} = file:open(F("out2"), [write]), p([catch io:put_chars(L, [960]), catch io:format(L, "~ts", [[960]]), catch io:format(L, "~p ~tp~n", [[960], [960]]), catch io:put_chars(L, latin1, <<233>>), file:close(L), file:read_file(F("out2")), catch io:put_chars(L, "x")]),
    ok = file:write_file(F("nums"), "12 3.5 abc ff -7\n  99,\"q\" 1e3\n{a, [1]}. 'b c'.\n% no\n"),
    {ok, N} = file:open(F("nums"), [read]), p([io:fread(N, "", "~d ~f ~s ~16u"), io:fread(N, "", "~d"), io:fread(N, "", "~d,~s"), io:fread(N, "", "~d"), io:get_line(N, ""), io:read(N, ""), io:read(N, ""), io:read(N, ""), io:read(N, "")]), file:position(N, 2), p([io:get_chars(N, "", 4), file:position(N, cur), file:position(N, {eof, -5}), io:get_line(N, ""), file:read(N, 3), file:pread(N, 0, 2), file:pread(N, [{0, 2}, {100, 1}]), io:scan_erl_exprs(N, "")]), file:close(N),
    {ok, E} = file:open(F("nums"), [read]), p([io:parse_erl_exprs(E, "")]), file:position(E, {bof, 31}), p([io:scan_erl_form(E, ""), io:parse_erl_exprs(E, ""), io:parse_erl_form(E, ""), io:rows(E), io:columns(E)]), file:close(E),
    {ok, A} = file:open(F("app"), [append, {delayed_write, 10, 1000}]), p([file:write(A, "12345"), file:read_file_info(F("app")) =/= x, file:write(A, "6789012345"), file:sync(A), file:read_file(F("app")), file:position(A, 0), file:write(A, "end"), file:read(A, 1), file:close(A), file:read_file(F("app"))]),
    {ok, Z} = file:open(F("z.gz"), [write, compressed]), p([file:write(Z, lists:duplicate(1000, $a)), io:put_chars(Z, "tail"), file:position(Z, 0), file:close(Z), element(2, file:read_file_info(F("z.gz"))) =/= x]), {ok, <<31, 139, _/binary>> = G} = file:read_file(F("z.gz")), p([byte_size(G) < 100, byte_size(zlib:gunzip(G))]),
    {ok, Y} = file:open(F("z.gz"), [read, compressed, binary]), p([file:read(Y, 3), file:position(Y, 998), file:read(Y, 10), file:read(Y, 10), file:position(Y, {cur, -5}), file:read_line(Y), file:position(Y, bof), byte_size(element(2, file:read(Y, 5000)))]), file:close(Y),
    {ok, X} = file:open(F("rw"), [read, write, {read_ahead, 64}, binary]), p([file:write(X, "0123456789"), file:position(X, 3), file:read(X, 2), file:write(X, "ab"), file:read(X, 2), file:position(X, {cur, -1}), file:truncate(X), file:pwrite(X, [{12, "zz"}, {0, "Z"}]), file:pread(X, 0, 99), file:advise(X, 0, 0, sequential), file:datasync(X), file:allocate(X, 0, 1) =/= x]), file:close(X),
    p([file:open(F("none"), [read]), file:open(F("rw"), [exclusive, write]), file:open(Dir, [read]), file:open(F("x"), [read, nonsense]), file:open("a\0b", [read]), catch file:open({x}, []), file:open(F("rw"), [])  =/= x]),
    {ok, K} = file:open(F("rw"), [read]), Me = self(), spawn_monitor(fun() -> Me ! file:read(K, 2) end), p([receive M when element(1, M) =:= ok -> M end, receive {'DOWN', _, _, _, Y2} -> Y2 end, is_process_alive(K)]), exit(K, kill), timer:sleep(1), p([catch file:read(K, 1), catch io:get_line(K, ""), file:close(K)]),
    {ok, S} = file:open(F("consult"), [write]), io:format(S, "~p.~n~p.~n", [{a, "x"}, #{b => [1.5]}]), file:close(S), p([file:consult(F("consult")), file:path_consult([Dir], "consult") =/= x, file:script(F("consult")), file:eval(F("consult")), file:path_open([Dir], "none", [read])]),
    ok = file:write_file(F("bad"), "{a, b}.\n{c, .\n"), p([file:consult(F("bad")), file:script(F("bad")), lists:flatten(file:format_error({2, erl_parse, ["syntax error before: ", "'.'"]}))]), ok = file:write_file(F("scr"), "X = A + 1, Y = X * 2.\nY + 1.\n"), p([file:script(F("scr"), [{'A', 4}]), file:eval(F("scr"), [{'A', 4}]), file:script(F("scr"))]),
    p([file:copy(F("nums"), F("copy")), file:copy(F("nums"), F("copy"), 5), file:copy({F("nums"), [read]}, {F("copy"), [append]}, 3), file:read_file(F("copy")), file:rename(F("copy"), F("moved")), file:copy(F("none"), F("x")), file:read_link(F("nums")), file:del_dir_r(F("none"))]), file:del_dir_r(Dir).

until(_, eof) -> {done, eof, []}; until(C, Data) -> L = C ++ Data, case string:find(L, "-й") of nomatch -> case length(L) > 6 of true -> {done, {got, lists:sublist(L, 6)}, lists:nthtail(6, L)}; false -> {more, L} end; R -> {done, found, R} end.
p(T) -> io:format("~0tp~n", [T]).
