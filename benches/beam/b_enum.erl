%% A pipeline of Elixir's Enum and Stream over 20000 numbers, as the Elixir compiler would call them.
-module(b_enum).
-export([run/0]).

run() -> loop(5).

loop(0) -> ok;
loop(N) ->
    Range = 'Elixir.Range':new(1, 20000),
    Numbers = 'Elixir.Enum':map(Range, fun(X) -> X * 3 end),
    Even = 'Elixir.Enum':filter(Numbers, fun(X) -> X rem 2 =:= 0 end),
    300030000 = 'Elixir.Enum':reduce(Even, 0, fun(X, Sum) -> X + Sum end),
    Groups = 'Elixir.Enum':group_by(Even, fun(X) -> X rem 10 end),
    5 = map_size(Groups),
    Lazy = 'Elixir.Stream':take('Elixir.Stream':filter('Elixir.Stream':map(Range, fun(X) -> X * X end), fun(X) -> X rem 3 =:= 1 end), 5000),
    5000 = 'Elixir.Enum':count(Lazy),
    'Elixir.Enum':sum('Elixir.Enum':map('Elixir.Enum':chunk_every(Numbers, 10), fun(Chunk) -> 'Elixir.Enum':sum(Chunk) end)) =:= 600030000 orelse exit(sum),
    loop(N - 1).
