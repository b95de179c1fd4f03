%% The I/O servers of a Dala runtime (`user`, `standard_error`), and where log events end.
%%
%% Protocol: OTP manual, stdlib user's guide, "The Erlang I/O Protocol". Written in Erlang because requests name
%% functions to call; reading and writing themselves are built-in functions. `dala_io.beam` beside this file is what
%% the runtime carries: after a change here, run `erlc +deterministic +no_debug_info dala_io.erl` in this folder.
-module(dala_io).
-export([start/1, log/4, write/2, read_line/0]).

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
    get_line(Prompt, Encoding, State);
request({get_line, Prompt}, State) ->
    get_line(Prompt, latin1, State);
request({get_chars, Encoding, Prompt, Count}, State) when is_integer(Count), Count >= 0 ->
    get_chars(Prompt, Encoding, Count, State);
request({get_chars, Prompt, Count}, State) ->
    request({get_chars, latin1, Prompt, Count}, State);
request({get_until, Encoding, Prompt, Module, Function, Args}, State) ->
    prompt(Prompt, State),
    get_until([], Encoding, {Module, Function, Args}, State);
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
        List when is_list(List) -> unicode:characters_to_binary([escape(C) || C <- List], unicode, latin1);
        _ -> error
    catch
        _:_ -> error
    end.

escape(C) when C < 256 -> C;
escape(C) -> ["\\x{", integer_to_list(C, 16), $}].

%% Input: characters that were read and not asked for yet stand in `input`, `eof` at its end.

prompt('', _) -> ok;
prompt(Prompt, State) -> put_chars(unicode, io_lib:format_prompt(Prompt), State).

get_line(Prompt, Encoding, State) ->
    prompt(Prompt, State),
    {Line, Next} = line(State),
    {shown(Line, Encoding, State), Next}.

line(#{input := [_ | _] = Input} = State) ->
    case lists:splitwith(fun(C) -> C =/= $\n end, Input) of
        {Line, [$\n | Rest]} -> {Line ++ [$\n], State#{input := Rest}};
        {Line, []} ->
            case line(State#{input := []}) of
                {eof, Next} -> {Line, Next};
                {More, Next} -> {Line ++ More, Next}
            end
    end;
line(State) ->
    case read_line() of
        eof -> {eof, State};
        Bytes -> {to_list(Bytes, State), State}
    end.

to_list(Bytes, #{encoding := Encoding}) ->
    case unicode:characters_to_list(Bytes, Encoding) of
        List when is_list(List) -> List;
        _ -> binary_to_list(Bytes)
    end.

get_chars(Prompt, Encoding, Count, State) ->
    prompt(Prompt, State),
    {Chars, Next} = chars(Count, [], State),
    {shown(Chars, Encoding, State), Next}.

chars(Count, Taken, State) ->
    case line(State) of
        {eof, Next} when Taken =:= [] -> {eof, Next};
        {eof, Next} -> {Taken, Next};
        {Line, #{input := Rest} = Next} ->
            All = Taken ++ Line,
            case length(All) >= Count of
                true ->
                    {Wanted, More} = lists:split(Count, All),
                    {Wanted, Next#{input := More ++ Rest}};
                false ->
                    chars(Count, All, Next)
            end
    end.

get_until(Continuation, Encoding, {Module, Function, Args} = Until, State) ->
    {Line, #{input := Rest} = Next} = line(State),
    try apply(Module, Function, [Continuation, Line | Args]) of
        {done, Result, eof} -> {shown(Result, Encoding, State), Next};
        {done, Result, More} -> {shown(Result, Encoding, State), Next#{input := More ++ Rest}};
        {more, _} when Line =:= eof -> {eof, Next};
        {more, Again} -> get_until(Again, Encoding, Until, Next)
    catch
        _:_ -> {{error, Function}, Next}
    end.

shown(Chars, Encoding, #{mode := binary}) when is_list(Chars) ->
    try unicode:characters_to_binary(Chars, unicode, Encoding) catch _:_ -> Chars end;
shown(Chars, _, _) ->
    Chars.

%% Prints a log event, as OTP's default handler would, on standard error.
log(_Location, Level, Message, Metadata) ->
    case logger:compare_levels(Level, notice) of
        lt ->
            ok;
        _ ->
            Event = #{level => Level, msg => message(Message), meta => meta(Metadata)},
            Text =
                try logger_formatter:format(Event, #{legacy_header => true, single_line => false})
                catch _:_ -> io_lib:format("~p: ~p~n", [Level, Message])
                end,
            write(2, unicode:characters_to_binary(Text)),
            ok
    end.

message({Fun, Arg}) when is_function(Fun, 1) -> message(Fun(Arg));
message({Format, Args}) when is_list(Args) -> {Format, Args};
message({report, Report}) -> {report, Report};
message({string, String}) -> {string, String};
message(Report) when is_map(Report) -> {report, Report};
message(Other) -> {"~p", [Other]}.

meta(Metadata) when is_map(Metadata) ->
    maps:merge(#{time => erlang:system_time(microsecond), pid => self(), gl => group_leader()}, Metadata).

%% Built in.
write(_Device, _Binary) -> erlang:nif_error(undefined).
read_line() -> erlang:nif_error(undefined).
