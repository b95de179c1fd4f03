%% stage: b. phash2, phash, md5, crc of all kinds of terms; printing of pids, refs, funs.
-module(vm_hash_printing).
-export([main/0]).

main() ->
    Ts = [0, 1, -1, 255, 1 bsl 27, 1 bsl 28, 1 bsl 59, 1 bsl 60, 1 bsl 64, -(1 bsl 100), 1.0, -0.0, 0.0, 1.5e300, a, abc, 'åäö', '', [], [1], [1, 2], [1 | 2], "hello", [300], [a | b], {}, {1}, {1, {2, 3}}, <<>>, <<1>>, <<"hello">>, <<1:3>>, <<255:9>>, #{}, #{a => 1}, #{1 => 2, 3 => 4}, [[[]]], lists:seq(1, 300), binary:copy(<<7>>, 100), fun erlang:abs/1, {a, [b, {c, <<"d">>}], #{e => 1.5}}],
    [p({T1, erlang:phash2(T), erlang:phash2(T, 1000), erlang:phash2(T, 1 bsl 32), erlang:phash(T, 1 bsl 27)}) || T <- Ts, T1 <- [if T =:= [1 | 2] -> improper; is_list(T), length(T) > 100 -> long; true -> T end]],
    p([erlang:md5(X) || X <- [<<>>, "a", [<<"ab">>, $c]]]), p(erlang:md5_final(erlang:md5_update(erlang:md5_update(erlang:md5_init(), "a"), "b")) =:= erlang:md5("ab")), p([{erlang:crc32(X), erlang:adler32(X)} || X <- [<<>>, "abc", lists:seq(0, 255)]]), p({erlang:crc32_combine(erlang:crc32("ab"), erlang:crc32("cd"), 2) =:= erlang:crc32("abcd"), erlang:adler32_combine(erlang:adler32("ab"), erlang:adler32("cd"), 2) =:= erlang:adler32("abcd"), erlang:crc32(5, "x"), erlang:adler32(1, "x")}),
    io:format("~w ~p ~s~n", [fun erlang:abs/1, fun lists:map/2, erlang:fun_to_list(fun lists:map/2)]), io:format("~w~n", [list_to_pid("<0.5.0>")]), io:format("~p~n", [[self() =:= list_to_pid(pid_to_list(self())), is_reference(list_to_ref(ref_to_list(make_ref())))]]), io:format("~w ~w ~w~n", ['a b', 'A', "\x{1}abc"]), io:format("~p ~p~n", [<<"abc">>, <<1, 2>>]), io:format("~tp ~p~n", ["åäö", "åäö"]), io:format("~tp ~p~n", [[8364], [8364]]).

p(T) -> io:format("~0tp~n", [T]).
