# stage: e. Stream: laziness, infinite sources, resources, chunking, zipping, early halts.
defmodule ExStream do
  def main do
    p(1..10 |> Stream.map(&(&1 * &1)) |> Stream.filter(&(rem(&1, 2) == 1)) |> Enum.to_list())
    p(Stream.iterate(1, &(&1 * 2)) |> Enum.take(12))
    p(Stream.unfold({0, 1}, fn {a, b} -> {a, {b, a + b}} end) |> Enum.take(20))
    p(Stream.cycle([:a, :b, :c]) |> Enum.take(7))
    p(Stream.repeatedly(fn -> :x end) |> Enum.take(3))
    p(1..3 |> Stream.concat([9, 8]) |> Stream.with_index() |> Enum.to_list())
    p(1..20 |> Stream.chunk_every(6) |> Stream.map(&Enum.sum/1) |> Enum.to_list())
    p(1..20 |> Stream.take_while(&(&1 < 6)) |> Stream.drop(2) |> Enum.to_list())
    p(Stream.zip([1, 2, 3], Stream.cycle([:odd, :even])) |> Enum.to_list())
    p(Stream.flat_map(1..3, &List.duplicate(&1, &1)) |> Enum.to_list())
    p(Stream.scan(1..6, &*/2) |> Enum.to_list())
    p([1, 1, 2, 2, 1] |> Stream.dedup() |> Enum.to_list())
    p([3, 1, 3, 2] |> Stream.uniq() |> Enum.to_list())
    p(Stream.transform(1..10, 0, fn x, a -> if a > 15, do: {:halt, a}, else: {[x + a], a + x} end) |> Enum.to_list())
    p(Stream.resource(fn -> say("open", 3) end, fn 0 -> {:halt, 0}; n -> {[n], n - 1} end, fn n -> say("close", n) end) |> Enum.to_list())
    p(Stream.resource(fn -> 1 end, fn n -> {[n], n + 1} end, fn n -> say("closed early", n) end) |> Enum.take(3))
    s = Stream.map([1, 2, 3], fn x -> say("seen", x) end)
    IO.puts("nothing seen yet")
    p(Enum.take(s, 2))
    p(Stream.each([1, 2], &IO.puts("each #{&1}")) |> Stream.run())
    p(Enum.reduce_while(Stream.iterate(1, &(&1 + 1)), 0, fn x, s -> if s > 30, do: {:halt, {x, s}}, else: {:cont, s + x} end))
    p(Stream.interval(1) |> Enum.take(3))
    p(Stream.intersperse([1, 2, 3], :sep) |> Enum.to_list())
    p("the cat sat on the mat" |> String.split() |> Stream.map(&String.length/1) |> Enum.sum())
    p(divide([1, 0]))
    p(is_function(Stream.iterate(0, & &1), 2))
    p(Stream.map(1..3, & &1) |> inspect() |> String.starts_with?("#Stream<["))
    p(collatz(27) |> Enum.count())
    p(primes() |> Enum.take(15))
    p(Stream.zip_with([1..3, 4..6, 7..9], &Enum.sum/1) |> Enum.to_list())
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)

  defp say(what, x) do
    IO.puts("#{what} #{x}")
    x
  end

  defp divide(l) do
    Stream.map(l, &div(1, &1)) |> Enum.to_list()
  rescue
    e in ArithmeticError -> e.message
  end

  defp collatz(n), do: Stream.unfold(n, fn 0 -> nil; 1 -> {1, 0}; n when rem(n, 2) == 0 -> {n, div(n, 2)}; n -> {n, 3 * n + 1} end)
  defp primes, do: Stream.iterate(2, &(&1 + 1)) |> Stream.filter(fn n -> Enum.all?(2..max(2, n - 1)//1, &(&1 == n or rem(n, &1) != 0)) end)
end
