%% The Erlang side of tests/tests/interop_typed.rs: the types of Rust's functions say whom it sends to and what it is given.
-module(typed_sends).
-export([sends/1, in_order/1, not_taken/1, stopped/1, message/1, argument/1, tensor/1, reference/1]).

%% Sent without a tuple, each in its order.
sends(By) ->
    Counter = typed_natives:counter(),
    Counter ! {add, By},
    Sent = Counter ! {add, 2},
    ok = gen_server:cast(Counter, {add, By}),
    try gen_server:cast(Counter, {add, 1})
    catch _:_ -> error
    end,
    {Sent, gen_server:call(Counter, total)}.

%% What does not convert at run time goes as a term, between the others.
in_order(By) ->
    Counter = typed_natives:counter(),
    Counter ! {add, 1},
    Counter ! {add, By},
    Counter ! {add, 4},
    gen_server:call(Counter, seen).

not_taken(_) ->
    Counter = typed_natives:counter(),
    Counter ! {subtract, 1},
    Counter ! {add, nil},
    gen_server:call(Counter, seen).

stopped(_) ->
    Counter = typed_natives:counter(),
    ok = gen_server:stop(Counter),
    Counter ! {add, 1}.

message(By) ->
    case typed_natives:last(By) of
        {add, Value} when is_integer(Value) -> Value + 1;
        _ -> other
    end.

argument(_) ->
    catch typed_natives:half(an_atom).

tensor(_) ->
    try typed_natives:sum(typed_natives:ones())
    catch error:{badarg, _} -> refused
    end.

reference(_) ->
    try typed_natives:length_of(typed_natives:number())
    catch error:{badarg, _} -> refused
    end.
