# stage: e. Task.Supervisor, Task.async_stream and yield_many, PartitionSupervisor, max_restarts, child specs, `$callers`, shutdown order of trees.
defmodule ExTaskSupervisors.Worker do
  use GenServer, restart: :transient, shutdown: 200
  def start_link({name, to}), do: GenServer.start_link(__MODULE__, {name, to}, name: name)
  def init({name, to}) do
    Process.flag(:trap_exit, true)
    {:ok, {name, to}, {:continue, :more}}
  end
  def handle_continue(:more, {name, to} = s), do: send(to, {:up, name}) && {:noreply, s}
  def handle_call(:ping, _, s), do: {:reply, :pong, s, 10_000}
  def handle_cast({:stop, r}, s), do: {:stop, r, s}
  def terminate(reason, {name, to}), do: send(to, {:down, name, reason})
end

defmodule ExTaskSupervisors do
  alias ExTaskSupervisors.Worker
  def main do
    Process.flag(:trap_exit, true)
    :logger.set_primary_config(:level, :none)
    streams(); supervised(); yields(); partitions(); trees(); specs()
  end

  defp streams do
    p(Task.async_stream(1..6, &(&1 * &1), max_concurrency: 2) |> Enum.to_list())
    p(Task.async_stream([900, 1, 300], fn t -> Process.sleep(t); t end, ordered: false, max_concurrency: 3) |> Enum.map(&elem(&1, 1)))
    p(Task.async_stream([1, 5000], fn t -> Process.sleep(t); t end, timeout: 600, on_timeout: :kill_task) |> Enum.to_list())
    p(Task.async_stream([1, 5000], fn t -> Process.sleep(t); t end, timeout: 600, on_timeout: :kill_task, zip_input_on_exit: true) |> Enum.to_list())
    p(try do Task.async_stream([5000], &Process.sleep/1, timeout: 10) |> Enum.to_list() catch :exit, {r, {m, f, _}} -> {r, m, f} end)
    p(Task.async_stream(["a", "b"], String, :duplicate, [2]) |> Enum.to_list())
    p(Task.async_stream(1..3, fn 2 -> exit(:two); x -> x end) |> Enum.to_list())
    p(Task.async_stream(Stream.iterate(1, &(&1 + 1)), &(&1 * 10), max_concurrency: 3) |> Enum.take(4))
    flush()
  end

  defp supervised do
    {:ok, sup} = Task.Supervisor.start_link(max_children: 3)
    t = Task.Supervisor.async(sup, fn -> {Process.get(:"$callers") == [self() |> then(fn _ -> hd(Process.get(:"$callers")) end)], Process.get(:"$ancestors") |> length()} end)
    p(Task.await(t))
    t = Task.Supervisor.async_nolink(sup, fn -> raise "no link" end)
    p(case Task.yield(t, 1000) do {:exit, {e, _}} -> e; o -> o end)
    {:ok, c} = Task.Supervisor.start_child(sup, fn -> Process.sleep(:infinity) end)
    {:ok, _} = Task.Supervisor.start_child(sup, Process, :sleep, [:infinity], restart: :temporary)
    {:ok, _} = Task.Supervisor.start_child(sup, fn -> Process.sleep(:infinity) end)
    p({length(Task.Supervisor.children(sup)), Task.Supervisor.start_child(sup, fn -> 1 end), Task.Supervisor.terminate_child(sup, c), Task.Supervisor.terminate_child(sup, c), length(Task.Supervisor.children(sup))})
    p(try do Task.Supervisor.async(sup, fn -> Process.sleep(:infinity) end) |> is_struct() rescue e -> e.__struct__ end)
    p(try do Task.Supervisor.async_nolink(sup, fn -> 1 end) rescue e -> Exception.message(e) |> String.slice(0, 60) end)
    Supervisor.stop(sup)
    {:ok, sup} = Task.Supervisor.start_link()
    p(Task.Supervisor.async_stream(sup, [1, 2], fn x -> x + 1 end) |> Enum.to_list())
    p(Task.Supervisor.async_stream_nolink(sup, [1, 2, 3], fn 2 -> raise("two"); x -> x end) |> Enum.map(fn {:exit, {e, _}} -> e; o -> o end))
    Supervisor.stop(sup); flush()
  end

  defp yields do
    ts = for n <- [1, 5000, 1], do: Task.async(fn -> Process.sleep(n); n end)
    p(for {t, r} <- Task.yield_many(ts, 600), do: r || Task.shutdown(t, :brutal_kill))
    t = Task.async(fn -> :v end)
    p({Task.await_many([t, Task.completed(:done)]), Task.completed(1) |> Task.await()})
    t = Task.async(fn -> Process.sleep(5000) end)
    p({Task.yield(t, 5), Task.ignore(t), Task.shutdown(t, 10)})
    p(try do Task.await(%Task{Task.completed(1) | owner: spawn(fn -> 1 end)}) rescue e -> Exception.message(e) |> String.slice(0, 20) end)
    p(try do Task.await_many([Task.async(fn -> Process.sleep(5000) end)], 10) catch :exit, {r, {m, f, _}} -> {r, m, f} end)
    flush()
  end

  defp partitions do
    {:ok, ps} = PartitionSupervisor.start_link(child_spec: Supervisor.child_spec({Agent, fn -> 0 end}, []), name: ExTaskSupervisors.PS, partitions: 3)
    for k <- 0..5, do: Agent.update({:via, PartitionSupervisor, {ExTaskSupervisors.PS, k}}, &(&1 + k))
    p(for {i, pid, :worker, [Agent]} <- Enum.sort(PartitionSupervisor.which_children(ExTaskSupervisors.PS)), do: {i, Agent.get(pid, & &1)})
    p({PartitionSupervisor.partitions(ExTaskSupervisors.PS), PartitionSupervisor.count_children(ExTaskSupervisors.PS)})
    p(try do Agent.get({:via, PartitionSupervisor, {NoPS, 1}}, & &1) catch k, e -> {k, e |> inspect() |> String.slice(0, 30)} end)
    Supervisor.stop(ps); flush()
    {:ok, ps} = PartitionSupervisor.start_link(child_spec: DynamicSupervisor, name: ExTaskSupervisors.DPS, partitions: 2, with_arguments: fn [opts], i -> [Keyword.put(opts, :max_children, i + 1)] end)
    p(for k <- [0, 1, 0, 1, 1], do: DynamicSupervisor.start_child({:via, PartitionSupervisor, {ExTaskSupervisors.DPS, k}}, {Agent, fn -> k end}) |> elem(0))
    Supervisor.stop(ps); flush()
  end

  defp trees do
    me = self()
    {:ok, top} = Supervisor.start_link([{Worker, {:w_a, me}}, %{id: :inner, type: :supervisor, start: {Supervisor, :start_link, [[Supervisor.child_spec({Worker, {:w_b, me}}, id: :b), Supervisor.child_spec({Worker, {:w_c, me}}, id: :c, restart: :permanent)], [strategy: :rest_for_one]]}}], strategy: :one_for_all, max_restarts: 1)
    p(seen(3) |> Enum.sort())
    p({GenServer.call(:w_b, :ping), Supervisor.count_children(top), Supervisor.which_children(top) |> Enum.map(&elem(&1, 0)) |> Enum.sort()})
    GenServer.cast(:w_b, {:stop, :crash})
    p(seen(4) |> Enum.sort())
    GenServer.cast(:w_a, {:stop, :normal})
    p(seen(1))
    p({Supervisor.restart_child(top, Worker) |> elem(0), seen(1), Supervisor.delete_child(top, Worker), Supervisor.terminate_child(top, :none), Supervisor.start_child(top, {Worker, {:w_c, me}}) |> elem(0)})
    flush_up()
    Supervisor.stop(top)
    p(seen(3) |> Enum.sort())
    flush()
  end

  defp specs do
    p(Supervisor.child_spec(Worker, id: :x, restart: :permanent))
    p({Worker.child_spec(1), Agent.child_spec(:f), Task.child_spec(:f), Task.Supervisor.child_spec([]), Registry.child_spec(keys: :unique, name: R), DynamicSupervisor.child_spec(name: D)})
    p(for bad <- [:atom, {1, 2}, %{id: 1}, "x"], do: (try do Supervisor.init([bad], strategy: :one_for_one) rescue e -> Exception.message(e) |> String.split("\n") |> hd() end))
    p(Supervisor.init([{Agent, fn -> 1 end}], strategy: :one_for_one, max_restarts: 9) |> elem(1) |> elem(0))
    p(try do Supervisor.init([], []) rescue e -> e.__struct__ end)
  end

  defp seen(n), do: for(_ <- 1..n//1, do: receive(do: ({k, _} = m when k in [:up] -> m; {:down, _, _} = m -> m)))
  defp flush_up do
    receive do
      {:up, _} -> flush_up()
    after
      20 -> :ok
    end
  end
  defp flush do
    receive do
      _ -> flush()
    after
      0 -> :ok
    end
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 150)
end
