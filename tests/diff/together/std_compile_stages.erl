%% stage: d. The compiler's stages: expanded forms, Core Erlang printed, scanned and parsed again, assembly compiled from terms, options, parse transforms, errors as lists.
-module(std_compile_stages).
-export([main/0, parse_transform/2, format_error/1]).

main() -> stages(), core(), assembly(), transforms(), failing(), chunks(), builders().

p(T) -> io:format("~0tp~n", [T]).
forms(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    [begin {ok, F} = erl_parse:parse_form(T), F end || T <- split(Tokens, [])].
split([], _) -> [];
split([{dot, _} = D | Rest], Form) -> [lists:reverse([D | Form]) | split(Rest, [])];
split([T | Rest], Form) -> split(Rest, [T | Form]).
run(Module, Binary, F, Args) ->
    {module, Module} = code:load_binary(Module, "made", Binary),
    R = apply(Module, F, Args),
    code:delete(Module), code:purge(Module),
    R.

program() -> "-module(cs_a).\n-export([f/1, g/2]).\n-record(r, {a = 1, b}).\nf(X) -> R = #r{b = X}, [Y * R#r.a || Y <- R#r.b, Y > 1].\ng(A, B) when A > B; B =:= 0 -> try f([A]) of [Z] -> Z; [] -> none catch error:E -> {E, A} after self() end;\ng(A, B) -> case {A, B} of {<<H, _/binary>>, _} -> H; {#{k := V}, V} -> V; _ -> receive x -> 1 after 0 -> none end end.\n".

stages() ->
    Forms = forms(program()),
    [begin
         R = compile:forms(Forms, [S, binary, deterministic, {outdir, "/tmp"}]),
         {ok, _, Out} = R,
         Text = if S =:= 'S' -> io_lib:format("~p", [Out]); S =:= to_core -> core_pp:format(Out); true -> [erl_pp:form(F) || F <- Out] end,
         p({S, erlang:md5(unicode:characters_to_binary(Text)), string:length(Text)}),
         S =:= 'E' andalso io:put_chars(Text)
     end || S <- ['P', 'E', to_core, 'S']],
    [file:delete("/tmp/cs_a." ++ L) || L <- ["P", "E", "S"]],
    p([element(1, compile:forms(Forms, O)) || O <- [[], [no_copt], [inline], [no_type_opt, no_bool_opt], [{inline_size, 99}, inline], [debug_info], [no_postopt], [native_record_none]]]),
    {ok, cs_a, B} = compile:forms(Forms, [deterministic]),
    p([run(cs_a, B, f, [[1, 2, 3]]), catch run(cs_a, B, g, [3, 1]) =:= x, run(cs_a, B, g, [1, 0]), run(cs_a, B, g, [<<7, 8>>, x]), run(cs_a, B, g, [#{k => 5}, 5]), run(cs_a, B, g, [1, 2])]).

core() ->
    Text = "module 'cs_c' ['f'/1, 'h'/2]\n  attributes []\n'f'/1 = fun (X) -> case X of <{A, B}> when call 'erlang':'>'(A, B) -> call 'erlang':'+'(A, B) <[H | T]> when 'true' -> [T | H] <_O> when 'true' -> 'none' end\n"
        "'h'/2 = fun (N, Acc) -> letrec 'loop'/2 = fun (I, S) -> case I of <0> when 'true' -> S <_I> when 'true' -> apply 'loop'/2(call 'erlang':'-'(I, 1), call 'erlang':'+'(S, I)) end in let <R> = apply 'loop'/2(N, Acc) in do call 'erlang':'self'() ~{'r' => R}~\nend\n",
    {ok, Tokens, _} = core_scan:string(Text),
    {ok, Core} = core_parse:parse(Tokens),
    p({cerl:module_name(Core) =/= x, [cerl:var_name(V) || V <- cerl:module_exports(Core)], cerl_trees:size(Core), [cerl_trees:size(D) || {_, D} <- cerl:module_defs(Core)]}),
    io:format("~ts~n", [core_pp:format(Core)]),
    {ok, cs_c, B} = compile:forms(Core, [from_core]),
    p([run(cs_c, B, f, [X]) || X <- [{2, 1}, {1, 2}, [a | b], c]]),
    p(run(cs_c, B, h, [4, 10])),
    p([core_parse:parse(element(2, core_scan:string("module 'x' [] attributes [] 'f'/0 = fun () -> case 1 of"))), element(1, core_scan:string("'open"))]),
    {ok, _} = core_lint:module(Core),
    {ok, BadTokens, _} = core_scan:string("module 'cs_d' ['f'/0] attributes [] 'f'/0 = fun () -> Nope end"),
    {ok, Bad} = core_parse:parse(BadTokens),
    {error, [{_, Es}], _} = core_lint:module(Bad),
    p([lists:flatten(M:format_error(E)) || {M, E} <- Es]),
    p(cerl:concrete(cerl:fold_literal(cerl:c_tuple([cerl:c_int(1), cerl:c_cons(cerl:c_atom(a), cerl:c_nil())])))),
    p([cerl_trees:free_variables(F) || {_, F} <- cerl:module_defs(Bad)]).

assembly() ->
    Asm = fun(Code) -> {cs_s, [{f, 1}], [], [{function, f, 1, 2, [{label, 1}, {func_info, {atom, cs_s}, {atom, f}, 1}, {label, 2} | Code]}], 9} end,
    {ok, cs_s, B} = compile:forms(Asm([{test, is_integer, {f, 1}, [{x, 0}]}, {gc_bif, '+', {f, 0}, 1, [{x, 0}, {integer, 41}], {x, 0}}, return]), [from_asm]),
    p([run(cs_s, B, f, [1])]),
    [p(case compile:forms(Asm(C), [from_asm, return]) of {error, [{_, Es} | _], _} -> [lists:flatten(M:format_error(E)) || {_, M, E} <- norm(Es)]; R -> element(1, R) end)
        || C <- [[return, return], [{move, {x, 3}, {x, 0}}, return], [{call_only, 1, {f, 7}}], [{allocate, 1, 1}, return], [{bif, hd, {f, 0}, [{x, 0}], {x, 0}}, {deallocate, 0}, return]]].
norm(Es) -> [case E of {M, D} -> {none, M, D}; T -> T end || E <- Es].

transforms() ->
    p(run(cs_t, element(3, compile:forms(forms("-module(cs_t).\n-export([f/0]).\nf() -> {answer, 21, double(4)}.\n"), [{parse_transform, ?MODULE}])), f, [])),
    p(compile:forms(forms("-module(cs_t).\n-export([f/0]).\nf() -> refuse.\n"), [{parse_transform, ?MODULE}, return])),
    p(compile:forms(forms("-module(cs_t).\n-export([f/0]).\nf() -> warn.\n"), [{parse_transform, ?MODULE}, return]) =/= x),
    p(element(1, compile:forms(forms("-module(cs_t).\nf() -> 1.\n"), [{parse_transform, no_such_module}, return]))).

parse_transform(Forms, _Options) ->
    case [F || {function, _, _, _, [{clause, _, [], [], [{atom, _, refuse}]}]} = F <- Forms] of
        [] -> [change(F) || F <- Forms];
        [_] -> {error, [{"m.erl", [{3, ?MODULE, refused}]}], []}
    end.
format_error(refused) -> "refused by the transform".

change({call, L, {atom, _, double}, [X]}) -> {op, L, '*', {integer, L, 2}, change(X)};
change({integer, L, 21}) -> {integer, L, 42};
change(T) when is_tuple(T) -> list_to_tuple([change(E) || E <- tuple_to_list(T)]);
change([H | T]) -> [change(H) | change(T)];
change(T) -> T.

failing() ->
    [p(shorten(compile:forms(forms(T), [return | O]))) || {T, O} <- [
        {"-module(cs_e).\n-export([f/0]).\nf() -> X.\ng() -> 1.\n", []}, {"-module(cs_e).\nf() -> 1.\n", [warnings_as_errors]}, {"-module(cs_e).\n-export([f/0]).\nf() -> 1 + a.\n", []},
        {"-module(cs_e).\n-export([f/1]).\nf(X) -> case X of Y -> Y; 1 -> 2 end.\n", []}, {"-module(cs_e).\n-export([f/0]).\nf() -> hd([]), <<1:2, \"x\"/float>>.\n", []}, {"-module(cs_e).\n-export([f/1]).\nf({ok, X}) when X =:= 1, X =:= 2 -> never; f(_) -> if false -> 1 end.\n", []}, {"-export([f/0]).\nf() -> 1.\n", []}]],
    p([compile:noenv_forms([], []), catch compile:forms(x), compile:file("no_such_file", [return]), compile:env_compiler_options() =:= []]).

shorten({error, Es, Ws}) -> {error, texts(Es), texts(Ws)};
shorten({ok, M, B, Ws}) when is_binary(B) -> {ok, M, texts(Ws)};
shorten(R) -> R.
texts(L) -> [{Line, lists:flatten(M:format_error(D))} || {_, Ws} <- L, {Line, M, D} <- Ws].

chunks() ->
    {ok, cs_a, B} = compile:forms(forms(program()), [debug_info, deterministic, {extra_chunks, [{<<"Mine">>, <<"bytes">>}]}, compressed]),
    {ok, _, Cs} = beam_lib:all_chunks(B),
    p([N || {N, _} <- Cs]),
    p(beam_lib:chunks(B, ["Mine"])),
    {ok, {cs_a, [{debug_info, {debug_info_v1, Backend, Data}}]}} = beam_lib:chunks(B, [debug_info]),
    {ok, Abstract} = Backend:debug_info(erlang_v1, cs_a, Data, []),
    p([Backend, length(Abstract), element(1, Backend:debug_info(core_v1, cs_a, Data, []))]),
    {beam_file, cs_a, Exports, Attributes, Info, Code} = beam_disasm:file(B),
    p([Exports, is_list(Attributes), [K || {K, _} <- Info], [{N, A, length(Is)} || {function, N, A, _, Is} <- Code, N =/= module_info]]),
    p(element(1, beam_disasm:file(<<"no beam">>))).

%% Core made by calls.
builders() ->
    X = cerl:c_var('X'),
    F = cerl:c_fun([X], cerl:c_case(X, [cerl:c_clause([cerl:c_int(1)], cerl:c_atom(one)), cerl:c_clause([cerl:c_var('_Y')], cerl:c_call(cerl:c_atom(erlang), cerl:c_atom('*'), [X, cerl:c_int(2)]))])),
    M = cerl:c_module(cerl:c_atom(cs_m), [cerl:c_fname(f, 1)], [{cerl:c_fname(f, 1), F}]),
    {ok, cs_m, B} = compile:forms(M, [from_core]),
    p([run(cs_m, B, f, [N]) || N <- [1, 5]]),
    p([cerl:type(F), cerl:is_literal(X), cerl_trees:variables(F), cerl:subtrees(F) =/= [], cerl:is_c_module(M), cerl_clauses:reduce(cerl:case_clauses(cerl:fun_body(F)), [cerl:c_int(1)]) =/= x]).
