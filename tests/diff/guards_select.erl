%% stage: b. Clause selection: literals of every kind, jump tables, nested case, guards with and/or/andalso, failing guards.
-module(guards_select).
-export([main/0]).

main() ->
    Terms = [0, 1, 2, 255, -1, 1 bsl 65, 1.5, a, b, zz, true, false, [], [1], [a, b], "str", {}, {ok, 1}, {error, x}, {a, b, c}, <<>>, <<"bin">>, #{}, #{k => v}, self(), make_ref(), fun() -> ok end, fun(_) -> ok end],
    io:format("~w~n", [[class(T) || T <- Terms]]),
    io:format("~w~n", [[literal(T) || T <- Terms]]),
    io:format("~w~n", [[tests(T) || T <- Terms]]),
    io:format("~w~n", [[day(D) || D <- lists:seq(0, 8)]]),
    io:format("~w~n", [[size_class(T) || T <- [{}, {1}, {1, 2}, {1, 2, 3}, {1, 2, 3, 4}, {a, 2}, x]]]),
    io:format("~w~n", [[unsafe(T) || T <- [5, 0, a, [], {1}]]]),
    io:format("~w~n", [[range(N) || N <- [-5, 0, 9, 10, 99, 100, 1.0e3, x]]]),
    io:format("~w~n", [[logic(A, B) || A <- [true, false], B <- [true, false]]]),
    io:format("~w~n", [[nested(A, B, C) || A <- [1, 2], B <- [x, y], C <- [[], [z]]]]),
    io:format("~w~n", [[ifs(N) || N <- [1, 5, 10, foo]]]),
    io:format("~w~n", [[vm(Code, []) || Code <- [[{push, 2}, {push, 3}, add], [{push, 4}, dup, mul, {push, 1}, sub], [add], [{push, 1}, {push, 0}, divide]]]]),
    io:format("~w~n", [[same(A, B) || {A, B} <- [{1, 1}, {1, 1.0}, {"ab", "ab"}, {{1}, {1}}, {x, y}]]]).

class(T) when is_integer(T), T > 1 bsl 62 -> big;
class(T) when is_integer(T) -> int;
class(T) when is_float(T) -> float;
class(T) when is_boolean(T) -> bool;
class(T) when is_atom(T) -> atom;
class([_ | _]) -> list;
class([]) -> nil;
class(T) when is_tuple(T) -> tuple;
class(T) when is_binary(T) -> bin;
class(T) when is_map(T) -> map;
class(T) when is_pid(T) -> pid;
class(T) when is_reference(T) -> ref;
class(T) when is_function(T, 1) -> fun1;
class(T) when is_function(T) -> function.

literal(0) -> zero;
literal(255) -> byte;
literal(36893488147419103232) -> two_to_65;
literal(1.5) -> one_and_half;
literal("str") -> str;
literal({ok, 1}) -> ok1;
literal(<<"bin">>) -> bin;
literal(#{k := v}) -> kv;
literal(true) -> yes;
literal([]) -> nil;
literal({error, _}) -> err;
literal(_) -> '_'.

tests(T) ->
    [N || {N, true} <- [{n, is_number(T)}, {l, is_list(T)}, {a, is_atom(T)}, {f, is_function(T)}, {m, is_map(T)}, {b, is_bitstring(T)}, {t, is_tuple(T)}]].

day(1) -> mon; day(2) -> tue; day(3) -> wed; day(4) -> thu; day(5) -> fri; day(6) -> sat; day(7) -> sun; day(_) -> none.

size_class({}) -> 0; size_class({_}) -> 1; size_class({a, _}) -> tagged; size_class({_, _}) -> 2; size_class({_, _, _}) -> 3; size_class(T) when tuple_size(T) > 3 -> many; size_class(_) -> not_tuple.

%% A guard that fails is false, not an error.
unsafe(X) when 10 div X > 1 -> divided;
unsafe(X) when hd(X) =:= 1; element(1, X) =:= 1 -> headed;
unsafe(X) when length(X) =:= 0 -> empty;
unsafe(X) when X + 1 > 0 -> number;
unsafe(_) -> none.

range(N) when N >= 0, N < 10 -> digit;
range(N) when N >= 10 andalso N < 100 -> two;
range(N) when (is_integer(N) andalso N >= 100) or (is_float(N)) -> more;
range(N) when not is_number(N) -> nan;
range(_) -> negative.

logic(A, B) -> {A and B, A or B, A xor B, not A, A andalso B, A orelse B}.

nested(A, B, C) ->
    case {A, B} of
        {1, x} -> case C of [] -> e1; [H | _] -> {h, H} end;
        {1, _} when C =:= [] -> e2;
        {2, Y} -> if Y =:= x, C =/= [] -> both; true -> {y, Y} end;
        _ -> other
    end.

ifs(N) -> if N < 3 -> low; N < 7 -> mid; is_atom(N) -> atom; true -> high end.

vm([{push, N} | C], S) -> vm(C, [N | S]);
vm([add | C], [A, B | S]) -> vm(C, [A + B | S]);
vm([sub | C], [A, B | S]) -> vm(C, [B - A | S]);
vm([mul | C], [A, B | S]) -> vm(C, [A * B | S]);
vm([dup | C], [A | S]) -> vm(C, [A, A | S]);
vm([divide | C], [A, B | S]) when A =/= 0 -> vm(C, [B div A | S]);
vm([Op | _], S) -> {stuck, Op, S};
vm([], [R]) -> R.

same(X, X) -> match;
same(X, Y) when X == Y -> equal;
same(_, _) -> differ.
