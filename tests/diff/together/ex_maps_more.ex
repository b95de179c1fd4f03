# stage: e. Map: every function, on small maps and on large ones.
defmodule ExMapsMore do
  def main do
    m = %{a: 1, b: 2, c: 3}
    big = Map.new(1..50, &{&1, &1 * &1})
    p {Map.get(m, :a), Map.get(m, :z, 0), Map.fetch(m, :z), Map.has_key?(m, :a), Map.keys(m), Map.values(m), Map.to_list(m), map_size(big), Map.get_lazy(m, :q, fn -> 9 end)}
    p {Map.put(m, :a, 9), Map.put_new(m, :a, 9), Map.put_new_lazy(m, :d, fn -> 4 end), Map.delete(m, :a), Map.drop(m, [:a, :z]), Map.take(m, [:a, :z]), Map.split(m, [:a]), Map.pop(m, :a), Map.pop(m, :z, 0), Map.pop!(m, :b), Map.pop_lazy(m, :z, fn -> 1 end)}
    p {Map.merge(m, %{c: 0, d: 1}), Map.merge(m, %{c: 10}, fn k, x, y -> {k, x, y} end), Map.update(m, :a, 0, & &1 + 1), Map.update(m, :z, 0, & &1), Map.update!(m, :a, & &1 * 2), Map.replace(m, :a, 5), Map.replace(m, :z, 5), Map.replace!(m, :a, 1), Map.replace_lazy(m, :a, & &1 - 1)}
    p {Map.new([{1, 2}, {1, 3}]), Map.new(~w(a bb), &{&1, byte_size(&1)}), Map.from_keys([:x, :y], 0), Map.equal?(m, %{m | a: 1}), Map.filter(m, fn {_, v} -> v > 1 end), Map.reject(m, fn {_, v} -> v > 1 end), Map.map(m, fn {k, v} -> {k, v} end), Map.get_and_update(m, :a, fn v -> {v, 0} end), Map.get_and_update!(m, :a, fn _ -> :pop end)}
    p {Enum.take(big, 12), Enum.sum(Map.values(big)), Map.take(big, [3, 60, 7]), Map.drop(big, Enum.to_list(3..50)), big == Map.new(50..1, &{&1, &1 * &1}), Enum.min(big), Enum.max_by(big, &elem(&1, 1)), Enum.count(big, fn {_, v} -> rem(v, 2) == 0 end)}
    p Enum.reduce(1..40, %{}, fn i, acc -> Map.update(acc, rem(i, 7), [i], &[i | &1]) end)
    p for {k, v} <- big, k > 45, into: %{}, do: {to_string(k), v}
    p {%{m | a: 2}, %{"k" => 1, 2 => :x, nil => 0, 1.5 => [], {1} => %{}}, %{%{} => %{}}, match?(%{a: x} when x > 0, m), m == %{a: 1.0, b: 2, c: 3}, %{1 => :a} == %{1.0 => :a}, %{a: 1} < %{a: 2}, %{b: 1} > %{a: 9}, %{a: 1} < %{a: 1, b: 0}}
    k = :b
    %{^k => v} = m
    p {v, m[k], m.a, get_in(m, [:c]), inspect(big, limit: 3)}
    for f <- [fn -> Map.fetch!(m, :z) end, fn -> m.z end, fn -> %{m | z: 1} end, fn -> Map.pop!(m, :z) end, fn -> Map.update!(m, :z, & &1) end, fn -> Map.replace!(m, :z, 0) end, fn -> Map.new([1]) end, fn -> Map.get([], 1) end, fn -> Map.merge(m, []) end, fn -> Map.put(nil, 1, 2) end], do: p(try do f.() rescue e -> {e.__struct__, Exception.message(e)} end)
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
