# stage: e. Tasks that fail, time out, are cancelled and are supervised; what await, yield, shutdown and streams make of each.
defmodule ExTaskFailures do
  def show(x), do: IO.inspect(x, limit: 20)

  def caught(fun) do
    fun.()
  catch
    kind, reason -> {kind, shape(reason)}
  end

  defp shape({reason, {Task, :await, [%Task{}, timeout]}}), do: {shape(reason), :await, timeout}
  defp shape({reason, {Task, :await_many, [tasks, timeout]}}), do: {shape(reason), :await_many, length(tasks), timeout}
  defp shape({reason, {Task.Supervised, :stream, [timeout]}}), do: {shape(reason), :stream, timeout}
  defp shape({%{__exception__: true} = e, stack}) when is_list(stack), do: Exception.message(e)
  defp shape(other), do: other

  def main do
    Process.flag(:trap_exit, true)
    {:ok, supervisor} = Task.Supervisor.start_link(max_children: 3)

    show(caught(fn -> Task.await(Task.async(fn -> 1 + 1 end)) end))
    show(caught(fn -> Task.await(Task.async(fn -> raise "boom" end)) end))
    receive do {:EXIT, _, {%RuntimeError{message: m}, _}} -> show(m) end
    show(caught(fn -> Task.await(Task.async(fn -> Process.sleep(:infinity) end), 20) end))
    show(caught(fn -> Task.await_many([Task.async(fn -> 1 end), Task.async(fn -> exit(:gone) end)], 1000) end))

    slow = Task.async(fn -> receive do: (:go -> :went) end)
    show(Task.yield(slow, 10))
    send(slow.pid, :go)
    show(Task.yield(slow, 1000))

    task = Task.async(fn -> Process.sleep(:infinity) end)
    show({Task.shutdown(task, :brutal_kill), Process.alive?(task.pid)})
    task = Task.async(fn -> :early end)
    Process.sleep(20)
    show(Task.shutdown(task))
    show(Task.yield_many([Task.async(fn -> :a end), Task.async(fn -> Process.sleep(:infinity) end)], 50) |> Enum.map(fn {t, r} -> r || Task.shutdown(t, :brutal_kill) end))

    task = Task.Supervisor.async_nolink(supervisor, fn -> exit({:bad, 1}) end)
    show(Task.yield(task, 1000))
    show(caught(fn -> Task.await(Task.Supervisor.async_nolink(supervisor, fn -> throw(:ball) end)) end) |> elem(0))

    pids = for _ <- 1..3, do: elem(Task.Supervisor.start_child(supervisor, fn -> Process.sleep(:infinity) end), 1)
    show(length(Task.Supervisor.children(supervisor)))
    show(Task.Supervisor.start_child(supervisor, fn -> 1 end))
    show(Enum.map(pids, &Task.Supervisor.terminate_child(supervisor, &1)))
    show(Task.Supervisor.children(supervisor))

    show(Task.async_stream(1..5, fn x -> x * x end) |> Enum.to_list())
    show(Task.async_stream(1..4, fn x -> Process.sleep(5 - x); x end, ordered: false, max_concurrency: 4) |> Enum.map(&elem(&1, 1)) |> Enum.sort())
    show(Task.async_stream([5, :never, 6], fn :never -> Process.sleep(:infinity); x -> x end, timeout: 100, on_timeout: :kill_task) |> Enum.to_list())
    show(Task.async_stream([5, :never, 6], fn :never -> Process.sleep(:infinity); x -> x end, timeout: 100, on_timeout: :kill_task, zip_input_on_exit: true) |> Enum.to_list())
    show(caught(fn -> Task.async_stream([:never], fn _ -> Process.sleep(:infinity) end, timeout: 20) |> Enum.to_list() end))
    show(Task.Supervisor.async_stream_nolink(supervisor, [1, 2, 3], fn 2 -> exit(:two); x -> x end) |> Enum.to_list())
    show(Task.async_stream(1..100, &(&1 * 2)) |> Stream.map(&elem(&1, 1)) |> Enum.take(3))
    show(Task.completed(:done) |> Task.await())
    show(caught(fn -> Task.await(%{Task.async(fn -> 1 end) | owner: supervisor}) end) |> elem(0))
    show(caught(fn -> Task.async_stream([1], & &1, max_concurrency: 0) |> Enum.to_list() end) |> elem(0))
  end
end
