%% stage: b. Conversions between atoms, numbers and text, with the errors that OTP raises on bad input.
-module(atoms_numbers_text).
-export([main/0]).

main() ->
    p([list_to_atom(S) || S <- ["abc", "With Space", "", "1x"]]), p([atom_to_list(A) || A <- [abc, 'X y', '', '\n']]), p(binary_to_existing_atom(<<"main">>, utf8)), p(list_to_existing_atom("ok")),
    p(try list_to_existing_atom("never_made_" ++ "before_this") catch error:R0 -> R0 end),
    p([integer_to_list(N, B) || N <- [0, 255, -255], B <- [2, 8, 10, 16, 36]]), p([list_to_integer(S) || S <- ["0", "-0", "+12", "007"]]), p([list_to_integer(S, B) || {S, B} <- [{"zz", 36}, {"-101", 2}, {"DeadBeef", 16}]]),
    p([bad(F) || F <- [fun() -> list_to_integer("12x") end, fun() -> list_to_integer("") end, fun() -> list_to_integer("9", 8) end, fun() -> list_to_float("1") end, fun() -> list_to_float("1.") end, fun() -> binary_to_integer(<<" 1">>) end,
                       fun() -> atom_to_list(1) end, fun() -> list_to_atom([a]) end, fun() -> integer_to_list(a) end, fun() -> list_to_atom(lists:duplicate(300, $a)) end, fun() -> list_to_tuple(x) end, fun() -> tuple_to_list([]) end,
                       fun() -> hd([]) end, fun() -> tl(a) end, fun() -> length([1 | 2]) end, fun() -> element(3, {1, 2}) end, fun() -> element(0, {1}) end, fun() -> setelement(5, {1}, x) end, fun() -> abs(a) end, fun() -> round("x") end,
                       fun() -> a + 1 end, fun() -> 1 / 0 end, fun() -> 1 div 0 end, fun() -> -a end, fun() -> 1 bsl a end, fun() -> not 1 end, fun() -> a and true end, fun() -> id(1) andalso x end, fun() -> [] ++ 1 ++ [] end, fun() -> 1 ++ [2] end, fun() -> [1] -- 2 end,
                       fun() -> byte_size("x") end, fun() -> map_size([]) end, fun() -> iolist_size(a) end, fun() -> binary_part(<<1>>, 0, 2) end, fun() -> lists:nth(5, [1]) end, fun() -> lists:map(x, []) end, fun() -> float(a) end, fun() -> 1 bsl (1 bsl 80) end]]),
    p([erlang:list_to_float(S) || S <- ["1.0", "1.0e5", "-2.5E-3"]]), p({is_atom(a), is_atom("a"), is_number(1.0), is_integer(1.0), is_list([a | b])}), p({'a' =:= a, "abc" =:= [97, 98, 99], $a, $\n, $\s}),
    p({16#ff, 2#1010, 36#zz, 1_000_000, 1.5e3, 16#DEAD_BEEF}), p(roman(1994)), p(from_roman("MCMXCIV")), p([fizz(N) || N <- lists:seq(1, 15)]), p(say(4004)), p(run_length("aaabbbccd")), p([luhn(S) || S <- ["4539578763621486", "8273123273520569"]]),
    p(length(erlang:integer_to_list(1 bsl 1000))), p(erlang:float_to_list(1.0)), p(integer_to_binary(12345, 16)), p(binary_to_integer(<<"-7f">>, 16)).

p(T) -> io:format("~p~n", [T]).
id(X) -> X.
bad(F) -> try F() catch C:R -> {C, R} end.

roman(0) -> "";
roman(N) -> {V, S} = hd([X || {V, _} = X <- numerals(), V =< N]), S ++ roman(N - V).
numerals() -> [{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}].
from_roman("") -> 0;
from_roman(T) -> {V, S} = hd([X || {_, S} = X <- numerals(), lists:prefix(S, T)]), V + from_roman(lists:nthtail(length(S), T)).
fizz(N) -> case {N rem 3, N rem 5} of {0, 0} -> fizzbuzz; {0, _} -> fizz; {_, 0} -> buzz; _ -> N end.
say(N) -> string:join([element(D - $0 + 1, {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}) || D <- integer_to_list(N)], " ").
run_length([]) -> [];
run_length([C | T]) -> {Same, Rest} = lists:splitwith(fun(X) -> X =:= C end, T), [{C, length(Same) + 1} | run_length(Rest)].
luhn(S) -> lists:sum([double(C - $0, I) || {C, I} <- lists:zip(lists:reverse(S), lists:seq(1, length(S)))]) rem 10 =:= 0.
double(D, I) when I rem 2 =:= 1 -> D;
double(D, _) when D > 4 -> D * 2 - 9;
double(D, _) -> D * 2.
