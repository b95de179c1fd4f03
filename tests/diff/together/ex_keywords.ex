# stage: e. Keyword and keyword lists with duplicate keys.
defmodule ExKeywords do
  def main do
    k = [a: 1, b: 2, a: 3, c: nil]
    p {Keyword.get(k, :a), Keyword.get_values(k, :a), Keyword.fetch(k, :z), Keyword.fetch!(k, :b), Keyword.has_key?(k, :c), Keyword.keys(k), Keyword.values(k)}
    p {Keyword.put(k, :a, 9), Keyword.put_new(k, :a, 9), Keyword.put_new(k, :d, 4), Keyword.delete(k, :a), Keyword.delete_first(k, :a), Keyword.drop(k, [:a, :c]), Keyword.take(k, [:c, :a])}
    p {Keyword.merge(k, b: 5, e: 6), Keyword.merge([a: 1], [a: 2], fn _, x, y -> x + y end), Keyword.equal?([a: 1, b: 2], [b: 2, a: 1])}
    p {Keyword.pop(k, :a), Keyword.pop_first(k, :a), Keyword.pop_values(k, :a), Keyword.pop!(k, :b), Keyword.pop_lazy(k, :q, fn -> :lazy end)}
    p {Keyword.update(k, :a, 0, & &1 * 10), Keyword.update!(k, :b, & &1 + 1), Keyword.replace(k, :a, 7), Keyword.replace(k, :zz, 7), Keyword.replace_lazy(k, :b, & &1 * 3)}
    p {Keyword.split(k, [:a]), Keyword.filter(k, fn {_, v} -> v end), Keyword.reject(k, fn {key, _} -> key == :a end), Keyword.map(k, fn {_, v} -> inspect(v) end)}
    p {Keyword.new([{:x, 1}, {:x, 2}, {:y, 3}]), Keyword.new([1, 2], fn i -> {:"k#{i}", i} end), Keyword.keyword?(k), Keyword.keyword?([{"a", 1}]), Keyword.keyword?([{:a, 1} | :b])}
    p {Keyword.validate([a: 1], [:a, b: 2]), Keyword.validate([a: 1, zz: 2, yy: 1], [:a]), Keyword.get_and_update(k, :a, fn v -> {v, :new} end), Keyword.get_and_update(k, :a, fn _ -> :pop end)}
    p {Keyword.from_keys([:a, :b], 0), Keyword.to_list(k), k[:a], k[:none], Enum.sort(k), inspect([a: 1, "b c": 2, A: 3, "é": 4, nil: 5, true: 6])}
    p {Keyword.get_lazy(k, :none, fn -> 5 end), [{:a, 1}, {:b, 2}] == [a: 1, b: 2], match?([a: _], [a: 5]), Keyword.pop_first(k, :no, :def)}
    for f <- [fn -> Keyword.fetch!(k, :zz) end, fn -> Keyword.pop!(k, :zz) end, fn -> Keyword.update!(k, :zz, & &1) end, fn -> Keyword.validate!([zz: 1], [:a]) end, fn -> Keyword.put([1], :a, 1) end, fn -> Keyword.get(%{}, :a) end], do: p error(f)
    p opt(name: "x", size: 3)
    p opt([])
  end
  defp opt(opts) do
    {name, rest} = Keyword.pop(opts, :name, "none")
    "#{name}:#{inspect(rest)}"
  end
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
