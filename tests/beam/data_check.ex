# The Elixir side of tests/tests/interop_data.rs, on Dala and on real Elixir.
defmodule Data.Item do
  defstruct [:name, :price, note: nil]
end

defmodule Data.Check do
  # On Dala: the term goes back as it came, by way of what only matching and building can do.
  def same(term), do: rebuild(term)

  defp rebuild(%Data.Item{name: name, price: price, note: note}), do: %Data.Item{name: name, price: price, note: note}
  defp rebuild(first..last//1), do: Range.new(first, last, 1)
  defp rebuild(%{} = map), do: Map.new(map, fn {key, value} -> {rebuild(key), rebuild(value)} end)
  defp rebuild([head | tail]), do: [rebuild(head) | rebuild(tail)]
  defp rebuild(tuple) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> rebuild() |> List.to_tuple()
  defp rebuild(other), do: other

  # On real Elixir: the file has an external term and the source of what it should be, one after the other. Prints
  # those that differ, and how many there were.
  def compare(path) do
    pairs = path |> File.read!() |> :erlang.binary_to_term()

    for {bytes, source} <- pairs do
      term = :erlang.binary_to_term(bytes)
      {expected, _} = Code.eval_string(source)
      unless term === expected, do: IO.puts("#{source} is #{inspect(term)}")
    end

    IO.puts("compared #{length(pairs)}")
  end
end
