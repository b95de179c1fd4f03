# stage: e. Supervisor: strategies, restarts and their limits, child specifications, shutdown order, max_restarts.
defmodule ExSupervisorsMore do
  defmodule W do
    use GenServer
    def start_link({name, log}), do: GenServer.start_link(__MODULE__, {name, log}, name: name)
    def init({name, log}), do: (Process.flag(:trap_exit, true); Agent.update(log, &[{:up, name} | &1]); {:ok, {name, log}})
    def handle_cast({:die, r}, s), do: {:stop, r, s}
    def terminate(r, {name, log}), do: Agent.update(log, &[{:down, name, r} | &1])
  end
  def main do
    Process.flag(:trap_exit, true)
    {:ok, log} = Agent.start_link(fn -> [] end)
    for strategy <- [:one_for_one, :rest_for_one, :one_for_all] do
      children = for n <- [:sup_a, :sup_b, :sup_c], do: %{id: n, start: {W, :start_link, [{n, log}]}, restart: :transient}
      {:ok, s} = Supervisor.start_link(children, strategy: strategy)
      p {strategy, log(log), Supervisor.count_children(s), Supervisor.which_children(s) |> Enum.map(fn {id, pid, t, m} -> {id, is_pid(pid), t, m} end)}
      GenServer.cast(:sup_b, {:die, :crash})
      wait(fn -> length(peek(log)) >= %{one_for_one: 2, rest_for_one: 4, one_for_all: 6}[strategy] end)
      p log(log)
      GenServer.cast(:sup_a, {:die, :normal})
      wait(fn -> peek(log) != [] and Process.whereis(:sup_a) == nil end)
      p {log(log), Supervisor.count_children(s)}
      p {Supervisor.restart_child(s, :sup_a) |> elem(0), Supervisor.restart_child(s, :sup_a), Supervisor.restart_child(s, :nope), Supervisor.terminate_child(s, :sup_c), Supervisor.delete_child(s, :sup_a), Supervisor.delete_child(s, :sup_c), Supervisor.start_child(s, %{id: :sup_b, start: {W, :start_link, [{:sup_b, log}]}}) |> elem(0)}
      log(log)
      Supervisor.stop(s)
      p log(log)
    end
    {:ok, s} = Supervisor.start_link([{W, {:sup_x, log}}], strategy: :one_for_one, max_restarts: 1, max_seconds: 5)
    Enum.reduce(1..2, nil, fn i, last ->
      pid = wait(fn -> (case Process.whereis(:sup_x) do ^last -> nil; pid -> pid end) end)
      GenServer.cast(pid, {:die, {:crash, i}})
      pid
    end)
    p got(s)
    p log(log)
    p {Supervisor.child_spec({W, 1}, id: :other, restart: :temporary), Supervisor.child_spec(W, shutdown: 100), W.child_spec(:arg), Supervisor.init([], strategy: :one_for_one), Supervisor.child_spec({Agent, fn -> 1 end}, []) |> Map.delete(:start)}
    for f <- [fn -> Supervisor.start_link([:nope_mod], strategy: :one_for_one) end, fn -> Supervisor.start_link([], []) end, fn -> Supervisor.start_link([1], strategy: :one_for_one) end, fn -> Supervisor.start_link([%{id: 1, start: {:no_mod_x, :f, []}}], strategy: :one_for_one) |> elem(0) end, fn -> Supervisor.start_link([%{id: 1, start: {W, :start_link, [{:sup_q, log}]}}, %{id: 1, start: {W, :start_link, [{:sup_r, log}]}}], strategy: :one_for_one) end, fn -> Supervisor.start_link([], strategy: :sideways) end], do: p(try do f.() rescue e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()} end)
    Agent.stop(log)
    p flush() |> Enum.uniq() |> length() |> Kernel.>(0)
  end
  defp log(l), do: Agent.get_and_update(l, &{Enum.reverse(&1), []})
  defp peek(l), do: Agent.get(l, & &1)
  defp got(s), do: (receive do {:EXIT, ^s, r} -> r after 2000 -> :none end)
  defp flush, do: (receive do m -> [m | flush()] after 0 -> [] end)
  defp wait(f, n \\ 300)
  defp wait(_, 0), do: :never
  defp wait(f, n), do: f.() || (Process.sleep(3); wait(f, n - 1))
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
