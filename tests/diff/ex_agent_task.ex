# stage: e. Agent and Task: state, async and await, yield, timeouts, crashes, async_stream, Task.Supervisor.
defmodule ExAgentTask do
  def main do
    Process.flag(:trap_exit, true)
    {:ok, a} = Agent.start_link(fn -> %{n: 0} end)
    p({Agent.get(a, & &1), Agent.update(a, &Map.put(&1, :x, 1)), Agent.get(a, & &1.x), Agent.get_and_update(a, fn s -> {s.n, %{s | n: 9}} end), Agent.get(a, & &1), Agent.cast(a, &Map.delete(&1, :x)), Agent.get(a, &map_size/1), Agent.get(a, Map, :get, [:n])})
    p({Agent.stop(a), Process.alive?(a), drain()})
    {:ok, _} = Agent.start_link(fn -> [] end, name: :stack)
    for x <- 1..5, do: Agent.update(:stack, &[x | &1])
    p({Agent.get(:stack, & &1), Agent.get_and_update(:stack, fn [h | t] -> {h, t} end), Agent.get(:stack, &length/1)})
    p(catch_exit(fn -> Agent.update(:stack, fn _ -> exit(:in_agent) end) end))
    p(drain())
    p(Agent.start(fn -> raise "no init" end) |> then(fn {:error, {e, _}} -> e.message end))
    t = Task.async(fn -> 6 * 7 end)
    p({Task.await(t), Task.async(fn -> :slow end) |> Task.await(5000), 1..8 |> Enum.map(&Task.async(fn -> &1 * &1 end)) |> Task.await_many() |> Enum.sum()})
    p({Task.async(String, :upcase, ["mfa"]) |> Task.await(), Task.async(fn -> self() end) |> Task.await() |> is_pid(), t.owner == self()})
    p({Task.yield(Task.async(fn -> :now end), 1000), Task.shutdown(forever(), :brutal_kill), Task.shutdown(done(), 1000)})
    p(drain())
    p(catch_exit(fn -> Task.await(forever(), 5) end))
    p(catch_exit(fn -> Task.await(Task.async(fn -> exit(:task_exit) end)) end))
    p(drain())
    p(Task.yield_many([Task.async(fn -> 1 end), Task.async(fn -> 2 end)], 1000) |> Enum.map(&elem(&1, 1)))
    p(1..10 |> Task.async_stream(&(&1 * 10), max_concurrency: 3) |> Enum.to_list())
    p(1..6 |> Task.async_stream(fn x -> if rem(x, 2) == 0, do: x, else: -x end, ordered: false) |> Enum.map(&elem(&1, 1)) |> Enum.sort())
    p(["a", "bb"] |> Task.async_stream(String, :length, []) |> Enum.to_list())
    {:ok, sup} = Task.Supervisor.start_link()
    p({Task.Supervisor.async(sup, fn -> :supervised end) |> Task.await(), Task.Supervisor.async_nolink(sup, fn -> exit(:boom) end) |> Task.yield(1000), Task.Supervisor.children(sup)})
    me = self()
    {:ok, child} = Task.Supervisor.start_child(sup, fn -> send(me, {:child, self()}) end)
    p(receive do {:child, ^child} -> :child_ran end)
    p(Task.Supervisor.async_stream(sup, 1..4, fn x -> x + 1 end) |> Enum.to_list())
    p(Supervisor.stop(sup))
    p(drain())
    {:ok, tp} = Task.start(fn -> send(me, :started) end)
    p({is_pid(tp), receive(do: (:started -> :ok))})
    p(Task.start_link(fn -> :ok end) |> elem(0))
    p(receive do {:EXIT, _, r} -> r end)
    p(pmap(1..20, fn x -> fib(x) end))
    p(Task.async(fn -> try do raise "in task" rescue e -> e.message end end) |> Task.await())
    p(Task.completed(:v) |> Task.await())
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)
  defp forever, do: Task.async(fn -> Process.sleep(:infinity) end)

  defp done do
    t = Task.async(fn -> :finished end)
    ref = Process.monitor(t.pid)
    receive do {:DOWN, ^ref, _, _, _} -> t end
  end

  # The exits of what was stopped above, in any order.
  defp drain, do: Enum.sort(take())
  defp take, do: receive(do: ({:EXIT, _, r} -> [short(r) | take()]), after: (200 -> []))
  defp short({r, [_ | _]}), do: r
  defp short(r), do: r

  defp catch_exit(f) do
    f.()
  catch
    :exit, {r, {m, f, _}} -> {:exit, r, m, f}
    :exit, r -> {:exit, r}
  end

  defp pmap(e, f), do: e |> Enum.map(&Task.async(fn -> f.(&1) end)) |> Enum.map(&Task.await/1)
  defp fib(n) when n < 2, do: n
  defp fib(n), do: fib(n - 1) + fib(n - 2)
end
