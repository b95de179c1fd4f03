%% stage: c. A module whose -on_load function does what the switch says; on_load.erl loads it in all ways.
-module(on_load_switch).
-export([main/0, value/0]).
-on_load(init/0).

init() ->
    case persistent_term:get(on_load_switch, ok) of
        ok -> ok;
        {return, Value} -> Value;
        crash -> error(on_load_crashed);
        exit -> exit(on_load_left);
        {ask, Pid} -> Pid ! {loading, self()}, receive go -> ok end
    end.

value() -> {value, ?MODULE}.

main() -> io:format("~p~n", [value()]), io:format("~p~n", [erlang:module_loaded(?MODULE)]).
