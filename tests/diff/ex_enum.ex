# stage: e. Enum over lists, ranges and maps: the functions that programs live on.
defmodule ExEnum do
  def main do
    l = [3, 1, 4, 1, 5, 9, 2, 6]
    p(Enum.map(l, &(&1 * 2)))
    p(Enum.filter(l, &(rem(&1, 2) == 0)))
    p(Enum.reject(l, &(&1 > 3)))
    p(Enum.reduce(l, 0, &+/2))
    p(Enum.reduce(l, fn x, acc -> max(x, acc) end))
    p({Enum.sum(l), Enum.product(l), Enum.max(l), Enum.min(l), Enum.min_max(l), Enum.count(l), Enum.count(l, &(&1 > 2))})
    p({Enum.sort(l), Enum.sort(l, :desc), Enum.sort_by(l, &rem(&1, 4)), Enum.uniq(l), Enum.dedup([1, 1, 2, 1]), Enum.reverse(l)})
    p(Enum.group_by(l, &rem(&1, 3)))
    p(Enum.frequencies(~w(a b a c b a)))
    p(Enum.frequencies_by(~w(apple avocado bean), &String.first/1))
    p({Enum.chunk_every(l, 3), Enum.chunk_every(l, 3, 2, :discard), Enum.chunk_by(l, &(&1 > 2))})
    p({Enum.zip(l, ~w(a b c)), Enum.unzip([{1, :a}, {2, :b}]), Enum.with_index(~w(x y)), Enum.zip_with([1, 2], [3, 4], &*/2)})
    p({Enum.take(l, 3), Enum.take(l, -2), Enum.drop(l, 6), Enum.take_while(l, &(&1 < 5)), Enum.drop_while(l, &(&1 < 5)), Enum.split(l, 2), Enum.split_with(l, &(&1 > 3))})
    p({Enum.at(l, 2), Enum.at(l, 99), Enum.at(l, 99, :none), Enum.fetch(l, -1), Enum.find(l, &(&1 > 4)), Enum.find_index(l, &(&1 > 4)), Enum.find_value(l, &(&1 > 4 && "got #{&1}"))})
    p({Enum.any?(l, &(&1 > 8)), Enum.all?(l), Enum.empty?([]), Enum.member?(l, 9), 4 in l})
    p({Enum.join(l, "-"), Enum.map_join(l, ",", &"<#{&1}>"), Enum.intersperse([1, 2, 3], 0)})
    p({Enum.flat_map([1, 2], &[&1, &1]), Enum.concat([[1], [2, 3]]), Enum.concat(1..2, [9])})
    p({Enum.map_reduce(l, 0, &{&1 + &2, &2 + 1}), Enum.scan(l, &+/2), Enum.flat_map_reduce([1, 2, 3, 4], 0, fn x, a -> if a < 3, do: {[x, x], a + 1}, else: {:halt, a} end)})
    p({Enum.reduce_while(1..100, 0, fn x, a -> if a > 20, do: {:halt, a}, else: {:cont, a + x} end), Enum.slice(l, 2, 3), Enum.slice(l, 1..-2)})
    p({Enum.max_by(~w(aa b cccc), &String.length/1), Enum.min_by(["x"], & &1), Enum.sort_by([{1, "b"}, {2, "a"}], &elem(&1, 1)), Enum.uniq_by([{1, :x}, {1, :y}], &elem(&1, 0))})
    p({Enum.into([a: 1], %{}), Enum.into(%{x: 1}, []), Enum.to_list(1..5), Enum.map(%{a: 1, b: 2}, fn {k, v} -> {v, k} end), Enum.into([1, 2], MapSet.new())})
    p(Enum.map(1..20//5, & &1))
    p({Enum.sum(1..1000), Enum.count(10..1), Enum.reverse(1..4), Enum.member?(1..9//2, 4)})
    p({Enum.map_every(1..6, 2, &(&1 * 10)), Enum.take_every(1..10, 3), Enum.drop_every(1..6, 2), Enum.reverse_slice(Enum.to_list(1..6), 1, 3), Enum.slide(Enum.to_list(0..5), 0, 3)})
    p({Enum.with_index(~w(a b), 1), Enum.with_index(~w(a b), fn e, i -> {i, e} end), Enum.zip_reduce([1, 2], [3, 4], 0, fn a, b, s -> s + a * b end)})
    p([Enum.sort([{:b, 1}, :z, 2.0, "s", 1, [1], %{}]), Enum.sort(~w(B a C b), &(String.downcase(&1) <= String.downcase(&2)))])
    p(for f <- [fn -> Enum.fetch!([1], 3) end, fn -> Enum.max([]) end, fn -> Enum.reduce([], &+/2) end, fn -> Enum.map(5, & &1) end, fn -> Enum.chunk_every([1], 0) end], do: error(f))
    p(primes(50))
  end

  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))

  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd()}
  end

  defp primes(n), do: Enum.reduce(2..n, [], fn x, ps -> if Enum.any?(ps, &(rem(x, &1) == 0)), do: ps, else: ps ++ [x] end)
end
