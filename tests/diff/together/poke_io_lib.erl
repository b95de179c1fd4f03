%% stage: c. io_lib:format with formats and arguments that do not fit: every call with every value of a pool, results and the texts of errors.
-module(poke_io_lib).
-export([main/0]).

main() -> lists:foreach(fun({M, F, Pools}) -> poke(M, F, Pools, []) end, calls()).

poke(M, F, [], Args) ->
    A = lists:reverse(Args),
    io:format("~0tp:~0tp(~ts) -> ~0tP~n", [M, F, lists:join(", ", [short(X) || X <- A]), call(M, F, A), 60]);
poke(M, F, [Pool | Pools], Args) -> lists:foreach(fun(V) -> poke(M, F, Pools, [V | Args]) end, Pool).

call(M, F, A) ->
    try apply(M, F, A)
    catch C:R:S -> {C, R, explain(R, S)}
    end.

explain(R, [{M, _, _, Info} | _] = S) ->
    case proplists:get_value(error_info, Info) of
        undefined -> none;
        Map ->
            try (maps:get(module, Map, M)):(maps:get(function, Map, format_error))(R, S) of
                Texts -> [{K, unicode:characters_to_list(T)} || {K, T} <- lists:sort(maps:to_list(Texts))]
            catch _:_ -> no_text
            end
    end;
explain(_, []) -> no_frame.

short(X) -> string:slice(io_lib:format("~0tP", [X, 20]), 0, 60).

calls() ->
    F = ["~p", "~w", "~s", "~ts", "~c", "~b", "~.16B", "~f", "~e", "~g", "~a", "~i", "~n", "~~", "~5p", "~-5w|", "~.3s", "~z", "~", "~*p", "~.2f", "~.*f", "~3..0b", "~#", "~+", "~x", "~P", "~W", "~t", "~lp", 'atom', <<"~p">>, 5],
    A = [[], [a], ["str"], [5], [1.5], [<<"b">>], [$x], [5, "p"], [[300]], [{t, 1}, 2], [a | b], x],
    [{io_lib, format, [F, A]}, {io_lib, write, [[a, 'A b', "s", 1.0, #{}, <<1:3>>]]}, {io_lib, print, [[a, "s", [1, 2]]]}, {io_lib, char_list, [["a", [a], b]]}, {io_lib, quote_atom_nothing, [[a]]}, {io_lib, write_atom, [['A', a, 'a b', 5]]}, {io_lib, write_string, [["a\"", a]]}, {io_lib, fread, [["~d", "~z", a], ["1", "x", b]]}].
