%% stage: b. Module filename on names of all forms.
-module(std_filename).
-export([main/0]).

main() ->
    N = ["", "/", "a", "/a/b.c", "a/b/", "a//b", "./a", "../x.tar.gz", <<"bin/é.x"/utf8>>, "a.b/c", ".hidden", "/a/../b/./c", [97, $/, 229], atom],
    [p({F, [c(fun() -> filename:F(X) end) || X <- N]}) || F <- [basename, dirname, extension, rootname, split, pathtype, flatten, nativename, absname_join_nothing]],
    p([{A, B, c(fun() -> filename:join(A, B) end)} || A <- ["", "a", "/a/", "a/b", <<"x">>], B <- ["", "b", "/b", "../c", <<"y">>]]),
    p([c(fun() -> filename:join(L) end) || L <- [["a", "b", "c"], ["/"], [<<"a">>, "b"], [], ["a", "/b", "c"], [a, b]]]), p([filename:basename(B, E) || B <- ["a.erl", "/x/a.beam", "erl"], E <- [".erl", ".beam", ""]]), p([filename:rootname(B, E) || B <- ["a.erl", "a.b.erl"], E <- [".erl", ".x"]]),
    p([filename:absname(X, "/base/dir") || X <- ["a", "/a", "../b", ""]]), p({filename:absname_join("/a", "b"), filelib:safe_relative_path("a/./b", "/tmp")}).
c(F) -> try F() catch C:R -> {C, R} end.

p(T) -> io:format("~0tp~n", [T]).
