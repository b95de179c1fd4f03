# stage: e. Streams over resources: files line by line, cleanup on halt and on raise, transform with an after, chunking, zipping, cycles.
defmodule ExResources do
  def traced(name, n) do
    Stream.resource(fn -> IO.puts("open #{name}"); n end, fn 0 -> {:halt, 0}; k -> {[{name, k}], k - 1} end, fn left -> IO.puts("close #{name} at #{left}") end)
  end

  def main do
    folder = Path.join(System.tmp_dir!(), "ex_resources")
    File.rm_rf!(folder)
    File.mkdir_p!(folder)
    file = Path.join(folder, "lines.txt")
    1..200 |> Stream.map(&"line #{&1} #{String.duplicate("é", rem(&1, 7))}\n") |> Stream.into(File.stream!(file)) |> Stream.run()
    IO.inspect(File.stream!(file) |> Stream.filter(&String.contains?(&1, "7")) |> Stream.map(&String.trim_trailing/1) |> Enum.take(4))
    IO.inspect({File.stream!(file) |> Enum.count(), File.stream!(file, [], 64) |> Enum.map(&byte_size/1) |> Enum.frequencies(), File.stat!(file).size})
    IO.inspect(File.stream!(file) |> Stream.with_index(1) |> Stream.drop(197) |> Enum.to_list())
    IO.inspect(try do File.stream!(Path.join(folder, "none")) |> Enum.to_list() rescue e -> {e.__struct__, e.reason} end)

    IO.inspect(traced(:a, 3) |> Enum.to_list())
    IO.inspect(traced(:b, 10) |> Enum.take(2))
    IO.inspect(try do traced(:c, 3) |> Enum.each(fn {_, 2} -> raise "stop"; x -> IO.inspect(x) end) rescue e -> Exception.message(e) end)
    IO.inspect(catch_throw(fn -> traced(:d, 3) |> Stream.map(fn {_, k} -> if k == 1, do: throw(:ball), else: k end) |> Enum.to_list() end))
    IO.inspect(Stream.zip(traced(:e, 2), traced(:f, 5)) |> Enum.to_list())
    IO.inspect(Stream.concat(traced(:g, 1), traced(:h, 1)) |> Enum.to_list())
    IO.inspect(Stream.flat_map([:i, :j], &traced(&1, 2)) |> Enum.take(3))
    IO.inspect(traced(:k, 2) |> Stream.cycle() |> Enum.take(5))
    IO.inspect(Stream.zip_with([traced(:l, 3), 1..2], fn [{_, k}, n] -> k * n end) |> Enum.to_list())
    IO.inspect(Stream.transform(1..10, fn -> IO.puts("start"); 0 end, fn x, sum -> if sum > 10, do: {:halt, sum}, else: {[x, sum], sum + x} end, fn sum -> IO.puts("after #{sum}") end) |> Enum.to_list())
    IO.inspect(Stream.transform(1..3, fn -> [] end, fn x, acc -> {[], [x | acc]} end, fn acc -> {[Enum.sum(acc)], acc} end, fn _ -> IO.puts("done") end) |> Enum.to_list())

    IO.inspect(1..10 |> Stream.chunk_every(4, 3, :discard) |> Enum.to_list())
    IO.inspect(1..10 |> Stream.chunk_every(4, 5, [:x]) |> Enum.to_list())
    IO.inspect(["a", "bb", "cc", "d"] |> Stream.chunk_by(&byte_size/1) |> Enum.to_list())
    IO.inspect(1..12 |> Stream.chunk_while([], fn x, acc -> if rem(x, 5) == 0, do: {:cont, Enum.reverse([x | acc]), []}, else: {:cont, [x | acc]} end, fn [] -> {:cont, []}; acc -> {:cont, {:rest, acc}, []} end) |> Enum.to_list())
    IO.inspect([1, 1, 2, 1, 3, 3] |> then(&{Stream.dedup(&1) |> Enum.to_list(), Stream.uniq(&1) |> Enum.to_list(), Stream.dedup_by(&1, fn x -> rem(x, 2) end) |> Enum.to_list()}))
    IO.inspect(Stream.iterate({0, 1}, fn {a, b} -> {b, a + b} end) |> Stream.map(&elem(&1, 0)) |> Stream.drop_while(&(&1 < 50)) |> Stream.take_every(3) |> Enum.take(5))
    IO.inspect(Stream.unfold(100, fn 0 -> nil; n -> {n, div(n, 2)} end) |> Stream.scan(&+/2) |> Enum.to_list())
    IO.inspect(Stream.repeatedly(fn -> 7 end) |> Stream.take(3) |> Stream.intersperse(0) |> Enum.to_list())
    IO.inspect({Stream.map(1..3, & &1) |> inspect() |> String.starts_with?("#Stream<"), Stream.run(Stream.each([1], &IO.inspect/1))})
    parent = self()
    IO.inspect(1..5 |> Stream.each(&send(parent, &1)) |> Stream.take(2) |> Enum.to_list())
    IO.inspect(Stream.interval(1) |> Enum.take(3))
    IO.inspect(Stream.timer(1) |> Enum.to_list())
    {:suspended, seen, continue} = Enumerable.reduce(traced(:m, 3), {:suspend, []}, fn x, acc -> {:suspend, [x | acc]} end)
    {:suspended, seen, continue} = continue.({:cont, seen})
    IO.inspect(seen)
    IO.inspect(continue.({:halt, :stopped}))
    {:ok, device} = StringIO.open("a b\nc d\nlast")
    IO.inspect(device |> IO.stream(:line) |> Enum.map(&String.split/1))
    IO.inspect(StringIO.close(device))
    File.rm_rf!(folder)
  end

  defp catch_throw(fun) do
    fun.()
  catch
    value -> {:caught, value}
  end
end
