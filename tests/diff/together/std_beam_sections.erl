%% stage: d. Object code section by section: the compiler's options and what they leave in a file, foreign debug information, sections added, dropped and put together again, files compared, stripped and read from disk, the raw bytes of atoms, exports and literals.
-module(std_beam_sections).
-export([main/0]).

main() ->
    Folder = "/tmp/std_beam_sections",
    _ = file:del_dir_r(Folder), ok = filelib:ensure_dir(filename:join(Folder, "x")),
    try options(Folder), debug(), built(), bytes(), disk(Folder), refused(Folder)
    after ok = file:del_dir_r(Folder) end.

forms(Extra) ->
    Text = "-module(bs_made). -export([f/1, g/2]). -vsn([7]). -author(\"me\"). -author(you). -on_nothing({x, 1}).
        f(X) when is_list(X) -> {lists:map(fun(Y) -> {Y, \"literal\", #{k => [v]}} end, X), g(1, X)}; f(X) -> X + 100000000000000000000.
        g(A, B) -> try h(A, B) catch error:_ -> 1.5 end. h(A, B) -> case A of 1 -> B; 2 -> <<B:8, \"tail\">>; atom_one -> self() end. ",
    {ok, Tokens, _} = erl_scan:string(Text),
    {Forms, []} = lists:foldl(fun({dot, _} = D, {Done, Open}) -> {ok, F} = erl_parse:parse_form(lists:reverse([D | Open])), {[F | Done], []}; (T, {Done, Open}) -> {Done, [T | Open]} end, {[], []}, Tokens),
    [M | Rest] = lists:reverse(Forms), [M | Extra ++ Rest].
made(Options) -> {ok, bs_made, Code} = compile:forms(forms([]), Options), Code.
ids(Code) -> [Id || {Id, _} <- element(3, beam_lib:all_chunks(Code))].

options(Folder) ->
    Plain = made([]),
    [p({O, ids(Code), [C =:= element(2, element(2, beam_lib:chunks(Code, [C]))) || C <- []], beam_lib:cmp(Plain, Code), element(2, element(2, beam_lib:md5(Plain))) =:= element(2, element(2, beam_lib:md5(Code))), byte_size(Code) < byte_size(Plain)})
        || O <- [[], [debug_info], [no_line_info], [no_docs], [deterministic], [{extra_chunks, [{<<"XtrA">>, <<"payload">>}]}], [compressed], [inline, {inline_size, 50}], [no_copt], [nowarn_unused_function, slim], [{compile_info, [{who, me}]}], [r25], [no_type_opt], [no_bool_opt, no_ssa_opt]], Code <- [made(O)]],
    [begin {ok, {bs_made, [{compile_info, Info}]}} = beam_lib:chunks(made(O), [compile_info]), p({O, lists:sort([K || {K, _} <- Info]), proplists:get_value(who, Info), proplists:get_value(options, Info)}) end || O <- [[], [deterministic], [{compile_info, [{who, me}]}, deterministic], [debug_info, inline]]],
    [p({O, case compile:forms(forms([]), [binary, {outdir, Folder}, O]) of {ok, bs_made, T} when is_list(T) -> length(T) > 2; {ok, bs_made, {M, Exports, As, _, Labels}} -> {M, Exports, As, is_integer(Labels)}; {ok, bs_made, T} when is_tuple(T) -> element(1, T); R -> R end}) || O <- ['P', 'E', to_core0, to_core, to_kernel, 'S', dcore, basic_validation, strong_validation]],
    {ok, {bs_made, All}} = beam_lib:chunks(Plain, [attributes, exports, labeled_exports, imports, indexed_imports, locals, labeled_locals, atoms]),
    [p({K, lists:sort(V)}) || {K, V} <- All],
    {ok, bs_made, Warned, Ws} = compile:forms(forms([{attribute, 2, compile, [{nowarn_unused_function, [{u, 0}]}]}]) ++ [{function, 9, u, 0, [{clause, 9, [], [], [{match, 9, {var, 9, 'V'}, {atom, 9, a}}]}]}], [return, report_nothing]),
    p({Ws, is_binary(Warned)}).

%% Debug information of the compiler and of others, who bring a module that reads it.
debug() ->
    Code = made([debug_info]),
    {ok, {_, [{debug_info, {debug_info_v1, Backend, {Forms, Options}}}]}} = beam_lib:chunks(Code, [debug_info]),
    p({Backend, length(Forms), Options}),
    p([element(1, Backend:debug_info(Kind, bs_made, {Forms, Options}, [])) || Kind <- [erlang_v1, core_v1, other]]),
    {ok, {_, [{abstract_code, {raw_abstract_v1, Abstract}}]}} = beam_lib:chunks(Code, [abstract_code]),
    p({length(Abstract), [{N, A} || {function, _, N, A, _} <- Abstract]}),
    Foreign = made([{debug_info, {std_beam_sections_backend, [my, data]}}]),
    p(short(beam_lib:chunks(Foreign, [debug_info]))), p(short(beam_lib:chunks(Foreign, [abstract_code]))),
    p([short(beam_lib:chunks(made([]), [C])) || C <- [abstract_code, debug_info]]),
    {ok, bs_made, Again} = compile:forms(Abstract, [debug_info]), p(beam_lib:cmp(Code, Again)).

built() ->
    Code = made([debug_info]),
    {ok, bs_made, Chunks} = beam_lib:all_chunks(Code),
    p({chunk_size, [Id || {Id, D} <- Chunks, D =:= <<>>], lists:keyfind("Attr", 1, Chunks) =/= false}),
    {ok, Same} = beam_lib:build_module(Chunks), p({Same =:= Code, beam_lib:cmp(Same, Code), beam_lib:diff_dirs("/no/such", "/such/no")}),
    {ok, More} = beam_lib:build_module([{"Note", <<"odd">>} | lists:keydelete("LocT", 1, Chunks)]),
    p({ids(More), beam_lib:cmp(Code, More), [C || {C, _} <- element(2, element(2, beam_lib:chunks(More, ["Note", "LocT", "Nope"], [allow_missing_chunks])))], element(2, lists:last(element(2, element(2, beam_lib:chunks(More, ["Note"])))))}),
    p(short(beam_lib:chunks(More, [locals]))), p(short(beam_lib:chunks(More, [locals, "Nope"], [allow_missing_chunks]))),
    p(beam_lib:significant_chunks()),
    {ok, {bs_made, Stripped}} = beam_lib:strip(More), {ok, {bs_made, Kept}} = beam_lib:strip(More, ["Note", "Dbgi"]), {ok, [{bs_made, _}, {bs_made, _}]} = beam_lib:strip_files([Code, More]),
    p({ids(zlib:gunzip(Stripped)), ids(zlib:gunzip(Kept)), ids(Stripped) =:= ids(zlib:gunzip(Stripped)), beam_lib:cmp(Code, Stripped), element(2, beam_lib:md5(Code)) =:= element(2, beam_lib:md5(Stripped))}),
    {module, bs_made} = code:load_binary(bs_made, "made", Stripped),
    p({bs_made:f("ab"), bs_made:g(3, 3), bs_made:f(1), bs_made:module_info(attributes), proplists:get_value(source, bs_made:module_info(compile)), bs_made:module_info(md5) =:= element(2, element(2, beam_lib:md5(Code))), code:get_object_code(bs_made)}),
    p([code:delete(bs_made), code:purge(bs_made)]).

bytes() ->
    Code = made([no_line_info]),
    <<"FOR1", Size:32, "BEAM", Rest/binary>> = Code, p({Size + 8 =:= byte_size(Code), byte_size(Code) rem 4}),
    Sections = sections(Rest), p([{Id, byte_size(D)} || {Id, D} <- Sections, lists:member(Id, [<<"AtU8">>, <<"ImpT">>, <<"ExpT">>, <<"LocT">>, <<"StrT">>])]),
    Get = fun(Id) -> {_, D} = lists:keyfind(Id, 1, Sections), D end,
    <<N:32, Atoms/binary>> = Get(<<"AtU8">>), Names = [A || <<L, A:L/binary>> <= Atoms], p({N, length(Names), hd(Names)}),
    Name = fun(I) -> lists:nth(I, Names) end,
    <<NI:32, Imports/binary>> = Get(<<"ImpT">>), p({NI, lists:sort([{Name(M), Name(F), A} || <<M:32, F:32, A:32>> <= Imports])}),
    <<NE:32, Exports/binary>> = Get(<<"ExpT">>), p({NE, lists:sort([{Name(F), A} || <<F:32, A:32, _:32>> <= Exports])}),
    <<Unpacked:32, Packed/binary>> = Get(<<"LitT">>), Table = zlib:uncompress(Packed), <<NL:32, Literals/binary>> = Table, p({Unpacked =:= byte_size(Table), NL, lists:sort([binary_to_term(T) || <<L:32, T:L/binary>> <= Literals])}),
    <<Head:32, Set:32, _:32, _:32, Funs:32, _/binary>> = Get(<<"Code">>), p({Head, Set, Funs}),
    <<NF:32, FunT/binary>> = Get(<<"FunT">>), p({NF, [{Name(F), A, I, Free} || <<F:32, A:32, _:32, I:32, Free:32, _:32>> <= FunT]}),
    p({binary_to_term(Get(<<"Attr">>)), Get(<<"StrT">>)}).
sections(<<Id:4/binary, N:32, D:N/binary, Rest/binary>>) -> Pad = (4 - N rem 4) rem 4, [{Id, D} | case Rest of <<_:Pad/binary, More/binary>> -> sections(More); _ -> [] end];
sections(<<>>) -> [].

disk(Folder) ->
    [A, B] = [filename:join([Folder, D, "bs_made.beam"]) || D <- ["a", "b"]],
    [begin ok = filelib:ensure_dir(F), ok = file:write_file(F, made(O)) end || {F, O} <- [{A, [debug_info]}, {B, [no_line_info]}]],
    ok = file:write_file(filename:join([Folder, "a", "only.txt"]), "x"),
    p({beam_lib:cmp(A, B), beam_lib:cmp_dirs(filename:dirname(A), filename:dirname(B)), beam_lib:diff_dirs(filename:dirname(A), filename:dirname(A)), lists:sort([K || {K, _} <- beam_lib:info(A)]), beam_lib:version(B)}),
    {ok, {bs_made, [{exports, E}]}} = beam_lib:chunks(filename:rootname(A), [exports]), {ok, [{bs_made, _}]} = beam_lib:strip_files([A]), {ok, Disk} = file:read_file(A),
    p({E, lists:member("Dbgi", ids(zlib:gunzip(Disk))), [{Id, is_integer(P), is_integer(S)} || {Id, P, S} <- lists:sublist(proplists:get_value(chunks, beam_lib:info(B)), 2)]}).

refused(Folder) ->
    Code = made([]), Cut = binary:part(Code, 0, byte_size(Code) - 40), File = filename:join(Folder, "cut.beam"), ok = file:write_file(File, Cut),
    Reason = fun({error, beam_lib, R}) -> {element(1, R), lists:flatten(string:replace(beam_lib:format_error(setelement(2, R, "FILE")), Folder, "."))}; (R) -> R end,
    [p({N, try Reason(F()) catch C:E -> {C, E} end}) || {N, F} <- lists:enumerate([fun() -> beam_lib:chunks(Cut, [exports]) end, fun() -> beam_lib:info(File) end, fun() -> beam_lib:chunks(Code, ["Missing"]) end, fun() -> beam_lib:chunks(Code, [unknown]) end, fun() -> beam_lib:chunks(<<"FOR1", 0:32, "BEEF">>, [atoms]) end,
        fun() -> beam_lib:cmp(Code, <<>>) end, fun() -> beam_lib:strip(<<1, 2>>) end, fun() -> beam_lib:md5("/no/file") end, fun() -> beam_lib:version(12) end, fun() -> beam_lib:chunks(binary:replace(Code, <<"AtU8">>, <<"AtX8">>), [atoms]) end, fun() -> beam_lib:chunks(Code, ["ExpT", "Zzzz"]) end, fun() -> beam_lib:all_chunks(x) end])].

short({error, beam_lib, R}) when is_tuple(R) -> {beam_lib, [X || X <- tuple_to_list(R), not is_binary(X)]};
short(R) -> R.

p(T) -> io:format("~0tp~n", [T]).
