%% The group leader of the cases: writes what they print to a file, and answers a few other requests of the I/O
%% protocol (STDLIB user's guide, "The Erlang I/O Protocol"). There is nothing to read.
-module(conformance_io).
-export([start/1, heading/2, capture/1, captured/0]).

%% Appends to `File'.
start(File) ->
    spawn(fun() ->
        {ok, Device} = file:open(File, [append, raw, binary]),
        loop(Device, false, [])
    end).

%% Starts a part of the log.
heading(Leader, Text) -> Leader ! {heading, Text}, ok.

%% Starts or stops keeping what is printed.
capture(Whether) -> group_leader() ! {capture, Whether}, ok.

%% What was printed while it was kept, and forgets it.
captured() ->
    Reference = make_ref(),
    group_leader() ! {captured, self(), Reference},
    receive {Reference, Texts} -> Texts end.

loop(Device, Capture, Texts) ->
    receive
        {io_request, From, As, Request} ->
            {Reply, New} = request(Request),
            file:write(Device, unicode:characters_to_binary(New)),
            From ! {io_reply, As, Reply},
            loop(Device, Capture, [unicode:characters_to_list(New) || Capture, New =/= []] ++ Texts);
        {heading, Text} ->
            file:write(Device, ["\n== ", Text, "\n"]),
            loop(Device, Capture, Texts);
        {capture, true} -> loop(Device, true, []);
        {capture, false} -> loop(Device, false, Texts);
        {captured, From, Reference} ->
            From ! {Reference, lists:reverse(Texts)},
            loop(Device, Capture, []);
        _ -> loop(Device, Capture, Texts)
    end.

request({put_chars, Characters}) -> request({put_chars, latin1, Characters});
request({put_chars, Module, Function, Arguments}) -> request({put_chars, latin1, Module, Function, Arguments});
request({put_chars, Encoding, Module, Function, Arguments}) ->
    try apply(Module, Function, Arguments) of
        Characters -> request({put_chars, Encoding, Characters})
    catch
        _:_ -> {{error, Function}, []}
    end;
request({put_chars, Encoding, Characters}) ->
    case unicode:characters_to_list(Characters, Encoding) of
        List when is_list(List) -> {ok, List};
        _ -> {{error, {put_chars, Encoding, Characters}}, []}
    end;
request({requests, Requests}) -> requests(Requests, ok, []);
request(getopts) -> {[{binary, false}, {encoding, unicode}], []};
request({setopts, _}) -> {ok, []};
request({get_geometry, _}) -> {{error, enotsup}, []};
request(Request) when element(1, Request) =:= get_until; element(1, Request) =:= get_chars; element(1, Request) =:= get_line ->
    {eof, []};
request(_) -> {{error, request}, []}.

requests([], Reply, New) -> {Reply, New};
requests([Request | Requests], _, New) ->
    case request(Request) of
        {{error, _}, _} = Error -> Error;
        {Reply, More} -> requests(Requests, Reply, [New, More])
    end.
