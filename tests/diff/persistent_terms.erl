%% stage: c. persistent_term: what was read stays whole when it is replaced or erased, in this process and in others.
-module(persistent_terms).
-export([main/0]).

main() -> basics(), held(), others(), churn().

p(T) -> io:format("~p~n", [T]).
e(F) -> try F() catch C:R -> {C, R} end.
value(N) -> {N, lists:seq(N, N + 20), #{n => N, list => [a, {N}]}, <<N:800>>, binary:copy(<<N>>, 100), N / 3, 1 bsl 80 + N}.

basics() ->
    p(persistent_term:put({pt, 1}, value(1))), p(persistent_term:get({pt, 1}) =:= value(1)), p(persistent_term:get({pt, 2}, none)), p(e(fun() -> persistent_term:get({pt, 2}) end)), p(persistent_term:put({pt, 1}, value(1))), p(persistent_term:erase({pt, 1})), p(persistent_term:erase({pt, 1})), p(persistent_term:put(pt_atom, atom)), p(persistent_term:get(pt_atom)), p(persistent_term:erase(pt_atom)), p(lists:keymember({pt, 1}, 1, persistent_term:get())).

%% Parts of a value that is gone, on the stack, in the dictionary and in other terms.
held() ->
    persistent_term:put(pt, value(2)), V = persistent_term:get(pt), {_, L, M, _, B, _, _} = V, put(kept, V), T = [{L, M}, B | V], persistent_term:put(pt, value(3)), yield(50),
    p(persistent_term:get(pt) =:= value(3)), p(V =:= value(2)), p(get(kept) =:= V), p(T =:= [{L, M}, B | value(2)]), persistent_term:erase(pt), erlang:garbage_collect(), yield(50), p({V, B} =:= {value(2), binary:copy(<<2>>, 100)}), p(erase(kept) =:= value(2)).
yield(0) -> ok;
yield(N) -> erlang:yield(), _ = lists:seq(1, 100), yield(N - 1).

others() ->
    persistent_term:put(pt, value(4)), Me = self(),
    Ps = [spawn(fun() -> V = persistent_term:get(pt), {_, [_ | Tail], _, _, _, _, _} = V, Me ! {ready, self()}, receive go -> Me ! {self(), Tail =:= tl(element(2, value(4))), V =:= value(4)} end end) || _ <- lists:seq(1, 20)],
    [receive {ready, P} -> ok end || P <- Ps], persistent_term:put(pt, value(5)), persistent_term:erase(pt), spawn(fun() -> [value(I) || I <- lists:seq(1, 100)] end), [P ! go || P <- Ps], p(lists:usort([receive {P, A, B} -> {A, B} end || P <- Ps])).

churn() -> p(lists:all(fun(I) -> V = persistent_term:get(pt_churn, value(0)), persistent_term:put(pt_churn, value(I)), element(1, V) =:= I - 1 andalso V =:= value(I - 1) end, lists:seq(1, 200))), p(persistent_term:erase(pt_churn)).
