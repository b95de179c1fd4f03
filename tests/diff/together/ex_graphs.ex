# stage: e. Graphs: breadth and depth first, Dijkstra on gb_sets, topological order, strongly connected parts, spanning trees by union and find.
defmodule ExGraphs do
  @roads [{"A", "B", 7}, {"A", "C", 9}, {"A", "F", 14}, {"B", "C", 10}, {"B", "D", 15}, {"C", "D", 11}, {"C", "F", 2}, {"D", "E", 6}, {"E", "F", 9}, {"G", "H", 1}]
  @tasks %{shirt: [:tie, :belt], tie: [:jacket], pants: [:shoes, :belt], belt: [:jacket], socks: [:shoes], shoes: [], jacket: [], watch: []}

  def neighbours(edges), do: Enum.reduce(edges, %{}, fn {a, b, w}, g -> g |> Map.update(a, %{b => w}, &Map.put(&1, b, w)) |> Map.update(b, %{a => w}, &Map.put(&1, a, w)) end)

  def dijkstra(graph, from) do
    Stream.unfold({:gb_sets.singleton({0, from, nil}), %{}}, fn {queue, done} ->
      unless :gb_sets.is_empty(queue) do
        {{distance, node, previous}, queue} = :gb_sets.take_smallest(queue)
        if Map.has_key?(done, node), do: {nil, {queue, done}}, else: {{node, {distance, previous}}, {Enum.reduce(graph[node], queue, fn {next, w}, q -> :gb_sets.add({distance + w, next, node}, q) end), Map.put(done, node, true)}}
      end
    end)
    |> Stream.reject(&is_nil/1)
    |> Map.new()
  end

  def path(found, to), do: to |> Stream.iterate(fn node -> found |> Map.get(node, {nil, nil}) |> elem(1) end) |> Enum.take_while(& &1) |> Enum.reverse()

  def bfs(graph, from) do
    {[from], MapSet.new([from])}
    |> Stream.unfold(fn
      {[], _} -> nil
      {level, seen} -> (next = level |> Enum.flat_map(&Map.keys(graph[&1])) |> Enum.uniq() |> Enum.reject(&(&1 in seen)); {level, {next, MapSet.union(seen, MapSet.new(next))}})
    end)
    |> Enum.to_list()
  end

  def topological(deps) do
    visit = fn visit, node, {order, state} ->
      case state[node] do
        :done -> {order, state}
        :open -> throw({:cycle, node})
        nil ->
          {order, state} = Enum.reduce(deps[node], {order, Map.put(state, node, :open)}, &visit.(visit, &1, &2))
          {[node | order], Map.put(state, node, :done)}
      end
    end

    {:ok, deps |> Map.keys() |> Enum.reduce({[], %{}}, &visit.(visit, &1, &2)) |> elem(0)}
  catch
    {:cycle, _} = cycle -> {:error, cycle}
  end

  def components(edges) do
    parents = Enum.reduce(edges, %{}, fn {a, b, _}, parents ->
      {a, b} = {root(parents, a), root(parents, b)}
      if a == b, do: Map.put_new(parents, a, a), else: parents |> Map.put(b, a) |> Map.put_new(a, a)
    end)

    parents |> Map.keys() |> Enum.group_by(&root(parents, &1)) |> Map.values() |> Enum.map(&Enum.sort/1) |> Enum.sort()
  end

  defp root(parents, x), do: (case parents do
    %{^x => ^x} -> x
    %{^x => y} -> root(parents, y)
    _ -> x
  end)

  def spanning(edges) do
    edges |> Enum.sort_by(&elem(&1, 2)) |> Enum.reduce({[], []}, fn {a, b, w} = edge, {tree, used} ->
      if Enum.any?(components(used ++ [{:none, :none, 0}]), &(a in &1 and b in &1)), do: {tree, used}, else: {[{a, b, w} | tree], [edge | used]}
    end) |> elem(0) |> Enum.reverse()
  end

  def main do
    graph = neighbours(@roads)
    found = dijkstra(graph, "A")
    for {node, {distance, _}} <- Enum.sort(found), do: IO.puts("#{node} #{distance} #{Enum.join(path(found, node), ">")}")
    IO.inspect(bfs(graph, "A"))
    IO.inspect(bfs(graph, "G"))
    IO.inspect(topological(@tasks))
    IO.inspect(topological(Map.put(@tasks, :jacket, [:shirt])))
    IO.inspect(components(@roads))
    IO.inspect({spanning(@roads), spanning(@roads) |> Enum.map(&elem(&1, 2)) |> Enum.sum()})
    d = :digraph.new()
    for {a, bs} <- @tasks, do: (:digraph.add_vertex(d, a); for(b <- bs, do: (:digraph.add_vertex(d, b); :digraph.add_edge(d, a, b))))
    IO.inspect({:digraph_utils.is_acyclic(d), :digraph.no_vertices(d), :digraph.no_edges(d), :digraph_utils.reachable([:pants], d) |> Enum.sort()})
    IO.inspect(:digraph_utils.components(d) |> Enum.map(&Enum.sort/1) |> Enum.sort())
    order = :digraph_utils.topsort(d)
    IO.inspect(Enum.all?(@tasks, fn {a, bs} -> Enum.all?(bs, fn b -> Enum.find_index(order, &(&1 == a)) < Enum.find_index(order, &(&1 == b)) end) end))
    grid = for x <- 0..19, y <- 0..19, {dx, dy} <- [{1, 0}, {0, 1}], x + dx < 20, y + dy < 20, do: {{x, y}, {x + dx, y + dy}, rem(x * 7 + y * 13, 5) + 1}
    IO.inspect(dijkstra(neighbours(grid), {0, 0})[{19, 19}])
  end
end
