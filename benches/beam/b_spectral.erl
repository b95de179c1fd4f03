%% Spectral norm of an infinite matrix, its first 80 rows: floats in lists.
-module(b_spectral).
-export([run/0]).

run() ->
    N = 80,
    Ones = [1.0 || _ <- lists:seq(1, N)],
    {U, V} = power(6, Ones, Ones, lists:seq(0, N - 1)),
    Norm = math:sqrt(dot(U, V) / dot(V, V)),
    true = abs(Norm - 1.274) < 0.001,
    ok.

power(0, U, V, _) -> {U, V};
power(N, U, _, Rows) ->
    V = at_a(U, Rows),
    power(N - 1, at_a(V, Rows), V, Rows).

at_a(Vector, Rows) ->
    Product = [row(I, 0, Vector, 0.0) || I <- Rows],
    [column(I, 0, Product, 0.0) || I <- Rows].

row(_, _, [], Sum) -> Sum;
row(I, J, [X | Rest], Sum) -> row(I, J + 1, Rest, Sum + a(I, J) * X).

column(_, _, [], Sum) -> Sum;
column(I, J, [X | Rest], Sum) -> column(I, J + 1, Rest, Sum + a(J, I) * X).

a(I, J) -> 1.0 / ((I + J) * (I + J + 1) div 2 + I + 1).

dot(A, B) -> dot(A, B, 0.0).

dot([], [], Sum) -> Sum;
dot([A | As], [B | Bs], Sum) -> dot(As, Bs, Sum + A * B).
