%% stage: d. erl_tar on devices of our own, and the bytes of archives: headers field by field, options of times and owners, long names in all their forms, old files kept, paths that lead out; zip directories read by hand, handles, filters, stored and deflated entries.
-module(otp_archives_bytes).
-include_lib("kernel/include/file.hrl").
-include_lib("stdlib/include/zip.hrl").
-export([main/0]).

main() ->
    Root = "/tmp/otp_archives_bytes",
    _ = file:del_dir_r(Root),
    ok = filelib:ensure_dir(filename:join(Root, "x")),
    try device(), kept(Root), leading_out(Root), damaged(), zipped(), zip_files(Root)
    after ok = file:del_dir_r(Root) end.

%% A device in the process dictionary: what erl_tar:init/3 asks of one.
device(Name) ->
    put(Name, {0, <<>>}),
    {ok, T} = erl_tar:init(Name, write, fun
        (write, {N, Data}) -> {At, Bytes} = get(N), Data1 = iolist_to_binary(Data), Size = byte_size(Data1), put(N, {At + Size, case Bytes of <<A:At/binary, _:Size/binary, B/binary>> -> <<A/binary, Data1/binary, B/binary>>; <<A:At/binary, _/binary>> -> <<A/binary, Data1/binary>> end}), ok;
        (position, {N, {cur, D}}) -> {At, B} = get(N), put(N, {At + D, B}), {ok, At + D};
        (position, {N, {bof, D}}) -> {_, B} = get(N), put(N, {D, B}), {ok, D};
        (position, {N, D}) when is_integer(D) -> {_, B} = get(N), put(N, {D, B}), {ok, D};
        (read2, {N, Len}) -> {At, B} = get(N), case B of <<_:At/binary, Got:Len/binary, _/binary>> -> put(N, {At + Len, B}), {ok, Got}; _ -> eof end;
        (close, N) -> put(closed, N), ok
    end),
    T.

device() ->
    T = device(tape),
    Times = [{atime, 1000000000}, {mtime, 1000000001}, {ctime, 1000000002}, {uid, 12}, {gid, 34}],
    Long = lists:duplicate(60, $d) ++ "/" ++ lists:duplicate(80, $f), Longer = string:join(lists:duplicate(30, "abcdefghi"), "/"),
    p([erl_tar:add(T, <<"hello">>, "hello.txt", Times), erl_tar:add(T, <<>>, "none", [{mtime, 0}, {uid, 0}, {gid, 0}]), erl_tar:add(T, binary:copy(<<"0123456789">>, 100), Long, Times), erl_tar:add(T, <<"deep">>, Longer, Times ++ [{uid, 3000000}]), erl_tar:add(T, <<"u">>, "ünï/cødé", Times), erl_tar:close(T)]),
    {Size, Bytes} = get(tape),
    p({get(closed), Size, byte_size(Bytes), Size rem 10240}),
    headers(Bytes),
    {ok, Names} = erl_tar:table({binary, Bytes}),
    p([{length(N), erlang:phash2(N)} || N <- Names]),
    {ok, Verbose} = erl_tar:table({binary, Bytes}, [verbose]),
    p([{Type, S, M, Mode, U, G} || {_, Type, S, M, Mode, U, G} <- Verbose]),
    {ok, Files} = erl_tar:extract({binary, Bytes}, [memory]),
    p([{length(N), byte_size(D), erlang:crc32(D)} || {N, D} <- Files]),
    p(erl_tar:extract({binary, Bytes}, [memory, {files, ["none", "hello.txt", "missing"]}])),
    Zipped = zlib:gzip(Bytes),
    p([element(1, erl_tar:table({binary, Zipped}, O)) || O <- [[compressed], []]]),
    erase(tape), erase(closed).

headers(<<0:512/unit:8, _/binary>>) -> ok;
headers(<<Name:100/binary, Mode:8/binary, Uid:8/binary, Gid:8/binary, Size:12/binary, Time:12/binary, Sum:8/binary, Type, Link:100/binary, Magic:8/binary, User:32/binary, Group:32/binary, Major:8/binary, Minor:8/binary, Prefix:155/binary, _:12/binary, Rest/binary>> = All) ->
    <<Before:148/binary, _:8/binary, After:356/binary, _/binary>> = All,
    Right = lists:sum(binary_to_list(Before)) + lists:sum(binary_to_list(After)) + 8 * $\s,
    io:format("~ts ~s ~s ~s ~s ~s ~c ~w ~0p ~p~n", [string:slice(text(Name), 0, 30), text(Mode), text(Uid), text(Gid), text(Size), text(Time), Type, text(Magic), {text(Link), text(User), text(Group), text(Major), text(Minor), length(text(Prefix))}, list_to_integer(string:trim(text(Sum), both, " \0"), 8) =:= Right]),
    Length = case Size of <<128, N:88>> -> N; _ -> list_to_integer(text(Size), 8) end,
    Skip = (Length + 511) div 512 * 512,
    <<Data:Skip/binary, Next/binary>> = Rest,
    Type =:= $x andalso io:format("  ~p~n", [[case string:split(L, "=") of [K, V] -> {lists:last(string:split(K, " ")), length(V)}; X -> X end || L <- string:split(string:trim(binary_to_list(binary:part(Data, 0, Length))), "\n", all)]]),
    headers(Next).
text(B) -> binary_to_list(hd(binary:split(B, <<0>>))).

kept(Root) ->
    In = fun(N) -> filename:join(Root, N) end,
    ok = file:write_file(In("a"), "new"), ok = file:make_dir(In("d")), ok = file:write_file(In("d/b"), "inside"), ok = file:change_mode(In("a"), 8#640), ok = file:make_symlink("d/b", In("l")),
    Tar = In("k.tar"),
    p(erl_tar:create(Tar, [{"a", In("a")}, {"l", In("l")}, {"d", In("d")}, {"made", <<"of memory">>}], [{mtime, 5}])),
    ok = file:make_dir(In("out")), ok = file:write_file(In("out/a"), "old"),
    p([erl_tar:extract(Tar, [keep_old_files, {cwd, In("out")}]), file:read_file(In("out/a")), erl_tar:extract(Tar, [{cwd, In("out")}]), file:read_file(In("out/a")), file:read_file(In("out/l")), file:read_link(In("out/l")), lists:sort(element(2, file:list_dir(In("out"))))]),
    {ok, #file_info{mode = Mode}} = file:read_file_info(In("out/a")),
    p({Mode band 8#777, element(2, erl_tar:table(Tar))}),
    {ok, Ls} = erl_tar:extract(Tar, [memory, {files, ["d/b", "made"]}]),
    p(Ls),
    {ok, T} = erl_tar:open(Tar, [read]), p({opened, erl_tar:table(T), erl_tar:close(T)}),
    {ok, F} = file:open(Tar, [read, binary, raw]), p({file, [length(N) || N <- element(2, erl_tar:table({file, F}))], file:close(F)}).

leading_out(Root) ->
    [begin
        T = device(evil), ok = erl_tar:add(T, <<"x">>, Name, [{mtime, 1}]), ok = erl_tar:close(T), {_, Bytes} = get(evil),
        Out = filename:join(Root, "evil"), ok = filelib:ensure_dir(filename:join(Out, "x")),
        p({Name, case erl_tar:extract({binary, Bytes}, [{cwd, Out}]) of {error, {N, R}} -> {N, R, erl_tar:format_error(R)}; R -> R end, lists:sort(element(2, file:list_dir(Out)))}), erase(evil), erase(closed), file:del_dir_r(Out)
    end || Name <- ["../up", "a/../../up", "a/../b", "./dot", "a//b"]].

damaged() ->
    T = device(bad), ok = erl_tar:add(T, <<"payload">>, "p", [{mtime, 1}, {uid, 1}, {gid, 1}]), ok = erl_tar:close(T), {_, Bytes} = get(bad), erase(bad), erase(closed),
    Change = fun(At, New) -> Size = byte_size(New), <<A:At/binary, _:Size/binary, B/binary>> = Bytes, <<A/binary, New/binary, B/binary>> end,
    [p({N, case erl_tar:table({binary, B}) of {error, {_, R}} -> {R, lists:flatten(erl_tar:format_error(R))}; {error, R} -> {R, lists:flatten(erl_tar:format_error(R))}; R -> R end}) || {N, B} <- [{sum, Change(148, <<"777777">>)}, {name, Change(0, <<"q">>)}, {octal, Change(124, <<"zz">>)}, {cut, binary:part(Bytes, 0, 600)}, {shorter, binary:part(Bytes, 0, 300)}, {no_end, binary:part(Bytes, 0, 1024)}, {empty, <<>>}, {zeros, <<0:8192>>}]].

zipped() ->
    Info = #file_info{type = regular, mode = 8#100644, mtime = {{2020, 2, 29}, {12, 34, 56}}, size = 2400},
    Big = binary:copy(<<"squeeze ">>, 300),
    {ok, {"z.zip", Zip}} = zip:create("z.zip", [{"a.txt", <<"alpha">>, Info#file_info{size = 5}}, {"b.bin", Big, Info}, {"dir/c", Big, Info#file_info{mode = 8#100600}}, {"d.zip", Big, Info}], [memory, {compress, all}, {uncompress, [".zip"]}, {comment, "remark"}]),
    Dir = byte_size(Zip) - 22 - 6,
    <<_:Dir/binary, 16#06054b50:32/little, Disk:16/little, _:16, Here:16/little, All:16/little, DirSize:32/little, At:32/little, CLen:16/little, Comment:CLen/binary>> = Zip,
    p({Disk, Here, All, At + DirSize =:= Dir, Comment}),
    <<_:At/binary, Central:DirSize/binary, _/binary>> = Zip,
    central(Central, Zip),
    {ok, [_ | Listed]} = zip:list_dir(Zip), p([{F#zip_file.name, (F#zip_file.info)#file_info.size, (F#zip_file.info)#file_info.mtime, F#zip_file.comp_size > 0, F#zip_file.offset} || F <- Listed]),
    p([{N, byte_size(D)} || {N, D} <- element(2, zip:extract(Zip, [memory, {file_list, ["a.txt", "dir/c", "none"]}]))]),
    p([N || {N, _} <- element(2, zip:unzip(Zip, [memory, {file_filter, fun(F) -> F#zip_file.comp_size < 100 end}]))]),
    {ok, H} = zip:zip_open(Zip, [memory]), {ok, [_ | Dirs]} = zip:zip_list_dir(H),
    p({length(Dirs), [byte_size(element(2, X)) || X <- element(2, zip:zip_get(H))], element(2, element(2, zip:zip_get("a.txt", H))), zip:zip_get("zzz", H), zip:zip_close(H)}),
    p({zip:foldl(fun(N, GetInfo, Get, Acc) -> [{N, (GetInfo())#file_info.size, erlang:adler32(Get())} | Acc] end, [], {"z.zip", Zip})}),
    p([zip:create("q.zip", [{"x", <<1>>}], [bogus]), element(1, zip:create("q.zip", ["/no/such/file"], [memory])), zip:unzip(<<>>, [memory]), zip:list_dir(<<"PK", 5, 6, 0:144>>)]).

central(<<>>, _) -> ok;
central(<<16#02014b50:32/little, Made:16/little, Need:16/little, Flags:16/little, Method:16/little, Time:16/little, Date:16/little, Crc:32/little, Comp:32/little, Size:32/little, NL:16/little, EL:16/little, CL:16/little, _:16, _:16, Mode:32/little, At:32/little, Name:NL/binary, _:EL/binary, _:CL/binary, Rest/binary>>, Zip) ->
    <<_:At/binary, 16#04034b50:32/little, _:22/binary, NL2:16/little, EL2:16/little, _:NL2/binary, _:EL2/binary, Data:Comp/binary, _/binary>> = Zip,
    Z = zlib:open(),
    Plain = case Method of 0 -> Data; 8 -> ok = zlib:inflateInit(Z, -15), iolist_to_binary(zlib:inflate(Z, Data)) end,
    zlib:close(Z),
    p({Name, Made, Need, Flags, Method, {(Date bsr 9) + 1980, (Date bsr 5) band 15, Date band 31}, {Time bsr 11, (Time bsr 5) band 63, (Time band 31) * 2}, Size, Comp, erlang:crc32(Plain) =:= Crc, byte_size(Plain) =:= Size, Mode bsr 16 band 8#777}),
    central(Rest, Zip).

zip_files(Root) ->
    {ok, Cwd} = file:get_cwd(),
    ok = file:set_cwd(Root),
    try
        ok = filelib:ensure_dir("tree/empty/x"), ok = file:write_file("tree/one", "1"), ok = file:write_file("tree/two", binary:copy(<<"2">>, 500)),
        p([zip:zip("t.zip", ["tree"]), lists:sort([F#zip_file.name || #zip_file{} = F <- element(2, zip:table("t.zip"))])]),
        ok = file:write_file("tree/one", "changed"),
        p([lists:sort(element(2, zip:unzip("t.zip", [keep_old_files]))), file:read_file("tree/one"), lists:sort(element(2, zip:unzip("t.zip", [{cwd, "into"}]))), file:read_file("into/tree/one"), filelib:is_dir("into/tree/empty")]),
        p([element(1, zip:zip("u.zip", ["one"], [{cwd, "tree"}])), element(2, zip:unzip("u.zip", [memory])), zip:zip("v.zip", ["nothing"])])
    after ok = file:set_cwd(Cwd) end.

p(T) -> io:format("~0tp~n", [T]).
