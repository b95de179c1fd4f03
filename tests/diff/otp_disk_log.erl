%% stage: d. disk_log: halt, wrap and rotating logs, chunks and steps, headers, several owners, truncation, repair after damage, notifications.
-module(otp_disk_log).
-export([main/0]).

main() ->
    Dir = "/tmp/otp_disk_log.dir",
    _ = file:del_dir_r(Dir),
    ok = filelib:ensure_dir(filename:join(Dir, "x")),
    halting(Dir), wrapping(Dir), external(Dir), notified(Dir), repaired(Dir), owners(Dir), refused(Dir),
    file:del_dir_r(Dir).

p(T) -> io:format("~0tp~n", [T]).
path(Dir, Name) -> filename:join(Dir, Name).
base({Tag, {F, R}}) when is_list(F) -> {Tag, {filename:basename(F), R}};
base({error, {K, F, R}}) -> {error, {K, filename:basename(F), R}};
base({error, {K, F}}) when is_list(F) -> {error, {K, filename:basename(F)}};
base(T) -> T.

all(Log, Cont) ->
    case disk_log:chunk(Log, Cont, 3) of
        eof -> [];
        {error, R} -> [R];
        {Next, Terms} -> [Terms | all(Log, Next)];
        {Next, Terms, Bad} -> [{Terms, bad, Bad} | all(Log, Next)]
    end.

halting(Dir) ->
    {ok, L} = disk_log:open([{name, halting}, {file, path(Dir, "h.log")}]),
    p([L, disk_log:log(L, {one, 1}), disk_log:log_terms(L, [two, "three", <<4>>, 5.0]), disk_log:alog(L, {six, self() =:= self()}), disk_log:sync(L)]),
    p(all(L, start)),
    p([disk_log:log(L, lists:seq(1, 100)), disk_log:blog(L, term_to_binary(as_binary))]),
    p(all(L, start)),
    p([proplists:get_value(K, disk_log:info(L)) || K <- [name, type, format, size, items, mode, status, format, no_items, owners =:= x]]),
    p([disk_log:truncate(L), all(L, start), disk_log:log(L, after_truncate), all(L, start), disk_log:truncate(L, {head, h}), all(L, start)]),
    p([disk_log:reopen(L, path(Dir, "old.log")), all(L, start), disk_log:change_size(L, 100), disk_log:log(L, lists:seq(1, 500)), disk_log:log(L, x)]),
    p([disk_log:close(L), disk_log:log(L, x), disk_log:chunk(L, start)]),
    {ok, L2} = disk_log:open([{name, old}, {file, path(Dir, "old.log")}, {mode, read_only}]),
    p([all(L2, start), disk_log:log(L2, x), disk_log:close(L2)]),
    p(disk_log:open([{name, bounded}, {file, path(Dir, "b.log")}, {size, 60}, {quiet, true}, {head, {the, head}}])),
    p([base(disk_log:log(bounded, N)) || N <- lists:seq(1, 6)]),
    p([all(bounded, start), disk_log:close(bounded)]).

wrapping(Dir) ->
    {ok, W} = disk_log:open([{name, wrapping}, {file, path(Dir, "w")}, {type, wrap}, {size, {200, 3}}, {head, {head, 0}}]),
    [disk_log:log(W, {N, lists:duplicate(10, N)}) || N <- lists:seq(1, 20)],
    p([[element(1, T) || T <- Ts] || Ts <- all(W, start), is_list(Ts)]),
    Info = disk_log:info(W),
    p([proplists:get_value(K, Info) || K <- [type, size, current_file, no_overflows, no_current_items]]),
    p(lists:sort([F || F <- element(2, file:list_dir(Dir)), hd(F) =:= $w])),
    {ok, Step} = disk_log:chunk_step(W, start, 1),
    {_, [First | _]} = disk_log:chunk(W, Step),
    p(First),
    p([disk_log:chunk_step(W, Step, 5), is_list(disk_log:chunk_info(Step))]),
    p([disk_log:inc_wrap_file(W), proplists:get_value(current_file, disk_log:info(W)), disk_log:change_size(W, {400, 2}), disk_log:change_header(W, {head, {new, head}}), disk_log:inc_wrap_file(W)]),
    p([[T || T <- Ts] || Ts <- all(W, start), is_list(Ts)]),
    p(disk_log:close(W)),
    p(base(disk_log:open([{name, wrapping}, {file, path(Dir, "w")}, {type, wrap}, {size, {100, 4}}]))),
    p([disk_log:close(wrapping), disk_log:close(wrapping)]).

external(Dir) ->
    File = path(Dir, "ext.log"),
    {ok, E} = disk_log:open([{name, external}, {file, File}, {format, external}, {head, "HEAD\n"}]),
    p([disk_log:blog(E, "line 1\n"), disk_log:blog_terms(E, [<<"line 2\n">>, ["line ", $3, "\n"]]), disk_log:balog(E, "line 4\n"), disk_log:log(E, term), disk_log:chunk(E, start), disk_log:sync(E)]),
    p(file:read_file(File)),
    p([disk_log:btruncate(E, "NEW\n"), file:read_file(File), disk_log:close(E)]),
    {ok, R} = disk_log:open([{name, turning}, {file, path(Dir, "rot")}, {type, wrap}, {format, external}, {size, {12, 3}}]),
    [disk_log:blog(R, ["row ", $0 + N, "\n"]) || N <- lists:seq(1, 9)],
    p(disk_log:close(R)),
    Files = lists:sort([F || F <- element(2, file:list_dir(Dir)), lists:prefix("rot", F)]),
    p(Files).

notified(Dir) ->
    {ok, N} = disk_log:open([{name, noisy}, {file, path(Dir, "n")}, {type, wrap}, {size, {80, 2}}, {notify, true}]),
    [disk_log:log(N, {K, lists:duplicate(8, $x)}) || K <- lists:seq(1, 5)],
    p(told()),
    p([disk_log:block(N), disk_log:log(N, allowed), disk_log:unblock(N), disk_log:unblock(N)]),
    p(disk_log:block(N, false)),
    Me = self(),
    spawn(fun() -> Me ! {other, disk_log:log(N, x)} end),
    p(receive {other, R} -> R after 1000 -> none end),
    p([disk_log:unblock(N), disk_log:truncate(N), told(), disk_log:close(N)]).

told() -> receive {disk_log, _, Log, What} -> [{Log, What} | told()] after 50 -> [] end.

repaired(Dir) ->
    File = path(Dir, "torn.log"),
    {ok, T} = disk_log:open([{name, torn}, {file, File}]),
    [disk_log:log(T, {N, "entry"}) || N <- lists:seq(1, 4)],
    disk_log:close(T),
    {ok, <<Opened:4/binary, _:4/binary, Rest/binary>>} = file:read_file(File),
    p({byte_size(Rest), Opened}),
    %% Marked as open, and without its last bytes.
    ok = file:write_file(File, [Opened, <<6, 7, 8, 9>>, binary:part(Rest, 0, byte_size(Rest) - 5)]),
    p(base(disk_log:open([{name, torn}, {file, File}, {repair, false}]))),
    p(disk_log:open([{name, torn}, {file, File}, {quiet, true}])),
    p([all(torn, start), disk_log:close(torn)]),
    ok = file:write_file(File, "this is no log at all"),
    p(base(disk_log:open([{name, torn}, {file, File}]))),
    p(element(1, disk_log:open([{name, torn}, {file, File}, {repair, truncate}]))),
    p([all(torn, start), disk_log:close(torn)]).

owners(Dir) ->
    Args = [{name, shared}, {file, path(Dir, "s.log")}, {linkto, self()}],
    {ok, S} = disk_log:open(Args),
    Me = self(),
    Pid = spawn(fun() -> Me ! {opened, disk_log:open([{linkto, self()} | lists:keydelete(linkto, 1, Args)])}, receive stop -> ok end end),
    p(receive {opened, O} -> O after 1000 -> none end),
    p([length(proplists:get_value(owners, disk_log:info(S))), proplists:get_value(users, disk_log:info(S)), disk_log:open([{name, shared}, {linkto, none}]), proplists:get_value(users, disk_log:info(S))]),
    M = monitor(process, Pid),
    Pid ! stop,
    receive {'DOWN', M, _, _, _} -> ok end,
    p([disk_log:all(), proplists:get_value(users, disk_log:info(S)), disk_log:close(S), disk_log:close(S), disk_log:all()]).

refused(Dir) ->
    p([disk_log:open(O) || O <- [[], [{name, a}, {size, x}], [{name, a}, {type, other}], [{nme, a}], [{name, a}, {type, wrap}, {file, path(Dir, "none")}]]]),
    p(base(disk_log:open([{name, a}, {file, path(Dir, "no/such/place")}]))),
    p([lists:flatten(disk_log:format_error(E)) || E <- [{error, {no_such_log, a}}, {error, {badarg, size}}, {error, {full, a}}, {error, {read_only_mode, l}}, {error, eof}, {error, {size_mismatch, {1, 2}, {3, 4}}}]]).
