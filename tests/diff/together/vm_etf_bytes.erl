%% stage: b. External term format: the bytes of each kind of term, and back.
-module(vm_etf_bytes).
-export([main/0]).

main() ->
    Ts = [0, 255, 256, -1, 1 bsl 31, -(1 bsl 31) - 1, 1 bsl 64, -(1 bsl 2100), 1.5, -0.0, a, 'å', '', true, [], "abc", [1 | 2], lists:seq(1, 3), [300], {}, {a, {b}}, <<>>, <<"x">>, <<1:3>>, #{}, #{a => 1, 1 => b, "k" => []}, list_to_tuple(lists:seq(1, 256)), fun erlang:abs/1, fun lists:map/2, maps:from_list([{I, I} || I <- lists:seq(1, 33)]), binary_to_term(<<131, 103, 100, 0, 3, $a, $@, $b, 0, 0, 0, 1, 0, 0, 0, 2, 3>>)],
    [begin B = term_to_binary(T), p({erlang:external_size(T) =:= byte_size(B), if byte_size(B) < 200 -> B; true -> {byte_size(B), erlang:md5(B)} end, binary_to_term(B) =:= T}) end || T <- Ts],
    p([term_to_binary(T, O) || T <- [1.5, 'å', a], O <- [[{minor_version, 0}], [{minor_version, 1}], [{minor_version, 2}]]]),
    Z = lists:duplicate(300, $z), p([begin B = term_to_binary(Z, [{compressed, L}]), {byte_size(B) < 100, binary_to_term(B) =:= Z, binary:at(B, 1)} end || L <- [1, 6, 9]]), p(byte_size(term_to_binary(Z, [{compressed, 0}]))),
    p([term_to_binary(T, [deterministic]) || T <- [#{b => 1, a => 2, 1 => c}]]),
    p([catch_(fun() -> binary_to_term(B) end) || B <- [<<131, 97>>, <<131, 98, 255, 255, 255, 255>>, <<131, 99, "1.50000000000000000000e+00", 0, 0, 0, 0, 0>>, <<131, 100, 0, 1, "a">>, <<131, 115, 1, "b">>, <<131, 119, 2, 195, 165>>, <<131, 119, 1, 255>>, <<131, 107, 0, 2, 1, 2>>, <<131, 108, 0, 0, 0, 1, 97, 1, 106>>, <<131, 108, 0, 0, 0, 0, 106>>, <<131, 110, 1, 0, 5>>, <<131, 110, 0, 0>>, <<131, 110, 1, 1, 0>>, <<131, 110, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0>>, <<131, 111, 0, 0, 0, 1, 0, 7>>, <<131, 77, 0, 0, 0, 1, 3, 160>>, <<131, 77, 0, 0, 0, 1, 9, 160>>, <<131, 116, 0, 0, 0, 2, 97, 1, 97, 2, 97, 1, 97, 3>>, <<131, 104, 2, 97, 1>>, <<131, 70, 255, 255, 255, 255, 255, 255, 255, 255>>, <<131, 70, 127, 240, 0, 0, 0, 0, 0, 0>>, <<131, 109, 0, 0, 0, 5, 1>>, <<131, 113, 119, 5, "lists", 119, 3, "map", 97, 2>>, <<131, 80, 0, 0, 0, 3, 120, 156>>, <<130, 97, 1>>, <<131, 97, 1, 99>>, <<131, 106>>, <<131, 200>>]]),
    p([catch_(fun() -> binary_to_term(B, O) end) || {B, O} <- [{<<131, 97, 1, 99>>, [used]}, {<<131, 119, 12, "zq_unseen_01">>, [safe]}, {<<131, 119, 5, "lists">>, [safe, used]}, {<<131, 113, 119, 5, "lists", 119, 12, "zq_unseen_02", 97, 2>>, [safe]}]]).
catch_(F) -> try F() catch C:R -> {C, R} end.

p(T) -> io:format("~0tp~n", [T]).
