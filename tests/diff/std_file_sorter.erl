%% stage: d. Module file_sorter: files of terms and of binaries sorted, merged and checked, by keys and functions of our own, with small runs, unique, reversed, from functions and to functions.
-module(std_file_sorter).
-export([main/0]).

main() ->
    Dir = "/tmp/std_file_sorter.dir",
    _ = file:del_dir_r(Dir),
    ok = filelib:ensure_dir(filename:join(Dir, "x")),
    terms(Dir), binaries(Dir), keys(Dir), merges(Dir), functions(), refused(Dir),
    file:del_dir_r(Dir).

p(T) -> io:format("~0tp~n", [T]).
path(Dir, N) -> filename:join(Dir, N).
numbers(N) -> [(I * 7919) rem 1009 || I <- lists:seq(1, N)].

write(File, Terms) -> ok = file:write_file(File, [begin B = term_to_binary(T), <<(byte_size(B)):32, B/binary>> end || T <- Terms]), File.
read(File) -> {ok, B} = file:read_file(File), [binary_to_term(T) || <<L:32, T:L/binary>> <= B].

terms(Dir) ->
    In = write(path(Dir, "in"), numbers(300)),
    Out = path(Dir, "out"),
    p([file_sorter:sort([In], Out, []), read(Out) =:= lists:sort(numbers(300))]),
    p([file_sorter:sort([In], Out, [{size, 100}, {no_files, 3}, {tmpdir, Dir}]), read(Out) =:= lists:sort(numbers(300))]),
    p([file_sorter:sort([In, In], Out, [{unique, true}]), read(Out) =:= lists:usort(numbers(300))]),
    p([file_sorter:sort([In], Out, [{order, descending}]), read(Out) =:= lists:reverse(lists:sort(numbers(300)))]),
    p([file_sorter:sort([In], Out, [{order, fun(A, B) -> {A rem 10, A} =< {B rem 10, B} end}, {size, 200}]), lists:sublist(read(Out), 12)]),
    p([file_sorter:sort(In), read(In) =:= lists:sort(numbers(300)), file_sorter:check(In), [{filename:basename(F), N, T} || {F, N, T} <- element(2, file_sorter:check([In], [{order, descending}]))]]),
    p([file_sorter:sort([In], Out, [{compressed, true}, {size, 300}]), file_sorter:sort([path(Dir, "empty") | [write(path(Dir, "empty"), []) || false]], Out, []) =/= ok]),
    p([file_sorter:sort([write(path(Dir, "mixed"), [b, 1, "a", {2}, 1.0, <<"x">>, #{}, a])], Out, []), read(Out)]),
    {ok, Names} = file:list_dir(Dir),
    p(lists:sort(Names)).

binaries(Dir) ->
    In = path(Dir, "bins"),
    Bins = [list_to_binary(lists:duplicate(N rem 5, $a + N rem 7)) || N <- lists:seq(1, 40)],
    ok = file:write_file(In, [<<(byte_size(B)):16, B/binary>> || B <- Bins]),
    Out = path(Dir, "bins.out"),
    p([file_sorter:sort([In], Out, [{format, binary}, {header, 2}]), begin {ok, All} = file:read_file(Out), [B || <<L:16, B:L/binary>> <= All] =:= lists:sort(Bins) end]),
    p([file_sorter:sort([In], Out, [{format, fun(B) -> byte_size(B) end}, {header, 2}, {unique, true}]), begin {ok, All2} = file:read_file(Out), [byte_size(B) || <<L:16, B:L/binary>> <= All2] end]).

keys(Dir) ->
    Rows = [{N rem 4, [N], N} || N <- lists:seq(1, 14)],
    In = write(path(Dir, "rows"), Rows), Out = path(Dir, "rows.out"),
    p([file_sorter:keysort(1, [In], Out, []), read(Out) =:= lists:keysort(1, Rows)]),
    p([file_sorter:keysort([1, 3], [In], Out, [{order, descending}]), [element(3, R) || R <- read(Out)]]),
    p([file_sorter:keysort(1, [In], Out, [{unique, true}]), [element(1, R) || R <- read(Out)]]),
    p([file_sorter:keysort(2, In), read(In) =:= lists:keysort(2, Rows), file_sorter:keycheck(2, In), file_sorter:keycheck(1, [In], []) =/= {ok, []}]).

merges(Dir) ->
    Files = [write(path(Dir, "m" ++ integer_to_list(N)), lists:seq(N, 30, 3)) || N <- [1, 2, 3]],
    Out = path(Dir, "merged"),
    p([file_sorter:merge(Files, Out, []), read(Out) =:= lists:seq(1, 30), file_sorter:merge([], Out, []), read(Out)]),
    p([file_sorter:merge(Files ++ Files, Out, [{unique, true}, {no_files, 2}]), length(read(Out))]),
    K = [write(path(Dir, "k" ++ integer_to_list(N)), [{I, N} || I <- [1, 2, 3]]) || N <- [1, 2]],
    p([file_sorter:keymerge(1, K, Out, []), read(Out)]).

functions() ->
    Self = self(),
    Source = fun Next(L) -> fun(read) -> case L of [] -> end_of_input; _ -> {H, T} = lists:split(min(3, length(L)), L), {H, Next(T)} end; (close) -> Self ! closed, ok end end,
    Sink = fun Put(Acc) -> fun(close) -> {collected, lists:append(lists:reverse(Acc))}; (L) -> Put([L | Acc]) end end,
    p(file_sorter:sort(Source([5, 3, 9, 1, 4, 8, 2]), Sink([]), [{format, term}])),
    p(receive closed -> closed after 0 -> open end),
    p(file_sorter:sort(fun(read) -> {error, broken}; (close) -> ok end, Sink([]), [{format, term}])),
    p(file_sorter:keysort(2, Source([{a, 2}, {b, 1}]), Sink([]), [{format, term}])).

refused(Dir) ->
    p([try element(1, element(2, file_sorter:sort([path(Dir, "x")], path(Dir, "y"), O))) catch C:R -> {C, R} end || O <- [[bad], [{size, x}], [{order, 1}], [{no_files, 1}], [{header, 0}], [{format, x}]]]),
    p([case file_sorter:sort([path(Dir, F)], path(Dir, "y"), []) of {error, {K, N, W}} -> {K, filename:basename(N), W}; {error, {K, N}} -> {K, filename:basename(N)}; O -> O end || F <- ["no_such", "junk"], F =:= "no_such" orelse ok =:= file:write_file(path(Dir, "junk"), <<3:32, "abc">>)]),
    p(try file_sorter:keysort(0, ["x"], "y", []) catch C:R -> {C, R} end).
