%% stage: b. What machine code does in line, at its edges: integers of whole bytes, small maps, built-in functions that fail.
-module(machine_code).
-export([main/0]).

main() ->
    Short = list_to_binary(lists:seq(120, 140)),
    Long = list_to_binary([X rem 256 || X <- lists:seq(1, 400)]),
    Odd = <<3:3, Long/binary>>,
    <<_:3, Shifted/bitstring>> = Odd,
    <<_:16, Part/binary>> = Short,
    <<_:24, Slice/binary>> = Long,
    [p({Name, integers(B), bytes(B, 0), pairs(B, []), signed(B, 0)}) ||
        {Name, B} <- [{short, Short}, {long, Long}, {shifted, Shifted}, {part, Part}, {slice, Slice}, {empty, <<>>}, {few, <<1, 2>>}]],
    p([bits(B) || B <- [<<>>, <<1:1>>, <<255, 1:3>>, <<1, 2, 3>>]]),
    p([(catch bytes(B, 0)) =:= (catch bytes(B, 0)) || B <- [no_binary, <<1:9>>]]),
    p([limit(N) || N <- [1 bsl 59 - 2, 1 bsl 59 - 1, 1 bsl 59, -(1 bsl 59), -(1 bsl 59) - 1, 1 bsl 62 - 1, -(1 bsl 62), 1 bsl 64]]),
    Small = #{a => 1, b => 2, "c" => 3},
    Large = maps:from_list([{N, N} || N <- lists:seq(1, 40)]),
    p([changes(M, K) || M <- [#{}, Small, Large, no_map], K <- [a, 7, "c", {d}, 1.0]]),
    p(counts(1000, #{n => 0, last => none})),
    p([fails(A, B) || {A, B} <- [{[1, 2], 1}, {x, 1}, {{1, 2}, 3}, {<<1>>, 2}, {#{a => 1}, a}]]),
    p([less(A, B) || A <- [1, 1.0, a, 1 bsl 70], B <- [0, 1.5, b, 1 bsl 71]]),
    p([sent(To) || To <- [self(), no_such_name, {no}, 1]]),
    p(length(flush())).

p(T) -> io:format("~p~n", [T]).

integers(<<A:8, B:16, C:24, D:32, E:40, F:48, G:56, _/bitstring>>) -> {A, B, C, D, E, F, G};
integers(<<A:16/little, B:8/signed, _/bitstring>>) -> {few, A, B};
integers(_) -> short.

signed(<<A:8/signed, B:16/signed-little, C:24/little-signed, D:40/signed, Rest/binary>>, Sum) -> signed(Rest, Sum + A - B + C - D);
signed(Rest, Sum) -> {byte_size(Rest), Sum}.

bytes(<<A, Rest/binary>>, Sum) -> bytes(Rest, Sum * 3 + A rem 1000003);
bytes(<<>>, Sum) -> Sum rem 1000007.

pairs(<<_:8, A:8, Rest/binary>>, Acc) when A rem 2 =:= 0 -> pairs(Rest, [A | Acc]);
pairs(<<_:8, Rest/binary>>, Acc) -> pairs(Rest, Acc);
pairs(<<>>, Acc) -> length(Acc).

bits(<<A:1, Rest/bitstring>>) -> [A | bits(Rest)];
bits(<<>>) -> [].

limit(N) -> {N + 1, N - 1, N * 2, -N, N + N, N < 5, N bsl 3, N bsr 3}.

changes(M, K) -> {try shown(M#{K => new}) catch E:R -> {E, shown(R)} end, try shown(M#{K := new}) catch E2:R2 -> {E2, shown(R2)} end, try #{K := V} = M, V catch E3:_ -> E3 end, try maps:get(K, M) catch E4:R4 -> {E4, shown(R4)} end}.

%% The order of large maps is nobody's business.
shown(M) when is_map(M) -> lists:sort(maps:to_list(M));
shown(T) -> T.

counts(0, Map) -> Map;
counts(N, #{n := Count} = Map) -> counts(N - 1, Map#{n := Count + 1, last => N}).

fails(A, B) ->
    [try hd(A) catch error:R -> R end, try element(B, A) catch error:R -> R end, try byte_size(A) catch error:R -> R end,
     try map_get(B, A) catch error:R -> R end, try tail(A) catch error:R -> R end, if length(A) > 1 -> long; true -> other end].
tail(A) -> erlang:tuple_size(A).

less(A, B) -> {A < B, A >= B, A =:= B, A == B, sum(A, B)}.
sum(A, B) when is_number(A), is_number(B), A < B -> A + B;
sum(A, _) -> A.

sent(To) -> try element(1, To ! {hello, To}) catch error:R -> R end.
flush() -> receive M -> [M | flush()] after 0 -> [] end.
