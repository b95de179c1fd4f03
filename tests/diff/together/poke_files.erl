%% stage: c. Files and paths that are not there or not what they should be: every call with every value of a pool, results and the texts of errors.
-module(poke_files).
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
    N = ["/no/such/file", "", <<"/no/such"/utf8>>, [0], 5, "a\0b"],
    [{file, F, [N]} || F <- [read_file_info, list_dir, read_file, del_file, del_dir, make_dir, read_link, consult, path_eval_nothing, altname]] ++ [{filelib, F, [N]} || F <- [is_dir, is_file, is_regular, file_size, last_modified, wildcard]] ++
    [{file, rename, [["/no/such/a", a], ["/no/such/b", 5]]}, {file, copy, [["/no/such/a"], ["/no/such/b", 5]]}, {file, make_link, [["/no/such/a"], ["/no/such/b"]]}, {file, make_symlink, [["/x"], ["/no/such/b", 5]]}, {file, open, [["/no/such/x", 5], [[read], [write], [x], y, [read | z]]]}, {file, write_file, [["/no/such/x", 5], ["data", [a], x]]}, {file, set_cwd, [["/no/such/x", 5, [0]]]}, {file, close, [[a, 5]]}, {file, read, [[a], [1, -1]]}, {file, write, [[a], ["x"]]}, {file, position, [[a], [0]]}, {file, format_error, [[enoent, eacces, badarg, terminated, system_limit, xyz, {3, erl_parse, "bad"}]]},
     {file, change_mode, [["/no/such/x"], [8#644, a]]}, {file, truncate, [[x]]}, {file, native_name_encoding, []}, {filename, join, [["a", 5], ["b", []]]}].
