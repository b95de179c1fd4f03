%% stage: d. epp over files: macros of all kinds, nested conditions, includes and their paths, predefined names, positions, encodings, forms one by one, and what it says is wrong.
-module(std_epp_files).
-export([main/0]).

main() ->
    Dir = "/tmp/std_epp_files.dir", _ = file:del_dir_r(Dir), ok = filelib:ensure_dir(filename:join(Dir, "inc/x")), F = fun(N, T) -> P = filename:join(Dir, N), ok = file:write_file(P, T), P end,
    F("inc/h.hrl", "-ifndef(H).\n-define(H, 1).\n-record(r, {a = ?H, b}).\n-endif.\n"), F("near.hrl", "-define(NEAR(X), {near, X, ??X}).\n"),
    Texts = [{"plain", "-module(m).\n-export([f/1]).\nf(X) -> X.\n"}, {"macros", "-module(m).\n-define(A, 1).\n-define(B(X), X + ?A).\n-define(B(X, Y), {X, Y}).\n-define(S(X), ??X).\n-define(E, ).\n-define(W, A, b).\nf() -> {?A, ?B(2), ?B(a, [1, 2]), ?S(foo(bar, \"x\") + 1), ?B((1, 2)), [?W]}.\n"},
        {"cond", "-module(m).\n-ifdef(NO).\nf() -> no.\n-else.\n-ifndef(NO).\nf() -> yes.\n-elif(true).\nf() -> elif.\n-endif.\n-endif.\n-if(?OTP_RELEASE >= 25 andalso defined(X)).\ng() -> x.\n-elif(?OTP_RELEASE > 20).\ng() -> new.\n-else.\ng() -> old.\n-endif.\n"},
        {"names", "-module(m).\nf(_) -> {?MODULE, ?MODULE_STRING, ?LINE, ?FUNCTION_NAME, ?FUNCTION_ARITY, ?OTP_RELEASE > 20}.\n"}, {"incl", "-module(m).\n-include(\"h.hrl\").\n-include(\"h.hrl\").\n-include(\"near.hrl\").\n-include_lib(\"stdlib/include/ms_transform.hrl\").\nf(X) -> {#r{b = X}, ?NEAR(a b)}.\n"},
        {"bad1", "-module(m).\nf() -> ?NOPE.\n-include(\"none.hrl\").\n-include_lib(\"none/x.hrl\").\n-ifdef(A).\n"}, {"bad2", "-module(m).\n-endif.\n-else.\n-define(A).\n-define(1, 2).\n-undef(7).\n-ifdef(1).\n-define(C(X), X).\nf() -> ?C(1, 2).\ng() -> ?C.\n-error(\"stop\").\n-warning({w, 1}).\n"}, {"bad3", "-module(m).\nf( -> .\ng() -> 'unterminated.\n\"text\n.\n"},
        {"redef", "-module(m).\n-define(A, 1).\n-define(A, 2).\n-undef(A).\n-define(A, 3).\n-define(R, ?R2).\n-define(R2, ?R).\nf() -> ?A.\ng() -> ?R.\n"}, {"file", "-module(m).\n-file(\"other.erl\", 100).\nf() -> ?LINE.\ng() -> ?FILE.\n"}, {"arity", "-module(m).\n-define(M(), none).\n-define(M(A, B), A).\n-define(L(A), fun(A) -> begin A end end).\nf() -> [?M(), ?M({1, 2}, #{a => [3, 4]}), ?L(X)].\n"}],
    [begin P = F(N ++ ".erl", T), {ok, Forms} = epp:parse_file(P, [{includes, [filename:join(Dir, "inc")]}, {macros, [{'FROM', 1}]}]), io:format("~ts:~n", [N]), [show(X) || X <- Forms] end || {N, T} <- Texts],
    P2 = F("loc.erl", "-module(m).\n\nf() -> ?X,\n  ?Y(2).\n"), p([R || R <- [epp:parse_file(P2, [{location, {1, 1}}, {macros, [{'X', {a, b}}, 'Y']}])]]), p(epp:parse_file(filename:join(Dir, "nope.erl"), [])), p(epp:scan_file(P2, [{macros, [{'X', 5}, {'Y', 6}]}])),
    {ok, E} = epp:open([{name, P2}, {macros, [{'X', 1}]}]), p([epp:parse_erl_form(E), [K || {{atom, K}, _} <- epp:macro_defs(E), lists:member(K, ['X', 'MODULE', 'FILE'])], epp:parse_erl_form(E), epp:parse_erl_form(E), epp:parse_erl_form(E), epp:close(E)]),
    [p({T, epp:read_encoding(F("enc.erl", T)), epp:read_encoding_from_binary(T), epp:encoding_to_string(utf8)}) || T <- [<<"%% coding: latin-1\n">>, <<"% -*- coding: utf-8 -*-\n">>, <<"\n% coding=utf8 ">>, <<"x\n\n% coding: utf-8">>, <<"% nothing">>, <<"% coding: klingon">>]], p([epp:default_encoding(), epp:encoding_to_string(latin1)]),
    P3 = F("l1.erl", <<"%% coding: latin-1\n-module(m).\nf() -> \"", 233, "\".\n">>), p(epp:parse_file(P3, [])), P4 = F("u8.erl", <<"-module(m).\nf() -> \"", 233, "\".\n">>), p(epp:parse_file(P4, [])), p([lists:flatten(epp:format_error(X)) || X <- [{undefined, 'A', none}, {undefined, 'B', 2}, {depth, "x"}, {mismatch, 'A'}, {arg_error, 'A'}, {redefine, 'A'}, {circular, 'A', none}, {include, file, "f"}, {illegal, "unterminated", ifdef}, {bad, x}, cannot_parse, {error, "x"}, {warning, y}, missing_parenthesis, premature_end, missing_comma]]), file:del_dir_r(Dir).

show({attribute, _, file, {N, L}}) -> io:format("  file ~ts ~w~n", [filename:basename(N), L]);
show({error, {L, M, D}}) -> io:format("  error ~w ~ts~n", [L, M:format_error(D)]);
show({warning, {L, M, D}}) -> io:format("  warning ~w ~ts~n", [L, M:format_error(D)]);
show({eof, L}) -> io:format("  eof ~w~n", [L]);
show(Form) -> io:format("  ~w ~ts", [element(2, Form), erl_pp:form(Form)]).
p(T) -> io:format("~0tp~n", [T]).
