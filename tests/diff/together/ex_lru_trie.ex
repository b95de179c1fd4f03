# stage: e. Data structures of our own with protocols: an LRU cache over ets and in plain maps, a trie with completion, a leftist heap, a zipper, a rope, an interval tree; models and random operations agree.
defmodule ExLruTrie.Heap do
  defstruct root: nil, size: 0
  def new(xs \\ []), do: Enum.into(xs, %__MODULE__{})
  def push(%{root: r, size: n}, x), do: %__MODULE__{root: merge({1, x, nil, nil}, r), size: n + 1}
  def pop(%{root: nil}), do: :empty
  def pop(%{root: {_, x, l, r}, size: n}), do: {x, %__MODULE__{root: merge(l, r), size: n - 1}}
  defp merge(a, nil), do: a
  defp merge(nil, b), do: b
  defp merge({_, x, l, r}, {_, y, _, _} = b) when x <= y, do: node(x, l, merge(r, b))
  defp merge(a, {_, y, l, r}), do: node(y, l, merge(a, r))
  defp node(x, a, b), do: if(rank(a) >= rank(b), do: {rank(b) + 1, x, a, b}, else: {rank(a) + 1, x, b, a})
  defp rank(nil), do: 0
  defp rank(t), do: elem(t, 0)
  defimpl Collectable do
    def into(h), do: {h, fn h, {:cont, x} -> ExLruTrie.Heap.push(h, x); h, :done -> h; _, :halt -> :ok end}
  end
  defimpl Enumerable do
    def count(h), do: {:ok, h.size}
    def member?(_, _), do: {:error, __MODULE__}
    def slice(_), do: {:error, __MODULE__}
    def reduce(_, {:halt, a}, _), do: {:halted, a}
    def reduce(h, {:suspend, a}, f), do: {:suspended, a, &reduce(h, &1, f)}
    def reduce(h, {:cont, a}, f) do
      case ExLruTrie.Heap.pop(h) do
        :empty -> {:done, a}
        {x, h} -> reduce(h, f.(x, a), f)
      end
    end
  end
  defimpl Inspect do
    import Inspect.Algebra
    def inspect(h, o), do: container_doc("#Heap<", Enum.to_list(h), ">", o, &to_doc/2)
  end
end
defmodule ExLruTrie do
  alias ExLruTrie.Heap
  def main do
    h = Heap.new([5, 3, 9, 1, 3])
    p({h, Enum.take(h, 2), Enum.count(h), Enum.member?(h, 9), Enum.zip(h, [:a, :b]), Enum.reduce_while(h, 0, fn x, a -> if x > 4, do: {:halt, a}, else: {:cont, a + x} end), Enum.slice(h, 1, 2), inspect(Heap.new(1..100), limit: 4)})
    t = Enum.reduce(~w(car cart carbon cat dog do été étage), %{}, &insert(&2, String.graphemes(&1)))
    p({complete(t, "car"), complete(t, "d"), complete(t, "ét"), complete(t, "x"), complete(t, ""), has?(t, "ca"), has?(t, "cat"), map_size(t)})
    lru()
    z = {[], 1, [2, 3, 4]}
    p([z, right(z), z |> right() |> right() |> edit(&(&1 * 10)), z |> right() |> insert_left(:new) |> left() |> to_list(), left(z), z |> right() |> delete() |> to_list()])
    r = Enum.reduce(~w(the quick brown fox jumps), nil, &rope_add(&2, &1 <> " "))
    p({rope_len(r), rope_at(r, 4), rope_at(r, 16), rope_text(r), rope_split(r, 9) |> Tuple.to_list() |> Enum.map(&rope_text/1), rope_text(rope_insert(r, 4, "very "))})
    iv = Enum.reduce([{1, 5}, {3, 9}, {10, 12}, {4, 4}, {0, 20}], nil, &iv_add(&2, &1))
    p({iv_find(iv, 4), iv_find(iv, 11), iv_find(iv, 25), iv_find(iv, 0)})
    random(2000)
  end
  # A trie of maps, the end of a word is a key.
  defp insert(t, []), do: Map.put(t, :end, true)
  defp insert(t, [g | gs]), do: Map.put(t, g, insert(Map.get(t, g, %{}), gs))
  defp complete(t, prefix), do: (case Enum.reduce_while(String.graphemes(prefix), t, fn g, t -> if(t[g], do: {:cont, t[g]}, else: {:halt, nil}) end) do nil -> []; t -> words(t, prefix) end)
  defp words(t, prefix), do: Enum.sort(Enum.flat_map(t, fn {:end, true} -> [prefix]; {g, t} -> words(t, prefix <> g) end))
  defp has?(t, w), do: get_in(t, String.graphemes(w) ++ [:end]) == true
  # Caches: one by ets and a counter, one pure; both must agree.
  defp lru do
    tab = :ets.new(:lru, [:set, :private])
    ord = :ets.new(:lru_order, [:ordered_set, :private])
    get = fn k, n -> (case :ets.lookup(tab, k) do [{_, v, old}] -> :ets.delete(ord, old); :ets.insert(ord, {n, k}); :ets.update_element(tab, k, {3, n}); {:hit, v}; [] -> :miss end) end
    put = fn k, v, n ->
      for {_, _, old} <- :ets.lookup(tab, k), do: :ets.delete(ord, old)
      :ets.insert(tab, {k, v, n})
      :ets.insert(ord, {n, k})
      if :ets.info(tab, :size) > 4 do
        [{_, victim}] = :ets.lookup(ord, :ets.first(ord))
        :ets.delete(ord, :ets.first(ord))
        :ets.delete(tab, victim)
      end
    end
    {log, _} = Enum.map_reduce(1..300, {[], 17}, fn n, {pure, seed} ->
      seed = rem(seed * 1103515245 + 12345, 2_147_483_648)
      k = rem(div(seed, 65536), 7)
      if rem(div(seed, 1024), 3) == 0 do
        put.(k, n, n)
        {:put, {Enum.take([{k, n} | List.keydelete(pure, k, 0)], 4), seed}}
      else
        a = get.(k, n)
        case List.keyfind(pure, k, 0) do
          nil -> {a == :miss, {pure, seed}}
          {_, v} -> {a == {:hit, v}, {[{k, v} | List.keydelete(pure, k, 0)], seed}}
        end
      end
    end)
    p({Enum.frequencies(log) |> Map.get(false), Enum.count(log, &(&1 == :put)), :ets.tab2list(ord) |> Enum.map(&elem(&1, 1))})
  end
  defp right({l, x, [y | r]}), do: {[x | l], y, r}
  defp right(z), do: z
  defp left({[y | l], x, r}), do: {l, y, [x | r]}
  defp left(z), do: z
  defp edit({l, x, r}, f), do: {l, f.(x), r}
  defp insert_left({l, x, r}, y), do: {[y | l], x, r}
  defp delete({l, _, [y | r]}), do: {l, y, r}
  defp to_list({l, x, r}), do: Enum.reverse(l) ++ [x | r]
  defp rope_add(nil, s), do: {:leaf, s}
  defp rope_add(r, s), do: {:cat, rope_len(r), r, {:leaf, s}}
  defp rope_len(nil), do: 0
  defp rope_len({:leaf, s}), do: byte_size(s)
  defp rope_len({:cat, n, _, r}), do: n + rope_len(r)
  defp rope_at({:leaf, s}, i), do: binary_part(s, i, 1)
  defp rope_at({:cat, n, l, r}, i), do: if(i < n, do: rope_at(l, i), else: rope_at(r, i - n))
  defp rope_text(nil), do: ""
  defp rope_text({:leaf, s}), do: s
  defp rope_text({:cat, _, l, r}), do: rope_text(l) <> rope_text(r)
  defp rope_cat(nil, r), do: r
  defp rope_cat(l, nil), do: l
  defp rope_cat(l, r), do: {:cat, rope_len(l), l, r}
  defp rope_split({:leaf, s}, i), do: {{:leaf, binary_part(s, 0, i)}, {:leaf, binary_part(s, i, byte_size(s) - i)}}
  defp rope_split({:cat, n, l, r}, i) when i < n do
    {a, b} = rope_split(l, i)
    {a, rope_cat(b, r)}
  end
  defp rope_split({:cat, n, l, r}, i) do
    {a, b} = rope_split(r, i - n)
    {rope_cat(l, a), b}
  end
  defp rope_insert(r, i, s) do
    {a, b} = rope_split(r, i)
    a |> rope_cat({:leaf, s}) |> rope_cat(b)
  end
  defp iv_add(nil, {_, b} = i), do: {i, b, nil, nil}
  defp iv_add({{a, _} = j, m, l, r}, {x, b} = i), do: if(x < a, do: {j, max(m, b), iv_add(l, i), r}, else: {j, max(m, b), l, iv_add(r, i)})
  defp iv_find(nil, _), do: []
  defp iv_find({_, m, _, _}, x) when x > m, do: []
  defp iv_find({{a, b} = i, _, l, r}, x), do: iv_find(l, x) ++ if(x in a..b, do: [i], else: []) ++ if(x < a, do: [], else: iv_find(r, x))
  defp random(n) do
    :rand.seed(:exsss, {1, 2, 3})
    {h, l} = Enum.reduce(1..n, {Heap.new(), []}, fn _, {h, l} ->
      if :rand.uniform(3) > 1 do
        x = :rand.uniform(1000)
        {Heap.push(h, x), [x | l]}
      else
        case {Heap.pop(h), Enum.sort(l)} do
          {:empty, []} -> {h, l}
          {{x, h}, [x | l]} -> {h, l}
        end
      end
    end)
    p({Enum.to_list(h) == Enum.sort(l), Enum.count(h), :erlang.phash2(l)})
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
