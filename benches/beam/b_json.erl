%% JSON: encoded to iolists, parsed from a binary with one match a byte.
-module(b_json).
-export([run/0]).

run() ->
    Value = [#{<<"id">> => N, <<"name">> => <<"item \"", (integer_to_binary(N))/binary, "\"">>, <<"tags">> => [<<"a">>, <<"b">>, null],
        <<"price">> => N * 1.25, <<"is_sold">> => N rem 2 =:= 0} || N <- lists:seq(1, 300)],
    loop(5, Value).

loop(0, _) -> ok;
loop(N, Value) ->
    Text = iolist_to_binary(encode(Value)),
    {Value, <<>>} = value(Text),
    loop(N - 1, Value).

encode(null) -> <<"null">>;
encode(true) -> <<"true">>;
encode(false) -> <<"false">>;
encode(Int) when is_integer(Int) -> integer_to_binary(Int);
encode(Float) when is_float(Float) -> float_to_binary(Float, [short]);
encode(Text) when is_binary(Text) -> [$", escape(Text, Text, 0, 0), $"];
encode([]) -> <<"[]">>;
encode([First | Rest]) -> [$[, encode(First), [[$,, encode(Item)] || Item <- Rest], $]];
encode(Map) ->
    [[$, | First] | Rest] = [[$,, $", Key, $", $:, encode(Item)] || {Key, Item} <- maps:to_list(Map)],
    [${, First, Rest, $}].

escape(<<Char, Rest/binary>>, Text, Start, Len) when Char =:= $"; Char =:= $\\ ->
    [binary_part(Text, Start, Len), $\\, Char | escape(Rest, Text, Start + Len + 1, 0)];
escape(<<_, Rest/binary>>, Text, Start, Len) -> escape(Rest, Text, Start, Len + 1);
escape(<<>>, Text, Start, Len) -> [binary_part(Text, Start, Len)].

value(<<Space, Rest/binary>>) when Space =:= $\s; Space =:= $\n -> value(Rest);
value(<<"null", Rest/binary>>) -> {null, Rest};
value(<<"true", Rest/binary>>) -> {true, Rest};
value(<<"false", Rest/binary>>) -> {false, Rest};
value(<<$", Rest/binary>>) -> string(Rest, <<>>);
value(<<$[, $], Rest/binary>>) -> {[], Rest};
value(<<$[, Rest/binary>>) -> items(Rest, []);
value(<<${, $}, Rest/binary>>) -> {#{}, Rest};
value(<<${, Rest/binary>>) -> pairs(Rest, []);
value(Text) -> number(Text, Text, 0, false).

string(<<$", Rest/binary>>, Read) -> {Read, Rest};
string(<<$\\, Char, Rest/binary>>, Read) -> string(Rest, <<Read/binary, Char>>);
string(<<Char, Rest/binary>>, Read) -> string(Rest, <<Read/binary, Char>>).

items(Text, Items) ->
    case value(Text) of
        {Item, <<$,, Rest/binary>>} -> items(Rest, [Item | Items]);
        {Item, <<$], Rest/binary>>} -> {lists:reverse(Items, [Item]), Rest}
    end.

pairs(<<$", Text/binary>>, Pairs) ->
    {Key, <<$:, Rest/binary>>} = string(Text, <<>>),
    case value(Rest) of
        {Item, <<$,, More/binary>>} -> pairs(More, [{Key, Item} | Pairs]);
        {Item, <<$}, More/binary>>} -> {maps:from_list([{Key, Item} | Pairs]), More}
    end.

number(<<Char, Rest/binary>>, Text, Len, IsFloat) when Char >= $0, Char =< $9; Char =:= $- -> number(Rest, Text, Len + 1, IsFloat);
number(<<Char, Rest/binary>>, Text, Len, _) when Char =:= $.; Char =:= $e; Char =:= $+ -> number(Rest, Text, Len + 1, true);
number(Rest, Text, Len, true) -> {binary_to_float(binary_part(Text, 0, Len)), Rest};
number(Rest, Text, Len, false) -> {binary_to_integer(binary_part(Text, 0, Len)), Rest}.
