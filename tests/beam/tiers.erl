%% Functions that become hot, for `tests/tests/jit_tiers.rs`.
-module(tiers).
-export([turns/1]).

%% Nearly all calls are those of `spin/1`: the others are seldom the one that a slice of reductions ends with.
turns(0) -> done;
turns(N) ->
    spin(20_000),
    12 = a(b(c(d(e(f(g(h(i(j(k(l(0)))))))))))),
    turns(N - 1).

spin(0) -> ok;
spin(N) -> spin(N - 1).

a(X) -> X + 1.
b(X) -> X + 1.
c(X) -> X + 1.
d(X) -> X + 1.
e(X) -> X + 1.
f(X) -> X + 1.
g(X) -> X + 1.
h(X) -> X + 1.
i(X) -> X + 1.
j(X) -> X + 1.
k(X) -> X + 1.
l(X) -> X + 1.
