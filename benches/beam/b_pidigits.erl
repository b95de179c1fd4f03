%% The first 300 digits of pi, by a spigot (Gibbons 2006): large integers.
-module(b_pidigits).
-export([run/0]).

run() ->
    Digits = digits(300, 1, 0, 1, 1, []),
    [3, 1, 4, 1, 5, 9, 2, 6, 5, 3 | _] = Digits,
    300 = length(Digits),
    ok.

digits(0, _, _, _, _, Digits) -> lists:reverse(Digits);
digits(N, Q, R, T, K, Digits) ->
    Digit = (3 * Q + R) div T,
    case Digit =:= (4 * Q + R) div T of
        true -> digits(N - 1, 10 * Q, 10 * (R - Digit * T), T, K, [Digit | Digits]);
        false -> digits(N, Q * K, (2 * Q + R) * (2 * K + 1), T * (2 * K + 1), K + 1, Digits)
    end.
