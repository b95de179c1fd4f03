%% OTP's logger bridged to the subscriber of `tracing` that the application in Rust has: a handler of the logger, which
%% `dala_beam::otp::logger::to_tracing` adds. The text is made as OTP's default handler makes it; what else is known of
%% the event goes along as fields.
%%
%% `dala_tracing.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_tracing.erl` in this folder.
-module(dala_tracing).
-export([install/1, log/2]).

%% Adds the handler, and takes the default one away if it is to be `replaced`. A second call adds nothing.
install(Console) ->
    %% The text alone: its level, time and process are fields. Cut as what goes to the console is (see `boot.rs`).
    Formatter = {logger_formatter, #{template => [msg], single_line => false, depth => 20, chars_limit => 3000}},
    case logger:add_handler(?MODULE, ?MODULE, #{level => all, formatter => Formatter}) of
        ok -> ok;
        {error, {already_exist, _}} -> ok
    end,
    _ = Console =:= replaced andalso logger:remove_handler(default),
    ok.

%% What OTP's logger calls for each event, in the process that logs it. A handler that fails is removed by the logger.
log(#{level := Level, meta := Meta} = Event, #{formatter := {Formatter, Config}}) ->
    Text = Formatter:format(Event, Config),
    ?MODULE:event(Level, text(unicode:characters_to_binary(Text), Text), Meta).

text(Binary, _) when is_binary(Binary) -> Binary;
text(_, Text) -> unicode:characters_to_binary(io_lib:format("~tp", [Text])).
