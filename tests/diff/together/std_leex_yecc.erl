%% stage: d. leex and yecc: a scanner and a parser of a small language made from their files, with the tables of both; conflicts and errors in both (with the headers of erlang-dev).
-module(std_leex_yecc).
-export([main/0]).

main() ->
    Dir = "/tmp/std_leex_yecc.dir", _ = file:del_dir_r(Dir), ok = filelib:ensure_dir(filename:join(Dir, "x")),
    F = fun(N) -> filename:join(Dir, N) end,
    ok = file:write_file(F("toy_lexer.xrl"), lexer()), ok = file:write_file(F("toy_parser.yrl"), parser()),
    [ok = file:write_file(F(N), T) || {N, T} <- [{"lexer.hrl", "%% the driver\n##module\n"}, {"parser.hrl", "-module(none).\n"}]],
    p(base(leex:file(F("toy_lexer.xrl"), [return, {includefile, F("lexer.hrl")}]))), p(base(yecc:file(F("toy_parser.yrl"), [return, {includefile, F("parser.hrl")}]))),
    [begin {ok, B} = file:read_file(F(N)), p({N, byte_size(B) > 1000, erlang:phash2(re:replace(B, "(file|File)\\W.*", "", [global, {return, binary}]))}) end || N <- ["toy_lexer.erl", "toy_parser.erl"]],
    {ok, _, _} = leex:file(F("toy_lexer.xrl"), [return, dfa_graph, {includefile, F("lexer.hrl")}]), {ok, Dot} = file:read_file(F("toy_lexer.dot")), p(lists:sort(string:split(binary_to_list(Dot), "\n", all))),
    [begin ok = file:write_file(F(N), T), p({N, base(M:file(F(N), [return]))}) end || {M, N, T} <-
        [{leex, "bad1.xrl", "Definitions.\nD = [0-9\nRules.\n{D} : {token, x}.\nErlang code.\n"}, {leex, "bad2.xrl", "Rules.\na+ : x\n"}, {leex, "bad3.xrl", "Definitions.\nRules.\n{NO} : skip_token.\n(a : x.\nErlang code.\n"},
         {yecc, "bad1.yrl", "Nonterminals s.\nTerminals a.\ns -> a.\n"}, {yecc, "bad2.yrl", "Nonterminals s t u.\nTerminals a b.\nRootsymbol s.\ns -> t : '$1'.\ns -> u : '$1'.\nt -> a.\nu -> a.\n"},
         {yecc, "bad3.yrl", "Nonterminals s e.\nTerminals '+' n.\nRootsymbol s.\ns -> e.\ne -> e '+' e.\ne -> n.\n"}, {yecc, "bad4.yrl", "Nonterminals s.\nTerminals a s.\nRootsymbol q.\ns -> a b.\n"}]],
    file:del_dir_r(Dir).

base({R, Ws}) -> {R, Ws}; base({ok, F, Ws}) -> {ok, filename:basename(F), names(Ws)}; base({error, Es, Ws}) -> {error, names(Es), names(Ws)}; base(X) -> X.
names(L) -> [{filename:basename(F), [case E of {Line, M, D} -> {Line, M, lists:flatten(M:format_error(D))}; O -> O end || E <- Es]} || {F, Es} <- L].

lexer() -> "Definitions.\nD = [0-9]\nW = [\\s\\t\\n]\nRules.\n0x[0-9A-F]+ : {token, {number, TokenLine, list_to_integer(tl(tl(TokenChars)), 16)}}.\n{D}+ : {token, {number, TokenLine, list_to_integer(TokenChars)}}.\n{D}+\\.{D}+(e[+-]?{D}+)? : {token, {number, TokenLine, list_to_float(TokenChars)}}.\n"
    "let|in : {token, {list_to_atom(TokenChars), TokenLine}}.\n[a-z][a-z0-9_]* : {token, {name, TokenLine, list_to_atom(TokenChars)}}.\n\"(\\\\.|[^\"])*\" : {token, {text, TokenLine, unescape(strip(TokenChars, TokenLen))}}.\n'[^']*' : {token, {atom, TokenLine, list_to_atom(strip(TokenChars, TokenLen))}}.\n"
    "\\+\\+|[-+*/^=()] : {token, {list_to_atom(TokenChars), TokenLine}}.\n#.*\\n : skip_token.\n{W}+ : skip_token.\n\\$ : {error, \"no money\"}.\nErlang code.\nstrip(S, L) -> lists:sublist(S, 2, L - 2).\nunescape([$\\\\, $n | T]) -> [$\\n | unescape(T)];\nunescape([H | T]) -> [H | unescape(T)];\nunescape([]) -> [].\n".
parser() -> "Nonterminals top expr uminus.\nTerminals number name text atom 'let' 'in' '+' '-' '*' '/' '^' '++' '=' '(' ')'.\nRootsymbol top.\nEndsymbol '$end'.\nNonassoc 50 'in'.\nRight 90 '++'.\nLeft 100 '+' '-'.\nLeft 200 '*' '/'.\nRight 300 '^'.\nUnary 400 uminus.\n"
    "top -> expr : '$1'.\nexpr -> expr '+' expr : {'+', '$1', '$3'}.\nexpr -> expr '-' expr : {'-', '$1', '$3'}.\nexpr -> expr '*' expr : {'*', '$1', '$3'}.\nexpr -> expr '/' expr : {'/', '$1', '$3'}.\nexpr -> expr '^' expr : {'^', '$1', '$3'}.\nexpr -> expr '++' expr : {'++', '$1', '$3'}.\n"
    "expr -> uminus : '$1'.\numinus -> '-' expr : {neg, '$2'}.\nexpr -> 'let' name '=' expr 'in' expr : {'let', element(3, '$2'), '$4', '$6'}.\nexpr -> '(' expr ')' : '$2'.\nexpr -> number : '$1'.\nexpr -> name : '$1'.\nexpr -> text : '$1'.\nexpr -> atom : '$1'.\n".

p(T) -> io:format("~0tp~n", [T]).
