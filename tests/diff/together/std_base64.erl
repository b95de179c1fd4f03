%% stage: b. Module base64: encodings, decodings, what is not in the alphabet.
-module(std_base64).
-export([main/0]).

main() ->
    [p({B, base64:encode(B), base64:encode_to_string(B), base64:decode(base64:encode(B)) =:= iolist_to_binary(B), base64:mime_decode(base64:encode(B))}) || B <- [<<>>, <<1>>, <<1, 2>>, "abc", <<255, 254, 253, 252>>]],
    [p({T, c(fun() -> base64:decode(T) end), c(fun() -> base64:mime_decode(T) end), c(fun() -> base64:decode_to_string(T) end), c(fun() -> base64:mime_decode_to_string(T) end)}) || T <- ["YQ==", "Y Q==", "YQ", "YQ=", "Y", "YW Jj\nZA==", "YQ==YQ==", <<"YW*Jj">>, "====", <<"YWJj=">>, "YWJjéZ", "-_8="]].
c(F) -> try F() catch C:R -> {C, if is_tuple(R) -> element(1, R); true -> R end} end.

p(T) -> io:format("~0tp~n", [T]).
