%% The I/O servers of a Dala runtime (`user`, `standard_error`), and where log events go.
%%
%% Protocol: OTP manual, stdlib user's guide, "The Erlang I/O Protocol". Written in Erlang because requests name
%% functions to call; reading and writing themselves are built-in functions. `dala_io.beam` beside this file is what
%% the runtime carries: after a change here, run `erlc +deterministic +no_debug_info dala_io.erl` in this folder.
-module(dala_io).
-export([start/1, flush/0, log/4, write/2, read_line/0]).

%% Serves requests for `Device` (1 or 2).
start(Device) ->
    process_flag(trap_exit, true),
    serve(#{device => Device, encoding => unicode, mode => list, input => []}).

serve(State) ->
    receive
        {io_request, From, ReplyAs, Request} ->
            {Reply, Next} = request(Request, State),
            From ! {io_reply, ReplyAs, Reply},
            serve(Next);
        {log, Event} ->
            print(Event),
            serve(State);
        _ ->
            serve(State)
    end.

request({put_chars, Encoding, Chars}, State) ->
    {put_chars(Encoding, Chars, State), State};
request({put_chars, Encoding, Module, Function, Args}, State) ->
    Reply =
        try apply(Module, Function, Args) of
            Chars -> put_chars(Encoding, Chars, State)
        catch
            _:_ -> {error, Function}
        end,
    {Reply, State};
request({put_chars, Chars}, State) ->
    request({put_chars, latin1, Chars}, State);
request({put_chars, Module, Function, Args}, State) ->
    request({put_chars, latin1, Module, Function, Args}, State);
request({get_line, Encoding, Prompt}, State) ->
    input(Prompt, collect_line, [], Encoding, State);
request({get_line, Prompt}, State) ->
    input(Prompt, collect_line, [], latin1, State);
request({get_chars, Encoding, Prompt, Count}, State) when is_integer(Count), Count >= 0 ->
    input(Prompt, collect_chars, Count, Encoding, State);
request({get_chars, Prompt, Count}, State) ->
    request({get_chars, latin1, Prompt, Count}, State);
request({get_until, Encoding, Prompt, Module, Function, Args}, State) ->
    input(Prompt, get_until, {Module, Function, Args}, Encoding, State);
request({get_until, Prompt, Module, Function, Args}, State) ->
    request({get_until, latin1, Prompt, Module, Function, Args}, State);
request({get_password, _Encoding}, State) ->
    {{error, enotsup}, State};
request({get_geometry, _}, State) ->
    {{error, enotsup}, State};
request(getopts, #{mode := Mode, encoding := Encoding} = State) ->
    {[{binary, Mode =:= binary}, {encoding, Encoding}], State};
request({setopts, Options}, State) when is_list(Options) ->
    setopts(Options, State);
request({requests, Requests}, State) when is_list(Requests) ->
    requests(Requests, ok, State);
request(_, State) ->
    {{error, request}, State}.

%% One after the other, up to the first that fails; the reply is the last one's.
requests([Request | Rest], _, State) ->
    case request(Request, State) of
        {{error, _} = Error, Next} -> {Error, Next};
        {Reply, Next} -> requests(Rest, Reply, Next)
    end;
requests([], Reply, State) ->
    {Reply, State}.

setopts(Options, State) ->
    try lists:foldl(fun setopt/2, State, Options) of
        Next -> {ok, Next}
    catch
        throw:enotsup -> {{error, enotsup}, State}
    end.

setopt(binary, State) -> State#{mode := binary};
setopt({binary, true}, State) -> State#{mode := binary};
setopt(list, State) -> State#{mode := list};
setopt({list, true}, State) -> State#{mode := list};
setopt({binary, false}, State) -> State#{mode := list};
setopt({list, false}, State) -> State#{mode := binary};
setopt({encoding, latin1}, State) -> State#{encoding := latin1};
setopt({encoding, Unicode}, State) when Unicode =:= unicode; Unicode =:= utf8 -> State#{encoding := unicode};
setopt(_, _) -> throw(enotsup).

%% Output

put_chars(Encoding, Chars, #{device := Device, encoding := Target}) ->
    case to_binary(Encoding, Chars, Target) of
        Binary when is_binary(Binary) -> write(Device, Binary);
        _ -> {error, {put_chars, Encoding, Chars}}
    end.

to_binary(Encoding, Chars, unicode) ->
    try unicode:characters_to_binary(Chars, Encoding) catch _:_ -> error end;
to_binary(Encoding, Chars, latin1) ->
    try unicode:characters_to_list(Chars, Encoding) of
        Points when is_list(Points) -> list_to_binary([latin1(Point) || Point <- Points]);
        _ -> error
    catch
        _:_ -> error
    end.

latin1(Point) when Point < 256 -> Point;
latin1(Point) -> ["\\x{", integer_to_list(Point, 16), $}].

%% Input

input(Prompt, Collect, Extra, Encoding, #{device := Device, encoding := Target} = State) ->
    case to_binary(unicode, io_lib:format_prompt(Prompt, Target), Target) of
        Text when is_binary(Text) -> write(Device, Text);
        _ -> ok
    end,
    collect(start, Collect, Extra, Encoding, State).

collect(Collected, Collect, Extra, Encoding, #{input := Input} = State) ->
    {Data, Later} =
        case Input of
            [] -> {next(State), []};
            [First | Rest] -> {First, Rest}
        end,
    try io_lib:Collect(Collected, Data, Encoding, Extra) of
        {stop, Result, eof} -> {Result, State#{input := Later}};
        {stop, Result, []} -> {Result, State#{input := Later}};
        {stop, Result, Left} -> {Result, State#{input := [Left | Later]}};
        {error, Reason} -> {{error, Reason}, State#{input := []}};
        More -> collect(More, Collect, Extra, Encoding, State#{input := Later})
    catch
        _:_ -> {{error, Collect}, State#{input := []}}
    end.

next(#{mode := Mode, encoding := Encoding}) ->
    case read_line() of
        eof -> eof;
        Line when Mode =:= binary, Encoding =:= unicode -> Line;
        Line when Mode =:= binary -> unicode:characters_to_binary(Line, latin1);
        Line ->
            case unicode:characters_to_list(Line, Encoding) of
                Points when is_list(Points) -> Points;
                _ -> unicode:characters_to_list(Line, latin1)
            end
    end.

%% Log events

%% An event that `logger` let through; the arguments are those of logger:log_allowed/4. A lazy message is made here, in
%% the process that logs. Once OTP has started the event goes to the logger's filters and handlers; in a runtime where
%% it never does, it is printed to standard error in the form of OTP's default handler.
log(Location, Level, {Fun, Args}, Metadata) when is_function(Fun, 1) ->
    try Fun(Args) of
        ignore -> ok;
        {Message, #{} = More} -> log(Location, Level, Message, maps:merge(Metadata, More));
        Message -> log(Location, Level, Message, Metadata)
    catch
        Class:Reason ->
            Crash = {"LAZY_FUN CRASH: ~tp; Reason: ~tp", [{Fun, Args}, {Class, Reason}]},
            log(Location, Level, Crash, Metadata)
    end;
log(Location, Level, Message, Metadata) ->
    Known = maps:merge(#{pid => self(), gl => group_leader(), time => erlang:system_time(microsecond)}, Location),
    case ets:whereis(logger) of
        undefined ->
            print_later(#{level => Level, msg => message(Message), meta => maps:merge(Known, Metadata)});
        Table ->
            {ok, #{metadata := Common} = Config} = logger_config:get(Table, primary),
            Meta = lists:foldl(fun(More, All) -> maps:merge(All, More) end, Known, [Common, of_process(), Metadata]),
            logger_backend:log_allowed(#{level => Level, msg => message(Message), meta => Meta}, Table, Config)
    end.

of_process() ->
    case logger:get_process_metadata() of
        undefined -> #{};
        Metadata -> Metadata
    end.

print_later(Event) ->
    %% Printed by the server, so that a process that ends does not wait for its own report.
    try standard_error ! {log, Event} of
        _ -> ok
    catch
        error:badarg -> print(Event)
    end.

print(#{level := Level, msg := Message} = Event) ->
    Text =
        try logger_formatter:format(Event, formatter())
        catch _:_ -> io_lib:format("~p: ~p~n", [Level, Message])
        end,
    case to_binary(unicode, Text, unicode) of
        Binary when is_binary(Binary) ->
            _ = write(2, Binary),
            ok;
        _ ->
            ok
    end.

%% As OTP's default handler, but with limits: the state of a server that fails may be megabytes, and stands in both
%% its own report and that of its process. `depth` is that of ~P, `chars_limit` of one event (logger_formatter).
formatter() ->
    #{legacy_header => true, single_line => false, depth => 20, chars_limit => 3000}.

message(Report) when is_map(Report) -> {report, Report};
message([{_, _} | _] = Report) -> {report, Report};
message({Format, Args}) when is_list(Args) -> {Format, Args};
message(Text) -> {string, Text}.

%% Returns when everything written before is out.
flush() ->
    [begin
         Server ! {io_request, self(), {flush, Server}, getopts},
         receive {io_reply, {flush, Server}, _} -> ok end
     end || Server <- [user, standard_error], whereis(Server) =/= undefined],
    ok.

%% Built-in functions

%% Writes all of a binary to standard output (1) or standard error (2): `ok`, or `{error, Reason}`.
write(_Device, _Binary) ->
    erlang:nif_error(undefined).

%% The next line of standard input with its line feed, or `eof`.
read_line() ->
    erlang:nif_error(undefined).
