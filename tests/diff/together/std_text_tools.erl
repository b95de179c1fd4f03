%% stage: b. Text tools in Erlang: word counts, wrapping, a template engine, JSON both ways, diffs by longest common subsequences, globs, INI, tables by io_lib.
-module(std_text_tools).
-export([main/0]).

main() ->
    Text = "The cat sat on the mat. The mat was flat; the cat, fat. Čáp čapí, ŽLUŤOUČKÝ kůň — naïve café: ﬁn.",
    Words = [string:casefold(W) || W <- string:lexemes(Text, " .,;:—")],
    p(lists:reverse(lists:keysort(2, maps:to_list(lists:foldl(fun(W, M) -> maps:update_with(W, fun(N) -> N + 1 end, 1, M) end, #{}, Words))))),
    [io:format("|~ts|~n", [string:pad(L, 24, both)]) || L <- wrap(string:lexemes(Text, " "), 24)],
    p([{F, string:F(Text)} || F <- [length, uppercase, reverse]]),
    p(string:titlecase("élan vital")),
    p([string:find(Text, "mat"), string:find(Text, "mat", trailing), string:prefix(Text, "The "), string:split(Text, "the", all), string:replace(Text, "cat", "dog", trailing), string:slice(Text, 4, 7), string:trim("  xx yy  "), string:trim("xxyxx", leading, "x"), string:take("abc123", lists:seq($a, $z)), string:take("abc123", "321", false, trailing)]),
    p([string:equal("Straße", "STRASSE", true), string:equal("e\x{301}", [233], false, nfc), string:to_graphemes("e\x{301}🇩🇪x"), string:next_grapheme("🇩🇪x"), string:is_empty([[], <<>>]), string:concat("a", "b"), string:join(["a", "b", "c"], ", "), string:tokens("a,,b;c", ",;"), string:chomp("x\r\n")]),
    io:format("~ts~n", [template("Hello {{name}}, you have {{n}} {{#items}}<{{.}}>{{/items}} {{missing}}!", #{name => "Ann", n => 3, items => ["a", "b"]})]),
    Json = <<"{\"a\": [1, -2.5e3, true, null, \"x\\u00e9\\n\\\"\"], \"b\": {\"c\": {}, \"d\": []}, \"\": \"\\ud83d\\ude00\"}">>,
    {Value, <<>>} = json(Json),
    p(Value),
    io:format("~ts~n", [to_json(Value)]),
    p(element(1, json(iolist_to_binary(to_json(Value)))) =:= Value),
    p([catch json(B) || B <- [<<"[1,">>, <<"{\"a\" 1}">>, <<"tru">>, <<"\"open">>, <<"[1 2]">>, <<>>]]),
    [io:format("~s~s~n", [[Op], L]) || {Op, L} <- diff(["a", "b", "c", "d", "e"], ["a", "x", "c", "e", "f"])],
    p([{G, [N || N <- ["main.erl", "main.hrl", "test_1.erl", "x", ".hidden"], glob(G, N)]} || G <- ["*.erl", "*", "?", "test_[0-9].*", "*.?rl", "[!m]*"]]),
    table([{"name", "qty", "price"}, {"tea", 12, 4.5}, {"café", 3, 12.25}, {"日本", 1000, 0.333}]),
    p([lists:flatten(io_lib:format(F, A)) || {F, A} <- [{"~10s|~-10s|~.3s", ["right", "left", "truncated"]}, {"~5w~-5w|~05b|~.16b|~.2#", [ab, cd, 42, 255, 10]}, {"~8.3f|~e|~.2e|~g", [3.14159, 1.5, 12345.678, 0.1]}, {"~p~n~P", [[1, "ab", <<"cd">>], lists:seq(1, 20), 5]},
        {"~c~3c~tc", [$a, $b, 960]}, {"~*c|~*s", [3, $x, 6, "abc"]}, {"~i~s", [skipped, "shown"]}, {"~ts ~tp ~tw", ["π", "π", 'π']}, {"~30p", [{a_long_atom, [another, one], #{k => v}}]}, {"~+b ~x ~X", [5, 31, "0x", 31, "16#"]}, {"~~ ~%", []}] , F =/= "~+b ~x ~X", F =/= "~~ ~%"]),
    p([catch io_lib:format(F, A) || {F, A} <- [{"~d", [1]}, {"~s", [a_b]}, {"~s", [[1 bsl 30]]}, {"~p", []}, {"x", [1]}, {"~.b", [1]}, {"~1.2.3.4p", [x]}, {"~B", [1.5]}]] =/= []),
    p([io_lib:format_prompt({format, "~s>", ["a"]}), io_lib:nl(), io_lib:write_string("a\"\n\e"), io_lib:write_atom('a b'), io_lib:write_char($\s), io_lib:printable_list("aé"), io_lib:printable_unicode_list([16#10ffff]), io_lib:deep_char_list(["a", [$b]]), io_lib:char_list([-1])]),
    p(io_lib:unscan_format(io_lib:scan_format("~-10.2.xts ~p", ["a", b]))),
    p([caesar(N, "Hello, Wörld!") || N <- [3, -3, 29]]).

wrap([W | Ws], N) -> wrap(Ws, W, N).
wrap([], L, _) -> [L];
wrap([W | Ws], L, N) -> case string:length(L) + 1 + string:length(W) of S when S > N -> [L | wrap(Ws, W, N)]; _ -> wrap(Ws, L ++ " " ++ W, N) end.

template(T, Env) ->
    case re:run(T, "{{#(\\w+)}}(.*?){{/\\1}}", [{capture, all, list}, unicode]) of
        {match, [All, Key, Inner]} -> [A, B] = string:split(T, All), [template(A, Env), [template(Inner, Env#{'.' => I}) || I <- maps:get(list_to_atom(Key), Env, [])], template(B, Env)];
        nomatch -> fill(T, Env)
    end.
fill(T, Env) ->
    case re:run(T, "{{(\\w+|\\.)}}", [{capture, all, list}, unicode]) of
        {match, [All, Key]} -> [A, B] = string:split(T, All), [A, value(maps:get(list_to_atom(Key), Env, "?")), fill(B, Env)];
        nomatch -> T
    end.
value(N) when is_integer(N) -> integer_to_list(N);
value(S) -> S.

json(B) -> value_of(skip(B)).
skip(<<C, R/binary>>) when C =:= $\s; C =:= $\n; C =:= $\t; C =:= $\r -> skip(R);
skip(B) -> B.
value_of(<<"{", R/binary>>) -> case skip(R) of <<"}", S/binary>> -> {#{}, S}; S -> members(S, #{}) end;
value_of(<<"[", R/binary>>) -> case skip(R) of <<"]", S/binary>> -> {[], S}; S -> elements(S, []) end;
value_of(<<"\"", R/binary>>) -> text(R, <<>>);
value_of(<<"true", R/binary>>) -> {true, R};
value_of(<<"false", R/binary>>) -> {false, R};
value_of(<<"null", R/binary>>) -> {null, R};
value_of(B) ->
    case re:run(B, "^-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?", [{capture, first, binary}]) of
        {match, [N]} -> {number(N), binary:part(B, byte_size(N), byte_size(B) - byte_size(N))};
        nomatch -> throw({json, binary:part(B, 0, min(3, byte_size(B)))})
    end.
number(N) -> try binary_to_integer(N) catch error:badarg -> try binary_to_float(N) catch error:badarg -> [A, E] = re:split(N, "[eE]"), binary_to_float(<<A/binary, (case binary:match(A, <<".">>) of nomatch -> <<".0">>; _ -> <<>> end)/binary, "e", E/binary>>) end end.
members(B, M) ->
    {K, R} = case skip(B) of <<"\"", T/binary>> -> text(T, <<>>); O -> throw({key, O}) end,
    case skip(R) of
        <<":", V/binary>> -> {X, S} = value_of(skip(V)), case skip(S) of <<",", Q/binary>> -> members(Q, M#{K => X}); <<"}", Q/binary>> -> {M#{K => X}, Q}; O2 -> throw({object, O2}) end;
        O3 -> throw({colon, O3})
    end.
elements(B, L) -> {X, R} = value_of(skip(B)), case skip(R) of <<",", Q/binary>> -> elements(Q, [X | L]); <<"]", Q/binary>> -> {lists:reverse([X | L]), Q}; O -> throw({array, O}) end.
text(<<"\"", R/binary>>, T) -> {T, R};
text(<<"\\u", H:4/binary, "\\u", L:4/binary, R/binary>>, T) when H >= <<"d800">>, H < <<"dc00">> -> <<C/utf16>> = <<(binary_to_integer(H, 16)):16, (binary_to_integer(L, 16)):16>>, text(R, <<T/binary, C/utf8>>);
text(<<"\\u", H:4/binary, R/binary>>, T) -> text(R, <<T/binary, (binary_to_integer(H, 16))/utf8>>);
text(<<"\\n", R/binary>>, T) -> text(R, <<T/binary, "\n">>);
text(<<"\\", C, R/binary>>, T) -> text(R, <<T/binary, C>>);
text(<<C/utf8, R/binary>>, T) -> text(R, <<T/binary, C/utf8>>);
text(<<>>, T) -> throw({open, T}).

to_json(M) when is_map(M) -> ["{", lists:join(",", [[to_json(K), ":", to_json(V)] || {K, V} <- lists:sort(maps:to_list(M))]), "}"];
to_json(L) when is_list(L) -> ["[", lists:join(",", [to_json(X) || X <- L]), "]"];
to_json(A) when is_atom(A) -> atom_to_list(A);
to_json(N) when is_integer(N) -> integer_to_list(N);
to_json(F) when is_float(F) -> io_lib:format("~p", [F]);
to_json(B) -> [$", [case C of $" -> "\\\""; $\n -> "\\n"; _ when C < 128 -> C; _ -> unicode:characters_to_binary([C]) end || <<C/utf8>> <= B], $"].

diff(A, B) -> lists:reverse(walk(A, B, [])).
walk([X | A], [X | B], D) -> walk(A, B, [{$\s, X} | D]);
walk([], B, D) -> lists:reverse([{$+, X} || X <- B]) ++ D;
walk(A, [], D) -> lists:reverse([{$-, X} || X <- A]) ++ D;
walk([X | A] = L, [Y | B] = R, D) -> case lcs(A, R) >= lcs(L, B) of true -> walk(A, R, [{$-, X} | D]); false -> walk(L, B, [{$+, Y} | D]) end.
lcs([], _) -> 0;
lcs(_, []) -> 0;
lcs([X | A], [X | B]) -> 1 + lcs(A, B);
lcs([_ | A] = L, [_ | B] = R) -> max(lcs(A, R), lcs(L, B)).

glob([], []) -> true;
glob("*" ++ G, N) -> glob(G, N) orelse (N =/= [] andalso glob([$* | G], tl(N)));
glob("?" ++ G, [_ | N]) -> glob(G, N);
glob("[!" ++ G, [C | N]) -> {Set, [$] | R]} = lists:splitwith(fun(X) -> X =/= $] end, G), not in_set(C, Set) andalso glob(R, N);
glob("[" ++ G, [C | N]) -> {Set, [$] | R]} = lists:splitwith(fun(X) -> X =/= $] end, G), in_set(C, Set) andalso glob(R, N);
glob([C | G], [C | N]) -> glob(G, N);
glob(_, _) -> false.
in_set(C, [A, $-, B | R]) -> (C >= A andalso C =< B) orelse in_set(C, R);
in_set(C, [C | _]) -> true;
in_set(C, [_ | R]) -> in_set(C, R);
in_set(_, []) -> false.

table(Rows) -> [io:format("~ts~ts~ts~n", [string:pad(text_of(A), 8), string:pad(text_of(B), 6, leading), string:pad(text_of(C), 9, leading)]) || {A, B, C} <- Rows].
text_of(F) when is_float(F) -> io_lib:format("~.2f", [F]);
text_of(N) when is_integer(N) -> integer_to_list(N);
text_of(S) -> S.

caesar(N, T) -> [if C >= $a, C =< $z -> (C - $a + N + 26) rem 26 + $a; C >= $A, C =< $Z -> (C - $A + N + 26) rem 26 + $A; true -> C end || C <- T].

p(T) -> io:format("~0tp~n", [T]).
