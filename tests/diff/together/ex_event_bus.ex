# stage: e. A bus on a registry of duplicate keys: subscribers by topic, values beside them, dispatch, who unregisters and who dies.
defmodule ExEventBus.Subscriber do
  use GenServer
  def start_link(args), do: GenServer.start_link(__MODULE__, args)
  def seen(pid), do: GenServer.call(pid, :seen)
  @impl true
  def init({name, topics}) do
    for {topic, weight} <- topics, do: {:ok, _} = Registry.register(ExEventBus.Bus, topic, {name, weight})
    {:ok, {name, []}}
  end
  @impl true
  def handle_call(:seen, _, {name, seen} = state), do: {:reply, {name, Enum.reverse(seen)}, state}
  def handle_call({:leave, topic}, _, state), do: {:reply, Registry.unregister(ExEventBus.Bus, topic), state}
  @impl true
  def handle_info({:event, topic, payload}, {name, seen}), do: {:noreply, {name, [{topic, payload} | seen]}}
end

defmodule ExEventBus do
  alias ExEventBus.{Bus, Subscriber}

  def publish(topic, payload) do
    Registry.dispatch(Bus, topic, fn entries ->
      IO.puts("#{topic}: #{entries |> Enum.map(fn {_, {name, weight}} -> "#{name}/#{weight}" end) |> Enum.sort() |> Enum.join(" ")}")
      for {pid, {_, weight}} <- entries, weight > 0, do: send(pid, {:event, topic, payload})
    end)
  end

  def main do
    {:ok, _} = Registry.start_link(keys: :duplicate, name: Bus, partitions: 1)
    {:ok, a} = Subscriber.start_link({"a", news: 1, sport: 2})
    {:ok, b} = Subscriber.start_link({"b", news: 0})
    {:ok, c} = Subscriber.start_link({"c", news: 3, news: 4, weather: 1})

    IO.inspect(publish(:news, 1))
    publish(:sport, %{home: 2, away: 1})
    IO.inspect(publish(:nobody, 1))
    IO.inspect(Enum.map([a, b, c], &Subscriber.seen/1))

    IO.inspect(GenServer.call(c, {:leave, :news}))
    publish(:news, 2)
    IO.inspect(Subscriber.seen(c))
    IO.inspect(Registry.keys(Bus, c))
    IO.inspect({Registry.count(Bus), Registry.count_match(Bus, :news, {:_, :"$1"}, [{:>, :"$1", 0}])})
    IO.inspect(Registry.values(Bus, :news, a))
    IO.inspect(Registry.match(Bus, :news, {:_, 0}) |> Enum.map(&elem(&1, 1)))
    IO.inspect(Registry.select(Bus, [{{:"$1", :_, {:"$2", :_}}, [], [{{:"$1", :"$2"}}]}]) |> Enum.sort())

    monitor = Process.monitor(a)
    Process.unlink(a)
    Process.exit(a, :kill)
    receive do {:DOWN, ^monitor, _, _, reason} -> IO.inspect(reason) end
    wait(fn -> Registry.lookup(Bus, :sport) == [] end)
    publish(:sport, 3)
    IO.inspect(Registry.meta(Bus, :nothing))
    IO.inspect({Registry.put_meta(Bus, :color, "red"), Registry.meta(Bus, :color)})
    IO.inspect(Registry.register(Bus, :own, :v) |> elem(0))
    IO.inspect(Registry.unregister_match(Bus, :own, :other))
    IO.inspect(Registry.keys(Bus, self()))
    IO.inspect(Registry.unregister_match(Bus, :own, :v))
    IO.inspect(Registry.keys(Bus, self()))
    IO.inspect(try do Registry.whereis_name({Bus, :x}) rescue e -> Exception.message(e) end)
  end

  defp wait(done), do: unless(done.(), do: (Process.sleep(5); wait(done)))
end
