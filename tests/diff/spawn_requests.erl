%% stage: c. spawn_request/2: what its options do, and how bad ones are told.
-module(spawn_requests).
-export([main/0]).

main() ->
    [io:format("~w ~w~n", [Options, request(Options)]) || Options <- [
        [], [x | y], [x], [monitors, {reply_tag, t}], [{reply_tag, t}, monitors], [{reply, foo}], [{reply, foo}, {reply_tag, t}],
        [{reply_tag}], [{reply, no}, bad], [bad, {reply, no}], [{reply, success_only}, bad], [{reply, error_only}, bad],
        [{reply, error_only}], [{reply, success_only}], [{monitor, [bad]}], [{monitor, [{alias, x}]}], [{priority, foo}],
        [{max_heap_size, -1}], [{min_heap_size, x}], [{reply, yes}, {reply, no}, bad], y, [{link, true}], [link, monitor, {reply, no}]]].

%% What it answers, and the message behind it.
request(Options) ->
    Waiting = fun() -> receive after infinity -> ok end end,
    try erlang:spawn_request(Waiting, Options) of
        Reference ->
            self() ! over,
            receive
                over -> none;
                {Tag, Reference, Result, Why} -> receive over -> {Tag, Result, if is_pid(Why) -> pid; true -> Why end} end
            end
    catch
        error:Reason -> Reason
    end.
