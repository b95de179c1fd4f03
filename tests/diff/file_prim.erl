%% stage: c. prim_file and prim_buffer, which file and its servers call: every function of them, with what fails.
-module(file_prim).
-export([main/0]).

main() ->
    Folder = filename:join(os:getenv("TMPDIR", "/tmp"), "file_prim_" ++ os:getpid() ++ integer_to_list(erlang:unique_integer([positive]))),
    ok = prim_file:make_dir(Folder),
    {ok, Before} = prim_file:get_cwd(),
    ok = prim_file:set_cwd(Folder),
    try names(), handles(), places(), buffers() after prim_file:set_cwd(Before), clear(Folder) end.

show(What, F) ->
    R = try F() catch C:E -> {C, E} end,
    io:format("~p: ~p~n", [What, R]).

clear(Folder) ->
    {ok, Names} = prim_file:list_dir(Folder),
    [prim_file:delete(filename:join(Folder, Name)) || Name <- Names],
    prim_file:del_dir(Folder).

names() ->
    show(cwd, fun() -> {ok, F} = prim_file:get_cwd(), is_list(F) end),
    show(device_cwd, fun() -> prim_file:get_cwd($c) end),
    show(set_cwd_none, fun() -> prim_file:set_cwd("no_such_folder") end),
    show(write_file, fun() -> prim_file:write_file("a", "text") end),
    show(read_file, fun() -> prim_file:read_file("a") end),
    show(read_file_none, fun() -> prim_file:read_file("no_such_file") end),
    show(read_file_wrong, fun() -> prim_file:read_file({a}) end),
    show(read_file_zero, fun() -> prim_file:read_file("a\0b") end),
    show(make_dir, fun() -> [prim_file:make_dir("d"), prim_file:make_dir("d"), prim_file:make_dir("no/d")] end),
    show(del_dir, fun() -> [prim_file:del_dir("d"), prim_file:del_dir("d"), prim_file:del_dir("a")] end),
    show(rename, fun() -> [prim_file:rename("a", "b"), prim_file:rename("a", "b"), prim_file:rename("b", "a")] end),
    show(hard_link, fun() -> [prim_file:make_link("a", "h"), prim_file:make_link("a", "h")] end),
    show(soft_link, fun() -> [prim_file:make_symlink("a", "s"), prim_file:make_symlink("a", "s")] end),
    show(read_link, fun() -> [prim_file:read_link("s"), prim_file:read_link("a"), prim_file:read_link_all("s")] end),
    show(altname, fun() -> prim_file:altname("a") end),
    show(list_dir, fun() -> {ok, L} = prim_file:list_dir("."), lists:sort(L) end),
    show(list_dir_all, fun() -> {ok, L} = prim_file:list_dir_all("."), lists:sort(L) end),
    show(list_dir_none, fun() -> prim_file:list_dir("no_such_folder") end),
    show(info, fun() -> {ok, I} = prim_file:read_file_info("a"), {element(2, I), element(3, I), element(4, I)} end),
    show(link_info, fun() -> {ok, I} = prim_file:read_link_info("s"), element(3, I) end),
    show(info_none, fun() -> prim_file:read_file_info("no_such_file") end),
    show(mode, fun() -> ok = prim_file:write_file_info("a", info(8#600, undefined)), {ok, I} = prim_file:read_file_info("a", [{time, posix}]), element(8, I) band 8#777 end),
    show(times, fun() -> ok = prim_file:write_file_info("a", info(undefined, 1000000), [{time, posix}]), {ok, I} = prim_file:read_file_info("a", [{time, posix}]), element(6, I) end),
    show(owner, fun() -> {ok, I} = prim_file:read_file_info("a", [{time, posix}]), prim_file:write_file_info("a", I, [{time, posix}]) end),
    show(delete, fun() -> [prim_file:delete("h"), prim_file:delete("h"), prim_file:delete("s")] end),
    show(native, fun() -> [prim_file:internal_name2native("a"), prim_file:internal_name2native(<<"b">>)] end),
    show(native_wrong, fun() -> prim_file:internal_name2native(1) end),
    show(from_native, fun() -> prim_file:internal_native2name(<<"abc">>) end),
    show(normalize, fun() -> [prim_file:internal_normalize_utf8(<<"abc">>), prim_file:internal_normalize_utf8(<<16#c3, 16#bc>>)] end),
    show(normalize_wrong, fun() -> prim_file:internal_normalize_utf8(<<255>>) end),
    show(translatable_wrong, fun() -> prim_file:is_translatable(a) end),
    show(translatable, fun() -> [prim_file:is_translatable(N) || N <- [<<"a">>, <<255>>]] end).

info(Mode, Time) ->
    {file_info, undefined, undefined, undefined, Time, Time, Time, Mode, undefined, undefined, undefined, undefined, undefined, undefined}.

handles() ->
    show(open_none, fun() -> prim_file:open("no_such_file", [read]) end),
    show(open_wrong, fun() -> element(1, prim_file:open("a", [no_such_mode])) end),
    show(exclusive, fun() -> prim_file:open("a", [write, exclusive]) end),
    {ok, F} = prim_file:open("a", [read, write, binary]),
    show(read, fun() -> [prim_file:read(F, 2), prim_file:read(F, 10), prim_file:read(F, 10)] end),
    show(pread, fun() -> [prim_file:pread(F, 1, 2), prim_file:pread(F, [{0, 1}, {3, 9}, {100, 1}])] end),
    show(pread_wrong, fun() -> prim_file:pread(F, -1, 2) end),
    show(write, fun() -> [prim_file:write(F, ["more ", <<"text">>]), prim_file:position(F, {cur, 0})] end),
    show(write_wrong, fun() -> prim_file:write(F, [a]) end),
    show(pwrite, fun() -> [prim_file:pwrite(F, 0, "TE"), prim_file:pwrite(F, [{2, "X"}, {20, "end"}]), prim_file:pread(F, 0, 30)] end),
    show(position, fun() -> [prim_file:position(F, P) || P <- [bof, eof, {bof, 3}, {cur, 2}, {eof, -1}, {bof, -1}]] end),
    show(position_wrong, fun() -> prim_file:position(F, a) end),
    show(truncate, fun() -> {ok, _} = prim_file:position(F, 4), [prim_file:truncate(F), prim_file:position(F, eof)] end),
    show(sync, fun() -> [prim_file:sync(F), prim_file:datasync(F)] end),
    show(advise, fun() -> [prim_file:advise(F, 0, 0, A) || A <- [normal, random, sequential, will_need, dont_need, no_reuse]] end),
    show(advise_wrong, fun() -> prim_file:advise(F, 0, 0, no_such_advice) end),
    show(allocate, fun() -> [prim_file:allocate(F, 0, 100), prim_file:position(F, eof)] end),
    show(handle_info, fun() -> {ok, I} = prim_file:read_handle_info(F), element(3, I) end),
    show(descriptor, fun() -> is_binary(prim_file:get_handle(F)) end),
    show(from_descriptor, fun() -> prim_file:file_desc_to_ref(-1, [read]) end),
    show(close, fun() -> [prim_file:close(F), prim_file:close(F), prim_file:read(F, 1)] end),
    show(append, fun() -> {ok, A} = prim_file:open("a", [append]), prim_file:write(A, "!"), prim_file:close(A) end).

places() ->
    ok = prim_file:write_file("i", <<0, 0, 0, 4, 0, 0, 0, 8, "body">>),
    {ok, F} = prim_file:open("i", [read, binary]),
    show(indirect, fun() -> [prim_file:ipread_s32bu_p32bu(F, 0, 100), prim_file:ipread_s32bu_p32bu(F, 0, 2), prim_file:ipread_s32bu_p32bu(F, 100, 2)] end),
    show(indirect_wrong, fun() -> prim_file:ipread_s32bu_p32bu(F, -1, 2) end),
    prim_file:close(F).

buffers() ->
    B = prim_buffer:new(),
    show(empty, fun() -> prim_buffer:size(B) end),
    show(write, fun() -> [prim_buffer:write(B, [<<"hello ">>, <<"world\nmore">>]), prim_buffer:size(B)] end),
    show(find, fun() -> [prim_buffer:find_byte_index(B, C) || C <- [$h, $\n, $z]] end),
    show(read_iovec, fun() -> prim_buffer:read_iovec(B, 1) end),
    show(read, fun() -> [prim_buffer:read(B, 3), prim_buffer:read(B, 4), prim_buffer:size(B)] end),
    show(skip, fun() -> [prim_buffer:skip(B, 2), prim_buffer:read(B, 2)] end),
    show(too_much, fun() -> prim_buffer:read(B, 1000) end),
    show(skip_too_much, fun() -> prim_buffer:skip(B, 1000) end),
    show(lock, fun() -> [prim_buffer:try_lock(B), prim_buffer:try_lock(B), prim_buffer:unlock(B), prim_buffer:try_lock(B), prim_buffer:unlock(B)] end),
    show(unlock_free, fun() -> prim_buffer:unlock(B) end),
    show(wipe, fun() -> [prim_buffer:wipe(B), prim_buffer:size(B)] end),
    show(wrong, fun() -> prim_buffer:size(a) end),
    show(write_wrong, fun() -> prim_buffer:write(B, [a]) end).
