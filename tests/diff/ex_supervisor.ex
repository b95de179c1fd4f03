# stage: e. Supervisor and DynamicSupervisor: strategies, restarts, intensity, module-based supervisors, children at run time.
defmodule ExSupervisor.Worker do
  use GenServer, restart: :permanent

  def start_link({name, boss}), do: GenServer.start_link(__MODULE__, {name, boss}, name: name)

  @impl true
  def init({name, boss}) do
    Process.flag(:trap_exit, true)
    send(boss, {:up, name})
    {:ok, {name, boss, 0}}
  end

  @impl true
  def handle_call(:incr, _, {n, b, c}), do: {:reply, c + 1, {n, b, c + 1}}
  @impl true
  def handle_cast({:die, r}, s), do: {:stop, r, s}
  @impl true
  def terminate(:shutdown, {n, b, _}), do: send(b, {:down, n})
  def terminate(_, _), do: :ok
end

defmodule ExSupervisor.Tree do
  use Supervisor
  def start_link(boss), do: Supervisor.start_link(__MODULE__, boss, name: __MODULE__)

  @impl true
  def init(boss) do
    Supervisor.init([{ExSupervisor.Worker, {:t1, boss}}, Supervisor.child_spec({ExSupervisor.Worker, {:t2, boss}}, id: :t2)], strategy: :rest_for_one, max_restarts: 5, max_seconds: 60)
  end
end

defmodule ExSupervisor do
  alias ExSupervisor.{Tree, Worker}

  def main do
    Process.flag(:trap_exit, true)
    for s <- [:one_for_one, :one_for_all, :rest_for_one], do: strategy(s)
    {:ok, t} = Tree.start_link(self())
    p({events(2), Supervisor.count_children(t), Enum.map(Supervisor.which_children(Tree), fn {id, pid, type, mods} -> {id, is_pid(pid), type, mods} end)})
    p({GenServer.call(:t1, :incr), GenServer.call(:t1, :incr)})
    die(:t1, :boom)
    p({events(3), GenServer.call(:t1, :incr)})
    p({Supervisor.terminate_child(t, :t2), events(1), Supervisor.restart_child(t, :t2) |> elem(0), events(1), Supervisor.terminate_child(t, :t2), events(1), Supervisor.delete_child(t, :t2), Supervisor.delete_child(t, :nope)})
    p({Supervisor.stop(t), events(1), exit_of(t)})
    dynamic()
    intensity()
    restart_types()
    p(Tree.child_spec(:arg))
    p(Supervisor.start_link([{Worker, {:dup, self()}}, {Worker, {:dup2, self()}}], strategy: :one_for_one) |> error_kind())
    p(Supervisor.init([], strategy: :one_for_all))
  end

  defp w(n, opts \\ []), do: Supervisor.child_spec({Worker, {n, self()}}, [id: n] ++ opts)

  defp strategy(s) do
    {:ok, sup} = Supervisor.start_link([w(:a), w(:b), w(:c)], strategy: s)
    up = events(3)
    die(:b, :crash)
    p({s, up, events(%{one_for_one: 1, one_for_all: 5, rest_for_one: 3}[s])})
    Supervisor.stop(sup)
    p({events(3), exit_of(sup)})
  end

  defp dynamic do
    {:ok, d} = DynamicSupervisor.start_link(strategy: :one_for_one, max_children: 3, name: :dyn)
    kids = for n <- [:d1, :d2, :d3], do: DynamicSupervisor.start_child(d, w(n)) |> elem(1)
    p({events(3), DynamicSupervisor.count_children(:dyn), DynamicSupervisor.start_child(d, w(:d4)), length(DynamicSupervisor.which_children(d))})
    p({DynamicSupervisor.terminate_child(d, hd(kids)), events(1), DynamicSupervisor.terminate_child(d, hd(kids)), DynamicSupervisor.start_child(d, w(:d5)) |> elem(0), events(1)})
    die(:d2, :crash)
    p({events(1), DynamicSupervisor.count_children(d)})
    p({DynamicSupervisor.stop(d), events(3) |> Enum.sort(), exit_of(d)})
  end

  defp intensity do
    {:ok, s} = Supervisor.start_link([w(:i1), w(:i2)], strategy: :one_for_one, max_restarts: 1, max_seconds: 60)
    events(2)
    die(:i1, :first)
    p(events(1))
    die(:i1, :second)
    p({events(1), exit_of(s), Process.whereis(:i1), Process.whereis(:i2)})
  end

  defp restart_types do
    {:ok, s} = Supervisor.start_link([w(:r1, restart: :transient), w(:r2, restart: :temporary), w(:r3)], strategy: :one_for_one, max_restarts: 9)
    events(3)
    die(:r1, :normal)
    die(:r2, :crash)
    die(:r3, :normal)
    p({events(1), await(fn -> Supervisor.count_children(s).active == 1 end), Supervisor.count_children(s)})
    p({Supervisor.restart_child(s, :r1) |> elem(0), events(1), Supervisor.restart_child(s, :r3), Supervisor.restart_child(s, :r2)})
    Supervisor.stop(s)
    p(events(2))
  end

  defp die(name, reason) do
    pid = Process.whereis(name)
    ref = Process.monitor(pid)
    GenServer.cast(pid, {:die, reason})
    receive do {:DOWN, ^ref, _, _, _} -> :ok end
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)
  defp events(n), do: for(_ <- 1..n, do: receive(do: ({k, _} = e when k in [:up, :down] -> e), after: (3000 -> :nothing)))
  defp exit_of(pid), do: receive(do: ({:EXIT, ^pid, r} -> r), after: (3000 -> :alive))
  defp error_kind({:error, {k, _}}), do: k
  defp await(f), do: f.() || (Process.sleep(2) && await(f))
end
