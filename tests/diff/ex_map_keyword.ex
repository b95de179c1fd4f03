# stage: e. Map, Keyword, Access, nested updates, MapSet, small and large maps.
defmodule ExMapKeyword do
  def main do
    m = %{name: "Ann", age: 30, langs: [:ex, :rs]}
    p({m.name, m[:age], m[:zip], Map.get(m, :zip, "none"), Map.fetch(m, :age), Map.has_key?(m, :x), map_size(m)})
    p({%{m | age: 31}, Map.put(m, :city, "X"), Map.delete(m, :langs), Map.drop(m, [:name, :age]), Map.take(m, [:name, :nope])})
    p({Map.keys(m), Map.values(m), Map.to_list(m), Map.new([{1, 2}, {3, 4}]), Map.new(1..3, &{&1, &1 * &1})})
    p({Map.update(m, :age, 0, &(&1 + 1)), Map.update(m, :new, 0, &(&1 + 1)), Map.update!(m, :age, &(-&1)), Map.put_new(m, :age, 1), Map.put_new_lazy(m, :z, fn -> 26 end)})
    p({Map.merge(m, %{age: 1, q: 2}), Map.merge(%{a: 1, b: 2}, %{b: 3}, fn _k, x, y -> x + y end), Map.pop(m, :age), Map.pop(m, :no, :dflt), Map.split(m, [:age])})
    p({Map.filter(m, fn {_, v} -> is_integer(v) end), Map.reject(m, fn {k, _} -> k == :age end), Map.new(%{a: 1}, fn {k, v} -> {v, k} end), Map.equal?(m, m), Map.get_and_update(m, :age, &{&1, &1 * 2}), Map.get_and_update(m, :age, fn _ -> :pop end)})
    deep = %{a: %{b: [%{c: 1}, %{c: 2}]}, k: [x: 1, y: 2]}
    p({get_in(deep, [:a, :b]), put_in(deep, [:a, :z], 9), update_in(deep, [:k, :x], &(&1 + 10)), put_in(deep.a.b, []), get_in(deep, [:a, :b, Access.at(1), :c]), get_in(deep, [:a, :b, Access.all(), :c])})
    p({pop_in(deep, [:k, :y]), update_in(deep, [:a, :b, Access.all(), :c], &(&1 * 100)), get_in(deep, [:none, :x])})
    kw = [a: 1, b: 2, a: 3]
    p({kw[:a], Keyword.get(kw, :z, 0), Keyword.get_values(kw, :a), Keyword.put(kw, :a, 9), Keyword.delete(kw, :a), Keyword.keys(kw), Keyword.merge(kw, b: 5, c: 6), Keyword.has_key?(kw, :b)})
    p({Keyword.keyword?(kw), Keyword.keyword?([1]), Keyword.pop(kw, :a), Keyword.take(kw, [:b]), Keyword.fetch!(kw, :b), Keyword.update(kw, :b, 0, &(&1 * 7)), Keyword.validate(kw, [:a, :b]), Keyword.split(kw, [:a])})
    p({opts(), opts(size: 5), opts(colour: :red, size: 1)})
    s = MapSet.new([1, 2, 3, 2])
    p({s, MapSet.member?(s, 2), MapSet.union(s, MapSet.new([9])), MapSet.difference(s, MapSet.new([1])), MapSet.intersection(s, MapSet.new([2, 5])), MapSet.subset?(MapSet.new([1]), s), MapSet.size(s)})
    p({Enum.sort(MapSet.put(s, 0)), MapSet.delete(s, 3), MapSet.equal?(s, MapSet.new([3, 2, 1])), MapSet.disjoint?(s, MapSet.new([7]))})
    big = Map.new(1..50, &{&1, &1 * 2})
    p(big)
    p({Enum.sum(Map.values(big)), big |> Map.keys() |> Enum.sort() |> Enum.take(5), Map.has_key?(big, 50), map_size(Map.filter(big, fn {k, _} -> rem(k, 7) == 0 end))})
    p(for {k, v} <- big, k > 46, into: %{}, do: {"k#{k}", v})
    p(for f <- [fn -> m.missing end, fn -> Map.fetch!(m, :nope) end, fn -> %{m | nope: 1} end, fn -> Keyword.fetch!(kw, :q) end, fn -> Map.put([], :a, 1) end, fn -> nil.field end, fn -> Map.update!(%{}, :x, & &1) end], do: message(f))
    %{name: n, langs: [first | _]} = m
    p({n, first, match?(%{age: a} when a > 18, m), is_map_key(m, :age), is_struct(s)})
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 98)
  defp opts(o \\ []), do: {Keyword.get(o, :size, 10), Keyword.get(o, :colour, :blue)}

  defp message(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
end
