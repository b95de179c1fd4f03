# stage: e. Enum: what the first program of it leaves out, over lists, maps, ranges and streams.
defmodule ExEnumMore do
  def main do
    for e <- [[5, 3, 9, 1], 1..6, %{b: 2, a: 1}, MapSet.new([2, 4]), Stream.map(1..4, & &1 * 3), []] do
      p {Enum.to_list(e), Enum.count(e), Enum.empty?(e), Enum.slice(e, 1, 2), Enum.split(e, 1), Enum.reverse(e), Enum.chunk_every(e, 2, 1), Enum.with_index(e, 10), Enum.zip(e, Stream.cycle([:x, :y])), Enum.take(e, -2), Enum.drop(e, -1), Enum.at(e, -1, :none), Enum.fetch(e, 5)}
    end
    l = Enum.to_list(1..10)
    p {Enum.chunk_while(l, 0, fn x, acc -> if acc + x > 10, do: {:cont, acc, x}, else: {:cont, acc + x} end, &{:cont, &1, nil}), Enum.dedup_by(l, &div(&1, 3)), Enum.drop_every(l, 3), Enum.flat_map_reduce(l, 0, &{[&1, &2], &1 + &2}), Enum.group_by(l, &rem(&1, 3), & &1 * 2), Enum.frequencies_by(l, &(&1 > 4)), Enum.into(l, [], &to_string/1)}
    p {Enum.max_by(l, &rem(&1, 7)), Enum.min_by(l, &rem(&1, 7)), Enum.min_max_by(l, &rem(&1, 5)), Enum.min_max(l), Enum.max(l, &<=/2), Enum.max([], fn -> :empty end), Enum.sort_by(l, &rem(&1, 3), :desc), Enum.sort_by(l, &{rem(&1, 2), -&1}), Enum.sum(1..100//3), Enum.product([2, 2.5]), Enum.scan(l, 100, &-/2)}
    p {Enum.slide(l, 1..3, 6), Enum.slide(l, 8, 0), Enum.split_while(l, &(&1 < 4)), Enum.split_with(l, &(rem(&1, 2) == 0)), Enum.unzip([{1, :a}, {2, :b}]), Enum.zip_reduce([[1, 2], [3, 4], [5, 6]], [], fn l, acc -> [Enum.sum(l) | acc] end), Enum.zip_with([[1, 2], [3, 4]], &Enum.max/1), Enum.zip([[1, 2], [:a, :b], ["x", "y"]]), Enum.reduce_while(l, 0, fn x, a -> if x == 5, do: {:halt, {:at, a}}, else: {:cont, a + x} end)}
    p {Enum.find_value(l, &(&1 > 3 and {:found, &1})), Enum.find(l, :no, &(&1 > 30)), Enum.find_index(l, &(&1 == 4)), Enum.any?([nil, false]), Enum.all?([]), Enum.all?([1, nil]), Enum.uniq([1, 1.0, 1]), Enum.member?(l, 1.0), Enum.join(1..3), Enum.map_join(%{a: 1}, ";", fn {k, v} -> "#{k}=#{v}" end), Enum.concat([1..2, [3], %{a: 1}]), Enum.reject(l, &(&1 in 2..9))}
    :rand.seed(:exsss, {1, 2, 3})
    p {Enum.shuffle(l), Enum.random(l), Enum.take_random(l, 3), Enum.random(1..1000)}
    p {Enum.map_intersperse(l, :s, & &1) |> Enum.take(5), Enum.intersperse([], 0), Enum.count_until(l, 3), Enum.count_until(l, & &1 > 5, 2), Enum.product(1..20), Enum.chunk_by(~w(a b cc dd e), &byte_size/1), Enum.chunk_every(l, 4, 4, :discard), Enum.chunk_every(l, 4, 4, [:p, :q]), Enum.to_list(Enum.take_while(l, &(&1 < 3)))}
    for f <- [fn -> Enum.reduce([], & &1) end, fn -> Enum.min([]) end, fn -> Enum.random([]) end, fn -> Enum.fetch!(l, 99) end, fn -> Enum.zip(1, 2) end, fn -> Enum.sum([:a]) end, fn -> Enum.into([1], %{}) end, fn -> Enum.slide(l, 9..3, 1) end, fn -> Enum.sort([3, 1], :sideways) end, fn -> Enum.chunk_every(l, -1) end], do: p(try do f.() rescue e -> {e.__struct__, Exception.message(e) |> String.slice(0, 150)} end)
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
