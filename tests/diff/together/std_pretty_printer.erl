%% stage: b. erl_pp, erl_lint, epp and erl_expand_records: forms scanned, parsed, linted, expanded and printed again at several widths.
-module(std_pretty_printer).
-export([main/0]).

main() ->
    [print(S) || S <- sources()],
    [lint(S) || S <- ["f(X) -> Y.", "f(X) -> X. f(1) -> 2.", "f() -> g(1).", "f(A) -> case A of {B, C} -> B; B -> C end.", "f() -> X = 1, fun(X) -> X end.", "-record(r, {a, b}). f(X) -> X#r.c.",
        "-spec g(integer()) -> atom(). f() -> ok.", "f(X) when foo(X) -> X.", "f() -> <<X:8>>.", "-type t() :: undefined_type(). f() -> ok.", "f(X) -> receive X -> 1 after Y -> 2 end.", "f() -> try 1 catch A:B:C when C -> 1 end.",
        "f(L) -> [X || X <- L, Y > 1].", "-export([h/3]). f() -> ok.", "f(#{a := X, X := Y}) -> Y.", "f() -> erlang:now().", "f(_A) -> _A.", "-compile({inline, [q/1]}). f() -> 1.", "f(1 + A) -> A.", "f() -> catch X = 1."]],
    [expression(E) || E <- ["#r{a = 1}", "X#r{b = 2}", "fun F/1", "fun M:F/A", "#{a => 1, b := C}", "M#{a := B}", "<<X:8/signed-little, \"abc\", Y/binary>>", "begin A, B end", "if A -> 1; true -> 2 end", "catch A ! B",
        "try A of B -> C catch D:E:F -> G after H end", "[X || X <- A, <<Y>> <= B, Z]", "<< <<X>> || X <- A >>", "fun(X) when X > 1; X < 0 -> Y; (Z) -> W end", "fun G(X) -> G(X - 1) end", "- (- 1)", "not (not A)", "A andalso B orelse C", "(A orelse B) andalso C",
        "A = B = C", "(A + B) * C - D / (E - F)", "A ++ B ++ C", "(A ++ B) ++ C", "A -- (B -- C)", "\"a\\n\\\"b\\x{3b1}\"", "$\\n", "$a", "'quoted atom'", "1.0e100", "16#ff", "a:b(c)", "(a:b())(c)", "A#r.f", "#r.f", "{}", "[A, B | C]", "maybe_not", "?MODULE"]],
    file().

sources() ->
    ["f(X, Y) when X > Y, is_integer(X); Y =:= 0 -> {X, Y}; f(_, [H | T]) -> [H || H <- T].",
     "-record(person, {name :: string(), age = 0 :: non_neg_integer(), tags = [] :: [atom() | {atom(), term()}]}).",
     "-spec fold(fun((A, B) -> B), B, [A]) -> B when A :: term(), B :: dict:dict(K, V) | undefined, K :: 1..10, V :: <<_:8, _:_*4>>.",
     "-type tree(A) :: leaf | {node, tree(A), A, tree(A)} | #{key := A, optional(atom()) => any()}. ",
     "-opaque handle() :: reference() | nonempty_list(pid()) | fun(() -> no_return()) | fun((...) -> ok).",
     "-callback init(Args :: list()) -> {ok, State :: term()} | {stop, Reason :: term()} | ignore.",
     "-define_nothing([a, b]). ", "-compile([export_all, {inline, [{f, 1}]}]).",
     "long(Argument1, Argument2) -> case call(Argument1, [first, second, third], #{key => Argument2, another_key => {tuple, of_things}}) of {ok, Value} when Value > 10 -> receive {message, Value} -> Value after 1000 -> timeout end; {error, Reason} -> error({Reason, Argument1, \"a long string literal that goes on\"}) end.",
     "m() -> maps:map(fun(K, V) -> {K, V} end, #{a => 1, b => 2, c => 3, d => 4, e => 5, f => 6, g => 7, h => 8, i => 9, j => 10})."].

forms(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {Forms, Rest} = lists:foldl(fun({dot, _} = D, {Done, Open}) -> {[lists:reverse([D | Open]) | Done], []}; (T, {Done, Open}) -> {Done, [T | Open]} end, {[], []}, Tokens),
    Rest = [],
    [begin {ok, F} = erl_parse:parse_form(T), F end || T <- lists:reverse(Forms)].

print(Text) ->
    [begin
         io:put_chars(erl_pp:form(F)),
         io:put_chars(erl_pp:form(F, [{indent, 2}, {linewidth, 40}]))
     end || F <- forms(Text)].

expression(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text ++ "."),
    case erl_parse:parse_exprs(Tokens) of
        {ok, Es} -> io:format("~ts => ~ts~n", [Text, erl_pp:exprs(Es)]);
        {error, {_, M, D}} -> io:format("~ts => ~ts~n", [Text, M:format_error(D)])
    end.

lint(Text) ->
    Forms = [{attribute, 1, file, {"x.erl", 1}}, {attribute, 1, module, x} | forms(Text)] ++ [{eof, 2}],
    Show = fun(All) -> [io:format("  ~p ~ts~n", [At, M:format_error(D)]) || {_, L} <- All, {At, M, D} <- L] end,
    io:format("~ts~n", [Text]),
    case erl_lint:module(Forms, "x.erl", [warn_unused_vars, export_all, nowarn_export_all]) of
        {ok, W} -> Show(W);
        {error, E, W} -> Show(E), Show(W)
    end.

file() ->
    File = filename:join("/tmp", "std_pretty_printer_" ++ os:getpid() ++ ".erl"),
    ok = file:write_file(File, ["-module(some).\n-export([f/1]).\n-define(TWICE(X), {X, X}).\n-define(NAME, \"n\").\n-ifdef(NOPE).\nf(1) -> wrong.\n-else.\n-record(r, {a = ?NAME, b}).\n-endif.\n",
        "f(X) -> ?TWICE(?LINE) = X, #r{b = ?MODULE, a = ??X}.\n-undef(NAME).\ng() -> ?NAME.\n-if(?OTP_RELEASE >= 25).\nh() -> new.\n-elif(true).\nh() -> old.\n-endif.\n"]),
    {ok, Forms} = epp:parse_file(File, [{macros, [{'X', 1}]}]),
    [case F of
         {error, {At, M, D}} -> io:format("error ~p ~ts~n", [At, M:format_error(D)]);
         {eof, At} -> io:format("eof ~p~n", [At]);
         {attribute, _, file, {_, L}} -> io:format("file ~p~n", [L]);
         _ -> io:put_chars(erl_pp:form(F))
     end || F <- Forms],
    {ok, Good} = epp:parse_file(File, [{macros, [{'NOPE', true}, {'NAME', "x"}]}]),
    [io:put_chars(erl_pp:form(F)) || {function, _, f, _, _} = F <- Good],
    Records = [{attribute, 1, module, y}, {attribute, 1, record, {r, [{record_field, 1, {atom, 1, a}, {integer, 1, 5}}, {record_field, 1, {atom, 1, b}}]}} | forms("f(X) -> {#r{b = X}, X#r.a, X#r{a = 2}, #r.b, is_record(X, r)}. g(#r{a = 1} = Y) when Y#r.b > 1 -> Y.")] ++ [{eof, 9}],
    [io:put_chars(erl_pp:form(F)) || {function, _, _, _, _} = F <- erl_expand_records:module(Records, [strict_record_tests])],
    ok = file:delete(File).
