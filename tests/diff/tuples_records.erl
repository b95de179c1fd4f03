%% stage: b. Tuples and records: element, setelement, matching on size and tag, updates, defaults.
-module(tuples_records).
-export([main/0]).

-record(point, {x = 0, y = 0, label}).
-record(line, {from = #point{}, to = #point{x = 1}, tags = []}).

main() ->
    T = {a, 1, "s", {nested, 2.5}},
    p(element(1, T)), p(tuple_size(T)), p(setelement(2, T, two)), p(T), p(list_to_tuple([1, 2, 3])), p(tuple_to_list(T)),
    p(erlang:make_tuple(3, x)), p(erlang:append_element({1}, 2)), p(erlang:insert_element(1, {b}, a)), p(erlang:delete_element(2, {a, b, c})),
    p({}), p({{}, {{}}}), p(tuple_size({})),
    P = #point{x = 3, label = "p"},
    p(P), p(P#point.x), p(P#point{y = 9, x = 1}), p(is_record(P, point)), p(is_record(P, line)), p(#point.label), p(record_info(fields, point)), p(record_info(size, line)),
    L = #line{to = P},
    p(L), p((L#line.to)#point.label), p(L#line{from = P#point{label = moved}, tags = [t | L#line.tags]}),
    p([kind(X) || X <- [P, L, {}, {1}, {1, 2}, {point, 1, 2}, [], a, {error, enoent}, {ok, {a, [1, {b, c}]}}]]),
    p(length_squared(#point{x = 3, y = 4})), p(move(L, 10)),
    p([{A, B} || {A, _, B} <- [{1, 2, 3}, {4, 5}, {6, 7, 8}]]),
    p(lists:foldl(fun(I, Acc) -> setelement(I, Acc, I * I) end, erlang:make_tuple(10, 0), lists:seq(1, 10))),
    p({1, 2, 3} < {1, 2}), p({1, 2} < {1, 3}), p({a} == {a}), p({1.0} == {1}), p({1.0} =:= {1}),
    p(swap_all(#{a => {1, 2}, b => {3, 4}})), p(setup()).

p(T) -> io:format("~w~n", [T]).

kind(#point{x = X, label = undefined}) -> {bare_point, X};
kind(#point{label = Label}) -> {point, Label};
kind(#line{to = #point{label = "p"}}) -> line_to_p;
kind({}) -> empty;
kind({_}) -> one;
kind({ok, {_, [_, {B, _}]}}) -> {deep, B};
kind({A, _}) -> {two, A};
kind(T) when is_tuple(T), tuple_size(T) =:= 3 -> three;
kind(Other) -> {other, Other}.

length_squared(#point{x = X, y = Y}) -> X * X + Y * Y.

move(#line{from = F = #point{x = X}} = L, By) -> L#line{from = F#point{x = X + By}}.

swap_all(M) -> maps:map(fun(_, {A, B}) -> {B, A} end, M).

setup() ->
    R0 = #line{},
    R1 = R0#line{tags = [one]},
    {R0 =:= #line{}, R0 =:= R1, R1#line.tags}.
