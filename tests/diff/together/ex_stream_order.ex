# stage: e. Streams and the order in which things happen in them: every stage logged, sources opened and closed under halts, raises and throws, sorted sources merged by continuations, windows and batches by chunk_while, transforms with all their functions, zips of unequal length, collectables that fail.
defmodule ExStreamOrder.Sink do
  defstruct [:name]
  defimpl Collectable do
    def into(%{name: name}) do
      {[], fn
        acc, {:cont, :bad} -> IO.puts("#{name} refuses after #{length(acc)}"); raise "bad"
        acc, {:cont, x} -> IO.puts("#{name} < #{inspect(x)}"); [x | acc]
        acc, :done -> IO.puts("#{name} done"); {name, Enum.reverse(acc)}
        acc, :halt -> IO.puts("#{name} halted with #{length(acc)}"); :ok
      end}
    end
  end
end

defmodule ExStreamOrder.Tree do
  # In order, lazily, by a zipper of pending branches: no list is made.
  defstruct [:root]
  def new(list), do: %__MODULE__{root: Enum.reduce(list, nil, &insert/2)}
  defp insert(x, nil), do: {nil, x, nil}
  defp insert(x, {l, y, r}) when x < y, do: {insert(x, l), y, r}
  defp insert(x, {l, y, r}), do: {l, y, insert(x, r)}
  defimpl Enumerable do
    def count(_), do: {:error, __MODULE__}
    def member?(%{root: root}, x), do: {:ok, find(root, x)}
    def slice(_), do: {:error, __MODULE__}
    def reduce(%{root: root}, acc, fun), do: walk(push(root, []), acc, fun)
    defp find(nil, _), do: false
    defp find({_, x, _}, x), do: true
    defp find({l, y, r}, x), do: find(if(x < y, do: l, else: r), x)
    defp push(nil, pending), do: pending
    defp push({l, _, _} = node, pending), do: push(l, [node | pending])
    defp walk(_, {:halt, acc}, _), do: {:halted, acc}
    defp walk(pending, {:suspend, acc}, fun), do: {:suspended, acc, &walk(pending, &1, fun)}
    defp walk([], {:cont, acc}, _), do: {:done, acc}
    defp walk([{_, x, r} | pending], {:cont, acc}, fun), do: walk(push(r, pending), fun.(x, acc), fun)
  end
end

defmodule ExStreamOrder do
  alias ExStreamOrder.{Sink, Tree}

  def main do
    lazy(); endings(); merges(); windows(); transforms(); zips(); sinks(); suspended(); trees(); infinite(); refused()
  end

  defp log(x, what), do: (IO.write("#{what}#{inspect(x)} "); x)
  defp source(name, list), do: Stream.resource(fn -> IO.write("+#{name} "); list end, fn [] -> {:halt, []}; [x | rest] -> {[x], rest} end, fn left -> IO.write("-#{name}#{length(left)} ") end)
  defp show(f) do
    r = try do f.() rescue e -> {:raised, Exception.message(e)} catch k, v -> {k, v} end
    IO.puts("=> " <> inspect(r, limit: :infinity, charlists: :as_lists))
  end

  defp lazy do
    s = 1..6 |> Stream.map(&log(&1, "a")) |> Stream.filter(&(rem(log(&1, "b"), 2) == 0)) |> Stream.map(&log(&1 * 10, "c"))
    for f <- [&Enum.to_list/1, &Enum.take(&1, 1), &Enum.take(&1, 0), &Enum.at(&1, 1), &Enum.find(&1, fn x -> x > 30 end), &Enum.any?(&1, fn x -> x == 20 end), &Enum.empty?/1, &Enum.member?(&1, 40), &Enum.zip(&1, [:x]), &Enum.reduce_while(&1, 0, fn x, n -> if n > 0, do: {:halt, n}, else: {:cont, n + x} end), &Enum.split(&1, 1), &Enum.fetch(&1, -1), &Enum.slice(&1, 1, 1), &(Stream.drop(&1, 1) |> Enum.take(1)), &(Stream.take_every(&1, 2) |> Enum.to_list()), &(Stream.take(&1, 2) |> Enum.to_list()), &(Stream.take(&1, -1) |> Enum.to_list()), &(Stream.drop(&1, -2) |> Enum.to_list()), &(Stream.drop_while(&1, fn x -> x < 30 end) |> Enum.take(1)), &(Stream.dedup_by(&1, fn x -> div(x, 50) end) |> Enum.to_list())], do: show(fn -> f.(s) end)
  end

  defp endings do
    show(fn -> source(:a, [1, 2, 3]) |> Stream.flat_map(fn x -> source("n#{x}", [x, x]) end) |> Enum.take(3) end)
    show(fn -> source(:a, [1, 2]) |> Stream.map(fn 2 -> raise "two"; x -> x end) |> Enum.to_list() end)
    show(fn -> source(:a, [1, 2]) |> Stream.flat_map(fn x -> source("n#{x}", [x]) |> Stream.map(fn 2 -> throw(:ball); x -> x end) end) |> Enum.to_list() end)
    show(fn -> Stream.concat([source(:a, [1]), source(:b, [2, 3]), source(:c, [4])]) |> Enum.take_while(&(&1 < 3)) end)
    show(fn -> Stream.zip(source(:a, [1, 2, 3]), source(:b, [4, 5])) |> Enum.map(fn {x, 5} -> exit({:bye, x}); p -> p end) end)
    show(fn -> Stream.resource(fn -> raise "no start" end, fn _ -> {:halt, 0} end, fn _ -> IO.write("never") end) |> Enum.to_list() end)
    show(fn -> Stream.resource(fn -> 0 end, fn n -> {source("s#{n}", [n, n]), n + 1} end, fn n -> IO.write("end#{n} ") end) |> Enum.take(5) end)
    show(fn -> Stream.resource(fn -> 1 end, fn _ -> :strange end, fn n -> IO.write("end#{n} ") end) |> Enum.to_list() end)
    show(fn -> source(:a, [3, 1, 2]) |> Stream.cycle() |> Stream.with_index(1) |> Enum.take(4) end)
    show(fn -> source(:a, [1, 2, 3]) |> Stream.chunk_every(2) |> Enum.take(1) end)
    show(fn -> source(:a, [5, 6]) |> Stream.transform(0, fn x, n -> {source("t#{n}", [x, n]), n + 1} end) |> Enum.take(3) end)
  end

  # Each source is asked for its next element only.
  defp merges do
    next = fn s -> Enumerable.reduce(s, {:suspend, nil}, fn x, _ -> {:suspend, {:ok, x}} end) |> elem(2) end
    pull = fn k -> case k.({:cont, nil}) do {:suspended, {:ok, x}, k} -> [{x, k}]; {:done, _} -> []; {:halted, _} -> [] end end
    merge = fn sources -> Stream.resource(fn -> Enum.flat_map(sources, &pull.(next.(&1))) end, fn [] -> {:halt, []}; heads -> ({x, k} = Enum.min_by(heads, &elem(&1, 0)); {[x], List.delete(heads, {x, k}) ++ pull.(k)}) end, fn heads -> Enum.each(heads, fn {_, k} -> k.({:halt, nil}) end) end) end
    show(fn -> merge.([source(:a, [1, 4, 9]), source(:b, [2, 3, 10]), [5, 6], source(:c, [])]) |> Enum.to_list() end)
    show(fn -> merge.([source(:a, [1, 4, 9]), Stream.iterate(2, &(&1 * 2)), source(:b, [3])]) |> Enum.take(5) end)
    show(fn -> merge.(for(n <- [2, 3, 5], do: Stream.iterate(n, &(&1 + n)))) |> Stream.dedup() |> Enum.take(15) end)
  end

  defp windows do
    pairs = fn s -> Stream.chunk_while(s, nil, fn x, nil -> {:cont, x}; x, last -> {:cont, {last, x}, x} end, fn _ -> {:cont, nil} end) end
    show(fn -> 1..5 |> pairs.() |> Enum.to_list() end)
    budget = fn s, max -> Stream.chunk_while(s, {[], 0}, fn x, {l, n} -> if n + x > max and l != [], do: {:cont, Enum.reverse(l), {[x], x}}, else: {:cont, {[x | l], n + x}} end, fn {[], _} -> {:cont, nil}; {l, _} -> {:cont, Enum.reverse(l), nil} end) end
    show(fn -> [3, 4, 5, 1, 1, 9, 2, 20, 1] |> budget.(9) |> Enum.to_list() end)
    show(fn -> Stream.iterate(1, &log(&1 + 1, "")) |> budget.(10) |> Enum.take(3) end)
    show(fn -> [1, 2, :stop, 3] |> Stream.chunk_while([], fn :stop, l -> {:halt, l}; x, l -> {:cont, [x | l]} end, fn l -> {:cont, {:after, l}, []} end) |> Enum.to_list() end)
    show(fn -> source(:a, [1, 1, 2, 3, 3]) |> Stream.chunk_by(& &1) |> Stream.map(&{hd(&1), length(&1)}) |> Enum.take(2) end)
    show(fn -> for({n, s, l} <- [{3, 1, :discard}, {3, 3, [0]}, {2, 4, []}, {4, 2, [:p]}], do: 1..7 |> Stream.chunk_every(n, s, l) |> Enum.to_list()) end)
    show(fn -> 1..9 |> Stream.scan({0, 0.0}, fn x, {n, mean} -> {n + 1, mean + (x - mean) / (n + 1)} end) |> Stream.map(&elem(&1, 1)) |> Stream.map_every(4, &trunc/1) |> Enum.to_list() end)
  end

  defp transforms do
    full = fn s, halt -> Stream.transform(s, fn -> IO.write("start "); [] end, fn x, acc -> if x == halt, do: {:halt, acc}, else: {[x, -x], [x | acc]} end, fn acc -> IO.write("last "); {[{:sum, Enum.sum(acc)}], acc} end, fn acc -> IO.write("after#{length(acc)} ") end) end
    for {list, halt, n} <- [{[1, 2, 3], nil, 100}, {[1, 2, 3], 2, 100}, {[], nil, 100}, {[1, 2, 3], nil, 3}, {[1, 2, 3], nil, 7}, {[1, 2, 3], nil, 0}], do: show(fn -> source(:s, list) |> full.(halt) |> Enum.take(n) end)
    show(fn -> full.([1, :x], nil) |> Enum.to_list() end)
    show(fn -> Stream.transform([1, 2], fn -> 0 end, fn x, n -> {[], n + x} end, fn n -> {source(:l, [n]), n} end, fn n -> IO.write("after#{n} ") end) |> Enum.to_list() end)
    show(fn -> Stream.transform([1, 2], 0, fn x, n -> {1..x, n} end) |> Stream.transform(:acc, fn x, a -> {[{x, a}], x} end) |> Enum.to_list() end)
    show(fn -> Stream.transform([1], 0, fn _, _ -> :what end) |> Enum.to_list() end)
  end

  defp zips do
    show(fn -> Stream.zip([source(:a, [1, 2, 3]), source(:b, [:x]), source(:c, [7, 8])]) |> Enum.to_list() end)
    show(fn -> Stream.zip_with(source(:a, [1, 2]), Stream.cycle([10, 20]), &(&1 + &2)) |> Enum.to_list() end)
    show(fn -> Stream.zip_with([source(:a, [1, 2, 3]), %{k: :v, l: :w}, 5..9//2], &List.to_tuple/1) |> Enum.to_list() end)
    show(fn -> Stream.zip([source(:a, []), 1..3]) |> Enum.to_list() end)
    show(fn -> Enum.zip_reduce([source(:a, [1, 2]), source(:b, [3, 4, 5])], [], fn [x, y], acc -> [x * y | acc] end) end)
    show(fn -> {Enum.zip(source(:a, [1, 2]), [3]), Enum.zip_with([source(:b, [1, 2]), 1..2], &Enum.sum/1), Stream.unfold(3, fn 0 -> nil; n -> {n, n - 1} end) |> Stream.with_index(fn x, i -> x * i end) |> Enum.to_list()} end)
    show(fn -> Stream.intersperse(source(:a, [1, 2]), :-) |> Enum.take(2) end)
  end

  defp sinks do
    show(fn -> source(:a, [1, 2]) |> Stream.map(&(&1 + 1)) |> Enum.into(%Sink{name: "s"}) end)
    show(fn -> source(:a, [1, 2]) |> Stream.into(%Sink{name: "t"}, &(&1 * 2)) |> Enum.to_list() end)
    show(fn -> source(:a, [1, 2]) |> Stream.into(%Sink{name: "h"}) |> Enum.take(1) end)
    show(fn -> [1, :bad, 2] |> Stream.into(%Sink{name: "b"}) |> Stream.run() end)
    show(fn -> Enum.into([1, :bad], %Sink{name: "e"}) end)
    show(fn -> for x <- source(:a, [1, 2, 3]), rem(x, 2) == 1, into: %Sink{name: "f"}, do: x end)
    show(fn -> source(:a, [1]) |> Stream.into(%{}, &{&1, &1}) |> Stream.each(&IO.write("#{inspect(&1)} ")) |> Stream.run() end)
  end

  defp suspended do
    {:suspended, a, k} = Enumerable.reduce(source(:a, [1, 2, 3]) |> Stream.map(&(&1 * 2)), {:cont, []}, fn x, acc -> {:suspend, [x | acc]} end)
    {:suspended, b, k2} = k.({:cont, a})
    IO.puts(inspect({a, b}))
    show(fn -> k2.({:halt, :enough}) end)
    show(fn -> k2.({:cont, [0]}) |> elem(0) end)
    show(fn -> Enumerable.reduce(source(:a, [1]), {:halt, :early}, fn _, _ -> :x end) end)
    show(fn -> Enumerable.reduce(Stream.take(source(:z, [1, 2]), 1), {:suspend, 0}, fn x, n -> {:cont, n + x} end) |> then(fn {:suspended, 0, k} -> k.({:cont, 5}) end) end)
  end

  defp trees do
    t = Tree.new([5, 2, 8, 1, 9, 3])
    show(fn -> {Enum.to_list(t), Enum.count(t), 8 in t, 7 in t, Enum.take(t, 2), Enum.slice(t, 2, 2), Enum.zip(t, Stream.map(t, &(&1 * &1))), Enum.at(t, -1), Enum.reverse(t), Enum.min(t), Stream.drop(t, 4) |> Enum.to_list(), Enum.random(Tree.new([4])), Enum.chunk_every(t, 4)} end)
  end

  defp infinite do
    primes = Stream.unfold({2, %{}}, fn {n, m} -> {n, m} = Stream.iterate({n, m}, fn {n, m} -> {n + 1, m |> Map.delete(n) |> then(&Enum.reduce(Map.get(m, n, []), &1, fn p, m -> Map.update(m, n + p, [p], fn l -> [p | l] end) end))} end) |> Enum.find(fn {n, m} -> not is_map_key(m, n) end); {n, {n + 1, Map.put(m, n * n, [n])}} end)
    show(fn -> primes |> Stream.chunk_every(2, 1) |> Stream.filter(fn [a, b] -> b - a == 2 end) |> Enum.take(6) end)
    show(fn -> Stream.repeatedly(fn -> Process.put(:n, (Process.get(:n) || 0) + 1) || 0 end) |> Stream.take_while(&(&1 < 4)) |> Enum.to_list() end)
    Process.delete(:n)
    show(fn -> Stream.iterate([1], fn row -> [1 | Enum.zip_with(row, tl(row) ++ [0], &+/2)] end) |> Enum.at(8) end)
    show(fn -> Stream.unfold({1, []}, fn {n, seen} -> (digits = Integer.digits(div(n * 10, 7)); if(n in seen, do: nil, else: {List.last(digits), {rem(n * 10, 7), [n | seen]}})) end) |> Enum.join() end)
  end

  defp refused do
    for f <- [fn -> Stream.take_every(1..3, -1) |> Enum.to_list() end, fn -> Stream.cycle([]) |> Enum.take(1) end, fn -> Stream.chunk_every(1..3, 0) end, fn -> Stream.map(:x, & &1) |> Enum.to_list() end, fn -> Stream.zip([1, 2]) |> Enum.to_list() end, fn -> Stream.drop(1..3, :x) end, fn -> Stream.flat_map([1], & &1) |> Enum.to_list() end, fn -> Stream.map_every(1..3, -2, & &1) end, fn -> Stream.into(1..2, 5) |> Stream.run() end, fn -> Enum.take(Stream.unfold(0, fn _ -> :odd end), 1) end], do: show(fn -> (try do f.() rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd() |> String.slice(0, 90)} end) end)
  end
end
