%% The Erlang side of tests/tests/interop_native.rs. No module `fast_text` exists; its functions are Rust's alone.
-module(native_caller).
-export([upcase/1, caught/1, missing/1]).

upcase(Text) -> {fast_text:'upcase!'(Text), lists:map(fun fast_text:'upcase!'/1, [Text])}.

caught(Argument) ->
    try fast_text:'upcase!'(Argument)
    catch error:Reason:Trace ->
        [{Module, Function, Arguments, _} | _] = Trace,
        {Reason, {Module, Function, Arguments}}
    end.

missing(Argument) ->
    try fast_text:downcase(Argument)
    catch error:Reason -> Reason
    end.
