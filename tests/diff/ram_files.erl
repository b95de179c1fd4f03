%% stage: d. Files in memory: file:open/2 with ram, ram_file, and archives of erl_tar over binaries.
-module(ram_files).
-export([main/0]).

main() ->
    modes(), reads(), writes(), positions(), special(), copies(), closed(), owners(), commands(), archives().

p(T) -> io:format("~p~n", [T]).
reason(F) -> try F() catch C:R -> {C, R} end.
open(Content, Modes) -> {ok, F} = file:open(Content, [ram | Modes]), F.
content(F) -> {ok, Content} = ram_file:get_file(F), Content.

modes() ->
    [p({Modes, case file:open(<<"abc">>, [ram | Modes]) of
                   {ok, F} -> R = {file:read(F, 2), file:write(F, "X"), file:truncate(F), ram_file:get_file(F), ram_file:get_size(F)}, {R, file:close(F)};
                   Error -> Error
               end}) || Modes <- [[], [read], [write], [read, write], [binary], [binary, read, write], [write, binary], [append], [read, x]]],
    p([reason(fun() -> element(1, file:open(C, [ram])) end) || C <- ["list", [<<"io">>, $d, ["ata"]], [], <<>>, atom, 5, [300], {a}, <<1:3>>]]),
    p([element(2, reason(fun() -> file:open(<<"abc">>, [ram | M]) end)) || M <- [[raw], [compressed], x]]),
    p({reason(fun() -> ram_file:open(<<>>, x) end), reason(fun() -> ram_file:open(<<>>, [y]) end), ram_file:open(x, [])}).

reads() ->
    [begin
         F = open("0123456789", [read | B]),
         p([file:read(F, 3), file:read(F, 0), file:read(F, 100), file:read(F, 1), file:read(F, 0), file:position(F, 8), file:read(F, 5)]),
         p([file:pread(F, 2, 3), file:pread(F, 8, 5), file:pread(F, 10, 1), file:pread(F, 10, 0), file:pread(F, 50, 1), file:pread(F, -1, 1), file:pread(F, [{0, 2}, {9, 4}, {20, 1}, {5, 0}]), file:pread(F, [])]),
         p([reason(fun() -> file:pread(F, x, 1) end), reason(fun() -> file:pread(F, 1, -1) end), reason(fun() -> file:read(F, -1) end), file:pread(F, [{0, 1}, x]), file:pread(F, [{1 bsl 32, 1}]), file:read(F, 1 bsl 31), file:pread(F, 0, 1 bsl 40)]),
         p(file:read(F, 10)), p(reason(fun() -> file:read_line(F) end)), ok = file:close(F)
     end || B <- [[], [binary]]].

writes() ->
    F = open("abcdef", [read, write]),
    p([file:write(F, "XY"), content(F), file:position(F, cur), file:write(F, [<<"z">>, [$1, "2"]]), content(F), file:write(F, ""), file:write(F, "0123456789"), content(F)]),
    p([file:pwrite(F, 1, <<"--">>), content(F), file:pwrite(F, 30, "end"), content(F), ram_file:get_size(F), file:position(F, cur)]),
    p([file:pwrite(F, [{0, "A"}, {2, <<"B">>}, {4, ["C", $D]}]), content(F), file:pwrite(F, []), file:pwrite(F, [{-1, "x"}]), file:pwrite(F, [{0, "ok"}, {-1, "x"}, {3, "y"}]), content(F), file:pwrite(F, -5, "x"), file:pwrite(F, [{0, x}]), file:pwrite(F, [{1 bsl 31, "x"}]), file:pwrite(F, 1 bsl 31, "x")]),
    p([reason(fun() -> file:write(F, atom) end), reason(fun() -> file:write(F, [256]) end), reason(fun() -> file:pwrite(F, x, "a") end), reason(fun() -> file:pwrite(F, 0, [a]) end)]),
    R = open("abc", [read]), p([file:write(R, "x"), file:pwrite(R, 0, "x"), file:truncate(R), content(R)]),
    W = open("abc", [write]), p([file:read(W, 1), file:pread(W, 0, 1), file:write(W, "x"), content(W)]).

positions() ->
    F = open("0123456789", [read, write]),
    p([{At, file:position(F, At)} || At <- [3, {cur, 2}, {cur, -4}, {cur, -2}, {eof, 0}, {eof, -3}, {eof, 5}, {eof, -11}, bof, cur, eof, {bof, 4}, {bof, -1}, -1, 100, 1 bsl 31, (1 bsl 31) - 1, {cur, 1}, {x, 1}, x, {bof, x}]]),
    p([file:position(F, 4), file:truncate(F), content(F), file:position(F, cur), file:write(F, "new"), content(F), file:position(F, 10), file:write(F, "far"), content(F), file:position(F, 2), file:truncate(F), file:position(F, 5), file:write(F, "g"), content(F)]).

special() ->
    F = open(<<"0123456789">>, [read, write, binary]),
    p([file:sync(F), file:datasync(F), file:advise(F, 0, 5, random), file:allocate(F, 0, 100), ram_file:get_size(F)]),
    p([file:advise(F, 0, 0, A) || A <- [normal, sequential, will_need, dont_need, no_reuse, other]]),
    p([ram_file:get_file(F), ram_file:get_size(F), reason(fun() -> ram_file:compress(F) end), file:ipread_s32bu_p32bu(F, 0, 100)]),
    I = open(<<0, 0, 0, 4, 0, 0, 0, 8, "data">>, [read, binary]), p([file:ipread_s32bu_p32bu(I, 0, 100), file:ipread_s32bu_p32bu(I, 4, 100), file:ipread_s32bu_p32bu(I, 0, 3)]),
    p([element(1, F), element(2, F)]).

copies() ->
    A = open(binary:copy(<<"0123456789">>, 20000), [read, binary]), B = open(<<>>, [read, write, binary]),
    p([file:copy(A, B), ram_file:get_size(B), erlang:md5(content(A)) =:= erlang:md5(content(B)), file:position(A, 5), file:position(B, 0), file:copy(A, B, 7), file:position(B, cur), file:position(B, 0), file:read(B, 9)]).

closed() ->
    F = open("abc", [read, write]), {_, _, Port} = F,
    p([is_port(Port), element(2, erlang:port_info(Port, name)), erlang:port_info(Port, connected) =:= {connected, self()}, lists:member(Port, erlang:ports()), file:close(F), file:close(F), erlang:port_info(Port)]),
    p([file:read(F, 1), file:write(F, "x"), file:position(F, 0), file:truncate(F), ram_file:get_file(F), file:sync(F)]),
    process_flag(trap_exit, true), G = open("abc", [read]), p([file:close(G), receive X -> X after 50 -> nothing end]), process_flag(trap_exit, false).

%% A file ends with its owner; who else asks gets no answer, which goes to the owner.
owners() ->
    Self = self(),
    {Owner, Ref} = spawn_monitor(fun() -> F = open("mine", [read]), Self ! {file, F}, receive stop -> ok end end),
    F = receive {file, File} -> File end,
    p(erlang:port_info(element(3, F), connected) =:= {connected, Owner}),
    Owner ! stop, receive {'DOWN', Ref, _, _, Why} -> p(Why) end,
    timer:sleep(20), p([erlang:port_info(element(3, F)), ram_file:get_file(F)]).

%% The port's own protocol.
commands() ->
    Port = open_port({spawn, "ram_file_drv"}, [binary]),
    Say = fun(Bytes) -> port_command(Port, Bytes), receive {Port, {data, D}} -> D after 50 -> nothing end end,
    p([Say(B) || B <- [<<2, 0, 0, 0, 1>>, <<37>>, <<3, 0:64>>, <<9>>, <<14>>, <<39>>, <<1, 3:32, "content">>, <<37>>, <<2, 4:32>>, <<2, 0:32>>, <<30>>, <<3, 1:32, 9:32>>, <<200>>, <<17, 3:32, 100:32>>, <<1, 0:32>>, <<37>>]]),
    Port ! {self(), {command, <<1, 1:32, "by message">>}}, p(receive {Port, M} -> M after 1000 -> none end),
    Port ! {self(), close}, p(receive {Port, C} -> C after 1000 -> none end),
    Lists = open_port({spawn, "ram_file_drv"}, []), port_command(Lists, <<1, 1:32, "ab">>), port_command(Lists, <<30>>), p([receive {Lists, L} -> L after 1000 -> none end || _ <- [1, 2]]), p(port_close(Lists)).

archives() ->
    Files = [{"a.txt", <<"content of a">>}, {"dir/b.bin", binary:copy(<<0, 255>>, 1000)}, {"empty", <<>>}],
    {ok, Written} = erl_tar:open({binary, tar()}, [read, compressed]), p(erl_tar:close(Written)),
    p(erl_tar:table({binary, tar()}, [compressed])), {ok, Read} = erl_tar:extract({binary, tar()}, [memory, compressed]), p([{N, byte_size(B)} || {N, B} <- Read]), p(lists:sort(Read) =:= lists:sort(Files)),
    p(erl_tar:extract({binary, tar()}, [memory, compressed, {files, ["empty"]}])), p(erl_tar:extract({binary, <<"no archive">>}, [memory])),
    Fun = fun(write, {F, D}) -> file:write(F, D); (position, {F, P}) -> file:position(F, P); (read2, {F, N}) -> file:read(F, N); (close, _) -> ok end,
    F = open(<<>>, [read, write, binary]), {ok, Tar} = erl_tar:init(F, write, Fun),
    [ok = erl_tar:add(Tar, Data, Name, [{mtime, 0}, {atime, 0}, {ctime, 0}, {uid, 0}, {gid, 0}]) || {Name, Data} <- Files],
    ok = erl_tar:close(Tar), Bytes = content(F), p({byte_size(Bytes), erlang:md5(Bytes)}), p(erl_tar:table({binary, Bytes})), {ok, Again} = erl_tar:extract({binary, Bytes}, [memory]), p(Again =:= Files).

%% Three files, compressed.
tar() ->
    F = open(<<>>, [read, write, binary]), Fun = fun(write, {H, D}) -> file:write(H, D); (position, {H, P}) -> file:position(H, P); (close, _) -> ok end,
    {ok, Tar} = erl_tar:init(F, write, Fun),
    ok = erl_tar:add(Tar, <<"content of a">>, "a.txt", []), ok = erl_tar:add(Tar, binary:copy(<<0, 255>>, 1000), "dir/b.bin", []), ok = erl_tar:add(Tar, <<>>, "empty", []), ok = erl_tar:close(Tar),
    zlib:gzip(content(F)).
