%% stage: d. beam_lib, compile and code: modules compiled in memory, their chunks, stripped, compared, loaded, replaced, purged.
-module(std_beam_lib).
-export([main/0]).

main() ->
    One = compile_it("-module(bl_one). -export([f/1, g/0]). -vsn(\"1.2\"). -author(me). f(X) -> [X, g() | \"abc\"]. g() -> {lit, #{a => <<1, 2>>}}. h(X) -> X. -compile(nowarn_unused_function)."),
    {ok, {bl_one, Chunks}} = beam_lib:chunks(One, [exports, imports, locals, attributes, labeled_exports, atoms]),
    [p(C) || C <- Chunks],
    p([{N, byte_size(D) > 0} || {N, D} <- element(3, beam_lib:all_chunks(One))]),
    p(beam_lib:version(One)),
    p(byte_size(beam_lib_md5(One))),
    {ok, {bl_one, Stripped}} = beam_lib:strip(One),
    p([N || {N, _} <- element(3, beam_lib:all_chunks(Stripped))]),
    p({cmp, beam_lib:cmp(One, Stripped), beam_lib:cmp(One, One)}),
    Two = compile_it("-module(bl_one). -export([f/1, g/0]). f(X) -> X. g() -> other. "),
    p({cmp, beam_lib:cmp(One, Two)}),
    {ok, {bl_one, [{abstract_code, Abstract}]}} = beam_lib:chunks(One, [abstract_code]),
    p(element(1, Abstract)),
    p([beam_lib:chunks(One, [C]) || C <- ["Nope", "Attr"], C =:= "Nope"]),
    p(reason(beam_lib:info(<<"garbage">>))),
    p(reason(beam_lib:chunks(binary:part(One, 0, 100), [exports]))),
    p(reason(beam_lib:chunks("/no/such/file.beam", [exports]))),
    p(beam_lib:format_error({missing_chunk, "x.beam", "Abst"})),

    p(code:load_binary(bl_one, "bl_one.beam", One)),
    p({bl_one:f(1), lists:sort(bl_one:module_info(exports)), lists:keyfind(vsn, 1, bl_one:module_info(attributes)), bl_one:module_info(module)}),
    p({code:is_loaded(bl_one), erlang:module_loaded(bl_one), erlang:function_exported(bl_one, f, 1), erlang:function_exported(bl_one, h, 1)}),
    Old = fun bl_one:f/1,
    Held = bl_one:g(),
    p(code:load_binary(bl_one, "again.beam", Two)),
    p({Old(1), bl_one:g(), Held, code:is_loaded(bl_one), erlang:check_old_code(bl_one)}),
    p({code:soft_purge(bl_one), erlang:check_old_code(bl_one)}),
    p({code:delete(bl_one), catch bl_one:f(1), code:is_loaded(bl_one), erlang:check_old_code(bl_one)}),
    p({code:purge(bl_one), erlang:check_old_code(bl_one)}),
    p(code:load_binary(bl_one, "x", <<"FOR1", 1, 2, 3>>)),
    p(code:load_binary(bl_two, "x", One)),
    p(code:load_file(bl_no_such_module)),
    p(code:ensure_loaded(bl_no_such_module)),
    p({code:which(lists) =/= non_existing, code:which(bl_nope)}),
    [p(compile:forms(forms(Text), [return, nowarn_unused_function])) || Text <- ["-module(bad). f( -> 1.", "-module(bad). f() -> X.", "-module(bad). -export([f/0]).", "-module(bad). f() -> 1. f() -> 2."]].

beam_lib_md5(Code) ->
    {ok, {_, Md5}} = beam_lib:md5(Code),
    Md5.

forms(Text) ->
    {ok, Tokens, _} = erl_scan:string(Text),
    {Forms, _} = lists:foldl(fun({dot, _} = D, {Done, Open}) -> {[lists:reverse([D | Open]) | Done], []}; (T, {Done, Open}) -> {Done, [T | Open]} end, {[], []}, Tokens),
    [case erl_parse:parse_form(T) of {ok, F} -> F; {error, E} -> {error, E} end || T <- lists:reverse(Forms)].

compile_it(Text) ->
    {ok, _, Code} = compile:forms(forms(Text), [debug_info, nowarn_unused_function]),
    Code.

reason({error, beam_lib, R}) -> element(1, R);
reason(R) -> R.

p(T) -> io:format("~0tp~n", [T]).
