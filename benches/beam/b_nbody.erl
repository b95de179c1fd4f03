%% Floats: the sun and four planets.
-module(b_nbody).
-export([run/0]).

run() ->
    Bodies = simulate(5000, bodies()),
    Energy = energy(Bodies, 0.0),
    true = abs(Energy + 0.16908) < 0.001,
    ok.

simulate(0, Bodies) -> Bodies;
simulate(N, Bodies) -> simulate(N - 1, [move(B) || B <- advance(Bodies, [])]).

advance([], Done) -> lists:reverse(Done);
advance([Body | Rest], Done) ->
    {Body1, Rest1} = pull(Body, Rest, []),
    advance(Rest1, [Body1 | Done]).

pull(Body, [], Done) -> {Body, lists:reverse(Done)};
pull({X1, Y1, Z1, U1, V1, W1, M1}, [{X2, Y2, Z2, U2, V2, W2, M2} | Rest], Done) ->
    Dx = X1 - X2,
    Dy = Y1 - Y2,
    Dz = Z1 - Z2,
    D2 = Dx * Dx + Dy * Dy + Dz * Dz,
    Mag = 0.01 / (D2 * math:sqrt(D2)),
    A = M2 * Mag,
    B = M1 * Mag,
    pull({X1, Y1, Z1, U1 - Dx * A, V1 - Dy * A, W1 - Dz * A, M1}, Rest,
         [{X2, Y2, Z2, U2 + Dx * B, V2 + Dy * B, W2 + Dz * B, M2} | Done]).

move({X, Y, Z, U, V, W, M}) -> {X + 0.01 * U, Y + 0.01 * V, Z + 0.01 * W, U, V, W, M}.

energy([], Sum) -> Sum;
energy([{X1, Y1, Z1, U, V, W, M} | Rest], Sum) ->
    Kinetic = 0.5 * M * (U * U + V * V + W * W),
    Potential = lists:sum([M * M2 / math:sqrt((X1 - X2) * (X1 - X2) + (Y1 - Y2) * (Y1 - Y2) + (Z1 - Z2) * (Z1 - Z2))
                           || {X2, Y2, Z2, _, _, _, M2} <- Rest]),
    energy(Rest, Sum + Kinetic - Potential).

bodies() ->
    Pi = math:pi(),
    Mass = 4 * Pi * Pi,
    Year = 365.24,
    [{0.0, 0.0, 0.0, 0.0, 0.0, 0.0, Mass},
     {4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
      0.00166007664274403694 * Year, 0.00769901118419740425 * Year, -0.0000690460016972063023 * Year,
      0.000954791938424326609 * Mass},
     {8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
      -0.00276742510726411 * Year, 0.00499852801234917238 * Year, 0.0000230417297573763929 * Year,
      0.000285885980666130812 * Mass},
     {12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
      0.00296460137564761618 * Year, 0.00237847173959480950 * Year, -0.0000296589568540237556 * Year,
      0.0000436624404335156298 * Mass},
     {15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
      0.00268067772490389322 * Year, 0.00162824170038242295 * Year, -0.0000951592254519715870 * Year,
      0.0000515138902046611451 * Mass}].
