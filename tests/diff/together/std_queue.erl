%% stage: b. Module queue: both ends, filters, conversions, the old names, errors.
-module(std_queue).
-export([main/0]).

main() ->
    Q = lists:foldl(fun queue:in/2, queue:new(), [1, 2, 3, 4, 5]),
    p({queue:to_list(Q), queue:len(Q), queue:is_empty(Q), queue:out(Q), queue:out_r(Q), queue:peek(Q), queue:peek_r(Q), queue:get(Q), queue:get_r(Q)}),
    p({queue:to_list(queue:in_r(0, Q)), queue:drop(Q), queue:drop_r(Q), queue:reverse(Q), queue:split(2, Q), queue:join(Q, Q), queue:member(3, Q)}),
    p({queue:filter(fun(X) -> X rem 2 =:= 1 end, Q), queue:filter(fun(X) -> [X, X] end, Q), queue:filtermap(fun(X) -> {true, -X} end, Q), queue:fold(fun(X, A) -> [X | A] end, [], Q), queue:any(fun(X) -> X > 4 end, Q), queue:all(fun(X) -> X > 4 end, Q), queue:delete(3, Q), queue:delete_r(9, Q), queue:delete_with(fun(X) -> X > 1 end, Q)}),
    p({queue:cons(0, Q), queue:head(Q), queue:tail(Q), queue:snoc(Q, 6), queue:last(Q), queue:daeh(Q), queue:init(Q), queue:liat(Q), queue:lait(Q)}),
    p([queue:is_queue(X) || X <- [Q, {[], []}, {[1], []}, {}, [], a]]),
    p([try F() catch C:R -> {C, R} end || F <- [fun() -> queue:get(queue:new()) end, fun() -> queue:in(1, a) end, fun() -> queue:split(9, Q) end, fun() -> queue:drop(queue:new()) end, fun() -> queue:from_list(a) end, fun() -> queue:join(Q, x) end, fun() -> queue:filter(x, Q) end]]),
    p({queue:out(queue:new()), queue:peek(queue:new()), queue:from_list([a, b]), queue:to_list(queue:from_list(lists:seq(1, 9)))}).

p(T) -> io:format("~0tp~n", [T]).
