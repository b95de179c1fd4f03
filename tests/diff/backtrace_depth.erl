%% stage: c. How many frames traces have: by system_flag(backtrace_depth, _), with built-in functions and given traces; and what
%% stands in given ones.
-module(backtrace_depth).
-export([main/0]).

main() ->
    Given = [{m, list_to_atom("f" ++ integer_to_list(I)), I, []} || I <- lists:seq(1, 100)],
    [begin
         Old = erlang:system_flag(backtrace_depth, Depth),
         io:format("~w ~w: ~w~n", [Depth, Old, [frames(Fun) || Fun <- funs(Given)]]),
         deep(20, fun() -> io:format("~w~n", [min(20, length(element(2, process_info(self(), current_stacktrace))))]) end)
     end || Depth <- [8, 0, 1, 2, 20, 64, 65, 1000, 1 bsl 40]],
    io:format("~w~n", [[try erlang:system_flag(backtrace_depth, X) catch error:R -> R end || X <- [-1, x, 1 bsl 70, 8]]]),
    Fun = fun erlang:abs/1,
    [io:format("~p~n", [try erlang:raise(error, x, Trace) of R -> R catch _:_:Stack -> Stack end])
        || Trace <- [[], [{m, f, 2}], [{m, f, [a]}, {m, f, 1, []}], [{Fun, [1]}], [{Fun, [1], []}], [{m, f, 1, [{line, 7}]}],
                     [{m, f}], [{m, f, 1, x}], [{m, f, -1}], [{Fun, 1}], [a], x]].

funs(Given) ->
    [fun() -> error(x) end, fun() -> element(id(3), {}) end, fun() -> throw(x) end, fun() -> [id(x)] + 1 end,
     fun() -> nosuch:f() end, fun() -> [nosuch:f()] end, fun() -> (id(x))(1) end, fun() -> [(id(x))(1)] end,
     fun() -> erlang:raise(error, x, Given) end, fun() -> error(x, [1]) end].

%% Below 64 frames deep; how OTP's `init' calls a program is its own affair.
frames(Fun) ->
    try deep(30, Fun) catch _:_:Stack -> min(30, length(Stack)) end.

deep(0, Fun) -> Fun();
deep(N, Fun) -> [deeper(N - 1, Fun)].

deeper(0, Fun) -> Fun();
deeper(N, Fun) -> [deep(N - 1, Fun)].

id(X) -> X.
