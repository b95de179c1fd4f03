%% stage: c. Files and paths that are not there or not what they should be: every call with every value of a pool, results and the texts of errors.
-module(poke_files).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    N = ["/no/such/file", "", <<"/no/such"/utf8>>, [0], 5, "a\0b"],
    [{file, F, [N]} || F <- [read_file_info, list_dir, read_file, del_file, del_dir, make_dir, read_link, consult, path_eval_nothing, altname]] ++ [{filelib, F, [N]} || F <- [is_dir, is_file, is_regular, file_size, last_modified, wildcard]] ++
    [{file, rename, [["/no/such/a", a], ["/no/such/b", 5]]}, {file, copy, [["/no/such/a"], ["/no/such/b", 5]]}, {file, make_link, [["/no/such/a"], ["/no/such/b"]]}, {file, make_symlink, [["/x"], ["/no/such/b", 5]]}, {file, open, [["/no/such/x", 5], [[read], [write], [x], y, [read | z]]]}, {file, write_file, [["/no/such/x", 5], ["data", [a], x]]}, {file, set_cwd, [["/no/such/x", 5, [0]]]}, {file, close, [[a, 5]]}, {file, read, [[a], [1, -1]]}, {file, write, [[a], ["x"]]}, {file, position, [[a], [0]]}, {file, format_error, [[enoent, eacces, badarg, terminated, system_limit, xyz, {3, erl_parse, "bad"}]]},
     {file, change_mode, [["/no/such/x"], [8#644, a]]}, {file, truncate, [[x]]}, {file, native_name_encoding, []}, {filename, join, [["a", 5], ["b", []]]}].
