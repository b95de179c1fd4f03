# stage: e. Task: await, yield, shutdown, async_stream, failures that links carry, callers.
defmodule ExTasks do
  def main do
    Process.flag(:trap_exit, true)
    p Task.await(Task.async(fn -> 1 + 1 end))
    p Enum.map(1..4, fn n -> Task.async(fn -> n * n end) end) |> Task.await_many()
    p Task.async_stream(1..5, fn n -> n * 2 end, max_concurrency: 2) |> Enum.to_list()
    p Task.async_stream([3, 1, 2], fn n -> n end, ordered: false, max_concurrency: 1) |> Enum.to_list()
    p Task.async_stream([1, 2], Kernel, :+, [10]) |> Enum.to_list()
    t = Task.async(fn -> receive do :go -> :went end end)
    p {Task.yield(t, 0), Task.shutdown(t, 0), Process.alive?(t.pid)}
    t = Task.async(fn -> receive do :go -> :went end end)
    send(t.pid, :go)
    p {Task.await(t), Task.yield(Task.async(fn -> :quick end), 5000)}
    t = Task.async(fn -> exit(:bad) end)
    p (try do Task.await(t) catch :exit, {r, {m, f, [_, to]}} -> {r, m, f, to} end)
    p flush()
    p Task.async_stream([1, 2, 3], fn 2 -> exit(:two); n -> n end, on_timeout: :kill_task) |> Enum.to_list()
    p flush()
    p Task.async_stream([1, :slow], fn :slow -> Process.sleep(:infinity); n -> n end, timeout: 50, on_timeout: :kill_task) |> Enum.to_list()
    flush()
    {:ok, pid} = Task.start_link(fn -> exit(:later) end)
    p (receive do {:EXIT, ^pid, r} -> r after 2000 -> :none end)
    {:ok, pid} = Task.start(fn -> :ok end)
    ref = Process.monitor(pid)
    p (receive do {:DOWN, ^ref, _, _, r} when r in [:normal, :noproc] -> :over after 2000 -> :none end)
    {:ok, sup} = Task.Supervisor.start_link()
    p Task.Supervisor.async(sup, fn -> :sup end) |> Task.await()
    p Task.Supervisor.async_nolink(sup, fn -> raise "x" end) |> Task.yield() |> then(fn {:exit, {e, [_ | _]}} -> e end)
    p Task.Supervisor.async_stream_nolink(sup, 1..3, fn 2 -> raise "two"; n -> n end) |> Enum.map(fn {:exit, {e, _}} -> e.message; ok -> ok end)
    me = self()
    Task.Supervisor.start_child(sup, fn -> send(me, {:callers, Process.get(:"$callers") == [me], length(Process.get(:"$ancestors"))}) end)
    p (receive do m -> m after 2000 -> :none end)
    p Task.Supervisor.children(sup) |> length() |> Kernel.<(2)
    p (try do Task.await(%Task{ref: make_ref(), owner: spawn(fn -> nil end), pid: self(), mfa: {:erlang, :apply, 2}}) rescue e in ArgumentError -> e.message =~ "must be queried from the owner" end)
    Supervisor.stop(sup)
    p Task.completed(5) |> Task.await()
    p (try do Task.await(Task.async(fn -> Process.sleep(:infinity) end), 10) catch :exit, {:timeout, {Task, :await, [%Task{}, 10]}} -> :timed_out end)
  end
  defp flush do
    receive do
      {:EXIT, _, r} -> [{:exit, r} | flush()]
      m -> [m | flush()]
    after 20 -> []
    end
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
