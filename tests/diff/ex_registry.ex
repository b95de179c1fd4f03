# stage: e. Registry: unique and duplicate keys, via tuples, dispatch, metadata, cleanup when a process dies.
defmodule ExRegistry do
  def main do
    {:ok, _} = Registry.start_link(keys: :unique, name: ExRegistry.Names)
    {:ok, _} = Registry.start_link(keys: :duplicate, name: ExRegistry.Topics, partitions: 2)
    p({Registry.register(ExRegistry.Names, "me", 1) |> elem(0), Registry.lookup(ExRegistry.Names, "me") == [{self(), 1}], Registry.lookup(ExRegistry.Names, "none"), Registry.keys(ExRegistry.Names, self()), Registry.count(ExRegistry.Names)})
    p({Registry.register(ExRegistry.Names, "me", 2) |> elem(0), Registry.update_value(ExRegistry.Names, "me", &(&1 + 10)), Registry.unregister(ExRegistry.Names, "me"), Registry.count(ExRegistry.Names)})
    via = {:via, Registry, {ExRegistry.Names, :agent}}
    {:ok, a} = Agent.start_link(fn -> 42 end, name: via)
    p({Agent.get(via, & &1), GenServer.whereis(via) == a, Registry.whereis_name({ExRegistry.Names, :agent}) == a, Agent.start_link(fn -> 0 end, name: via) |> elem(0)})
    Agent.stop(via)
    p(await(fn -> Registry.lookup(ExRegistry.Names, :agent) == [] end))
    me = self()
    subs = for i <- 1..4, do: spawn_link(fn -> subscriber(me, i) end)
    for _ <- subs, do: receive(do: (:subscribed -> :ok))
    p({Registry.count_match(ExRegistry.Topics, :news, :_), length(Registry.lookup(ExRegistry.Topics, :news))})
    Registry.dispatch(ExRegistry.Topics, :news, fn entries -> for {pid, v} <- entries, do: send(pid, {:news, v}) end)
    p(for(_ <- 1..4, do: receive(do: ({:heard, i, v} -> {i, v}))) |> Enum.sort())
    p(Registry.select(ExRegistry.Topics, [{{:"$1", :_, :"$3"}, [], [{{:"$1", :"$3"}}]}]) |> Enum.sort())
    p(Registry.match(ExRegistry.Topics, :news, {:sub, 2}) |> length())
    for s <- subs, do: send(s, :stop)
    p(await(fn -> Registry.count(ExRegistry.Topics) == 0 end))
    p({Registry.put_meta(ExRegistry.Names, :colour, :red), Registry.meta(ExRegistry.Names, :colour), Registry.meta(ExRegistry.Names, :none)})
    p(Registry.dispatch(ExRegistry.Names, "nobody", fn _ -> :never end))
  end

  defp subscriber(boss, i) do
    {:ok, _} = Registry.register(ExRegistry.Topics, :news, {:sub, i})
    send(boss, :subscribed)
    listen(boss, i)
  end

  defp listen(boss, i) do
    receive do
      {:news, v} -> send(boss, {:heard, i, v}) && listen(boss, i)
      :stop -> :ok
    end
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)
  defp await(f), do: f.() || (Process.sleep(2) && await(f))
end
