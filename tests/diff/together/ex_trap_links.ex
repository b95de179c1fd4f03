# stage: e. Links, monitors and exits between processes: who dies with whom, reasons on the way, aliases, named processes, groups of workers.
defmodule ExTrapLinks do
  def show(x), do: IO.inspect(x)

  def child(fun, reply \\ self()), do: spawn(fn -> result = fun.(); send(reply, {:result, result}) end)

  def reason_of(fun) do
    {pid, ref} = spawn_monitor(fun)
    receive do {:DOWN, ^ref, :process, ^pid, reason} -> clean(reason) end
  end

  defp clean({%{__exception__: true} = e, [_ | _]}), do: {:raised, Exception.message(e)}
  defp clean({reason, [{_, _, _, _} | _]}), do: {:error, reason}
  defp clean(other), do: other

  def main do
    show(Enum.map([fn -> :ok end, fn -> exit(:normal) end, fn -> exit(:shutdown) end, fn -> exit({:shutdown, 1}) end, fn -> raise "x" end, fn -> throw(:t) end, fn -> :erlang.error(:e) end, fn -> Process.exit(self(), :kill) end, fn -> Process.exit(self(), :normal) end, fn -> 1 = 2 end], &reason_of/1))

    show(reason_of(fn -> spawn_link(fn -> exit(:inner) end); Process.sleep(:infinity) end))
    show(reason_of(fn -> spawn_link(fn -> exit(:normal) end); receive do _ -> :never after 30 -> exit(:outlived) end end))
    show(reason_of(fn -> Process.flag(:trap_exit, true); pid = spawn_link(fn -> exit(:inner) end); receive do {:EXIT, ^pid, why} -> exit({:trapped, why}) end end))
    show(reason_of(fn -> Process.flag(:trap_exit, true); send(self(), :x); Process.exit(self(), :normal); receive do {:EXIT, _, :normal} -> exit(:got_normal) end end))
    show(reason_of(fn -> Process.link(spawn(fn -> :ok end)); Process.sleep(50); exit(:linked_dead_or_alive) end) in [:linked_dead_or_alive, :noproc])

    chain = fn chain, n -> (if n == 0, do: exit(:end_of_chain), else: (spawn_link(fn -> chain.(chain, n - 1) end); Process.sleep(:infinity))) end
    show(reason_of(fn -> chain.(chain, 50) end))

    Process.flag(:trap_exit, true)
    pids = for n <- 1..5, do: spawn_link(fn -> receive do: (:die -> exit({:worker, n})) end)
    for pid <- Enum.reverse(pids), do: send(pid, :die)
    show(for pid <- pids, do: (receive do {:EXIT, ^pid, reason} -> reason end))
    Process.flag(:trap_exit, false)

    pid = spawn(fn -> receive do: (:stop -> :ok) end)
    true = Process.register(pid, :ex_trap_links_named)
    ref = Process.monitor(:ex_trap_links_named)
    show({Process.whereis(:ex_trap_links_named) == pid, Process.info(pid, :registered_name), :ex_trap_links_named in Process.registered()})
    show(try do Process.register(self(), :ex_trap_links_named) rescue e -> e.__struct__ end)
    send(:ex_trap_links_named, :stop)
    receive do {:DOWN, ^ref, :process, {name, node}, reason} -> show({name, node == node(), reason}) end
    show(Process.whereis(:ex_trap_links_named))
    show(try do send(:ex_trap_links_named, 1) rescue e -> Exception.message(e) end)
    ref = Process.monitor(:ex_trap_links_named)
    receive do {:DOWN, ^ref, _, _, reason} -> show(reason) end
    show({Process.demonitor(ref), Process.demonitor(make_ref() |> then(fn r -> r end), [:flush])})

    alias_ref = :erlang.alias()
    spawn(fn -> send(alias_ref, :by_alias) end)
    receive do message -> show(message) end
    show({:erlang.unalias(alias_ref), :erlang.unalias(alias_ref)})
    send(alias_ref, :lost)
    show(receive do x -> x after 20 -> :nothing end)
    once = :erlang.alias([:reply])
    for n <- 1..3, do: send(once, {:n, n})
    show(receive do x -> x after 20 -> :nothing end)
    show(receive do x -> x after 20 -> :nothing end)

    timer = Process.send_after(self(), :late, 10_000)
    show({is_integer(Process.read_timer(timer)), is_integer(Process.cancel_timer(timer)), Process.cancel_timer(timer)})
    Process.send_after(self(), :soon, 5)
    show(receive do x -> x end)
    Process.put(:a, 1)
    show({Process.get(:a), Process.get(:b, 2), Process.get_keys() |> Enum.member?(:a), Process.delete(:a), Process.get(:a)})
    show({Process.alive?(self()), Process.alive?(pid), Process.info(pid), Process.list() |> Enum.member?(self())})
    show(Process.info(self(), [:trap_exit, :message_queue_len, :priority]))
    show({Process.flag(:priority, :low), Process.flag(:priority, :normal), Process.flag(:message_queue_data, :off_heap)})
    show(try do Process.flag(:nothing, 1) rescue e -> e.__struct__ end)
    {pid, ref} = Process.spawn(fn -> receive do: (:go -> exit(:went)) end, [:monitor])
    send(pid, :go)
    receive do {:DOWN, ^ref, _, _, why} -> show(why) end
    send(self(), :wake)
    Process.hibernate(__MODULE__, :woken, [self()])
  end

  def woken(_), do: IO.puts("woken")
end
