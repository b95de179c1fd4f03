# stage: e. `use GenServer`: calls, casts, info, continue, timeouts, stop reasons, names, child specs.
defmodule ExGenServer.Counter do
  use GenServer

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, Keyword.take(opts, [:name]))

  @impl true
  def init(opts) do
    case opts[:mode] do
      :ignore -> :ignore
      :stop -> {:stop, :refused}
      :continue -> {:ok, %{n: 0, log: [:init]}, {:continue, :more}}
      _ -> {:ok, %{n: opts[:n] || 0, log: []}}
    end
  end

  @impl true
  def handle_continue(:more, s), do: {:noreply, %{s | log: [:continued | s.log]}}

  @impl true
  def handle_call(:get, _from, s), do: {:reply, s.n, s}
  def handle_call({:add, k}, _from, s), do: {:reply, s.n + k, %{s | n: s.n + k}}
  def handle_call(:log, _from, s), do: {:reply, Enum.reverse(s.log), s}
  def handle_call(:later, from, s) do
    send(self(), {:do_reply, from})
    {:noreply, s}
  end

  def handle_call(:stop, _from, s), do: {:stop, :normal, :stopped, s}
  def handle_call(:crash, _from, _s), do: raise("crashed in call")
  def handle_call({:exit, r}, _from, _s), do: exit(r)

  @impl true
  def handle_cast({:add, k}, s), do: {:noreply, update_in(s.n, &(&1 + k))}
  def handle_cast(:crash, %{n: n}), do: {:noreply, n.field}

  @impl true
  def handle_info({:do_reply, from}, s) do
    GenServer.reply(from, {:replied, s.n})
    {:noreply, s}
  end

  def handle_info({:ping, pid}, s) do
    send(pid, {:pong, s.n})
    {:noreply, s, 1}
  end

  def handle_info(:timeout, s) do
    send(:ex_test, :timed_out)
    {:noreply, update_in(s.log, &[:timeout | &1])}
  end

  @impl true
  def terminate(reason, %{log: [:watched | _]}), do: send(:ex_test, {:terminated, reason})
  def terminate(_, _), do: :ok
end

defmodule ExGenServer do
  alias ExGenServer.Counter

  def main do
    Process.flag(:trap_exit, true)
    Process.register(self(), :ex_test)
    {:ok, pid} = Counter.start_link(n: 5)
    p({GenServer.call(pid, :get), GenServer.call(pid, {:add, 3}), GenServer.cast(pid, {:add, 10}), GenServer.call(pid, :get), GenServer.call(pid, :later)})
    send(pid, {:ping, self()})
    p(receive do {:pong, n} -> {:pong, n} end)
    p({receive(do: (:timed_out -> :timed_out)), GenServer.call(pid, :log)})
    p({GenServer.whereis(pid) == pid, :sys.get_state(pid), Process.alive?(pid), GenServer.stop(pid), Process.alive?(pid), exit_of(pid)})
    {:ok, named} = Counter.start_link(name: ExGenServer.Named, n: 1)
    p({GenServer.call(ExGenServer.Named, :get), GenServer.whereis(ExGenServer.Named) == named, Process.whereis(ExGenServer.Named) == named, match?({:error, {:already_started, ^named}}, Counter.start_link(name: ExGenServer.Named))})
    p({GenServer.call({ExGenServer.Named, node()}, :get), GenServer.stop(named, :shutdown), exit_of(named)})
    p({Counter.start_link(mode: :ignore), Counter.start_link(mode: :stop), exit_any()})
    {:ok, c} = Counter.start_link(mode: :continue)
    p({GenServer.call(c, :log), GenServer.call(c, :stop), exit_of(c)})
    p(for req <- [:crash, {:exit, :gone}, {:exit, {:shutdown, 1}}], do: crash_by(req))
    {:ok, d} = Counter.start_link([])
    GenServer.cast(d, :crash)
    p(exit_of(d))
    p({catch_exit(fn -> GenServer.call(:no_such_server, :x) end), catch_exit(fn -> GenServer.call(d, :get) end), catch_exit(fn -> GenServer.call(self(), :x) end), GenServer.cast(:nobody, :x), GenServer.whereis(:nobody)})
    {:ok, slow} = Counter.start_link([])
    :sys.suspend(slow)
    p(catch_exit(fn -> GenServer.call(slow, :get, 5) end))
    :sys.resume(slow)
    p(GenServer.call(slow, :get))
    :sys.replace_state(slow, &%{&1 | log: [:watched]})
    Process.exit(slow, :kill)
    p({exit_of(slow), receive(do: ({:terminated, r} -> r), after: (0 -> :no_terminate))})
    {:ok, watched} = Counter.start_link([])
    :sys.replace_state(watched, &%{&1 | log: [:watched]})
    p({GenServer.stop(watched, {:shutdown, :test}), receive(do: ({:terminated, r} -> r)), exit_of(watched)})
    p({Counter.child_spec(n: 1), Supervisor.child_spec({Counter, n: 2}, id: :other, restart: :temporary)})
    pids = for i <- 1..10, do: elem(Counter.start_link(n: i), 1)
    p(pids |> Enum.map(&GenServer.call(&1, {:add, 100})))
    p(pids |> Enum.map(fn q -> GenServer.stop(q) end) |> Enum.uniq())
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)
  defp exit_of(pid), do: receive(do: ({:EXIT, ^pid, r} -> short(r)), after: (3000 -> :alive))
  defp exit_any, do: receive(do: ({:EXIT, _, r} -> short(r)), after: (0 -> :none))
  defp short({%{__struct__: s} = e, [_ | _]}), do: {s, Exception.message(e)}
  defp short({r, [{m, f, _, _} | _]}) when is_atom(m), do: {r, m, f}
  defp short(r), do: r

  defp crash_by(req) do
    {:ok, q} = Counter.start_link([])
    {catch_exit(fn -> GenServer.call(q, req) end), exit_of(q)}
  end

  defp catch_exit(f) do
    f.()
  catch
    :exit, {r, {GenServer, :call, _}} -> {:exit, short(r)}
    :exit, r -> {:exit, short(r)}
  end

end
