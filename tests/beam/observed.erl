%% The Erlang side of tests/tests/interop_observe.rs.
-module(observed).
-export([relay/1]).

%% Passes on to a Rust actor what it is told: as a message, or as a question whose answer goes to another.
relay(To) ->
    receive
        {pass, Number} ->
            To ! {note, Number},
            relay(To);
        {question, Number, Answers} ->
            Answers ! {note, gen_server:call(To, {double, Number})},
            relay(To)
    end.
