# stage: e. GenServer: continue, timeouts, noreply and late replies, hibernation, stop reasons, multi-step state.
defmodule ExGenserversMore do
  defmodule S do
    use GenServer
    def init({:continue, me}), do: {:ok, %{me: me, log: []}, {:continue, :first}}
    def init({:timeout, me}), do: {:ok, %{me: me, log: []}, 5}
    def init({:hibernate, me}), do: {:ok, %{me: me, log: []}, :hibernate}
    def init({:stop, r}), do: {:stop, r}
    def init(:ignore), do: :ignore
    def init({:raise, m}), do: raise(m)
    def init(:bad), do: :what
    def handle_continue(:first, s), do: {:noreply, add(s, :first), {:continue, :second}}
    def handle_continue(x, s), do: {:noreply, add(s, x)}
    def handle_call(:log, _, s), do: {:reply, Enum.reverse(s.log), s}
    def handle_call({:later, r}, from, s), do: (send(self(), {:reply, from, r}); {:noreply, s})
    def handle_call({:stop, r, reply}, _, s), do: {:stop, r, reply, s}
    def handle_call(:bad, _, _), do: :nonsense
    def handle_call(:raise, _, _), do: raise("in call")
    def handle_call({:then, x}, _, s), do: {:reply, :ok, s, {:continue, x}}
    def handle_cast({:timeout, t}, s), do: {:noreply, add(s, :cast), t}
    def handle_cast({:stop, r}, s), do: {:stop, r, s}
    def handle_info({:reply, from, r}, s), do: (GenServer.reply(from, r); {:noreply, s})
    def handle_info(:timeout, s), do: (send(s.me, :timed_out); {:noreply, add(s, :timeout)})
    def handle_info(m, s), do: {:noreply, add(s, m)}
    def terminate(r, s), do: send(s.me, {:terminating, r})
    defp add(s, x), do: %{s | log: [x | s.log]}
  end
  def main do
    Process.flag(:trap_exit, true)
    {:ok, a} = GenServer.start_link(S, {:continue, self()})
    p {GenServer.call(a, :log), GenServer.call(a, {:later, 5}), GenServer.call(a, {:then, :third}), GenServer.call(a, :log)}
    send(a, :hello)
    p GenServer.call(a, :log)
    GenServer.cast(a, {:timeout, 1})
    p got()
    p {GenServer.call(a, {:stop, :normal, :bye}), got(), got()}
    {:ok, b} = GenServer.start_link(S, {:timeout, self()})
    p got()
    p GenServer.stop(b, :shutdown)
    p {got(), got()}
    {:ok, c} = GenServer.start_link(S, {:hibernate, self()}, name: ExGsMore)
    p {GenServer.call(ExGsMore, :log), GenServer.whereis(ExGsMore) == c, GenServer.start_link(S, {:hibernate, self()}, name: ExGsMore) == {:error, {:already_started, c}}}
    for call <- [:bad, :raise] do
      {:ok, d} = GenServer.start_link(S, {:continue, self()})
      p (try do GenServer.call(d, call) catch :exit, {r, {GenServer, :call, [_, ^call, 5000]}} -> trim(r) end)
      p {trim(elem(got(), 1)), trim(elem(got(), 2))}
    end
    p for(i <- [{:stop, :no}, {:stop, {:shutdown, 1}}, :ignore, {:raise, "init"}, :bad], do: GenServer.start_link(S, i) |> trim())
    p (for _ <- 1..5, do: (receive do m -> trim(m) after 3000 -> :none end)) |> Enum.sort()
    GenServer.cast(c, {:stop, {:shutdown, :enough}})
    p {got(), got() |> trim()}
    for t <- [ExGsMore, c, {:global, :nobody}, {ExGsMore, node()}], do: p (try do GenServer.call(t, :x, 100) catch :exit, {r, _} -> r end)
    p {GenServer.cast(ExGsMore, :x), GenServer.abcast([node()], ExGsMore, :x)}
    p (try do GenServer.stop(ExGsMore) catch :exit, r -> r end)
    {:ok, slow} = GenServer.start_link(S, {:continue, self()})
    :sys.suspend(slow)
    p (try do GenServer.call(slow, :log, 20) catch :exit, {:timeout, {GenServer, :call, [_, :log, 20]}} -> :timeout end)
    :sys.resume(slow)
    p {:sys.get_state(slow).log, :sys.replace_state(slow, fn s -> %{s | log: [:replaced]} end).log, GenServer.call(slow, :log)}
    Process.exit(slow, :kill)
    p got() |> trim()
  end
  defp got, do: (receive do {ref, _} when is_reference(ref) -> got(); m -> trim(m) after 2000 -> :none end)
  defp trim({:EXIT, pid, r}) when is_pid(pid), do: {:EXIT, :pid, trim(r)}
  defp trim({:error, r}), do: {:error, trim(r)}
  defp trim({:terminating, r}), do: {:terminating, trim(r)}
  defp trim({%{__exception__: true} = e, [_ | _]}), do: {e.__struct__, e.message}
  defp trim(x), do: x
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
