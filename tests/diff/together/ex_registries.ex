# stage: e. Registry: unique and duplicate keys, values, dispatch, match, via names, unregistering.
defmodule ExRegistries do
  def main do
    Process.flag(:trap_exit, true)
    {:ok, u} = Registry.start_link(keys: :unique, name: ExRegU)
    {:ok, d} = Registry.start_link(keys: :duplicate, name: ExRegD, partitions: 2)
    p {Registry.register(ExRegU, :a, 1) |> elem(0), Registry.register(ExRegU, :a, 2) |> elem(0), Registry.lookup(ExRegU, :a) |> Enum.map(&elem(&1, 1)), Registry.keys(ExRegU, self()), Registry.count(ExRegU), Registry.lookup(ExRegU, :zz)}
    p {Registry.update_value(ExRegU, :a, &(&1 + 10)), Registry.update_value(ExRegU, :q, & &1), Registry.values(ExRegU, :a, self()), Registry.match(ExRegU, :a, :_) |> length(), Registry.count_match(ExRegU, :a, 11)}
    p {Registry.unregister(ExRegU, :a), Registry.lookup(ExRegU, :a), Registry.keys(ExRegU, self())}
    for v <- 1..3, do: {:ok, _} = Registry.register(ExRegD, :topic, {v, :odd_or_even})
    p {Registry.count(ExRegD), Registry.lookup(ExRegD, :topic) |> Enum.map(&elem(&1, 1)) |> Enum.sort(), Registry.match(ExRegD, :topic, {:"$1", :_}, [{:>, :"$1", 1}]) |> length(), Registry.count_match(ExRegD, :topic, {2, :_})}
    Registry.dispatch(ExRegD, :topic, fn entries -> for {pid, {v, _}} <- entries, do: send(pid, {:got, v}) end)
    p (for _ <- 1..3, do: (receive do {:got, v} -> v after 1000 -> :none end)) |> Enum.sort()
    Registry.unregister_match(ExRegD, :topic, {2, :_})
    p {Registry.count(ExRegD), Registry.keys(ExRegD, self())}
    {:ok, agent} = Agent.start_link(fn -> 5 end, name: {:via, Registry, {ExRegU, "counter", :meta}})
    p {Agent.get({:via, Registry, {ExRegU, "counter"}}, & &1), Registry.lookup(ExRegU, "counter") == [{agent, :meta}], GenServer.whereis({:via, Registry, {ExRegU, "counter"}}) == agent, GenServer.whereis({:via, Registry, {ExRegU, "no"}})}
    p Agent.start_link(fn -> 6 end, name: {:via, Registry, {ExRegU, "counter"}}) |> then(fn {:error, {:already_started, x}} -> x == agent end)
    Agent.stop(agent)
    p wait(fn -> Registry.lookup(ExRegU, "counter") == [] end)
    me = self()
    child = spawn(fn -> Registry.register(ExRegU, :child, 0); send(me, :ready); receive do :stop -> :ok end end)
    receive do :ready -> :ok end
    p {Registry.lookup(ExRegU, :child) == [{child, 0}], Registry.select(ExRegU, [{{:"$1", :_, :"$2"}, [], [{{:"$1", :"$2"}}]}])}
    send(child, :stop)
    p wait(fn -> Registry.count(ExRegU) == 0 end)
    p {Registry.put_meta(ExRegU, :m, 1), Registry.meta(ExRegU, :m), Registry.meta(ExRegU, :n), Registry.delete_meta(ExRegU, :m), Registry.meta(ExRegU, :m)}
    for f <- [fn -> Registry.lookup(NoReg, :a) end, fn -> Registry.start_link(keys: :odd, name: X) end, fn -> Registry.update_value(ExRegD, :topic, & &1) end, fn -> Registry.start_link(keys: :unique) end] do
      p (try do f.() rescue e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()} end)
    end
    for s <- [u, d], do: Supervisor.stop(s)
    p Process.whereis(ExRegU)
  end
  defp wait(f, n \\ 200)
  defp wait(_, 0), do: :never
  defp wait(f, n), do: f.() || (Process.sleep(5); wait(f, n - 1))
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
