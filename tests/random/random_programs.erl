%% Random Erlang modules, and what becomes of their functions: the same on OTP and on Dala, or one of them is wrong.
%%
%%   random_programs:make(Folder, Seed, First, Count)   generates and compiles modules (on OTP); keeps their sources
%%   random_programs:run(Folder, First, Count, File)    calls them (on either) and writes one line for each
%%
%% Module number N of a seed is always the same, whatever else is generated. Values are those at the edges: of OTP's and of
%% Dala's small integers, of bytes, of maps that become trees. A function calls only later ones, so each program ends; what
%% still takes too long is cut off by the compiler's own sizes, not by a clock.
-module(random_programs).
-export([make/4, run/4, source/2]).

%% --- generating -----------------------------------------------------------------------------------------------------

make(Folder, Seed, First, Count) ->
    ok = filelib:ensure_dir(filename:join(Folder, "x")),
    Refused = [N || N <- lists:seq(First, First + Count - 1), compile(Folder, Seed, N) =:= refused],
    io:format("random_programs: ~p modules, ~p refused by the compiler~n", [Count, length(Refused)]).

name(N) -> "random_" ++ integer_to_list(N).

compile(Folder, Seed, N) ->
    Source = source(Seed, N),
    File = filename:join(Folder, name(N)),
    ok = file:write_file(File ++ ".erl", Source),
    case compile:forms(forms(unicode:characters_to_list(Source)), [binary, deterministic]) of
        {ok, _, Code} -> ok = file:write_file(File ++ ".beam", Code);
        _ -> refused
    end.

forms(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {Forms, []} = lists:foldl(
        fun({dot, _} = Dot, {Done, Open}) ->
                {ok, Form} = erl_parse:parse_form(lists:reverse([Dot | Open])),
                {[Form | Done], []};
           (Token, {Done, Open}) -> {Done, [Token | Open]}
        end, {[], []}, Tokens),
    lists:reverse(Forms).

%% The text of module number N.
source(Seed, N) ->
    % A number is spread over the whole state; three that differ by one are not.
    rand:seed(exsss, Seed * 1000003 + N),
    put(fresh, 0),
    Last = 2 + rand:uniform(4),
    put(last, Last),
    Functions = maps:from_list([{I, {[type() || _ <- lists:seq(1, rand:uniform(4) - 1)], type()}} || I <- lists:seq(1, Last)]),
    put(functions, Functions),
    Texts = [function(I, maps:get(I, Functions)) || I <- lists:seq(1, Last)],
    Calls = [first_call(I, maps:get(I, Functions)) || I <- lists:seq(1, Last), _ <- [a, b]],
    unicode:characters_to_binary(
        ["-module(", name(N), ").\n-export([main/0]).\n\nmain() ->\n    [",
         lists:join(",\n     ", [["fun() -> ", Call, " end"] || Call <- Calls]), "].\n", Texts]).

first_call(I, {Types, _}) -> [f(I), "(", comma([literal(strayed(T), 2) || T <- Types]), ")"].

f(I) -> ["f", integer_to_list(I)].

function(I, {Types, Result}) ->
    put(self, I),
    First = [clause_of(I, Types, Result) || _ <- lists:seq(2, rand:uniform(3))],
    ["\n", lists:join(";\n", First ++ [last_clause_of(I, Types, Result)]), ".\n"].

clause_of(I, Types, Result) ->
    {Patterns, Env} = lists:mapfoldl(fun(T, E) -> pattern(T, 1, E) end, [], Types),
    [f(I), "(", comma(Patterns), ")", guard(Env), " ->\n    ", body(Env, 4, Result)].

%% Mostly one that matches always.
last_clause_of(I, Types, Result) ->
    case rand:uniform(8) of
        1 -> clause_of(I, Types, Result);
        _ ->
            {Patterns, Env} = lists:mapfoldl(fun bind/2, [], Types),
            [f(I), "(", comma(Patterns), ") ->\n    ", body(Env, 4, Result)]
    end.

%% One to four expressions, the first ones mostly bound to variables.
body(Env, D, T) ->
    case D > 0 andalso rand:uniform(3) of
        More when More =:= 1; More =:= 2 ->
            {Text, Env1} = statement(Env, D - 1),
            [Text, ",\n    ", body(Env1, D - 1, T)];
        _ -> expression(Env, D, T)
    end.

statement(Env, D) ->
    T = type(),
    case rand:uniform(10) of
        1 ->
            {Pattern, Env1} = pattern(T, 2, Env),
            {[Pattern, " = ", expression(Env, D, T)], Env1};
        2 -> {["put(", atom(), ", ", expression(Env, D, T), ")"], Env};
        3 -> {["self() ! ", expression(Env, D, T)], Env};
        _ ->
            Name = fresh(),
            {[Name, " = ", expression(Env, D, T)], [{Name, T} | Env]}
    end.

fresh() ->
    N = get(fresh) + 1,
    put(fresh, N),
    "V" ++ integer_to_list(N).

pick(List) -> lists:nth(rand:uniform(length(List)), List).

one_of(Choices) -> (pick(Choices))().

comma(Texts) -> lists:join(", ", Texts).

%% What a value is meant to be: lists, tuples and the values of maps are integers. One in fifteen is something else.
type() -> pick([int, int, int, list, list, bits, bits, map, tuple, atom, float]).

strayed(T) ->
    case rand:uniform(15) of
        1 -> pick([type(), any]);
        _ -> T
    end.

%% --- values ---------------------------------------------------------------------------------------------------------

integer() ->
    case rand:uniform(4) of
        1 -> integer_to_list(rand:uniform(8) - 3);
        2 -> integer_to_list(rand:uniform(600) - 300);
        3 -> edge([7, 8, 16, 24, 31, 32, 59, 60, 62, 63, 64, 127, 128]);
        4 -> integer_to_list(rand:uniform(1 bsl 200) - (1 bsl 199))
    end.

byte() -> integer_to_list(rand:uniform(256) - 1).

edge(Bits) -> ["(", pick(["", "-"]), "(1 bsl ", integer_to_list(pick(Bits)), ")", pick(["", " - 1", " + 1", " - 2"]), ")"].

float() -> pick(["0.0", "-0.0", "1.0", "-1.5", "2.5", "0.1", "1.0e10", "1.0e22", "3.0e-7", "1.7976931348623157e308", "4503599627370497.0", "9007199254740992.0"]).

atom() -> pick(["a", "b", "c", "ok", "true", "false", "undefined", "'Az'"]).

bits() -> pick(["<<>>", "<<1, 2, 3>>", "<<\"abcdefgh\">>", "<<5:3>>", "<<-1:65>>", "<<1.5/float>>", "<<16#e2, 16#82, 16#ac>>", "(binary:copy(<<\"xyz\">>, 30))", "<<255, 7:5>>"]).

literal(int, _) -> integer();
literal(float, _) -> float();
literal(atom, _) -> atom();
literal(bits, _) -> bits();
literal(list, _) ->
    case rand:uniform(4) of
        1 -> pick(["\"\"", "\"abc\"", "\"a\\x{e5}\\x{20ac}\"", "[]"]);
        2 -> ["[", comma([byte() || _ <- lists:seq(1, rand:uniform(5))]), "]"];
        3 -> ["lists:seq(", integer_to_list(rand:uniform(5) - 2), ", ", integer_to_list(rand:uniform(40)), ")"];
        4 -> ["[", comma([integer() || _ <- lists:seq(1, rand:uniform(5))]), "]"]
    end;
literal(tuple, _) -> ["{", comma([integer() || _ <- lists:seq(1, rand:uniform(4) - 1)]), "}"];
literal(map, _) ->
    case rand:uniform(5) of
        1 -> ["maps:from_list([{N, N * N} || N <- lists:seq(1, ", pick(["31", "32", "33", "40"]), ")])"];
        _ -> ["#{", comma([[atom(), " => ", integer()] || _ <- lists:seq(1, rand:uniform(5) - 1)]), "}"]
    end;
literal(any, 0) -> literal(type(), 0);
literal(any, D) ->
    case rand:uniform(4) of
        1 -> ["[", comma([literal(any, D - 1) || _ <- lists:seq(1, rand:uniform(4))]), "]"];
        2 -> ["{", comma([literal(any, D - 1) || _ <- lists:seq(1, rand:uniform(4) - 1)]), "}"];
        3 -> ["#{", literal(any, D - 1), " => ", literal(any, D - 1), "}"];
        4 -> ["[", literal(any, D - 1), " | ", literal(any, D - 1), "]"]
    end.

%% --- patterns and guards --------------------------------------------------------------------------------------------

pattern(T, D, Env) ->
    case D =< 0 orelse rand:uniform(3) of
        1 -> inside(strayed(T), D, Env);
        2 when T =:= int; T =:= atom; T =:= list ->
            case rand:uniform(4) of
                1 -> {case T of int -> integer_to_list(rand:uniform(4) - 1); atom -> atom(); list -> pick(["[]", "\"abc\""]) end, Env};
                _ -> bind(T, Env)
            end;
        _ ->
            case rand:uniform(8) of
                1 -> {"_", Env};
                _ -> bind(T, Env)
            end
    end.

inside(list, D, Env) ->
    case rand:uniform(3) of
        1 ->
            {Elements, Env1} = lists:mapfoldl(fun(_, E) -> pattern(int, D - 1, E) end, Env, lists:seq(1, rand:uniform(3))),
            {["[", comma(Elements), "]"], Env1};
        _ ->
            {Head, Env1} = pattern(int, D - 1, Env),
            {Tail, Env2} = pattern(list, D - 1, Env1),
            {["[", Head, " | ", Tail, "]"], Env2}
    end;
inside(tuple, D, Env) ->
    {Elements, Env1} = lists:mapfoldl(fun(_, E) -> pattern(int, D - 1, E) end, Env, lists:seq(1, rand:uniform(4) - 1)),
    {["{", comma(Elements), "}"], Env1};
inside(map, D, Env) ->
    {Value, Env1} = pattern(int, D - 1, Env),
    {["#{", atom(), " := ", Value, "}"], Env1};
inside(bits, _, Env) ->
    {Rest, Env1} = bind(bits, Env),
    {Segment, Type} = pick([{":8", int}, {":3", int}, {":16/little", int}, {"/signed", int}, {":64/float", float}, {"/utf8", int}, {":12/signed-little", int}, {":2/binary", bits}, {":70", int}, {"/utf16", int}, {":5/bitstring", bits}, {":32", int}]),
    {Name, Env2} = bind(Type, Env1),
    case rand:uniform(4) of
        1 ->
            {Size, Env3} = bind(int, Env1),
            {Kind, KindType} = pick([{"/binary", bits}, {"", int}, {"/bitstring", bits}]),
            {Part, Env4} = bind(KindType, Env3),
            {["<<", Size, ":4, ", Part, ":", Size, Kind, ", ", Rest, "/bitstring>>"], Env4};
        2 -> {["<<", Name, Segment, ", _/bitstring>>"], [{Name, Type} | Env]};
        _ -> {["<<", Name, Segment, ", ", Rest, pick(["/bitstring", "/binary"]), ">>"], Env2}
    end;
inside(T, D, Env) ->
    {Name, Env1} = bind(T, Env),
    {Inner, Env2} = pattern(T, D - 1, Env1),
    {["(", Inner, " = ", Name, ")"], Env2}.

bind(T, Env) ->
    Name = fresh(),
    {Name, [{Name, T} | Env]}.

guard(Env) ->
    case rand:uniform(3) of
        1 -> [" when ", lists:join(pick([", ", "; "]), [test(Env, 2) || _ <- lists:seq(1, rand:uniform(2))])];
        _ -> ""
    end.

test(Env, D) ->
    T = type(),
    case D =< 0 orelse rand:uniform(6) of
        1 -> [pick(["is_integer", "is_float", "is_number", "is_atom", "is_list", "is_tuple", "is_map", "is_binary", "is_bitstring", "is_boolean", "is_function"]), "(", simple(Env, D, any), ")"];
        2 -> ["(", test(Env, D - 1), pick([" andalso ", " orelse ", " and ", " or ", " xor "]), test(Env, D - 1), ")"];
        3 -> ["not (", test(Env, D - 1), ")"];
        4 -> ["(", simple(Env, D, int), pick([" < ", " =:= ", " == ", " >= "]), integer(), ")"];
        _ -> ["(", simple(Env, D - 1, T), pick([" < ", " > ", " =< ", " >= ", " == ", " /= ", " =:= ", " =/= "]), simple(Env, D - 1, T), ")"]
    end.

%% What may stand in a guard.
simple(Env, D, int) when D > 0 ->
    case rand:uniform(6) of
        1 -> ["(", simple(Env, D - 1, int), operator(), simple(Env, D - 1, int), ")"];
        2 -> ["length(", simple(Env, D - 1, list), ")"];
        3 -> [pick(["byte_size", "bit_size"]), "(", simple(Env, D - 1, bits), ")"];
        4 -> ["element(", integer_to_list(rand:uniform(3)), ", ", simple(Env, D - 1, tuple), ")"];
        5 -> ["map_get(", atom(), ", ", simple(Env, D - 1, map), ")"];
        6 -> [pick(["abs", "trunc", "round", "ceil", "floor", "bnot ", "- "]), "(", simple(Env, D - 1, int), ")"]
    end;
simple(Env, _, T) -> variable(Env, T).

operator() -> pick([" + ", " - ", " * ", " div ", " rem ", " band ", " bor ", " bxor "]).

%% A variable that is meant to be a `T`, or else a literal.
variable(Env, T) ->
    case [Name || {Name, Type} <- Env, T =:= any orelse Type =:= T] of
        [] -> literal_in_guard(T);
        Names -> pick(Names)
    end.

%% No calls.
literal_in_guard(list) -> pick(["[]", "\"abc\"", "[1, 2]"]);
literal_in_guard(map) -> ["#{", atom(), " => ", integer(), "}"];
literal_in_guard(bits) -> pick(["<<>>", "<<1, 2, 3>>", "<<5:3>>"]);
literal_in_guard(any) -> literal_in_guard(type());
literal_in_guard(T) -> literal(T, 0).

%% --- expressions ----------------------------------------------------------------------------------------------------

expression(Env, D, Meant) ->
    T = strayed(Meant),
    case D =< 0 orelse rand:uniform(5) of
        true -> leaf(Env, T);
        1 -> leaf(Env, T);
        2 -> control(Env, D, T);
        3 -> call(Env, D, T);
        _ -> typed(Env, D - 1, T)
    end.

leaf(Env, T) ->
    case [Name || {Name, Type} <- Env, T =:= any orelse Type =:= T] of
        [] -> literal(T, 1);
        Names ->
            case rand:uniform(4) of
                1 -> literal(T, 1);
                _ -> pick(Names)
            end
    end.

%% A later function that gives a `T`: so there is an end to it.
call(Env, D, T) ->
    Functions = get(functions),
    case [I || I <- lists:seq(get(self) + 1, get(last)), T =:= any orelse element(2, maps:get(I, Functions)) =:= T] of
        [] -> typed(Env, D - 1, T);
        Later ->
            I = pick(Later),
            {Types, _} = maps:get(I, Functions),
            [f(I), "(", comma([expression(Env, D - 2, Type) || Type <- Types]), ")"]
    end.

%% Expressions that give whatever is in them.
control(Env, D, T) ->
    one_of([
        fun() -> 'case'(Env, D, T) end,
        fun() -> 'case'(Env, D, T) end,
        fun() -> 'if'(Env, D, T) end,
        fun() -> 'try'(Env, D, T) end,
        fun() -> ["(catch ", expression(Env, D - 1, T), ")"] end,
        fun() -> ["begin ", body(Env, D - 1, T), " end"] end,
        fun() -> 'receive'(Env, D, T) end,
        fun() ->
            A = type(),
            {P, E1} = pattern(A, 1, Env),
            ["(fun(", P, ")", guard(E1), " -> ", body(E1, D - 2, T), " end)(", expression(Env, D - 1, A), ")"]
        end,
        fun() -> [pick(["error", "exit", "throw"]), "(", expression(Env, D - 1, any), ")"] end]).

'case'(Env, D, T) ->
    A = type(),
    Clauses = [begin {P, E1} = pattern(A, 2, Env), [P, guard(E1), " -> ", body(E1, D - 2, T)] end || _ <- lists:seq(1, rand:uniform(3))],
    Rest = case rand:uniform(5) of 1 -> []; _ -> [["_ -> ", expression(Env, D - 2, T)]] end,
    ["case ", expression(Env, D - 1, A), " of ", lists:join("; ", Clauses ++ Rest), " end"].

'if'(Env, D, T) ->
    Rest = case rand:uniform(5) of 1 -> ""; _ -> ["; true -> ", expression(Env, D - 2, T)] end,
    ["if ", test(Env, 2), " -> ", body(Env, D - 2, T), "; ", test(Env, 2), " -> ", body(Env, D - 2, T), Rest, " end"].

'try'(Env, D, T) ->
    {Class, Reason, A} = {fresh(), fresh(), type()},
    {P, E1} = pattern(A, 2, Env),
    {Body, Of} = case rand:uniform(2) of
        1 -> {body(Env, D - 1, T), ""};
        2 -> {body(Env, D - 1, A), [" of ", P, guard(E1), " -> ", body(E1, D - 2, T)]}
    end,
    After = case rand:uniform(3) of 1 -> [" after put(after_, ", expression(Env, D - 2, any), ")"]; _ -> "" end,
    First = case rand:uniform(3) of
        1 -> [pick(["throw:", "error:", "exit:", ""]), pick(["badarg", "{badmatch, _}", "a", "badarith"]), " -> ", expression(Env, D - 2, T), "; "];
        _ -> ""
    end,
    ["try ", Body, Of, " catch ", First, Class, ":", Reason, " -> ",
     pick([["{", Class, ", ", Reason, "}"], expression([{Reason, any}, {Class, atom} | Env], D - 2, T)]), After, " end"].

'receive'(Env, D, T) ->
    {P, E1} = pattern(type(), 2, Env),
    ["receive ", P, guard(E1), " -> ", body(E1, D - 2, T), " after ", pick(["0", "0", "1"]), " -> ", expression(Env, D - 2, T), " end"].

%% What is made by operators, built-in functions and libraries.
typed(Env, D, int) ->
    E = fun(T) -> expression(Env, D, T) end,
    one_of([
        fun() -> ["(", E(int), operator(), E(int), ")"] end,
        fun() -> ["(", E(int), operator(), E(int), ")"] end,
        fun() -> ["(", E(int), operator(), integer(), ")"] end,
        fun() -> ["(", E(int), pick([" bsl ", " bsr "]), pick(["0", "1", "3", "(-2)", "59", "60", "64", "70"]), ")"] end,
        fun() -> [pick(["abs", "bnot ", "- ", "trunc", "round"]), "(", E(int), ")"] end,
        fun() -> [pick(["trunc", "round", "floor", "ceil"]), "(", E(float), ")"] end,
        fun() -> [pick(["length", "lists:sum", "hd", "lists:max", "lists:last", "erlang:crc32", "erlang:adler32", "lists:min", "string:length"]), "(", E(list), ")"] end,
        fun() -> [pick(["byte_size", "bit_size", "binary:decode_unsigned", "binary:first", "binary:last", "size"]), "(", E(bits), ")"] end,
        fun() -> ["element(", integer_to_list(rand:uniform(4)), ", ", E(tuple), ")"] end,
        fun() -> [pick(["tuple_size", "size"]), "(", E(tuple), ")"] end,
        fun() -> ["map_size(", E(map), ")"] end,
        fun() -> [pick(["maps:get(", "map_get("]), atom(), ", ", E(map), ")"] end,
        fun() -> ["maps:get(", atom(), ", ", E(map), ", ", E(int), ")"] end,
        fun() -> [pick(["max", "min"]), "(", E(int), ", ", E(int), ")"] end,
        fun() -> ["lists:nth(", integer_to_list(rand:uniform(4)), ", ", E(list), ")"] end,
        fun() -> ["erlang:phash2(", E(any), ")"] end,
        fun() -> ["list_to_integer(", E(list), ")"] end,
        fun() -> ["binary:at(", E(bits), ", ", E(int), ")"] end,
        fun() -> fold(Env, D, int) end,
        fun() -> ["erlang:external_size(", E(any), ")"] end]);
typed(Env, D, float) ->
    E = fun(T) -> expression(Env, D, T) end,
    one_of([
        fun() -> ["(", E(float), pick([" + ", " - ", " * ", " / "]), E(float), ")"] end,
        fun() -> ["(", E(int), " / ", E(int), ")"] end,
        fun() -> ["float(", E(int), ")"] end,
        fun() -> [pick(["abs", "- ", "math:sqrt", "math:floor"]), "(", E(float), ")"] end,
        fun() -> ["(", E(float), pick([" + ", " - ", " * "]), E(int), ")"] end,
        fun() -> ["list_to_float(float_to_list(", E(float), "))"] end]);
typed(Env, D, list) ->
    E = fun(T) -> expression(Env, D, T) end,
    one_of([
        fun() -> ["[", E(int), " | ", E(list), "]"] end,
        fun() -> ["[", E(int), ", ", E(int), "]"] end,
        fun() -> ["(", E(list), pick([" ++ ", " -- "]), E(list), ")"] end,
        fun() -> [pick(["lists:reverse", "lists:sort", "lists:usort", "tl", "lists:flatten", "lists:droplast", "string:uppercase", "string:trim"]), "(", E(list), ")"] end,
        fun() -> [pick(["tuple_to_list", "binary_to_list", "bitstring_to_list", "integer_to_list", "atom_to_list", "float_to_list"]), "(", E(pick([tuple, map, bits, int, atom, float])), ")"] end,
        fun() -> ["integer_to_list(", E(int), ", ", pick(["2", "16", "36", "10"]), ")"] end,
        fun() -> [pick(["lists:append", "lists:subtract", "lists:reverse", "lists:zip", "lists:merge", "lists:prefix"]), "(", E(list), ", ", E(list), ")"] end,
        fun() -> ["lists:sublist(", E(list), ", ", integer_to_list(rand:uniform(5)), ")"] end,
        %% Sorted: a large map has keys that are atoms in an order of each runtime's own.
        fun() -> [pick(["lists:sort(maps:keys(", "lists:sort(maps:values("]), E(map), "))"] end,
        fun() -> ["lists:sort(maps:to_list(", E(map), "))"] end,
        fun() -> ["unicode:characters_to_list(", E(pick([bits, list])), ")"] end,
        fun() -> ["lists:flatten(io_lib:format(", pick(["\"~p\"", "\"~w ~s\"", "\"~.3f\"", "\"~ts\"", "\"~b\"", "\"~10.8.0w|\"", "\"~P\""]), ", [", E(any), pick(["", ", 5"]), "]))"] end,
        fun() -> list_comprehension(Env, D) end,
        fun() -> list_comprehension(Env, D) end,
        fun() ->
            {P, E1} = pattern(int, 0, Env),
            ["lists:map(fun(", P, ")", guard(E1), " -> ", body(E1, D - 1, int), " end, ", E(list), ")"]
        end,
        fun() ->
            {P, E1} = pattern(int, 0, Env),
            [pick(["lists:filter", "lists:takewhile", "lists:dropwhile"]), "(fun(", P, ") -> ", test(E1, 2), " end, ", E(list), ")"]
        end,
        fun() -> fold(Env, D, list) end]);
typed(Env, D, bits) ->
    E = fun(T) -> expression(Env, D, T) end,
    one_of([
        fun() -> construct(Env, D) end,
        fun() -> construct(Env, D) end,
        fun() -> ["<<(", E(bits), ")/bitstring, (", E(int), ")", pick([":8", ":3", ":16/little", ":70", ":0", "/utf8"]), ">>"] end,
        fun() -> [pick(["integer_to_binary", "atom_to_binary", "binary:encode_unsigned"]), "(", E(pick([int, int, atom])), ")"] end,
        fun() -> [pick(["list_to_binary", "iolist_to_binary", "unicode:characters_to_binary", "list_to_bitstring"]), "(", E(pick([list, list, bits])), ")"] end,
        fun() -> ["binary_part(", E(bits), ", ", integer_to_list(rand:uniform(3) - 1), ", ", integer_to_list(rand:uniform(6) - 3), ")"] end,
        fun() -> ["term_to_binary(", E(any), ")"] end,
        fun() -> ["binary:replace(", E(bits), ", ", E(bits), ", ", E(bits), pick(["", ", [global]"]), ")"] end,
        fun() -> ["hd(binary:split(", E(bits), ", ", pick(["<<\"b\">>", "<<2>>", "<<0>>"]), "))"] end,
        fun() -> ["string:lowercase(", E(bits), ")"] end,
        fun() ->
            {Name, E1} = bind(int, Env),
            ["<< <<(", expression(E1, D - 1, int), ")", pick(["", ":16", ":1", ":9"]), ">> || <<", Name, pick(["", ":4", ":16", "/utf8", ":3/signed"]), ">> <= ", E(bits), ">>"]
        end,
        fun() ->
            {P, E1} = pattern(int, 0, Env),
            ["<< <<(", expression(E1, D - 1, int), ")", pick(["", ":16", ":1"]), ">> || ", P, " <- ", E(list), ">>"]
        end]);
typed(Env, D, map) ->
    E = fun(T) -> expression(Env, D, T) end,
    one_of([
        fun() -> ["#{", E(atom), " => ", E(int), ", ", E(int), " => ", E(int), "}"] end,
        fun() -> ["(", E(map), ")#{", atom(), pick([" => ", " => ", " := "]), E(int), "}"] end,
        fun() -> ["maps:put(", E(atom), ", ", E(int), ", ", E(map), ")"] end,
        fun() -> ["maps:remove(", E(atom), ", ", E(map), ")"] end,
        fun() -> ["maps:merge(", E(map), ", ", E(map), ")"] end,
        fun() -> ["maps:from_list([{X, -X} || X <- ", E(list), "])"] end,
        fun() -> ["maps:from_keys(", E(list), ", ", E(int), ")"] end,
        fun() -> ["maps:without([a, b], ", E(map), ")"] end,
        fun() ->
            {P, E1} = pattern(int, 0, Env),
            ["maps:map(fun(_, ", P, ") -> ", expression(E1, D - 1, int), " end, ", E(map), ")"]
        end,
        fun() ->
            {P, E1} = pattern(int, 0, Env),
            ["maps:filter(fun(_, ", P, ") -> ", test(E1, 1), " end, ", E(map), ")"]
        end]);
typed(Env, D, tuple) ->
    E = fun(T) -> expression(Env, D, T) end,
    one_of([
        fun() -> ["{", comma([E(int) || _ <- lists:seq(1, rand:uniform(3))]), "}"] end,
        fun() -> ["list_to_tuple(", E(list), ")"] end,
        fun() -> ["setelement(", integer_to_list(rand:uniform(3)), ", ", E(tuple), ", ", E(int), ")"] end,
        fun() -> ["erlang:append_element(", E(tuple), ", ", E(int), ")"] end,
        fun() -> ["erlang:", pick(["delete_element(", "insert_element("]), integer_to_list(rand:uniform(3)), ", ", E(tuple), pick(["", [", ", E(int)]]), ")"] end,
        fun() -> ["lists:split(", integer_to_list(rand:uniform(3) - 1), ", ", E(list), ")"] end,
        fun() -> ["erlang:make_tuple(", integer_to_list(rand:uniform(5) - 2), ", ", E(int), ")"] end]);
typed(Env, D, atom) ->
    E = fun(T) -> expression(Env, D, T) end,
    T = type(),
    one_of([
        fun() -> ["(", E(T), pick([" < ", " > ", " =< ", " >= ", " == ", " /= ", " =:= ", " =/= "]), E(T), ")"] end,
        fun() -> ["(", E(T), pick([" < ", " > ", " =< ", " >= ", " == ", " /= ", " =:= ", " =/= "]), E(T), ")"] end,
        fun() -> ["(", test(Env, 2), pick([" andalso ", " orelse ", " and ", " or "]), E(atom), ")"] end,
        fun() -> ["not ", E(atom)] end,
        fun() -> ["lists:member(", E(int), ", ", E(list), ")"] end,
        fun() -> ["is_map_key(", E(atom), ", ", E(map), ")"] end,
        fun() -> ["list_to_existing_atom(atom_to_list(", E(atom), "))"] end,
        fun() -> ["get(", E(atom), ")"] end,
        fun() -> ["erase(", E(atom), ")"] end,
        fun() ->
            {P, E1} = pattern(int, 0, Env),
            [pick(["lists:any", "lists:all"]), "(fun(", P, ") -> ", test(E1, 2), " end, ", E(list), ")"]
        end]);
typed(Env, D, any) ->
    E = fun() -> expression(Env, D, any) end,
    one_of([
        fun() -> ["{", E(), ", ", E(), "}"] end,
        fun() -> ["[", E(), " | ", E(), "]"] end,
        fun() -> ["#{", E(), " => ", E(), "}"] end,
        fun() -> ["binary_to_term(term_to_binary(", E(), "))"] end,
        fun() -> ["[", E(), " || ", "_ <- ", expression(Env, D, list), "]"] end,
        fun() -> ["(", E(), ")(", E(), ")"] end,
        fun() -> ["lists:keyfind(", E(), ", 1, ", expression(Env, D, list), ")"] end,
        fun() -> ["lists:partition(fun(X) -> X > ", expression(Env, D, int), " end, ", expression(Env, D, list), ")"] end,
        fun() -> ["binary:match(", expression(Env, D, bits), ", ", expression(Env, D, bits), ")"] end,
        fun() -> typed(Env, D, type()) end]).

fold(Env, D, T) ->
    {P, E1} = pattern(int, 0, Env),
    {Acc, E2} = bind(T, E1),
    ["lists:", pick(["foldl", "foldr"]), "(fun(", P, ", ", Acc, ") -> ", expression(E2, D - 1, T), " end, ", expression(Env, D, T), ", ", expression(Env, D, list), ")"].

list_comprehension(Env, D) ->
    {P, E1} = pattern(int, 1, Env),
    Filter = case rand:uniform(2) of 1 -> ""; 2 -> [", ", test(E1, 1)] end,
    ["[", expression(E1, D - 1, int), " || ", P, " <- ", expression(Env, D, list), Filter, "]"].

construct(Env, D) ->
    Segment = fun() ->
        {Spec, T} = pick([{":8", int}, {":16/little", int}, {"/binary", bits}, {"/float", float}, {"/utf8", int}, {"/bitstring", bits}, {":3", int}, {":70", int}, {":2/binary", bits}, {":32/float", float}, {"/utf16", int}, {":0", int}, {"/signed", int}, {":64/float-little", int}]),
        ["(", expression(Env, D - 1, T), ")", Spec]
    end,
    ["<<", comma([Segment() || _ <- lists:seq(1, rand:uniform(3))]), ">>"].

%% --- running --------------------------------------------------------------------------------------------------------

run(Folder, First, Count, File) ->
    process_flag(trap_exit, true),
    {ok, Out} = file:open(File, [write, raw, delayed_write]),
    [ok = file:write(Out, [integer_to_list(N), $\s, line(Folder, N), $\n]) || N <- lists:seq(First, First + Count - 1)],
    ok = file:close(Out).

line(Folder, N) ->
    Path = filename:join(Folder, name(N)),
    case file:read_file(Path ++ ".beam") of
        {error, _} -> "refused";
        {ok, Code} ->
            Module = list_to_atom(name(N)),
            case code:load_binary(Module, Path, Code) of
                {module, Module} -> results(Module);
                Error -> io_lib:format("~w", [Error])
            end
    end.

%% The functions are called one after the other in one process: the dictionary and the mailbox go from one to the next.
results(Module) ->
    Me = self(),
    Child = spawn_link(fun() -> Me ! {self(), [[result(Call), $\t] || Call <- Module:main()]} end),
    receive
        {Child, Text} ->
            receive {'EXIT', Child, _} -> Text end;
        {'EXIT', Child, Why} -> io_lib:format("ended: ~w", [shown(Why)])
    after 60000 ->
        exit(Child, kill),
        receive {'EXIT', Child, _} -> "took too long" end
    end.

result(Call) ->
    try Call() of
        Value -> io_lib:format("~w", [shown(Value)])
    catch
        Class:Reason:Stack -> io_lib:format("~w:~w~w", [Class, shown(Reason), [place(Frame) || Frame <- Stack, is_of_program(Frame)]])
    end.

%% Frames of this module are the same anyway; those of libraries show how far they came.
is_of_program({?MODULE, _, _, _}) -> false;
is_of_program(_) -> true.

place({Module, Function, Args, Info}) when is_list(Args) -> {Module, Function, shown(Args), line_of(Info)};
place({Module, Function, Arity, Info}) -> {Module, Function, Arity, line_of(Info)}.

%% Installed libraries and what runs them differ in what they know of lines.
line_of(Info) -> proplists:get_value(line, Info, 0).

%% Without what differs from run to run.
shown(Fun) when is_function(Fun) -> {'fun', element(2, erlang:fun_info(Fun, module)), element(2, erlang:fun_info(Fun, arity))};
shown(Pid) when is_pid(Pid) -> pid;
shown(Reference) when is_reference(Reference) -> reference;
shown([Head | Tail]) -> [shown(Head) | shown(Tail)];
shown(Tuple) when is_tuple(Tuple) -> list_to_tuple(shown(tuple_to_list(Tuple)));
shown(Map) when is_map(Map) -> {map, shown(lists:sort(maps:to_list(Map)))};
shown(Term) -> Term.
