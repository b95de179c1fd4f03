# stage: e. Streams: laziness, resources, transformation, cycles, zips, suspension.
defmodule ExStreamsMore do
  def main do
    p Stream.iterate(1, &(&1 * 2)) |> Stream.take_while(&(&1 < 100)) |> Enum.to_list()
    p Stream.unfold({0, 1}, fn {a, b} -> {a, {b, a + b}} end) |> Stream.drop(5) |> Enum.take(8)
    p Stream.resource(fn -> log(:open); 3 end, fn 0 -> {:halt, 0}; n -> {[n, n * 10], n - 1} end, fn n -> log({:close, n}) end) |> Enum.to_list()
    p Stream.resource(fn -> log(:open); 3 end, fn n -> {[n], n + 1} end, fn n -> log({:close, n}) end) |> Enum.take(2)
    p (try do Stream.resource(fn -> 1 end, fn _ -> raise "mid" end, fn n -> log({:close, n}) end) |> Enum.to_list() rescue e -> e.message end)
    p Process.get(:log) |> Enum.reverse()
    p 1..10 |> Stream.transform(0, fn x, acc -> if acc > 12, do: {:halt, acc}, else: {[x, acc], acc + x} end) |> Enum.to_list()
    p 1..6 |> Stream.chunk_every(4, 2, [:pad]) |> Enum.to_list()
    p {Stream.cycle([1, 2, 3]) |> Enum.take(7), Stream.repeatedly(fn -> :x end) |> Enum.take(2), Stream.concat([1..2, 5..6]) |> Enum.to_list(), Stream.zip([1..3, ~w(a b c), 7..9]) |> Enum.to_list(), Stream.zip_with([1..3, 4..6], fn [a, b] -> a * b end) |> Enum.to_list()}
    p {1..9 |> Stream.filter(&(rem(&1, 3) == 0)) |> Stream.map(&(&1 + 1)) |> Stream.with_index(10) |> Enum.to_list(), Stream.dedup([1, 1, 2, 2, 1]) |> Enum.to_list(), Stream.uniq_by([1, -1, 2], &abs/1) |> Enum.to_list(), Stream.scan(1..5, &+/2) |> Enum.to_list(), Stream.intersperse(1..3, 0) |> Enum.to_list(), Stream.flat_map(1..3, &List.duplicate(&1, &1)) |> Enum.to_list()}
    p {1..10 |> Stream.chunk_while([], fn x, acc -> if rem(x, 4) == 0, do: {:cont, Enum.reverse([x | acc]), []}, else: {:cont, [x | acc]} end, fn [] -> {:cont, []}; acc -> {:cont, Enum.reverse(acc), []} end) |> Enum.to_list(), Stream.map_every(1..5, 2, &(&1 * 100)) |> Enum.to_list(), Stream.take_every(1..9, 4) |> Enum.to_list(), Stream.reject(1..5, &(&1 == 3)) |> Enum.sum()}
    e = Enumerable.reduce(1..5, {:suspend, 0}, fn x, acc -> {:suspend, acc + x} end)
    p suspended(e, [])
    s = Stream.map(1..3, fn x -> log({:seen, x}); x end)
    Process.put(:log, [])
    p {Enum.at(s, 1), Enum.reverse(Process.get(:log))}
    p inspect(Stream.map(1..3, & &1)) |> String.replace(~r/#Function<[^>]*>/, "F")
    p Stream.run(Stream.each(1..3, &log/1))
    p {Enum.reverse(Process.get(:log)), Stream.into(1..3, []) |> Enum.to_list(), Enum.into(Stream.map(1..2, &{&1, &1}), %{}), Stream.with_index(~w(a)) |> Enum.into(%{})}
    p primes() |> Enum.take(15)
    p (try do Stream.chunk_every(1..3, 0) |> Enum.to_list() rescue e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()} end)
  end
  defp suspended({:suspended, acc, k}, seen), do: suspended(k.({:cont, acc}), [acc | seen])
  defp suspended(done, seen), do: {done, Enum.reverse(seen)}
  defp primes, do: Stream.unfold(Stream.iterate(2, &(&1 + 1)) |> Enum.take(60), fn [] -> nil; [h | t] -> {h, Enum.reject(t, &(rem(&1, h) == 0))} end)
  defp log(x), do: Process.put(:log, [x | Process.get(:log, [])])
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
