# stage: e. Algorithms: queens, sorting, primes, permutations, knapsack, edit distance, shortest paths, life.
defmodule ExAlgorithms do
  def main do
    p {queens(6), length(queens(7))}
    l = for i <- 1..40, do: rem(i * 7919, 101)
    p {msort(l) == Enum.sort(l), qsort(l) == Enum.sort(l), isort(l) == Enum.sort(l), sieve(60), perms([1, 2, 3]), combos([1, 2, 3, 4], 2)}
    p {knapsack([{3, 4}, {4, 5}, {2, 3}, {5, 8}], 9), distance("kitten", "sitting"), distance("", "abc"), lcs("AGGTAB", "GXTXAYB"), collatz(27) |> length(), gcd(1071, 462), pow_mod(7, 560, 561), fact(25), hanoi(4, :a, :b, :c) |> length()}
    g = %{a: [b: 4, c: 1], b: [d: 1], c: [b: 2, d: 5], d: [e: 3], e: []}
    p {dijkstra(g, :a), bfs(g, :a), topo(g)}
    glider = MapSet.new([{1, 0}, {2, 1}, {0, 2}, {1, 2}, {2, 2}])
    p Enum.reduce(1..4, glider, fn _, s -> life(s) end) |> Enum.sort()
    p {roman(1994), unroman("MCMXCIV"), caesar("Hello, World", 3), rle("aaabbc"), rle("aaabbc") |> unrle(), pascal(6), matmul([[1, 2], [3, 4]], [[5, 6], [7, 8]]), spiral([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), anagrams(~w(tea eat tan ate nat bat)), balanced?("([]{})"), balanced?("([)]"), rpn("3 4 + 2 * 7 /")}
  end
  defp queens(n), do: place(n, n) |> Enum.sort()
  defp place(0, _), do: [[]]
  defp place(k, n), do: for(qs <- place(k - 1, n), q <- 1..n, safe?(q, qs, 1), do: [q | qs])
  defp safe?(_, [], _), do: true
  defp safe?(q, [h | t], d), do: q != h and abs(q - h) != d and safe?(q, t, d + 1)
  defp msort([]), do: []
  defp msort([x]), do: [x]
  defp msort(l), do: l |> Enum.split(div(length(l), 2)) |> then(fn {a, b} -> merge(msort(a), msort(b)) end)
  defp merge([], b), do: b
  defp merge(a, []), do: a
  defp merge([x | a], [y | _] = b) when x <= y, do: [x | merge(a, b)]
  defp merge(a, [y | b]), do: [y | merge(a, b)]
  defp qsort([]), do: []
  defp qsort([h | t]), do: qsort(for(x <- t, x < h, do: x)) ++ [h] ++ qsort(for(x <- t, x >= h, do: x))
  defp isort(l), do: Enum.reduce(l, [], fn x, acc -> {a, b} = Enum.split_while(acc, &(&1 < x)); a ++ [x | b] end)
  defp sieve(n), do: Enum.reduce(2..n, Enum.to_list(2..n), fn i, l -> Enum.reject(l, &(&1 > i and rem(&1, i) == 0)) end)
  defp perms([]), do: [[]]
  defp perms(l), do: for(x <- l, r <- perms(l -- [x]), do: [x | r])
  defp combos(_, 0), do: [[]]
  defp combos([], _), do: []
  defp combos([h | t], k), do: Enum.map(combos(t, k - 1), &[h | &1]) ++ combos(t, k)
  defp knapsack(items, cap), do: Enum.reduce(items, %{0 => 0}, fn {w, v}, best -> Enum.reduce(best, best, fn {c, x}, acc -> if c + w <= cap, do: Map.update(acc, c + w, x + v, &max(&1, x + v)), else: acc end) end) |> Map.values() |> Enum.max()
  defp distance(a, b) do
    b = String.graphemes(b)
    a |> String.graphemes() |> Enum.reduce(Enum.to_list(0..length(b)), fn c, [d | _] = row -> Enum.zip(b, Enum.zip(row, tl(row))) |> Enum.scan({nil, d + 1}, fn {x, {diag, up}}, {_, left} -> {nil, Enum.min([left + 1, up + 1, diag + if(x == c, do: 0, else: 1)])} end) |> Enum.map(&elem(&1, 1)) |> then(&[d + 1 | &1]) end) |> List.last()
  end
  defp lcs(a, b), do: lcs_l(String.to_charlist(a), String.to_charlist(b)) |> to_string()
  defp lcs_l([], _), do: []
  defp lcs_l(_, []), do: []
  defp lcs_l([x | a], [x | b]), do: [x | lcs_l(a, b)]
  defp lcs_l([_ | ta] = a, [_ | tb] = b), do: Enum.max_by([lcs_l(ta, b), lcs_l(a, tb)], &length/1)
  defp collatz(n), do: Stream.iterate(n, &if(rem(&1, 2) == 0, do: div(&1, 2), else: 3 * &1 + 1)) |> Enum.take_while(&(&1 != 1))
  defp gcd(a, 0), do: a
  defp gcd(a, b), do: gcd(b, rem(a, b))
  defp pow_mod(_, 0, _), do: 1
  defp pow_mod(b, e, m) when rem(e, 2) == 0, do: pow_mod(rem(b * b, m), div(e, 2), m)
  defp pow_mod(b, e, m), do: rem(b * pow_mod(b, e - 1, m), m)
  defp fact(n), do: Enum.reduce(1..n, 1, &*/2)
  defp hanoi(0, _, _, _), do: []
  defp hanoi(n, a, b, c), do: hanoi(n - 1, a, c, b) ++ [{a, c}] ++ hanoi(n - 1, b, a, c)
  defp dijkstra(g, s), do: dijkstra([{0, s}], %{}, g)
  defp dijkstra([], d, _), do: d
  defp dijkstra([{x, n} | q], d, g) when is_map_key(d, n), do: (_ = x; dijkstra(q, d, g))
  defp dijkstra([{x, n} | q], d, g), do: dijkstra(Enum.sort(for({m, w} <- g[n], do: {x + w, m}) ++ q), Map.put(d, n, x), g)
  defp bfs(g, s), do: Stream.iterate({[s], [s]}, fn {front, seen} -> next = for(n <- front, {m, _} <- g[n], m not in seen, uniq: true, do: m); {next, seen ++ next} end) |> Enum.find(fn {f, _} -> f == [] end) |> elem(1)
  defp topo(g), do: topo(Map.keys(g), g, []) 
  defp topo(ns, g, acc), do: Enum.reduce(ns, acc, fn n, acc -> if n in acc, do: acc, else: [n | topo(Keyword.keys(g[n]), g, acc)] |> Enum.uniq() end)
  defp life(s), do: for({x, y} <- s, dx <- -1..1, dy <- -1..1, c = {x + dx, y + dy}, alive?(s, c), uniq: true, do: c) |> MapSet.new()
  defp alive?(s, {x, y} = c), do: for(dx <- -1..1, dy <- -1..1, {dx, dy} != {0, 0}, {x + dx, y + dy} in s, do: 1) |> length() |> then(&(&1 == 3 or (&1 == 2 and c in s)))
  @roman [{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}]
  defp roman(0), do: ""
  defp roman(n), do: Enum.find_value(@roman, fn {v, s} -> v <= n && s <> roman(n - v) end)
  defp unroman(""), do: 0
  for {v, s} <- @roman, byte_size(s) == 2, do: (defp unroman(unquote(s) <> r), do: unquote(v) + unroman(r))
  for {v, s} <- @roman, byte_size(s) == 1, do: (defp unroman(unquote(s) <> r), do: unquote(v) + unroman(r))
  defp caesar(t, k), do: for(<<c <- t>>, into: "", do: (cond do c in ?a..?z -> <<rem(c - ?a + k, 26) + ?a>>; c in ?A..?Z -> <<rem(c - ?A + k, 26) + ?A>>; true -> <<c>> end))
  defp rle(s), do: s |> String.graphemes() |> Enum.chunk_by(& &1) |> Enum.map_join(&"#{length(&1)}#{hd(&1)}")
  defp unrle(s), do: Regex.replace(~r/(\d+)(.)/, s, fn _, n, c -> String.duplicate(c, String.to_integer(n)) end)
  defp pascal(n), do: Stream.iterate([1], fn r -> Enum.zip_with([0 | r], r ++ [0], &+/2) end) |> Enum.take(n)
  defp matmul(a, b), do: for(r <- a, do: for(c <- Enum.zip_with(b, & &1), do: Enum.zip_with(r, c, &*/2) |> Enum.sum()))
  defp spiral([]), do: []
  defp spiral([h | t]), do: h ++ (t |> Enum.zip_with(& &1) |> Enum.reverse() |> spiral())
  defp anagrams(ws), do: ws |> Enum.group_by(&(&1 |> String.graphemes() |> Enum.sort())) |> Map.values() |> Enum.sort()
  defp balanced?(s), do: s |> String.graphemes() |> Enum.reduce_while([], fn c, st -> cond do c in ~w|( [ {| -> {:cont, [c | st]}; match?([o | _] when {o, c} in [{"(", ")"}, {"[", "]"}, {"{", "}"}], st) -> {:cont, tl(st)}; true -> {:halt, :bad} end end) == []
  defp rpn(s), do: s |> String.split() |> Enum.reduce([], fn t, st when t in ~w(+ - * /) -> [b, a | r] = st; [apply(Kernel, String.to_atom(t), [a, b]) | r]; t, st -> [String.to_integer(t) | st] end) |> hd()
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
