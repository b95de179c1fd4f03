%% stage: c. Pids, ports and references of other nodes, as external terms bring them: order, equality, hashes, bad ones.
-module(foreign_ids).
-export([main/0]).

main() ->
    Pids = [pid(Node, N, S, C) || Node <- [a@b, b@b], {N, S} <- [{1, 17}, {4711, 0}, {4711, 17}], C <- [1, 2]],
    Ports = [port(Node, N, C) || Node <- [b@b, a@b], N <- [4711, 4710], C <- [2, 1]],
    Refs = [ref(Node, Words, C) || Node <- [b@b, a@b], Words <- [[4711, 4711, 4711], [4711, 0, 0], [4711], [4711, 0], [1, 5], [4711, 4710, 4711]], C <- [2, 1]],
    [io:format("~w~n", [[place(X, L) || X <- lists:sort(L)]]) || L <- [Pids, Ports, Refs]],
    [Long, Half, Short] = [ref(a@b, Words, 3) || Words <- [[7, 0, 0], [7, 0], [7]]],
    io:format("~w ~w ~w~n", [Long =:= Short, Half == Short, Long =:= ref(a@b, [7, 0, 1], 3)]),
    io:format("~w ~w~n", [maps:get(Short, #{Long => found}), erlang:phash2(Long) =:= erlang:phash2(Short)]),
    [io:format("~w~n", [try is_pid(binary_to_term(<<131, 103, 100, 3:16, "a@b", 7:32, 7:32, C>>)) catch error:R -> R end]) || C <- [3, 4, 255]],
    [io:format("~w~n", [try is_port(binary_to_term(<<131, 102, 100, 3:16, "a@b", 7:32, C>>)) catch error:R -> R end]) || C <- [3, 4]],
    [io:format("~w~n", [try is_reference(binary_to_term(<<131, 114, 1:16, 100, 3:16, "a@b", C, 7:32>>)) catch error:R -> R end]) || C <- [3, 4]].

place(X, [X | _]) -> 0;
place(X, [_ | Rest]) -> 1 + place(X, Rest).

name(Node) -> Text = atom_to_binary(Node), <<100, (byte_size(Text)):16, Text/binary>>.
pid(Node, N, Serial, Creation) -> binary_to_term(<<131, 88, (name(Node))/binary, N:32, Serial:32, Creation:32>>).
port(Node, N, Creation) -> binary_to_term(<<131, 89, (name(Node))/binary, N:32, Creation:32>>).
ref(Node, Words, Creation) -> binary_to_term(<<131, 90, (length(Words)):16, (name(Node))/binary, Creation:32, << <<W:32>> || W <- Words>>/binary>>).
