%% stage: d. The I/O protocol: a device of our own answers requests, group leaders inherited and changed, io's functions on it, errors, encodings.
-module(otp_io_protocol).
-export([main/0, device/1]).

main() ->
    D = spawn_link(?MODULE, device, [{"first line\nsecond {tuple, 1}. 'atom' rest\n1 2.5 abc\n{a,\n b}.\nbad}\nlast", []}]),
    p([io:get_line(D, prompt), io:get_chars(D, "", 7), io:read(D, ''), io:get_line(D, "> ")]),
    p(io:fread(D, '', "~d ~f ~s")),
    p(io:get_line(D, '')),
    p(io:read(D, 'term> ')),
    p(element(1, io:read(D, ''))),
    p([io:get_line(D, ''), io:get_line(D, ''), io:get_chars(D, '', 3)]),
    [ok = F() || F <- [fun() -> io:put_chars(D, "put") end, fun() -> io:format(D, "~s ~p~n", ["x", {1, "y"}]) end, fun() -> io:nl(D) end, fun() -> io:write(D, [a | b]) end, fun() -> io:put_chars(D, [<<"b">>, $c, ["d"]]) end,
        fun() -> io:fwrite(D, "~ts", [[16#3b1]]) end, fun() -> file:write(D, "file") end]],
    p(written(D)),
    p([catch io:put_chars(D, [a]), catch io:format(D, "~d", [x]), catch io:format(D, "~s", [])]),
    p([io:getopts(D), io:setopts(D, [binary]), io:rows(D), io:columns(D), catch io:request(D, strange), catch io:request(D, {requests, [{put_chars, unicode, "a"}, {get_line, unicode, ''}]})]),
    p([catch io:put_chars(no_such_device, "x"), catch io:get_line(spawn(fun() -> ok end), '')]),
    Old = group_leader(),
    Me = self(),
    group_leader(D, self()),
    io:format("to the leader ~p~n", [1]),
    Child = spawn(fun() -> io:format("from a child~n"), Grand = spawn(fun() -> io:format("grand~n"), Me ! done end), Me ! {leader, group_leader() =:= D, Grand =/= self()} end),
    receive {leader, Is, _} -> ok end,
    receive done -> ok end,
    _ = Child,
    group_leader(Old, self()),
    p({Is, written(D)}),
    p(catch group_leader(not_a_pid, self())),
    {Reply, _} = {spawn_monitor(fun() -> group_leader(D, self()), error_logger:tty(false), exit(io:get_line('')) end), x},
    receive {'DOWN', _, _, Pid, Why} when {Pid, ignore} =/= Reply -> p(Why) end,
    p([io_lib:fread("~d", "12 x"), io_lib:fread("~d~s", "12"), io_lib:fread([], "12\n", "~d"), io_lib:fread("~2d~*s~3c", "1234 abc"), io_lib:fread("~u ~- ~#", "1 -- 16#ff"), io_lib:fread("x~d", "y1")]),
    unlink(D), exit(D, kill).

written(D) ->
    D ! {self(), written},
    receive {D, W} -> W end.

%% Input that is left and output, newest first.
device({In, Out}) ->
    receive
        {io_request, From, Ref, Request} ->
            {Answer, State} = request(Request, {In, Out}),
            From ! {io_reply, Ref, Answer},
            device(State);
        {From, written} ->
            From ! {self(), lists:append(lists:reverse(Out))},
            device({In, []})
    end.

request({put_chars, Encoding, Chars}, {In, Out}) ->
    case catch unicode:characters_to_list(Chars, Encoding) of
        List when is_list(List) -> {ok, {In, [List | Out]}};
        _ -> {{error, put_chars}, {In, Out}}
    end;
request({put_chars, E, M, F, A}, S) ->
    case catch apply(M, F, A) of
        {'EXIT', _} -> {{error, F}, S};
        Chars -> request({put_chars, E, Chars}, S)
    end;
request({get_line, _, _}, {[], Out}) -> {eof, {[], Out}};
request({get_line, _, _}, {In, Out}) ->
    {Line, Rest} = lists:splitwith(fun(C) -> C =/= $\n end, In),
    case Rest of [] -> {Line, {[], Out}}; [_ | R] -> {Line ++ "\n", {R, Out}} end;
request({get_chars, _, _, N}, {In, Out}) ->
    case In of [] -> {eof, {In, Out}}; _ -> {lists:sublist(In, N), {lists:nthtail(min(N, length(In)), In), Out}} end;
request({get_until, E, P, M, F, A}, S) -> until(E, P, M, F, A, [], S);
request({requests, Rs}, S) -> lists:foldl(fun(R, {_, S1}) -> request(R, S1) end, {ok, S}, Rs);
request(getopts, S) -> {[{encoding, unicode}], S};
request({setopts, _}, S) -> {{error, enotsup}, S};
request({get_geometry, _}, S) -> {{error, enotsup}, S};
request(_, S) -> {{error, request}, S}.

until(E, P, M, F, A, C, S) ->
    {Line, S1} = request({get_line, E, P}, S),
    case apply(M, F, [C, Line | A]) of
        {done, Result, Rest} when is_list(Rest) -> {Result, setelement(1, S1, Rest ++ element(1, S1))};
        {done, Result, _} -> {Result, S1};
        {more, C1} -> until(E, P, M, F, A, C1, S1)
    end.

p(T) -> io:format("~0tp~n", [mask(T)]).

mask({'EXIT', {R, S}}) when is_list(S) -> {exit, R, [{M, F} || {M, F, _, _} <- lists:sublist(S, 1)]};
mask(L) when is_list(L) -> [mask(X) || X <- L];
mask(T) -> T.
