%% stage: c. Long mailboxes: receives that match a few keys behind thousands of other messages, in all ways that change the queue meanwhile.
-module(long_mailbox).
-export([main/0]).

main() ->
    p(in_order()), p(bare_and_tagged()), p(by_reference()), p(bound_key()), p(guarded()), p(any_after_keys()), p(down_behind()), p(own_tag()), p(exits()),
    p(two_keys_alternate()), p(times_out()), p(arrives_while_waiting()), p(call_in_between()), p(flushed()), p(inspected()), p(key_is_a_number()),
    p(key_changes()), p(element_twice()), p(nested()), p(drained_in_order()), p(from_others()), p([random(Seed) || Seed <- lists:seq(1, 6)]).

p(T) -> io:format("~p~n", [T]).

pad(N) -> [self() ! {pad, I} || I <- lists:seq(1, N)], ok.
flush() -> flush(0, 0).
flush(N, H) -> receive M -> flush(N + 1, erlang:phash2({H, no_refs(M)})) after 0 -> {N, H} end.
len() -> {message_queue_len, N} = process_info(self(), message_queue_len), N.
wanted() -> receive {wanted, X} -> X after 0 -> none end.

in_order() -> pad(1000), [self() ! {wanted, I} || I <- lists:seq(1, 5)], pad(500), self() ! {wanted, last}, R = [wanted() || _ <- lists:seq(1, 7)], {R, len(), flush()}.

bare_and_tagged() -> pad(300), [self() ! M || M <- [go, {go, 1}, {go}, {go, 1, 2}, go]], A = receive {go, N} -> N end, B = receive go -> bare end, C = receive {go} -> one end, {A, B, C, len(), flush()}.

by_reference() ->
    Refs = [make_ref() || _ <- lists:seq(1, 300)],
    [self() ! {R, I} || {R, I} <- lists:zip(Refs, lists:seq(1, 300))],
    Some = [lists:nth(I, Refs) || I <- [300, 1, 150, 299, 151, 2]],
    {[receive {R, I} -> I after 0 -> none end || R <- Some ++ [make_ref()]], [ref(lists:nth(I, Refs)) || I <- [200, 100, 200]], flush()}.
ref(R) -> receive R -> bare; {R, I} -> I; {'DOWN', R, _, _, _} -> down after 0 -> none end.

bound_key() -> pad(200), [self() ! {K, K} || K <- [a, b, c, a]], {[key(K) || K <- [c, b, a, a, a, pad]], flush()}.
key(K) -> receive {K, V} -> V after 0 -> none end.

guarded() -> pad(200), [self() ! {n, I} || I <- lists:seq(1, 200)], {[above(I) || I <- [150, 150, 10, 199, 200]], flush()}.
above(N) -> receive {n, I} when I > N -> I after 0 -> none end.

any_after_keys() -> pad(200), self() ! {wanted, 1}, self() ! #{a => b}, self() ! [1], A = receive #{a := X} -> X end, B = wanted(), C = receive L when is_list(L) -> L end, {A, B, C, flush()}.

down_behind() ->
    pad(200),
    {P, M} = spawn_monitor(fun() -> receive stop -> exit(stopped) end end), P ! stop,
    A = receive {'DOWN', M, process, P, Why} -> Why end,
    {Q, O} = spawn_monitor(fun() -> exit(gone) end), pad(100),
    B = receive {'DOWN', O, _, Q, W} -> W end, {A, B, flush()}.

own_tag() ->
    pad(200), P = spawn(fun() -> receive stop -> ok end end),
    M = monitor(process, P, [{tag, my_down}]), P ! stop,
    {receive {my_down, M, process, P, Why} -> Why end, receive {'DOWN', M, _, _, _} -> wrong after 0 -> none end, flush()}.

exits() ->
    process_flag(trap_exit, true), pad(200),
    P = spawn_link(fun() -> exit(bye) end), A = receive {'EXIT', P, Why} -> Why end,
    process_flag(trap_exit, false), {A, flush()}.

two_keys_alternate() ->
    [begin self() ! {left, I}, self() ! {right, I} end || I <- lists:seq(1, 300)],
    L = [receive {right, I} -> I end || _ <- lists:seq(1, 100)], K = [receive {left, I} -> I; {right, I} -> -I end || _ <- lists:seq(1, 300)],
    {lists:sum(L), lists:sum(K), erlang:phash2(K), lists:sublist(K, 190, 20), flush()}.

times_out() -> pad(300), A = receive {never, X} -> X after 20 -> timed_out end, self() ! {wanted, late}, B = wanted(), {A, B, flush()}.

arrives_while_waiting() ->
    Me = self(), pad(300),
    spawn(fun() -> Me ! {pad, x}, Me ! {pad, y}, timer:sleep(10), Me ! {pad, z}, Me ! {wanted, w} end),
    {receive {wanted, X} -> X end, flush()}.

call_in_between() ->
    Server = spawn(fun Loop() -> receive {call, From, Ref, X} -> From ! {Ref, X * 2}, Loop(); stop -> ok end end),
    pad(300), [self() ! {wanted, I} || I <- [1, 2]],
    Call = fun(X) -> R = make_ref(), Server ! {call, self(), R, X}, receive {R, Y} -> Y end end,
    A = [{wanted(), Call(I)} || I <- [1, 2, 3]], Server ! stop, {A, flush()}.

%% Messages go in ways other than by receives: a flushed DOWN, what was found by an index meanwhile.
flushed() ->
    pad(200), {P, M} = spawn_monitor(fun() -> ok end), wait_for_end(P, M), self() ! {wanted, 1}, [self() ! {wanted, I} || I <- [2, 3]],
    A = wanted(), true = demonitor(M, [flush]), B = wanted(), C = receive {'DOWN', M, _, _, _} -> down after 0 -> none end, {A, B, C, wanted(), flush()}.
wait_for_end(P, M) -> case is_process_alive(P) of true -> erlang:yield(), wait_for_end(P, M); false -> ok end.

inspected() ->
    pad(150), self() ! {wanted, 1}, pad(150), self() ! {wanted, 2}, A = wanted(),
    {messages, L} = process_info(self(), messages), B = wanted(), {messages, K} = process_info(self(), messages), {A, B, length(L), length(K), L -- K, flush()}.

key_is_a_number() -> pad(200), [self() ! {K, K} || K <- [1.0, 1, 2, "x", <<"b">>]], {[key(K) || K <- [1, 1.0, 2, "x", <<"b">>, {}]], receive {K, V} when K == 2.0 -> V after 0 -> none end, flush()}.

%% The key that the loop waits for is another in each turn.
key_changes() -> pad(200), [self() ! {K, 1} || K <- [c, b, a, b]], {turns([a, b, c], []), flush()}.
turns([], All) -> lists:reverse(All);
turns([K | Ks] = All, Got) -> receive {K, _} -> turns(Ks, [K | Got]); {other, _} -> turns(All, Got) after 0 -> turns(Ks, [none | Got]) end.

element_twice() -> pad(100), [self() ! M || M <- [{a, b}, {c, d}, {e, e}, {f, f}]] , A = receive {X, X} -> X after 0 -> none end, [self() ! {I, I + 1} || I <- lists:seq(1, 100)], self() ! {z, z}, B = receive {Y, Y} -> Y after 0 -> none end, C = receive {Z, Z} -> Z after 0 -> none end, {A, B, C, flush()}.

nested() ->
    pad(200), [self() ! {out, I} || I <- [1, 2, 3]], pad(100), [self() ! {in, I} || I <- [1, 2, 3]],
    {[receive {out, I} -> receive {in, I} -> {I, receive {in, J} -> J after 0 -> none end} after 0 -> {I, missing} end end || _ <- [1, 2, 3]], flush()}.

drained_in_order() -> pad(500), self() ! {wanted, 1}, A = wanted(), B = [receive {pad, I} -> I end || _ <- lists:seq(1, 450)], self() ! {wanted, 2}, {A, lists:sum(B), wanted(), flush()}.

from_others() ->
    Me = self(), Ps = [spawn_link(fun() -> [Me ! {N, I} || I <- lists:seq(1, 100)] end) || N <- [one, two, three]],
    R = [[receive {N, I} -> I end || _ <- lists:seq(1, 100)] =:= lists:seq(1, 100) || N <- [three, one, two]], [receive after 0 -> unlink(P) end || P <- Ps], {R, flush()}.

%% Sends and receives at random, by a seed.
random(Seed) ->
    Refs = list_to_tuple([make_ref() || _ <- lists:seq(1, 4)]), pad(100),
    Got = random(600, rand:seed_s(exsss, Seed), Refs, []), {erlang:phash2(Got), lists:sum([1 || none <- Got]), len(), flush_refs(Refs, 0)}.
random(0, _, _, Got) -> Got;
random(N, S0, Refs, Got) ->
    {What, S1} = rand:uniform_s(12, S0), {K, S2} = rand:uniform_s(4, S1), Ref = element(K, Refs), Atom = element(K, {a, b, c, pad}),
    case What of
        W when W < 4 -> self() ! {Atom, N}, random(N - 1, S2, Refs, Got);
        4 -> self() ! {Ref, N}, random(N - 1, S2, Refs, Got);
        5 -> self() ! Atom, self() ! [N], random(N - 1, S2, Refs, Got);
        6 -> random(N - 1, S2, Refs, [receive {Atom, X} -> X after 0 -> none end | Got]);
        7 -> random(N - 1, S2, Refs, [receive {Ref, X} -> X; {c, X} -> X after 0 -> none end | Got]);
        8 -> random(N - 1, S2, Refs, [receive {a, X} when X rem 3 =:= K rem 3 -> X; b -> b; {b, X} when X > 300 -> X after 0 -> none end | Got]);
        9 -> random(N - 1, S2, Refs, [receive a -> a; c -> c after 0 -> none end | Got]);
        10 -> random(N - 1, S2, Refs, [receive [X] -> X after 0 -> none end | Got]);
        11 -> random(N - 1, S2, Refs, [receive X when X =/= {pad, 1} -> no_refs(X) after 0 -> none end | Got]);
        12 -> R = make_ref(), self() ! {R, N}, random(N - 1, S2, Refs, [receive {R, X} -> X end | Got])
    end.
no_refs({R, X}) when is_reference(R) -> {ref, X};
no_refs(X) -> X.
flush_refs(Refs, H) -> receive M -> flush_refs(Refs, erlang:phash2({H, no_refs(M)})) after 0 -> H end.
