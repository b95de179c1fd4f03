%% Writes golden.txt beside it from OTP 25. Run:
%% erlc golden.erl && erl -noshell -s golden main -s init stop > golden.txt
-module(golden).
-export([main/0]).

main() ->
    rand:seed(exsss, {4, 5, 6}),
    Fixed = [0.0, -0.0, 1.0, 0.1, 0.125, 0.35, 0.15, 2.5, 9.995, 1.0e-5, 0.001, 0.0001, 123456.0, 1.0e5, 1.0e6, 1.0e7,
             1.2e7, 1.23e-3, 1.0e21, 1.0e22, 1.0e23, 5.0e-324, 1.7976931348623157e308, 9007199254740991.0,
             9007199254740992.0, 9007199254740994.0, 4503599627370497.5, 12345678.0, 100.0, 1000.0, 10000.0, 0.01,
             1.0e15, 1.0e16, 123000.0, 1230000000.0, 0.00012, 1.2345e-6, 99.9999999, 0.995],
    Random = [begin <<F/float>> = <<(rand:uniform(16#7fe0000000000000)):64>>, F end || _ <- lists:seq(1, 100)],
    Near = [(rand:uniform() - 0.5) * math:pow(10, rand:uniform(36) - 18) || _ <- lists:seq(1, 200)],
    Round = [rand:uniform(1000) * math:pow(10, rand:uniform(24) - 12) || _ <- lists:seq(1, 200)],
    [io:format("~16.16.0b ~s ~s ~s ~s~n",
               [begin <<B:64>> = <<F/float>>, B end, float_to_list(F, [short]), float_to_list(F, [{decimals, 2}]),
                float_to_list(F, [{decimals, 7}, compact]), float_to_list(F, [{scientific, 3}])])
     || F <- Fixed ++ Random ++ Near ++ Round, abs(F) < 1.0e200].
