# stage: e. MapSet, small and large.
defmodule ExMapset do
  def main do
    a = MapSet.new([3, 1, 2, 3])
    b = MapSet.new(2..5)
    p {a, b, MapSet.union(a, b), MapSet.intersection(a, b), MapSet.difference(a, b), MapSet.symmetric_difference(a, b)}
    p {MapSet.size(a), MapSet.member?(a, 2), 9 in a, MapSet.subset?(MapSet.new([1]), a), MapSet.disjoint?(a, MapSet.new([9])), MapSet.equal?(a, MapSet.new([1, 2, 3]))}
    p {MapSet.put(a, 7), MapSet.delete(a, 1), MapSet.delete(a, 99), MapSet.to_list(a), MapSet.filter(a, &(&1 > 1)), MapSet.reject(a, &(&1 > 1))}
    p MapSet.new(["x", :y, 1.0, 1, {1}, [2], %{}])
    p {1 in MapSet.new([1.0]), MapSet.new([1, 1.0]) |> MapSet.size()}
    big = MapSet.new(1..200, &(&1 * 7))
    p {MapSet.size(big), Enum.sum(big), Enum.take(big, 20), Enum.count(big, &(rem(&1, 2) == 0))}
    p big
    p {Enum.into(a, MapSet.new([10])), for(x <- a, into: MapSet.new(), do: rem(x, 2)), Enum.map(a, & &1 + 1), Enum.sort(MapSet.new(~w(c a b)), :desc)}
    p inspect(MapSet.new(1..60))
    p inspect(MapSet.new(), structs: false)
    p {a == MapSet.new([1, 2, 3]), MapSet.new(a) == a, a < b, Enum.slice(big, 3..6), Enum.at(big, 100)}
    p powerset([1, 2, 3])
  end
  defp powerset(l), do: Enum.reduce(l, MapSet.new([MapSet.new()]), fn x, s -> MapSet.union(s, MapSet.new(s, &MapSet.put(&1, x))) end) |> Enum.map(&Enum.to_list/1) |> Enum.sort()
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
