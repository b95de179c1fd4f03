%% stage: d. erl_tar and zip: archives made on disk and in memory, listed, taken out again, with links, modes, long names, damage.
-module(otp_archives).
-export([main/0]).

main() ->
    Root = "/tmp/otp_archives",
    _ = file:del_dir_r(Root),
    In = fun(N) -> filename:join(Root, N) end,
    Files = [{"a.txt", <<"alpha">>}, {"dir/b.bin", crypto:hash(sha512, <<"x">>)}, {"dir/deep/c.txt", binary:copy(<<"compressible ">>, 500)}, {"empty", <<>>}, {"ünïcode.txt", <<"u">>},
        {"long/" ++ lists:duplicate(90, $n) ++ "/" ++ lists:duplicate(60, $m), <<"long">>}],
    [begin ok = filelib:ensure_dir(In(N)), ok = file:write_file(In(N), D) end || {N, D} <- Files],
    ok = file:make_symlink("a.txt", In("link")),
    {ok, Cwd} = file:get_cwd(),
    ok = file:set_cwd(Root),
    p(erl_tar:create("one.tar", ["a.txt", "dir", "empty", "link", "long", "ünïcode.txt"])),
    p(erl_tar:create("two.tgz", [{"renamed.txt", "a.txt"}, {"from_memory", <<"bytes">>}, "dir/deep/c.txt"], [compressed])),
    {ok, Names} = erl_tar:table("one.tar"),
    p(lists:sort(Names)),
    {ok, Verbose} = erl_tar:table("one.tar", [verbose]),
    p(lists:sort([{N, T, S} || {N, T, S, _, _, _, _} <- Verbose])),
    {ok, Memory} = erl_tar:extract("two.tgz", [memory, compressed]),
    p([{N, byte_size(D)} || {N, D} <- Memory]),
    p(erl_tar:extract("one.tar", [{cwd, "out"}])),
    p([file:read_file(filename:join("out", N)) =:= {ok, D} || {N, D} <- Files]),
    p(file:read_link("out/link")),
    p(erl_tar:extract("one.tar", [{files, ["empty"]}, {cwd, "some"}])),
    p(file:list_dir("some")),
    {ok, T} = erl_tar:open("three.tar", [write]),
    p([erl_tar:add(T, "a.txt", []), erl_tar:add(T, <<"direct">>, "direct.txt", []), erl_tar:add(T, "link", [dereference]), erl_tar:close(T)]),
    p(erl_tar:table("three.tar")),
    p([reason(erl_tar:table("none.tar")), reason(erl_tar:table("a.txt"))]),
    p(erl_tar:format_error(bad_header)),
    p(reason(erl_tar:create("bad.tar", ["missing"]))),

    {ok, {"m.zip", Zip}} = zip:create("m.zip", [{"x/y.txt", <<"why">>}, {"big", binary:copy(<<"0123456789">>, 1000)}, {"empty", <<>>}], [memory, {comment, "a comment"}]),
    {ok, Listed} = zip:table(Zip),
    p([case L of {zip_comment, C} -> C; _ -> {element(2, L), element(5, L) >= 0} end || L <- Listed]),
    {ok, Taken} = zip:unzip(Zip, [memory]),
    p([{N, byte_size(D), erlang:crc32(D)} || {N, D} <- Taken]),
    p(zip:zip("disk.zip", ["a.txt", "dir"], [{uncompress, [".txt"]}])),
    {ok, Out} = zip:unzip("disk.zip", [{cwd, "unzipped"}, {file_filter, fun(F) -> filename:extension(element(2, F)) =:= ".txt" end}]),
    p(lists:sort(Out)),
    {ok, Handle} = zip:zip_open("disk.zip", [memory]),
    p(zip:zip_get("a.txt", Handle)),
    p(element(1, zip:zip_get("nope", Handle))),
    p(zip:zip_close(Handle)),
    {ok, Folded} = zip:foldl(fun(N, _, Get, Acc) -> [{N, byte_size(Get())} | Acc] end, [], "disk.zip"),
    p(lists:sort(Folded)),
    p([reason(zip:unzip(<<"PK junk">>)), reason(zip:table("none.zip")), reason(zip:unzip(binary:part(Zip, 0, byte_size(Zip) - 30), [memory]))]),
    <<Head:60/binary, _, Rest/binary>> = Zip,
    p(element(1, catch zip:unzip(<<Head/binary, 255, Rest/binary>>, [memory]))),
    ok = file:set_cwd(Cwd),
    p([filelib:fold_files(Root, ".*", false, fun(_, N) -> N + 1 end, 0) > 5, length(filelib:wildcard("**/*.txt", Root)), filelib:wildcard("*.t{ar,gz}", Root), filelib:wildcard("[ae]*", Root), filelib:file_size(In("a.txt")), filelib:is_regular(In("dir"))]),
    ok = file:del_dir_r(Root).

reason({error, {'EXIT', {R, _}}}) when is_tuple(R) -> {exit, element(1, R)};
reason({error, R}) when is_tuple(R), is_list(element(2, R)), tuple_size(R) =:= 2 -> element(1, R);
reason({error, R}) when is_tuple(R) -> element(tuple_size(R), R);
reason({error, R}) -> R;
reason({'EXIT', {R, _}}) when is_tuple(R) -> {exit, element(1, R)};
reason(R) -> R.

p(T) -> io:format("~0tp~n", [T]).
