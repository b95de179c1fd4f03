%% stage: b. Random draws that are the same everywhere: seeds in every form, states kept and handed on, jumps and long ranges, reals, normals, bytes, shuffles, samples and tables of frequencies; the low-level generators and the old module random.
-module(std_rand_draws).
-export([main/0]).

-define(ALL, [exsss, exrop, exro928ss, exs1024s, exsp, exs64, exsplus, exs1024, exsss]).

main() -> Kept = get(rand_seed), seeds(), jumps(), ranges(), reals(), normals(), byte_strings(), games(), low(), old(), refused(), erase(rand_seed), erase(random_seed), Kept =:= undefined orelse put(rand_seed, Kept).

draws(S, N, Max) -> lists:mapfoldl(fun(_, S1) -> rand:uniform_s(Max, S1) end, S, lists:seq(1, N)).
ints(S, N) -> element(1, draws(S, N, 1000)).

seeds() ->
    [p({A, [ints(rand:seed_s(A, Seed), 6) || Seed <- [0, 1, -7, 1 bsl 70, {0, 0, 0}, {1, 2, 3}, {-1, 1 bsl 64, 99}]]}) || A <- ?ALL],
    [p({A, try ints(rand:seed_s(A, Seed), 4) catch error:E -> E end}) || {A, Seed} <- [{exsss, [1 | 2]}, {exrop, [3 | 4]}, {exsp, [5 | 6]}, {exs64, 77}, {exro928ss, lists:seq(1, 16)}, {exs1024s, lists:seq(1, 16)}, {exro928ss, [1, 2]}, {exsss, [0 | 0]}]],
    [begin {_, S} = draws(rand:seed_s(A, 5), 3, 10), E = rand:export_seed_s(S), p({A, element(1, E), ints(S, 5) =:= ints(rand:seed_s(E), 5)}) end || A <- [exsss, exrop, exro928ss, exs1024s, exsp]],
    _ = rand:seed(exrop, 4), Before = rand:export_seed(), X = [rand:uniform(50) || _ <- lists:seq(1, 5)], _ = rand:seed(Before), Y = [rand:uniform(50) || _ <- lists:seq(1, 5)], p({X =:= Y, X, element(1, Before)}),
    Parent = self(), spawn(fun() -> A = rand:export_seed(), _ = rand:seed({exsss, 9}) =/= x, Parent ! {child, A, rand:export_seed() =/= undefined} end),
    receive {child, A, B} -> p({child, A, B}) end,
    _ = rand:seed(default, 3), _ = rand:uniform(), D = element(1, rand:export_seed()), p(D).

jumps() ->
    [begin S = rand:seed_s(A, {4, 5, 6}), Far = lists:foldl(fun(_, J) -> rand:jump(J) end, S, lists:seq(1, 4)), p({A, ints(rand:jump(S), 4), ints(Far, 4)}) end || A <- [exsss, exrop, exro928ss, exs1024s, exsp, exsplus, exs1024]],
    _ = rand:seed(exsss, 11), _ = rand:jump(), p([rand:uniform(100) || _ <- lists:seq(1, 6)]),
    p(try rand:jump(rand:seed_s(exs64, 1)) catch error:E -> E end).

ranges() ->
    [p({A, [element(1, rand:uniform_s(M, rand:seed_s(A, 8))) || M <- [1, 2, 3, 1 bsl 16, (1 bsl 56) - 1, 1 bsl 57, 1 bsl 58, (1 bsl 58) + 1, (1 bsl 59) + 7, (1 bsl 64) - 1, 1 bsl 64, (1 bsl 64) + 1, 1 bsl 200]]}) || A <- ?ALL],
    [p({A, M, lists:usort(element(1, draws(rand:seed_s(A, 3), 120, M)))}) || A <- [exsss, exrop, exs64], M <- [5, 16]],
    {Big, _} = draws(rand:seed_s(exsss, 2), 40, (1 bsl 58) * 3 div 2), p({lists:max(Big), lists:min(Big), length(lists:usort(Big))}).

reals() ->
    [begin S0 = rand:seed_s(A, 21), {Us, S1} = lists:mapfoldl(fun(_, S) -> rand:uniform_s(S) end, S0, lists:seq(1, 60)), {Rs, _} = lists:mapfoldl(fun(_, S) -> rand:uniform_real_s(S) end, S1, lists:seq(1, 60)),
        p({A, lists:sublist(Us, 3), lists:sublist(Rs, 3), lists:all(fun(X) -> X >= 0.0 andalso X < 1.0 end, Us), lists:all(fun(X) -> X > 0.0 andalso X < 1.0 end, Rs), erlang:phash2(Us), erlang:phash2(Rs), buckets(Us, 5)}) end || A <- ?ALL].
buckets(L, N) -> maps:to_list(lists:foldl(fun(X, M) -> maps:update_with(trunc(X * N), fun(C) -> C + 1 end, 1, M) end, #{}, L)).

normals() ->
    [begin {Ns, S} = lists:mapfoldl(fun(_, S1) -> rand:normal_s(S1) end, rand:seed_s(A, 33), lists:seq(1, 400)), Mean = lists:sum(Ns) / 400, Var = lists:sum([(X - Mean) * (X - Mean) || X <- Ns]) / 399,
        p({A, lists:sublist(Ns, 3), Mean, Var, lists:max(Ns), lists:min(Ns), element(1, rand:normal_s(100, 25, S)), element(1, rand:normal_s(-1.5, 1.0e-3, S))}) end || A <- [exsss, exrop, exs1024s]],
    _ = rand:seed(exsp, 1), p([rand:normal(), rand:normal(5, 0), rand:normal(0.0, 1.0e300)]).

byte_strings() ->
    [p({A, [element(1, rand:bytes_s(N, rand:seed_s(A, 13))) || N <- [0, 1, 6, 7, 8, 20]], erlang:crc32(element(1, rand:bytes_s(1001, rand:seed_s(A, 14))))}) || A <- ?ALL],
    {B, S} = rand:bytes_s(9, rand:seed_s(exsss, 1)), p({B, ints(S, 3)}), _ = rand:seed(exsss, 1), p(rand:bytes(9) =:= B).

%% Shuffles, samples from a stream, weights, alias tables, a walk and a chain of words.
games() ->
    S = rand:seed_s(exsss, 2024),
    {Deck, S1} = shuffle([{C, N} || C <- [c, d, h, s], N <- lists:seq(1, 13)], S), p({lists:sublist(Deck, 6), length(lists:usort(Deck))}),
    {Sample, S2} = lists:foldl(fun(X, {R, St}) when map_size(R) < 5 -> {R#{map_size(R) => X}, St}; (X, {R, St}) -> {I, St1} = rand:uniform_s(X, St), {case I =< 5 of true -> R#{I - 1 => X}; false -> R end, St1} end, {#{}, S1}, lists:seq(1, 200)), p(maps:to_list(Sample)),
    {Picks, S3} = lists:mapfoldl(fun(_, St) -> {U, St1} = rand:uniform_s(St), {pick(U * 10, [{a, 5}, {b, 3}, {c, 2}]), St1} end, S2, lists:seq(1, 300)), p([{K, length([x || P <- Picks, P =:= K])} || K <- [a, b, c]]),
    {Walk, S4} = lists:mapfoldl(fun(_, {At, St}) -> {D, St1} = rand:uniform_s(2, St), N = At + 2 * D - 3, {N, {N, St1}} end, {0, S3}, lists:seq(1, 80)), p({lists:max(Walk), lists:min(Walk), lists:last(Walk)}),
    Chain = #{the => [cat, dog, cat], cat => [sat, ran], dog => [ran], sat => [by], ran => [by], by => [the]},
    {Words, {_, S5}} = lists:mapfoldl(fun(_, {W, St}) -> Next = maps:get(W, Chain), {I, St1} = rand:uniform_s(length(Next), St), N = lists:nth(I, Next), {N, {N, St1}} end, {the, element(2, S4)}, lists:seq(1, 15)), p(Words),
    {In, _} = lists:foldl(fun(_, {N, St}) -> {X, St1} = rand:uniform_real_s(St), {Y, St2} = rand:uniform_real_s(St1), {case X * X + Y * Y < 1 of true -> N + 1; false -> N end, St2} end, {0, S5}, lists:seq(1, 500)), p(In * 4 / 500).
shuffle(L, S) -> {Keyed, S1} = lists:mapfoldl(fun(X, St) -> {K, St1} = rand:uniform_s(1 bsl 60, St), {{K, X}, St1} end, S, L), {[X || {_, X} <- lists:keysort(1, Keyed)], S1}.
pick(U, [{K, W} | _]) when U < W -> K;
pick(U, [{_, W} | T]) -> pick(U - W, T).

low() ->
    Mwc = lists:foldl(fun(_, [X | _] = L) -> [rand:mwc59(X) | L] end, [rand:mwc59_seed(5)], lists:seq(1, 200)), p({hd(Mwc), lists:last(Mwc), length(lists:usort(Mwc)), [{rand:mwc59_value32(X), rand:mwc59_value(X), rand:mwc59_float(X)} || X <- lists:sublist(Mwc, 3)]}),
    p(lists:mapfoldl(fun(_, St) -> rand:splitmix64_next(St) end, 0, lists:seq(1, 4))),
    p(lists:mapfoldl(fun(_, St) -> {V, St1} = rand:exsp_next(St), {V, St1} end, [1 | 2], lists:seq(1, 4))), p(rand:exsp_jump([1 | 2])), p([is_integer(rand:mwc59_seed()), rand:mwc59_seed(1 bsl 57)]).

old() ->
    _ = random:seed(1, 2, 3), p([random:uniform(100) || _ <- lists:seq(1, 8)]), p(random:uniform()), {X, S} = random:uniform_s(random:seed0()), p({X, S, element(1, random:uniform_s(7, S))}), p({random:seed({4, 5, 6}), random:uniform(), random:seed()}).

refused() ->
    S = rand:seed_s(exsss, 1),
    [p({N, try F() catch C:E -> {C, E} end}) || {N, F} <- lists:enumerate([fun() -> rand:uniform(0) end, fun() -> rand:uniform_s(1.5, S) end, fun() -> rand:seed(nothing) end, fun() -> rand:seed(exsss, x) end, fun() -> rand:seed_s(exsss, [1, 2, 3]) end, fun() -> rand:bytes(-1) end, fun() -> rand:normal(0, -1) end, fun() -> rand:uniform_s(a) end, fun() -> rand:mwc59_seed(-1) end, fun() -> random:uniform(0) end])].

p(T) -> io:format("~0tp~n", [T]).
