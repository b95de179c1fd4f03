%% stage: b. Binaries that grow in place: integers of all sizes behind them, two that grow from one, collections and sends between.
-module(appends).
-export([main/0]).

main() ->
    p([hash(grown(F, 700)) || F <- sizes()]),
    p([try grow(F, B, V) of R -> {byte_size(R), R =:= <<B/bitstring, (grow(F, <<>>, V))/bitstring>>} catch error:R -> R end ||
        F <- sizes(), B <- [long(), part(), whole_bits()], V <- [0, -1, 255, 1 bsl 58, -(1 bsl 58), 1 bsl 70, -(1 bsl 70), a, 1.5]]),
    p([(catch grow(one, B, 1)) =:= B || B <- [no_binary, 7, <<1:9>>, bits(), {}]] ),
    p([class(fun() -> grow(F, B, 1) end) || F <- sizes(), B <- [no_binary, <<1:9>>, bits(), []]]),
    %% Two that grow from one: neither sees what is the other's.
    Start = grown(one, 300),
    {A, B} = forks(100, Start, Start),
    p({hash(A), hash(B), hash(Start), binary:part(A, 0, 300) =:= Start, binary:part(B, 0, 300) =:= Start}),
    %% Turns of two that have nothing to do with each other.
    {C, D} = forks(400, grown(one, 100), grown(two, 100)),
    p({hash(C), hash(D)}),
    %% Others grow what they were sent, while it grows here.
    Self = self(),
    {Kept, Last} = lists:mapfoldl(fun(N, Acc) ->
        Now = grow_times(one, Acc, 30),
        Pid = spawn_link(fun() -> Self ! {self(), hash(grow_times(two, Now, 40 + N))} end),
        {Pid, Now}
    end, grown(one, 90), lists:seq(1, 20)),
    p(hash(Last)),
    p([receive {Pid, Hash} -> Hash end || Pid <- Kept]),
    %% One that grows, is sent, and comes back longer.
    Echo = spawn_link(fun echo/0),
    p(hash(back_and_forth(50, grown(one, 80), Echo))),
    %% Collections between appends, and appends to what was matched out of one.
    p(hash(collecting(200, grown(one, 100)))),
    <<_:80/binary, Rest/binary>> = grown(one, 300),
    p({hash(grow_times(one, Rest, 100)), hash(grow_times(mixed, Rest, 50))}),
    <<First:100/binary, _/binary>> = grown(one, 300),
    p({hash(grow_times(one, First, 100)), binary:at(First, 99)}),
    <<_:3, Odd/bitstring>> = grown(one, 300),
    p({bit_size(grow_times(bit, Odd, 100)), class(fun() -> grow_times(one, Odd, 1) end), hash(<<0:3, (grow_times(bit, Odd, 99))/bitstring, 0:2>>)}),
    p(byte_size(grow_times(none, grown(one, 300), 10))).

p(T) -> io:format("~p~n", [T]).

sizes() -> [one, two, three, four, five, six, seven, eight, mixed, little, bit, none, sized].

grown(F, N) -> grow_times(F, <<>>, N).

grow_times(_, B, 0) -> B;
grow_times(F, B, N) -> grow_times(F, grow(F, B, N), N - 1).

grow(one, B, V) -> <<B/binary, V>>;
grow(two, B, V) -> <<B/binary, V:16>>;
grow(three, B, V) -> <<B/binary, V:24>>;
grow(four, B, V) -> <<B/binary, V:32>>;
grow(five, B, V) -> <<B/binary, V:40>>;
grow(six, B, V) -> <<B/binary, V:48>>;
grow(seven, B, V) -> <<B/binary, V:56>>;
grow(eight, B, V) -> <<B/binary, V:64>>;
grow(mixed, B, V) -> <<B/binary, V:8, 3:16, V:24/little, V:32>>;
grow(little, B, V) -> <<B/binary, V:16/little, V:56/little>>;
grow(bit, B, V) -> <<B/bitstring, V:8, V:16>>;
grow(none, B, V) -> <<B/binary, V:0>>;
grow(sized, B, V) -> <<B/binary, V:(size(B) rem 5 * 8)>>.

forks(0, A, B) -> {A, B};
forks(N, A, B) -> forks(N - 1, <<A/binary, N>>, <<B/binary, (N + 7), N:16>>).

back_and_forth(0, B, _) -> B;
back_and_forth(N, B, Echo) ->
    Echo ! {self(), B},
    receive {Echo, Longer} -> back_and_forth(N - 1, <<Longer/binary, N>>, Echo) end.

echo() -> receive {From, B} -> From ! {self(), <<B/binary, 1, (byte_size(B)):16>>}, echo() end.

collecting(0, B) -> B;
collecting(N, B) when N rem 7 =:= 0 ->
    garbage_collect(),
    collecting(N - 1, <<B/binary, N>>);
collecting(N, B) ->
    _ = lists:seq(1, 50),
    collecting(N - 1, <<B/binary, N:16, (N rem 3)>>).

long() -> list_to_binary(lists:seq(1, 200)).
part() -> binary:part(long(), 10, 120).
bits() -> <<(long())/binary, 5:3>>.
whole_bits() -> <<_:8, Rest/bitstring>> = long(), Rest.

hash(B) -> {bit_size(B), erlang:crc32(<<B/bitstring, 0:(8 - bit_size(B) rem 8)>>)}.

class(F) -> try F(), ok catch C:R -> {C, R} end.
