# stage: e. Plain Elixir processes: spawn, send, receive, links, monitors, timers, names, the process dictionary.
defmodule ExProcesses do
  def main do
    me = self()
    pid = spawn(fn -> receive do {from, x} -> send(from, {self(), x * 2}) end end)
    send(pid, {me, 21})
    p(receive do {^pid, v} -> v end)
    Process.flag(:trap_exit, true)
    l = spawn_link(fn -> exit(:linked) end)
    p(receive do {:EXIT, ^l, r} -> r end)
    r = spawn_link(fn -> raise "oops" end)
    p(receive do {:EXIT, ^r, {e, [{m, _, _, _} | _]}} -> {e, m} end)
    {q, ref} = spawn_monitor(fn -> throw(:ball) end)
    p(receive do {:DOWN, ^ref, :process, ^q, {{:nocatch, t}, _}} -> t end)
    p({Process.alive?(q), Process.alive?(me), Process.info(me, :trap_exit), Process.whereis(:nothing), Process.demonitor(ref, [:flush])})
    Process.register(me, :ex_main)
    send(:ex_main, :by_name)
    p({receive(do: (:by_name -> :got)), Process.registered() |> Enum.member?(:ex_main), Process.unregister(:ex_main)})
    Process.put(:k, 1)
    p({Process.get(:k), Process.get(:none, :dflt), Process.put(:k, 2), Process.delete(:k), Process.get_keys() |> Enum.member?(:k)})
    Process.send_after(me, :timer, 5)
    t = Process.send_after(me, :never, 60_000)
    p({receive(do: (:timer -> :fired)), is_integer(Process.cancel_timer(t)), Process.read_timer(t), receive(do: (:never -> :bad), after: (0 -> :none))})
    p(for i <- 1..5, do: (send(me, {:n, i}); i))
    p({receive(do: ({:n, i} when i > 3 -> i)), flush()})
    p(ring(30))
    p(bank())
    p({pmap([1, 2, 3], &(&1 + 1)), ping_pong(20)})
    k = spawn(fn -> Process.sleep(:infinity) end)
    kr = Process.monitor(k)
    Process.exit(k, :kill)
    p(receive do {:DOWN, ^kr, _, _, why} -> why end)
    p({Process.exit(k, :again), node() == Node.self(), is_reference(make_ref()), self() == me})
    p(try do send(:no_such_name, 1) rescue e in ArgumentError -> e.__struct__ end)
    p(System.monotonic_time() <= System.monotonic_time())
    p({is_integer(System.unique_integer([:positive])), is_integer(System.os_time()), System.otp_release() |> String.to_integer() > 20})
    s = spawn_link(fn -> Process.flag(:trap_exit, true); send(me, :ready); receive do {:EXIT, ^me, x} -> exit({:told, x}) end end)
    receive do :ready -> :ok end
    Process.exit(s, :please)
    p(receive do {:EXIT, ^s, x} -> x end)
    Process.unlink(s)
    p(receive do :nothing -> 1 after 3 -> :timed_out end)
    p(tree(4))
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)
  defp flush, do: receive(do: (m -> [m | flush()]), after: (0 -> []))

  defp ring(n) do
    last = Enum.reduce(1..n, self(), fn _, next -> spawn(fn -> receive do {:token, x} -> send(next, {:token, x + 1}) end end) end)
    send(last, {:token, 0})
    receive do {:token, x} -> x end
  end

  defp bank do
    b = spawn(fn -> account(0) end)
    for {op, n} <- [deposit: 50, withdraw: 20, withdraw: 100, deposit: 5], do: ask(b, {op, n})
  end

  defp account(balance) do
    receive do
      {{from, ref}, {:withdraw, n}} when n > balance -> send(from, {ref, {:error, :insufficient}}) && account(balance)
      {{from, ref}, {:withdraw, n}} -> send(from, {ref, balance - n}) && account(balance - n)
      {{from, ref}, {:deposit, n}} -> send(from, {ref, balance + n}) && account(balance + n)
    end
  end

  defp ask(pid, what) do
    ref = make_ref()
    send(pid, {{self(), ref}, what})
    receive do {^ref, reply} -> reply end
  end

  defp pmap(l, f) do
    me = self()
    l |> Enum.map(fn x -> spawn(fn -> send(me, {self(), f.(x)}) end) end) |> Enum.map(fn pid -> receive do {^pid, v} -> v end end)
  end

  defp ping_pong(n) do
    pong = spawn(fn -> pong() end)
    Enum.reduce(1..n, 0, fn i, acc -> send(pong, {self(), i}); receive do {:pong, ^i} -> acc + i end end)
  end

  defp pong, do: receive(do: ({from, i} -> send(from, {:pong, i}) && pong()))

  defp tree(0), do: 1
  defp tree(n), do: 1 + (pmap([n - 1, n - 1], &tree/1) |> Enum.sum())
end
