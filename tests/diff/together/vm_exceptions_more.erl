%% stage: c. Exceptions: classes, nesting, after, stack traces of built-ins, raise with traces.
-module(vm_exceptions_more).
-export([main/0]).

main() ->
    [p(t(F)) || F <- [fun() -> error(a) end, fun() -> error(a, [1, 2]) end, fun() -> error(a, none) end, fun() -> exit(b) end, fun() -> throw(c) end, fun() -> erlang:raise(throw, x, [{m, f, 1, []}]) end, fun() -> erlang:raise(error, x, [{m, f, [1, 2], [{file, "z"}, {line, 3}]}]) end, fun() -> erlang:raise(bad, x, []) end, fun() -> erlang:raise(error, x, [{m, f}]) end, fun() -> erlang:raise(exit, x, []) end, fun() -> error(a, [1], [{error_info, #{cause => z}}]) end,
        fun() -> hd(id([])) end, fun() -> tl(id(a)) end, fun() -> element(id(3), {1}) end, fun() -> id(1) + id(a) end, fun() -> id(1) / id(0) end, fun() -> id(1) div id(0) end, fun() -> atom_to_list(id(1)) end, fun() -> length(id([1 | 2])) end, fun() -> map_get(id(k), #{}) end, fun() -> map_get(k, id(x)) end, fun() -> (id(#{}))#{k := 1} end, fun() -> (id(x))#{k => 1} end, fun() -> #{k := V} = id(#{}), V end,
        fun() -> {ok, X} = id(no), X end, fun() -> case id(1) of 2 -> ok end end, fun() -> case id(1) of X when X =:= 2 -> ok end end, fun() -> (id(fun(_) -> ok end))() end, fun() -> (id(x))(1) end, fun() -> (id({m, f}))(1) end, fun() -> no_mod_here:f(1) end, fun() -> lists:no_fun(1) end, fun() -> (id(lists)):(id(nope))(1, 2) end, fun() -> apply(id(lists), id(reverse), id(x)) end, fun() -> apply(id(fun(A) -> A end), [1, 2]) end, fun() -> f(id(2)) end, fun() -> try error(in) catch throw:_ -> ok end end, fun() -> try throw(v) of _ -> ok catch error:_ -> ok after put(k, 1) end end, fun() -> try ok of ok -> error(of_part) catch _:_ -> no end end, fun() -> try error(a) catch _:_ -> error(b) after put(k, 2) end end, fun() -> try error(a) after error(c) end end, fun() -> try id(1) of 2 -> ok catch _:_ -> no end end, fun() -> [X || X <- id(a)] end, fun() -> [X || X <- id([1 | b])] end, fun() -> << <<X>> || <<X>> <= id(a) >> end, fun() -> id(true) andalso id(1) andalso ok end, fun() -> id(1) orelse ok end, fun() -> not id(1) end, fun() -> id(1) and true end, fun() -> self() ! (id(a) ! b) end, fun() -> spawn(id(1), f, []) end, fun() -> list_to_atom(lists:duplicate(256, $a)) end, fun() -> binary_to_term(id(<<1>>)) end, fun() -> lists:map(fun(X) -> X + a end, [1]) end, fun() -> maps:fold(fun(_, _, _) -> exit(in_fold) end, 0, #{a => 1}) end, fun() -> catch error(x), throw(after_catch) end]],
    p({catch error(x), catch throw(y), catch exit(z), catch 1}), p(get(k)), p(nested(5)), p(t(fun() -> nested(-1) end)).
f(1) -> ok.
id(X) -> X.
nested(0) -> done;
nested(N) when N < 0 -> error({neg, N});
nested(N) -> try {N, nested(N - 1)} catch C:R -> {C, R} end.
t(F) ->
    try {value, F()} catch C:R:S -> {C, R, [{M, Fn, if is_list(A) -> A; true -> A end, [K || {K, _} <- I]} || {M, Fn, A, I} <- lists:sublist(S, 3), Fn =/= t]} end.

p(T) -> io:format("~0tp~n", [T]).
