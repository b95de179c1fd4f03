%% The Mandelbrot set on a grid of 100 times 100 points, 50 steps each at most.
-module(b_mandelbrot).
-export([run/0]).

run() ->
    Inside = rows(0, 100, 0),
    true = Inside > 2000 andalso Inside < 3000,
    ok.

rows(Size, Size, Inside) -> Inside;
rows(Y, Size, Inside) -> rows(Y + 1, Size, columns(0, Y, Size, Inside)).

columns(Size, _, Size, Inside) -> Inside;
columns(X, Y, Size, Inside) ->
    Re = 3.0 * X / Size - 2.0,
    Im = 2.0 * Y / Size - 1.0,
    columns(X + 1, Y, Size, Inside + point(Re, Im, 0.0, 0.0, 50)).

point(_, _, _, _, 0) -> 1;
point(Re, Im, X, Y, Steps) ->
    XX = X * X,
    YY = Y * Y,
    if
        XX + YY > 4.0 -> 0;
        true -> point(Re, Im, XX - YY + Re, 2.0 * X * Y + Im, Steps - 1)
    end.
