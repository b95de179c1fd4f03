%% stage: c. The errors that the runtime itself raises: badmatch to badfun, each caught by its reason.
-module(exceptions_system).
-export([main/0]).
-record(r, {a}).

main() ->
    [io:format("~w: ~p~n", [Name, reason(F)]) || {Name, F} <- cases()].

reason(F) ->
    try F() of V -> {no_error, V}
    catch C:{badarity, {_, Args}} -> {C, badarity, Args}; C:{badfun, F2} when is_function(F2) -> {C, badfun}; C:R -> {C, R} end.

cases() ->
    X = id(5), L = id([a]), M = id(#{a => 1}), T = id({t, 1}),
    [{badmatch, fun() -> {a, b} = T end}, {badmatch_list, fun() -> [] = L end}, {badmatch_map, fun() -> #{b := _} = M end}, {badmatch_bin, fun() -> <<1:16, _/binary>> = id(<<0, 2>>) end}, {badmatch_value, fun() -> X = id(6) end},
     {function_clause, fun() -> positive(-1) end}, {case_clause, fun() -> case X of 1 -> a end end}, {if_clause, fun() -> if X > 9 -> a end end}, {try_clause, fun() -> try X of 1 -> a catch throw:_ -> b end end},
     {badarith, fun() -> L + 1 end}, {badarith_div, fun() -> X div (X - 5) end}, {badarith_float, fun() -> 1.0e308 * X end}, {badarith_band, fun() -> 1.5 band X end}, {badarg_length, fun() -> length(X) end}, {badarg_concat, fun() -> X ++ L end},
     {badfun, fun() -> X(1) end}, {badarity, fun() -> (fun(A) -> A end)(X, X) end}, {undef, fun() -> nowhere:to_be(found, X) end}, {undef_local, fun() -> apply(?MODULE, hidden, []) end}, {badmap, fun() -> X#{a => 1} end}, {badmap_get, fun() -> maps:get(a, X) end}, {badkey, fun() -> M#{zz := 1} end},
     {badkey_get, fun() -> maps:get(zz, M) end}, {badkey_map_get, fun() -> map_get(zz, M) end}, {badrecord, fun() -> (id({s, 1}))#r.a end}, {badrecord_update, fun() -> (id(x))#r{a = 1} end}, {noproc_name, fun() -> no_such_name ! hello end}, {badarg_send, fun() -> X ! hello end}, {badarg_register, fun() -> register(undefined, self()) end},
     {fc_lambda, fun() -> (fun(1) -> a end)(X) end}, {comprehension, fun() -> [Y || Y <- X] end}, {bin_size, fun() -> <<1:L>> end}, {bool, fun() -> X andalso true end}, {bool_or, fun() -> L orelse true end}, {bool_not, fun() -> not X end}, {bool_and, fun() -> true and X end}, {case_bool, fun() -> if X -> 1; true -> 2 end end},
     {apply_list, fun() -> apply(lists, reverse, X) end}, {spawn_bad, fun() -> spawn(X) end}, {receive_timeout, fun() -> receive after L -> ok end end}, {link_bad, fun() -> link(X) end}, {nested_reason, fun() -> error({deep, {reason, [1, 2]}}) end}, {system_limit, fun() -> list_to_atom(lists:duplicate(256, $a)) end},
     {exit_normal, fun() -> exit(normal) end}, {badarg_exit, fun() -> exit(X, reason) end}, {invalid_timer, fun() -> erlang:send_after(L, self(), x) end}, {no_catch, fun() -> throw(uncaught) end}].

positive(N) when N > 0 -> N.
id(X) -> X.
