%% stage: b. Module rand: every algorithm from a seed, shuffles of floats, jumps, bytes, exported states.
-module(std_rand_seeds).
-export([main/0]).

main() ->
    [begin
         rand:seed(A, {1, 2, 3}),
         p({A, [rand:uniform(1000) || _ <- lists:seq(1, 8)], [rand:uniform() || _ <- lists:seq(1, 3)], rand:uniform_real(), rand:normal(), rand:uniform(1 bsl 70), rand:bytes(5), rand:normal(10, 2)})
     end || A <- [exsss, exro928ss, exrop, exs1024s, exsp, exs64, exsplus, exs1024, dummy]],
    [begin S = rand:seed_s(A, 42), {X, S1} = rand:uniform_s(100, S), {Y, S2} = rand:uniform_s(S1), p({A, X, Y, rand:export_seed_s(S2), element(1, rand:uniform_s(1000000, rand:jump(S)))}) end || A <- [exsss, exrop, exro928ss, exs1024s, exsp]],
    rand:seed(exsss, 7), E = rand:export_seed(), V = rand:uniform(99), rand:seed(E), p(V =:= rand:uniform(99)),
    p({rand:mwc59(1), rand:mwc59_value(12345), rand:mwc59_value32(12345), rand:mwc59_float(99), rand:mwc59_seed(3), rand:splitmix64_next(5)}).

p(T) -> io:format("~0tp~n", [T]).
