# stage: e. Ranges with steps: members, slices, sizes, and what they look like.
defmodule ExRanges do
  def main do
    for r <- [1..5, 5..1, 1..5//2, 10..1//-3, 1..0//1, 0..0, -3..3//3, 1..10//20] do
      p {r, Enum.to_list(r), Enum.count(r), Range.size(r), r.first, r.last, r.step, Enum.member?(r, 3), 1 in r, Enum.sum(r)}
      p {Enum.slice(r, 1..2), Enum.slice(r, -2..-1), Enum.reverse(r), Enum.at(r, 1), Enum.at(r, -1), Enum.zip(r, [:a, :b]), Enum.take(r, 2), Enum.min(r, fn -> nil end), Enum.max(r, fn -> nil end)}
    end
    p {Range.disjoint?(1..5, 6..9), Range.disjoint?(1..5, 5..9), Range.disjoint?(1..10//2, 2..10//2), Range.disjoint?(1..100//3, 1..100//5)}
    p {1..3 == 1..3//1, match?(_.._, 1..2), match?(1..x when x > 2, 1..9), inspect(1..2//1), inspect(1..2//3), to_string(Enum.map(1..3, &(&1 + ?a)))}
    a..b = 4..8
    p {a, b, Range.new(1, 5), Range.new(5, 1, -1), Range.new(1, 1)}
    p {String.slice("hello world", 2..-3//1), String.slice("hello", 1..-1//1), Enum.slice([1, 2, 3, 4], -3..-2), Enum.slice(1..10, 2..20), Enum.slice(1..10, 8, 5)}
    p {Enum.chunk_every(1..7, 3), Enum.split(1..4, -1), Enum.random(5..5), Enum.find(1..1_000_000_000, &(&1 * &1 > 1000)), Enum.member?(1..10_000_000_000_000, 9_999_999_999_999)}
    for f <- [fn -> Range.new(1.0, 2) end, fn -> Range.new(1, 2, 0) end, fn -> Enum.max(1..0//1) end, fn -> Enum.fetch!(1..3, 5) end] do
      p error(f)
    end
    p for x <- 1..20//4, y <- x..1//-7, do: x * y
  end
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
