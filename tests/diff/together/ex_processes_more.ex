# stage: e. Process: flags, info, monitors with aliases, timers, dictionaries, selective receive, priorities of messages.
defmodule ExProcessesMore do
  def main do
    me = self()
    p {Process.flag(:trap_exit, true), Process.flag(:trap_exit, true), Process.alive?(me), Process.info(me, :trap_exit), Process.info(me, [:message_queue_len, :links]), Process.put(:a, 1), Process.put(:a, 2), Process.get(:a), Process.delete(:a), Process.get_keys() |> is_list(), Process.get(:zz, :d)}
    pid = spawn_link(fn -> exit(:bye) end)
    p got(fn {:EXIT, ^pid, r} -> r end)
    {pid, ref} = spawn_monitor(fn -> raise "boom" end)
    p got(fn {:DOWN, ^ref, :process, ^pid, {e, [_ | _]}} -> e end)
    p (Process.monitor(pid) |> then(fn r -> got(fn {:DOWN, ^r, _, _, why} -> why end) end))
    pid = spawn(fn -> receive do :x -> :ok end end)
    r = Process.monitor(pid)
    p {Process.demonitor(r, [:flush]), Process.exit(pid, :kill), Process.exit(pid, :again)}
    t = Process.send_after(me, :tick, 300)
    p {is_integer(Process.read_timer(t)), got(fn :tick -> :ticked end), Process.read_timer(t), Process.cancel_timer(t)}
    t = Process.send_after(me, :never, 60_000)
    p {is_integer(Process.cancel_timer(t)), (receive do :never -> :bad after 0 -> :none end)}
    for m <- [:c, {:b, 1}, :a, {:b, 2}], do: send(me, m)
    p (for pat <- [:a, :b, :b, :c], do: (receive do ^pat -> pat; {^pat, n} -> {pat, n} end))
    Process.register(me, :ex_proc_more)
    send(:ex_proc_more, :named)
    p {got(fn :named -> :ok end), Process.whereis(:ex_proc_more) == me, :ex_proc_more in Process.registered(), Process.unregister(:ex_proc_more), Process.whereis(:ex_proc_more), Process.info(me, :registered_name)}
    a = :erlang.alias([:reply])
    send(a, :one); send(a, :two)
    p {got(fn :one -> 1 end), (receive do :two -> :bad after 20 -> :dropped end), :erlang.unalias(a)}
    chain = Enum.reduce(1..100, me, fn _, next -> spawn(fn -> receive do n -> send(next, n + 1) end end) end)
    send(chain, 0)
    p got(fn n when is_integer(n) -> n end)
    trap = spawn(fn -> Process.flag(:trap_exit, true); send(me, :ready); receive do {:EXIT, ^me, r} -> send(me, {:trapped, r}) end end)
    got(fn :ready -> :ok end)
    Process.exit(trap, :normal)
    p got(fn {:trapped, r} -> r end)
    h = spawn(fn -> Process.hibernate(__MODULE__, :woken, [me]) end)
    Process.sleep(5); send(h, :wake)
    p got(fn {:woken, m} -> m end)
    p {Process.group_leader() |> is_pid(), Process.list() |> Enum.member?(me), Process.spawn(fn -> :ok end, [:monitor]) |> then(fn {_, r} -> got(fn {:DOWN, ^r, _, _, w} -> w end) end), spawn(fn -> nil end) |> is_pid()}
    p (try do exit(:mine) catch :exit, r -> r end)
    for f <- [fn -> Process.register(me, :undefined) end, fn -> Process.unregister(:nobody_zz) end, fn -> send(:nobody_zz, 1) end, fn -> Process.monitor(5) end, fn -> Process.flag(:nope, 1) end, fn -> Process.sleep(-1) end, fn -> Process.link(pid) end, fn -> Process.info(5) end, fn -> Process.send_after(me, 1, -5) end, fn -> Process.exit(5, 1) end], do: p(try do f.() rescue e -> {e.__struct__, Exception.message(e) |> String.replace(~r/<[\d.]+>/, "<>")} catch k, v -> {k, v} end)
    p (receive do {:EXIT, _, r} -> r after 50 -> :quiet end)
  end
  def woken(me), do: (receive do m -> send(me, {:woken, m}) end)
  defp got(f) do
    receive do m -> f.(m) after 3000 -> :nothing end
  rescue
    e in FunctionClauseError -> {:unexpected, e.arity}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
