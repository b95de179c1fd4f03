%% stage: c. Stack traces: module, function, arity and line of each frame, arguments in the first, through funs and libraries.
-module(exceptions_stack).
-export([main/0, exported/1]).

main() ->
    show(fun() -> one(1) end),
    show(fun() -> exported(foo) end),
    show(fun() -> lists:map(fun(X) -> 1 / X end, [1, 0]) end),
    show(fun() -> lists:foldl(fun(X, A) -> bad_match(X, A) end, 0, [1, 2]) end),
    show(fun() -> ?MODULE:exported([1, 2, 3]) end),
    show(fun() -> no_such_module:f(1, 2) end),
    show(fun() -> ?MODULE:no_such_function(x) end),
    show(fun() -> atom_to_list("not an atom") end),
    show(fun() -> maps:get(missing, #{a => 1}) end),
    show(fun() -> element(id(9), {a}) end),
    show(fun() -> error(custom, [a, b]) end),
    show(fun() -> erlang:raise(error, kept, [{m, f, 1, [{line, 7}]}]) end),
    show(fun() -> tail(5) end),
    show(fun() -> case id(3) of 1 -> a; 2 -> b end end),
    show(fun() -> (id(fun(A) -> A end))(1, 2) end),
    show(fun() -> try one(2) catch error:_:S -> erlang:raise(exit, again, S) end end),
    show(fun() -> lists:keyfind(a, x, []) end),
    show(fun() -> lists:nth(4, [a]) end),
    show(fun() -> binary_to_integer(<<"zz">>) end),
    show(fun() -> deep(30) end).

show(F) ->
    try F() of
        V -> io:format("value ~p~n", [V])
    catch
        Class:Reason:Stack ->
            io:format("~p:~p~n", [Class, mask(Reason)]),
            [frame(Frame) || Frame <- Stack]
    end.

%% What follows `show` in the stack is the same for all.
frame({?MODULE, show, _, _}) -> ok;
frame({?MODULE, main, _, _}) -> ok;
frame({M, F, A, Info}) -> io:format("    ~p:~p/~p line ~p~n", [M, F, A, proplists:get_value(line, Info, none)]).

mask({badarity, {F, Args}}) when is_function(F) -> {badarity, Args};
mask(R) -> R.

one(X) -> Y = two(X), {Y}.

two(X) ->
    Z = three(X, x),
    [Z | Z].

three(A, B) when A > 0 ->
    Sum = A + id(B),
    Sum * 2.

exported(L) when is_list(L) -> hd(lists:nthtail(length(L), L));
exported(#{}) -> map.

bad_match(X, A) ->
    {ok, V} = {error, X},
    A + V.

tail(0) -> error(tail_called);
tail(N) -> tail(N - 1).

deep(0) -> error(too_deep);
deep(N) -> 1 + deep(N - 1).

id(X) -> X.
