%% stage: c. Sizes that no machine has, or that no number, tuple or packet may have: the error that OTP raises.
%% Where OTP ends the whole emulator instead: tests/tests/hostile_sizes.rs.
-module(hostile_sizes).
-export([main/0]).

main() -> building(), matching(), numbers(), decoding(), arguments().

%% A number is shown by its size and its last digits.
show(What, F) ->
    R = try F() of
            N when is_integer(N), abs(N) > 1 bsl 64 -> {big, N band 16#ffff};
            B when is_bitstring(B), bit_size(B) > 100 -> {bits, bit_size(B)};
            V -> V
        catch C:{badmatch, _} -> {C, badmatch};
              C:E -> {C, E}
        end,
    io:format("~p: ~p~n", [What, R]).

%% Not known to the compiler.
two_to(N) -> 1 bsl (N + list_to_integer("0")).

building() ->
    [show({bits, N}, fun() -> S = two_to(N), <<0:S>> end) || N <- [0, 20, 26, 59, 60, 61, 62, 63, 64, 65, 70]],
    [show({negative, N}, fun() -> S = -two_to(N), <<0:S>> end) || N <- [0, 62, 64]],
    [show({binary, N}, fun() -> S = two_to(N), <<(<<1>>):S/binary>> end) || N <- [31, 60, 70]],
    [show({float, N}, fun() -> S = two_to(N), <<1.0:S>> end) || N <- [5, 40, 70]],
    [show({empty_copies, N}, fun() -> binary:copy(<<>>, two_to(N)) end) || N <- [40, 58, 60, 63, 64, 70]],
    [show({copies, N}, fun() -> binary:copy(<<1>>, two_to(N)) end) || N <- [0, 20, 64, 70]],
    [show({tuple, N}, fun() -> erlang:make_tuple(two_to(N), a) end) || N <- [24, 25, 30, 60, 62, 64, 70]],
    [show({tuple_3, N}, fun() -> erlang:make_tuple(two_to(N), a, []) end) || N <- [24, 62, 70]],
    show(largest_tuple, fun() -> tuple_size(erlang:make_tuple(two_to(24) - 1, a)) end),
    show(list_to_tuple, fun() -> list_to_tuple(lists:duplicate(two_to(24), a)) end),
    [show({atomics, N}, fun() -> atomics:new(two_to(N), []) end) || N <- [61, 64, 70]],
    [show({counters, N}, fun() -> counters:new(two_to(N), []) end) || N <- [61, 64, 70]],
    show(no_atomics, fun() -> atomics:new(-two_to(70), []) end),
    [show({random, N}, fun() -> crypto:strong_rand_bytes(two_to(N)) end) || N <- [40, 60, 64]],
    show(atom, fun() -> list_to_atom(lists:duplicate(256, $a)) end),
    show(binary_atom, fun() -> binary_to_atom(binary:copy(<<"a">>, two_to(20))) end).

matching() ->
    Ones = binary:copy(<<255>>, two_to(23)),
    Five = <<0:(two_to(26)), 5>>,
    [show({ones, N, D}, fun() -> S = two_to(N) + D, <<X:S, _/bits>> = Ones, X end) || N <- [24, 25, 26], D <- [-65, -64, -63, 0]],
    [show({signed, N, D}, fun() -> S = two_to(N) + D, <<X:S/signed, _/bits>> = Ones, X end) || N <- [24, 25, 26], D <- [-64, -3, 0]],
    [show({little, N, D}, fun() -> S = two_to(N) + D, <<X:S/little, _/bits>> = Ones, X end) || N <- [24, 25, 26], D <- [-64, -3, 0]],
    show(five, fun() -> S = two_to(26) + 8, <<X:S, _/bits>> = Five, X end),
    show(five_little, fun() -> S = two_to(26) + 8, <<X:S/little, _/bits>> = Five, X end),
    show(zeros, fun() -> S = two_to(26), <<X:S, _/bits>> = Five, X end),
    show(zeros_little, fun() -> S = two_to(26) - 3, <<X:S/little-signed, _/bits>> = Five, X end),
    show(in_case, fun() -> S = two_to(26), case Ones of <<X:S, _/bits>> -> X; _ -> no end end),
    [show({absent, N}, fun() -> S = two_to(N), <<X:S, _/bits>> = <<1>>, X end) || N <- [31, 40, 60, 64, 70]],
    [show({absent_bytes, N}, fun() -> S = two_to(N), <<X:S/binary, _/bits>> = <<1>>, X end) || N <- [31, 60, 61, 64, 70]].

numbers() ->
    show(shift, fun() -> 1 bsl two_to(70) end),
    show(shift_33, fun() -> 1 bsl two_to(33) end),
    show(shift_right, fun() -> 1 bsr two_to(70) end),
    show(product, fun() -> two_to(33554000) * two_to(1000) end),
    show(decode_zeros, fun() -> binary:decode_unsigned(<<0:(two_to(26)), 5>>) end),
    show(encode, fun() -> binary:encode_unsigned(two_to(1000000)) end),
    show(power, fun() -> math:pow(10, 400 + list_to_integer("0")) end),
    show(decimals, fun() -> float_to_list(1.0, [{decimals, two_to(64)}]) end),
    [show({hash, N}, fun() -> erlang:phash2(a, two_to(N)) end) || N <- [32, 33, 64]],
    show(units, fun() -> erlang:convert_time_unit(two_to(70), two_to(70), 3) end).

decoding() ->
    [show({large_number, N}, fun() -> binary_to_term(<<131, 111, N:32, 0, (binary:copy(<<255>>, N))/binary>>) end)
        || N <- [two_to(20), 8 * (two_to(19) - 1), 8 * (two_to(19) - 1) + 1]],
    [show({term, T}, fun() -> binary_to_term(T) end)
        || T <- [<<131, 111, -1:32, 0, 1>>, <<131, 108, -1:32, 97, 1>>, <<131, 105, -1:32, 97, 1>>, <<131, 109, -1:32, 97>>,
                 <<131, 116, -1:32, 97, 1>>, <<131, 80, -1:32, 120, 156>>, <<131, 77, -1:32, 8, 97>>]],
    [show({packet, S}, fun() -> erlang:decode_packet(4, <<S:32, 1>>, []) end) || S <- [two_to(31) - 1, two_to(32) - 1]].

arguments() ->
    show(element, fun() -> element(two_to(62), {a}) end),
    show(setelement, fun() -> setelement(two_to(62), {a}, b) end),
    show(split, fun() -> split_binary(<<1>>, two_to(62)) end),
    show(part, fun() -> binary:part(<<1>>, two_to(62), -two_to(62)) end),
    show(range, fun() -> binary_to_list(<<1>>, 1, two_to(62)) end),
    show(reductions, fun() -> erlang:bump_reductions(two_to(60)) end),
    show(timer, fun() -> erlang:send_after(two_to(60), self(), x) end),
    show(timeout, fun() -> receive after two_to(32) -> ok end end),
    [show({option, K, N}, fun() -> spawn_opt(fun() -> ok end, [{K, two_to(N)}]) end)
        || K <- [min_heap_size, max_heap_size, min_bin_vheap_size, fullsweep_after], N <- [62, 64, 70]],
    show(save_calls, fun() -> process_flag(save_calls, two_to(40)) end),
    show(key_position, fun() -> ets:new(t, [{keypos, two_to(60)}]) end),
    show(limit, fun() -> ets:select(ets:new(t, []), [{'_', [], ['$_']}], two_to(60)) end),
    show(counter, fun() -> T = ets:new(t, []), ets:insert(T, {a, 1}), ets:update_counter(T, a, {2, 1, two_to(2000), 0}) end),
    show(checksums, fun() -> [catch erlang:crc32_combine(1, 2, two_to(60)), catch erlang:adler32_combine(1, 2, two_to(60))], ok end).
