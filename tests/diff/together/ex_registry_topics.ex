# stage: e. A registry of topics and a dynamic supervisor of rooms: unique and duplicate keys in partitions, dispatch in parallel and by entries that fail, listeners, values updated, match specifications over names, via tuples with values, rooms that die and come back, who is unregistered when.
defmodule ExRegistryTopics.Room do
  use GenServer, restart: :transient
  def start_link(reg, name, opts), do: GenServer.start_link(__MODULE__, {reg, name, opts}, name: {:via, Registry, {reg, name, opts[:meta]}})
  def init({reg, name, opts}) do
    for t <- opts[:topics] || [], do: {:ok, _} = Registry.register(opts[:topics_in], t, {name, t})
    if to = opts[:tell], do: send(to, {:up, name, self()})
    {:ok, %{reg: reg, name: name, seen: []}}
  end
  def handle_call(:seen, _, s), do: {:reply, Enum.reverse(s.seen), s}
  def handle_call({:join, reg, key, v}, _, s), do: {:reply, Registry.register(reg, key, v) |> elem(0), s}
  def handle_call({:leave, reg, key}, _, s), do: {:reply, Registry.unregister(reg, key), s}
  def handle_call({:value, f}, _, s), do: {:reply, Registry.update_value(s.reg, s.name, f), s}
  def handle_call({:keys, reg}, _, s), do: {:reply, Registry.keys(reg, self()) |> Enum.sort(), s}
  def handle_call({:stop, why}, _, s), do: {:stop, why, :stopping, s}
  def handle_info(m, s), do: {:noreply, %{s | seen: [m | s.seen]}}
end

defmodule ExRegistryTopics do
  alias ExRegistryTopics.Room
  @names ExRegistryTopics.Names
  @topics ExRegistryTopics.Topics
  @rooms ExRegistryTopics.Rooms

  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 110))
  defp via(n), do: {:via, Registry, {@names, n}}
  defp wait(f, n \\ 20_000)
  defp wait(_, 0), do: :never
  defp wait(f, n), do: (if f.(), do: true, else: (Process.sleep(1); wait(f, n - 1)))
  defp caught(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()}
  catch
    :exit, {r, {m, f, _}} -> {:exit, r, m, f}
    k, r -> {k, r}
  end
  defp open(name, opts \\ []), do: DynamicSupervisor.start_child(@rooms, %{id: name, start: {Room, :start_link, [@names, name, [topics_in: @topics, tell: self()] ++ opts]}, restart: opts[:restart] || :transient})
  defp up(name), do: (receive do {:up, ^name, pid} -> pid after 20_000 -> :never end)
  defp room(name, opts \\ []), do: ({:ok, pid} = open(name, opts); ^pid = up(name); pid)
  # By name or by value, since pids have no order to tell.
  defp topic(t), do: Registry.lookup(@topics, t) |> Enum.map(fn {pid, v} -> {name(pid), v} end) |> Enum.sort()
  defp name(pid), do: (case Registry.keys(@names, pid) do [n] -> n; [] -> :nobody; l -> l end)

  def main do
    children = [{Registry, keys: :unique, name: @names, meta: [made: :here, version: 2]}, {Registry, keys: :duplicate, name: @topics, partitions: 3}, {DynamicSupervisor, name: @rooms, max_restarts: 10, max_children: 8}]
    {:ok, top} = Supervisor.start_link(children, strategy: :one_for_all)
    p for({id, pid, t, m} <- Supervisor.which_children(top), do: {id, is_pid(pid), t, m})
    naming(); topics(); dispatching(); selecting(); values(); deaths(); limits(); listening(); metas(); refused()
    p {Supervisor.stop(top), Process.whereis(@names), Process.whereis(@rooms), flush(), Registry.child_spec(keys: :unique, name: A).id, Registry.child_spec(name: B).start |> elem(0)}
  end
  defp flush, do: (receive do m -> [m | flush()] after 0 -> [] end)

  defp naming do
    a = room(:a, meta: %{n: 1}, topics: [:news, :sport])
    room("b", topics: [:news])
    room({:c, [1]}, topics: [:sport, :sport, :news])
    {:error, {:already_started, ^a}} = open(:a)
    p {Registry.lookup(@names, :a) == [{a, %{n: 1}}], Registry.whereis_name({@names, :a}) == a, Registry.whereis_name({@names, :z}), GenServer.whereis(via("b")) |> is_pid(), Registry.count(@names), Registry.count(@topics), Registry.keys(@names, a), Registry.lookup(@names, :zz), DynamicSupervisor.count_children(@rooms)}
    p {GenServer.call(via({:c, [1]}), {:keys, @topics}), GenServer.call(via(:a), {:join, @names, :a, :again}), GenServer.call(via("b"), {:join, @names, :a, 0}), GenServer.call(via("b"), {:join, @names, :alias_of_b, 0}), name(GenServer.whereis(via(:alias_of_b))) |> Enum.sort(), GenServer.call(via(:alias_of_b), {:leave, @names, :alias_of_b}), GenServer.whereis(via(:alias_of_b))}
    p {caught(fn -> GenServer.call(via(:nobody), :seen) end), GenServer.cast(via(:nobody), :x), caught(fn -> send_to(:nobody) end), Registry.send({@names, :a}, :hello) == :hello, GenServer.call(via(:a), :seen), Registry.register_name({@names, :me}, self()), Registry.unregister_name({@names, :me}), caught(fn -> Registry.register_name({@names, :me}, spawn(fn -> :ok end)) end) |> elem(0)}
  end
  defp send_to(n), do: Registry.send({@names, n}, :lost)

  defp topics do
    p {topic(:news), topic(:sport), topic(:none), Registry.values(@topics, :sport, GenServer.whereis(via({:c, [1]}))), Registry.values(@topics, :news, self())}
    p {Registry.register(@topics, :news, :main) |> elem(0), Registry.register(@topics, :news, :main2) |> elem(0), Registry.keys(@topics, self()), Registry.values(@topics, :news, self()) |> Enum.sort(), topic(:news), Registry.unregister_match(@topics, :news, :main2), Registry.values(@topics, :news, self()), Registry.unregister(@topics, :news), Registry.keys(@topics, self()), topic(:news)}
    p {GenServer.call(via({:c, [1]}), {:leave, @topics, :sport}), topic(:sport), GenServer.call(via({:c, [1]}), {:join, @topics, :sport, {:new, 1}}), topic(:sport)}
  end

  defp dispatching do
    publish = fn t, m, opts -> Registry.dispatch(@topics, t, fn entries -> for {pid, v} <- entries, do: send(pid, {m, v}) end, opts) end
    p {publish.(:news, 1, []), publish.(:sport, 2, parallel: true), publish.(:none, 3, []), publish.(:news, 4, parallel: true)}
    p for(n <- [:a, "b", {:c, [1]}], do: {n, GenServer.call(via(n), :seen)})
    me = self()
    Registry.dispatch(@topics, :news, fn entries -> send(me, {:entries, length(entries)}) end)
    Registry.dispatch(@names, :a, fn [{pid, meta}] -> send(me, {:unique, name(pid), meta}) end)
    Registry.dispatch(@names, :zz, fn _ -> send(me, :never) end)
    l = flush()
    p {for({:entries, n} <- l, do: n) |> Enum.sum(), l -- for({:entries, _} = e <- l, do: e)}
    p {caught(fn -> Registry.dispatch(@topics, :news, fn _ -> raise "in dispatch" end) end), caught(fn -> Registry.dispatch(@names, :a, fn _ -> throw(:up) end) end), caught(fn -> Registry.dispatch(@names, :a, {__MODULE__, :tell, [self()]}) end), flush()}
    Registry.dispatch(@names, :a, {__MODULE__, :tell, [self()]})
    p flush()
  end
  def tell(entries, to), do: send(to, {:told, length(entries)})

  defp selecting do
    p {Registry.match(@topics, :news, {:_, :_}) |> length(), Registry.match(@topics, :news, {:"$1", :_}, [{:is_atom, :"$1"}]) |> Enum.map(&elem(&1, 1)), Registry.match(@names, :a, %{n: 1}) |> length(), Registry.count_match(@topics, :news, {{:c, :_}, :_}), Registry.count_match(@topics, :sport, {:"$1", :"$2"}, [{:==, :"$2", 1}]), Registry.count_match(@names, :a, :none), Registry.match(@names, :zz, :_)}
    p {Registry.select(@names, [{{:"$1", :_, :"$2"}, [], [{{:"$1", :"$2"}}]}]) |> Enum.sort(), Registry.select(@topics, [{{:"$1", :_, {:"$2", :_}}, [{:"=/=", :"$1", :news}], [:"$2"]}]) |> Enum.sort(), Registry.select(@names, [{{{:c, :"$1"}, :_, :_}, [], [:"$1"]}]), Registry.count_select(@topics, [{{:news, :_, :_}, [], [true]}]), Registry.select(@names, [{{:_, :"$1", :_}, [], [:"$1"]}]) |> Enum.map(&name/1) |> Enum.sort()}
    p {caught(fn -> Registry.select(@names, [{:_, [], [true]}]) end), caught(fn -> Registry.select(@names, :odd) end) |> elem(0), caught(fn -> Registry.match(@names, :a, :_, [{:nothing, 1}]) end) |> elem(0)}
  end

  defp values do
    p {GenServer.call(via(:a), {:value, &Map.put(&1, :m, 2)}), Registry.lookup(@names, :a) |> Enum.map(&elem(&1, 1)), Registry.update_value(@names, :a, & &1), caught(fn -> GenServer.call(via("b"), {:value, fn nil -> %{set: true} end}) end), Registry.values(@names, "b", GenServer.whereis(via("b"))), Registry.values(@names, "b", self())}
  end

  # A room that crashes comes back under its name and topics, one that stops does not.
  defp deaths do
    old = GenServer.whereis(via(:a))
    Process.exit(old, :kill)
    new = up(:a)
    p {new != old, wait(fn -> Registry.count(@topics) == 5 end), GenServer.whereis(via(:a)) == new, topic(:news), GenServer.call(via(:a), {:keys, @topics}), GenServer.call(via(:a), :seen), Registry.lookup(@names, :a) == [{new, %{n: 1}}]}
    p {GenServer.call(via("b"), {:stop, :normal}), wait(fn -> Registry.lookup(@names, "b") == [] and Registry.count(@topics) == 4 and DynamicSupervisor.count_children(@rooms).active == 2 end), GenServer.whereis(via("b")), topic(:news), DynamicSupervisor.count_children(@rooms).active}
    p {DynamicSupervisor.terminate_child(@rooms, GenServer.whereis(via({:c, [1]}))), wait(fn -> Registry.count(@topics) == 2 and Registry.count(@names) == 1 end), topic(:sport), DynamicSupervisor.terminate_child(@rooms, self()), Registry.count(@names)}
    # Many short-lived owners leave nothing.
    refs = for i <- 1..60, do: spawn_monitor(fn -> Registry.register(@topics, rem(i, 5), i); Registry.register(@names, {:short, i}, i); if(rem(i, 2) == 0, do: exit(:odd)) end) |> elem(1)
    for r <- refs, do: (receive do {:DOWN, ^r, _, _, _} -> :ok end)
    p {wait(fn -> Registry.count(@topics) == 2 and Registry.count(@names) == 1 end), Registry.keys(@names, new)}
  end

  defp limits do
    for i <- 1..7, do: room({:r, i})
    p {open({:r, 8}), DynamicSupervisor.count_children(@rooms), open({:r, 1}) |> elem(0), for({:undefined, _, t, m} <- DynamicSupervisor.which_children(@rooms), uniq: true, do: {t, m})}
    for i <- 1..7, do: DynamicSupervisor.terminate_child(@rooms, GenServer.whereis(via({:r, i})))
    p {wait(fn -> Registry.count(@names) == 1 end), DynamicSupervisor.count_children(@rooms).specs, caught(fn -> DynamicSupervisor.start_child(@rooms, {Room, 1}) end) |> case do {:error, {r, _}} -> r; {:error, {:EXIT, {r, _}}} -> r; o -> o end}
    # More ends than are allowed take all rooms along, and then all is new.
    {:ok, small} = DynamicSupervisor.start_link(max_restarts: 1, max_seconds: 600, strategy: :one_for_one, extra_arguments: [@names])
    Process.unlink(small)
    ref = Process.monitor(small)
    spec = fn n -> %{id: n, start: {Room, :start_link, [n, [tell: self(), meta: n]]}} end
    {:ok, x} = DynamicSupervisor.start_child(small, spec.(:x))
    {:ok, _} = DynamicSupervisor.start_child(small, spec.(:y))
    up(:x); y = up(:y)
    Process.exit(y, :kill)
    y2 = up(:y)
    xref = Process.monitor(x)
    [] = GenServer.call(x, :seen)
    Process.exit(y2, :kill)
    p {receive(do: ({:DOWN, ^ref, _, _, why} -> why)), receive(do: ({:DOWN, ^xref, _, _, why} -> why)), wait(fn -> Registry.count(@names) == 1 end)}
  end

  # A listener hears of each key that comes, and of each that is given up, not of those of the dead. Owners are linked to their registry.
  defp listening do
    Process.register(self(), :ex_registry_listener)
    {:ok, reg} = Registry.start_link(keys: :unique, name: ExRegistryTopics.Heard, listeners: [:ex_registry_listener])
    me = self()
    for k <- [:one, :two], do: Registry.register(ExRegistryTopics.Heard, k, k)
    Registry.unregister(ExRegistryTopics.Heard, :one)
    {pid, ref} = spawn_monitor(fn -> Registry.register(ExRegistryTopics.Heard, :theirs, 3) end)
    receive do {:DOWN, ^ref, _, _, _} -> :ok end
    p wait(fn -> Registry.count(ExRegistryTopics.Heard) == 1 end)
    p for m <- flush(), do: (case m do {:register, r, k, ^me, v} -> {:register, r == ExRegistryTopics.Heard, k, v}; {:register, _, k, ^pid, v} -> {:theirs, k, v}; {:unregister, _, k, owner} -> {:unregister, k, owner == me}; o -> o end)
    Process.unregister(:ex_registry_listener)
    Process.flag(:trap_exit, true)
    p {caught(fn -> Registry.register(ExRegistryTopics.Heard, :unheard, 1) end) |> elem(0), flush(), Process.unlink(reg), Supervisor.stop(reg), caught(fn -> Registry.lookup(ExRegistryTopics.Heard, :two) end)}
    p for(_ <- 1..1, do: (receive do {:EXIT, _, why} -> why after 5_000 -> :none end))
    Process.flag(:trap_exit, false)
  end

  defp metas do
    p {Registry.meta(@names, :made), Registry.meta(@names, :version), Registry.meta(@names, :none), Registry.put_meta(@names, {:key, 1}, [:v]), Registry.meta(@names, {:key, 1}), Registry.delete_meta(@names, {:key, 1}), Registry.meta(@names, {:key, 1}), caught(fn -> Registry.meta(ExNoRegistry, :x) end)}
  end

  defp refused do
    p for(o <- [[keys: :odd, name: X], [keys: :unique, name: "x"], [keys: :unique, name: X, partitions: 0], [keys: :unique, name: X, listeners: :l], [keys: :unique, name: X, meta: 1], [name: X]], do: caught(fn -> Registry.start_link(o) end))
    p {caught(fn -> Registry.register(ExNoRegistry, :a, 1) end), caught(fn -> Registry.values(ExNoRegistry, :a, self()) end), caught(fn -> Registry.update_value(@topics, :news, & &1) end), caught(fn -> Registry.whereis_name({@topics, :news}) end), caught(fn -> Registry.start_link(keys: :unique, name: @names) end) |> case do {:error, {:already_started, _}} -> :already; o -> o end}
  end
end
