%% stage: c. Selective receive: order, save queue, guards, nested receives, timeouts 0 and infinity, long mailboxes.
-module(selective_receive).
-export([main/0]).

main() ->
    [self() ! M || M <- [a, b, {c, 1}, a, {c, 2}, 7, "x"]],
    p(receive {c, N} -> N end), p(receive X when is_integer(X) -> X end), p(receive b -> b end), p(flush()), p(receive a -> a after 0 -> empty end),
    p(priority()), p(reorder()), p(nested()), p(by_ref(30)), p(guard_on_bound(3)), p(long(600)), p(timeouts()), p(after_computed(1)), p(infinity()), p(receive_in_fun()), p(state_machine()), p(stash()), p(map_pattern()), p(binary_pattern()), p(same_message_twice()), p(discard()), p(keeps_queue()).

p(T) -> io:format("~p~n", [T]).

flush() -> receive M -> [M | flush()] after 0 -> [] end.

priority() -> [self() ! M || M <- [{low, 1}, {high, 1}, {low, 2}, {high, 2}]], [important() || _ <- lists:seq(1, 4)].
important() -> receive {high, _} = M -> M after 0 -> receive M -> M end end.

reorder() -> [self() ! {seq, I} || I <- [3, 1, 5, 2, 4]], [receive {seq, I} -> I end || I <- lists:seq(1, 5)].

nested() -> [self() ! M || M <- [inner, outer, last]], receive outer -> receive inner -> receive L -> {outer, inner, L} end end end.

by_ref(N) -> Me = self(), Refs = [make_ref() || _ <- lists:seq(1, N)], spawn(fun() -> [Me ! {R, I} || {I, R} <- lists:reverse(lists:zip(lists:seq(1, N), Refs))] end), [receive {R, I} -> I end || R <- Refs].

guard_on_bound(K) -> [self() ! {n, I} || I <- lists:seq(1, 6)], A = receive {n, I} when I > K -> I end, B = receive {n, J} when J =:= K; J =:= A + 1 -> J end, {A, B, flush()}.

long(N) -> [self() ! {pad, I} || I <- lists:seq(1, N)], self() ! needle, receive needle -> ok end, self() ! needle2, receive needle2 -> ok end, {length(flush()), process_info(self(), message_queue_len)}.

timeouts() -> T0 = erlang:monotonic_time(millisecond), R = receive never -> x after 30 -> timed_out end, D = erlang:monotonic_time(millisecond) - T0, {R, D >= 30, D < 20000}.

after_computed(N) -> receive never -> x after N * 2 -> {after_ms, N * 2} end.

infinity() -> Me = self(), spawn(fun() -> Me ! woke end), receive woke -> woke after infinity -> never end.

receive_in_fun() -> F = fun(Tag) -> receive {Tag, V} -> V after 0 -> none end end, self() ! {t2, two}, self() ! {t1, one}, [F(t1), F(t2), F(t3)].

state_machine() -> Me = self(), P = spawn(fun() -> locked(Me, []) end), [P ! M || M <- [push, {code, 1}, push, {code, 42}, push, push, stop]], receive {log, L} -> L end.
locked(W, L) -> receive push -> locked(W, [blocked | L]); {code, 42} -> open(W, [opened | L]); {code, _} -> locked(W, [wrong | L]); stop -> W ! {log, lists:reverse(L)} end.
open(W, L) -> receive push -> locked(W, [through | L]); stop -> W ! {log, lists:reverse(L)} end.

%% A process that takes `ready` first, whatever came before, then the rest in order.
stash() -> Me = self(), P = spawn(fun() -> receive ready -> Me ! {stash, flush()} end end), [P ! M || M <- [1, 2, 3]], P ! ready, receive {stash, L} -> L end.

map_pattern() -> [self() ! M || M <- [#{type => b}, #{type => a, v => 1}, #{other => x}]], A = receive #{type := a, v := V} -> V end, {A, flush()}.
binary_pattern() -> [self() ! M || M <- [<<2, 0>>, <<1, 5, "hello">>]], A = receive <<1, L, T:L/binary>> -> T end, {A, flush()}.
same_message_twice() -> self() ! dup, self() ! dup, receive dup -> ok end, length(flush()).
discard() -> [self() ! {junk, I} || I <- [1, 2, 3]], self() ! end_of_junk, drop(0).
drop(N) -> receive {junk, _} -> drop(N + 1); end_of_junk -> N end.
keeps_queue() -> [self() ! I || I <- [1, 2, 3]], X = receive 2 -> 2 end, {X, receive missing -> y after 0 -> none end, flush()}.
