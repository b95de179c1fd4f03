%% Building a binary byte by byte and parsing it again.
-module(b_binaries).
-export([run/0]).

run() ->
    Binary = build(300000, <<>>),
    300000 = byte_size(Binary),
    37794540 = sum(Binary, 0),
    75000 = frames(Binary, 0),
    ok.

build(0, Binary) -> Binary;
build(N, Binary) -> build(N - 1, <<Binary/binary, (N rem 253)>>).

sum(<<Byte, Rest/binary>>, Sum) -> sum(Rest, Sum + Byte);
sum(<<>>, Sum) -> Sum.

frames(<<_:16, _:8, _Last:8, Rest/binary>>, Count) -> frames(Rest, Count + 1);
frames(<<>>, Count) -> Count.
