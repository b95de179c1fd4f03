# stage: e. DynamicSupervisor and PartitionSupervisor: children come, die, come again, and are counted.
defmodule ExDynamicSupervisors do
  defmodule Worker do
    use GenServer, restart: :transient
    def start_link(arg), do: GenServer.start_link(__MODULE__, arg)
    def init({:fail, why}), do: {:stop, why}
    def init(:ignore), do: :ignore
    def init({me, n}), do: (send(me, {:up, n}); {:ok, n})
    def handle_call(:get, _, n), do: {:reply, n, n}
    def handle_cast({:die, why}, n), do: {:stop, why, n}
  end
  def main do
    Process.flag(:trap_exit, true)
    {:ok, s} = DynamicSupervisor.start_link(strategy: :one_for_one, max_children: 3, max_restarts: 3)
    p Worker.child_spec(:x)
    {:ok, a} = DynamicSupervisor.start_child(s, {Worker, {self(), 1}})
    p got()
    p {GenServer.call(a, :get), DynamicSupervisor.count_children(s)}
    GenServer.cast(a, {:die, :normal})
    p wait(fn -> DynamicSupervisor.count_children(s).active == 0 end)
    {:ok, b} = DynamicSupervisor.start_child(s, {Worker, {self(), 2}})
    p got()
    GenServer.cast(b, {:die, :crash})
    p got()
    p wait(fn -> DynamicSupervisor.count_children(s).active == 1 end)
    [{:undefined, c, :worker, [Worker]}] = DynamicSupervisor.which_children(s)
    p {c != b, GenServer.call(c, :get)}
    p DynamicSupervisor.start_child(s, {Worker, {:fail, :why}})
    p DynamicSupervisor.start_child(s, {Worker, :ignore})
    p DynamicSupervisor.terminate_child(s, c)
    p DynamicSupervisor.terminate_child(s, c)
    for n <- 3..5, do: {:ok, _} = DynamicSupervisor.start_child(s, {Worker, {self(), n}})
    p DynamicSupervisor.start_child(s, {Worker, {self(), 6}})
    p DynamicSupervisor.count_children(s)
    p DynamicSupervisor.start_child(s, %{id: 1}) |> inspect() |> String.slice(0, 60)
    p for(_ <- 3..5, do: got()) |> Enum.sort()
    p DynamicSupervisor.stop(s)
    p (receive do {:EXIT, ^s, r} -> r after 1000 -> :none end)
    {:ok, ps} = PartitionSupervisor.start_link(child_spec: {Agent, fn -> 0 end}, name: ExPart, partitions: 3)
    for k <- 0..8, do: Agent.update({:via, PartitionSupervisor, {ExPart, k}}, &(&1 + k))
    p {PartitionSupervisor.partitions(ExPart), PartitionSupervisor.count_children(ExPart), for(k <- 0..2, do: Agent.get({:via, PartitionSupervisor, {ExPart, k}}, & &1))}
    Supervisor.stop(ps)
    p flush()
  end
  defp got, do: (receive do {:up, n} -> n after 2000 -> :none end)
  defp flush, do: (receive do {:EXIT, _, r} -> [r | flush()]; m -> [m | flush()] after 0 -> [] end)
  defp wait(f, n \\ 200)
  defp wait(_, 0), do: :never
  defp wait(f, n), do: f.() || (Process.sleep(5); wait(f, n - 1))
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
