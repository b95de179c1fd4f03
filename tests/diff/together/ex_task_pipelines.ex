# stage: e. Tasks in numbers: streams with every option over lists, ranges and streams, failures in the middle, early ends, order; yield_many with what is late and what crashed, supervised tasks that are not linked, shutdowns of each kind, replies taken by hand, callers, a pipeline of stages.
defmodule ExTaskPipelines do
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 110))
  defp next, do: (receive do m -> m after 20_000 -> :nothing end)
  defp shape({%{__exception__: true} = e, [_ | _]}), do: {:raised, Exception.message(e)}
  defp shape({{:nocatch, x}, [_ | _]}), do: {:nocatch, x}
  defp shape({r, [{_, _, _, _} | _]}), do: {:stack, r}
  defp shape({:exit, r}), do: {:exit, shape(r)}
  defp shape({r, {m, f, a}}) when is_atom(m) and is_atom(f) and is_list(a), do: {shape(r), f, length(a)}
  defp shape(r), do: r
  defp caught(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd() |> String.replace(~r/#PID<[\d.]+>|#Reference<[\d.]+>/, "ID")}
  catch
    k, r -> {k, shape(r)}
  end
  defp forever, do: Process.sleep(:infinity)
  defp wait(f, n \\ 20_000)
  defp wait(_, 0), do: :never
  defp wait(f, n), do: (if f.(), do: true, else: (Process.sleep(1); wait(f, n - 1)))
  def triple(a, b, c), do: {a, b, c}

  def main do
    {:ok, sup} = Task.Supervisor.start_link(name: ExTaskPipelines.Sup)
    streams(); orders(); broken(sup); many(sup); nolink(sup); shutdowns(sup); byhand(); supervised(sup); callers(sup); pipeline(sup); refused(sup)
    p {wait(fn -> Task.Supervisor.children(sup) == [] end), Supervisor.stop(sup), Process.info(self(), :messages), Process.info(self(), :links) |> elem(1) |> length()}
  end

  defp streams do
    p {Task.async_stream(1..6, &(&1 * &1)) |> Enum.to_list(), Task.async_stream([], & &1) |> Enum.to_list(), Task.async_stream(%{a: 1}, fn {k, v} -> {v, k} end) |> Enum.to_list(), Task.async_stream(["x", "y"], __MODULE__, :triple, [1, 2]) |> Enum.to_list(), Task.async_stream(Stream.iterate(1, &(&1 * 2)), & &1, max_concurrency: 3) |> Stream.map(&elem(&1, 1)) |> Stream.take_while(&(&1 < 50)) |> Enum.to_list()}
    p {Task.async_stream(1..3, & &1, max_concurrency: 1) |> Enum.to_list(), Task.async_stream(1..3, & &1, max_concurrency: 100, ordered: false) |> Enum.sort(), Task.async_stream(1..4, & &1, timeout: :infinity) |> Enum.reduce(0, fn {:ok, n}, a -> a + n end), Task.async_stream(1..9, & &1) |> Enum.find(&match?({:ok, 4}, &1)), Task.async_stream(1..9, & &1) |> Stream.chunk_every(4) |> Enum.map(&length/1), Enum.zip(Task.async_stream(1..3, & &1), Task.async_stream([:a, :b], & &1)), Task.async_stream(1..3, fn x -> Task.async_stream(1..x, &(&1 + x)) |> Enum.map(&elem(&1, 1)) end) |> Enum.to_list()}
    s = Task.async_stream(1..3, &(&1 + 1))
    p {is_function(s, 2), Enum.to_list(s) == Enum.to_list(s), Enum.count(s), Enum.at(s, -1), for({:ok, n} when n > 2 <- s, into: MapSet.new(), do: n)}
  end

  # At most so many at a time, begun in order, told in order or as they come.
  defp orders do
    for limit <- [1, 3] do
      counter = :atomics.new(2, [])
      l = Task.async_stream(1..12, fn x ->
        now = :atomics.add_get(counter, 1, 1)
        if now > :atomics.get(counter, 2), do: :atomics.put(counter, 2, now)
        :erlang.yield()
        :atomics.sub(counter, 1, 1)
        x
      end, max_concurrency: limit) |> Enum.map(&elem(&1, 1))
      p {limit, l, :atomics.get(counter, 2) <= limit, :atomics.get(counter, 1)}
    end
    # The first ends last: it waits for the others.
    gate = spawn(fn -> for(_ <- 1..3, do: (receive do :done -> :ok end)); receive do {:open, pid} -> send(pid, :go) end end)
    work = fn 1 -> send(gate, {:open, self()}); receive(do: (:go -> 1)); x -> send(gate, :done); x end
    p Task.async_stream(1..4, work, max_concurrency: 4) |> Enum.to_list()
    gate = spawn(fn -> for(_ <- 1..3, do: (receive do :done -> :ok end)); receive do {:open, pid} -> send(pid, :go) end end)
    work = fn 1 -> send(gate, {:open, self()}); receive(do: (:go -> 1)); x -> send(gate, :done); x end
    p Task.async_stream(1..4, work, max_concurrency: 4, ordered: false) |> Enum.to_list() |> List.last()
  end

  defp broken(sup) do
    Process.flag(:trap_exit, true)
    # Whoever fails is watched by then: else its reason may be lost.
    seen = fn -> wait(fn -> Process.info(self(), :monitored_by) != {:monitored_by, []} end) end
    work = fn 2 -> seen.(); raise "two"; 4 -> seen.(); exit(:four); 6 -> seen.(); throw(:six); x -> x end
    p Task.async_stream(1..7, work) |> Enum.map(fn {k, r} -> {k, shape(r)} end)
    p Task.async_stream(1..7, work, zip_input_on_exit: true, max_concurrency: 2) |> Enum.map(fn {k, r} -> {k, case r do {i, why} when k == :exit -> {i, shape(why)}; _ -> r end} end)
    p Task.async_stream([1, 2, 3], fn _ -> forever() end, timeout: 20, on_timeout: :kill_task, max_concurrency: 2, zip_input_on_exit: true) |> Enum.to_list()
    p caught(fn -> Task.async_stream([1, 2], fn _ -> forever() end, timeout: 20) |> Enum.to_list() end)
    Process.flag(:trap_exit, false)
    drain()
    # Of a process that does not trap a failing task is the end; of nolink streams it is not.
    {pid, ref} = spawn_monitor(fn -> Task.async_stream(1..3, work) |> Enum.to_list() end)
    receive do {:DOWN, ^ref, _, ^pid, why} -> p({:ended, shape(why)}) end
    p Task.Supervisor.async_stream_nolink(sup, 1..7, work) |> Enum.map(fn {k, r} -> {k, shape(r)} end)
    p Task.Supervisor.async_stream_nolink(sup, [1, 2], __MODULE__, :triple, [:b, :c], ordered: true) |> Enum.to_list()
    p Task.Supervisor.async_stream(sup, 1..3, & &1, shutdown: :brutal_kill) |> Enum.take(2)
    # The input raises in the middle: no task is left.
    p caught(fn -> Stream.map(1..5, fn 4 -> raise("input"); x -> x end) |> Task.async_stream(& &1, max_concurrency: 2) |> Enum.to_list() end)
    p caught(fn -> Task.Supervisor.async_stream_nolink(sup, 1..5, & &1) |> Enum.each(fn {:ok, 3} -> throw(:enough); _ -> :ok end) end)
    p wait(fn -> Task.Supervisor.children(sup) == [] end)
    drain()
  end
  defp drain, do: (receive do _ -> drain() after 20 -> :ok end)

  defp many(sup) do
    Process.flag(:trap_exit, true)
    start = fn -> [Task.async(fn -> :one end), Task.Supervisor.async_nolink(sup, fn -> exit(:two) end), Task.async(fn -> forever() end), Task.Supervisor.async_nolink(sup, fn -> raise "four" end), Task.completed(:five)] end
    tasks = start.()
    wait(fn -> Enum.count(tasks, &(&1.pid != nil and Process.alive?(&1.pid))) == 1 end)
    r = Task.yield_many(tasks, 100)
    p {Enum.map(r, &elem(&1, 0)) == tasks, Enum.map(r, fn {_, x} -> shape(x) end)}
    p {Task.yield_many([Enum.at(tasks, 2)], 0) |> Enum.map(&elem(&1, 1)), Enum.map(Enum.take(tasks, 4), &(Task.shutdown(&1, :brutal_kill) |> shape())), caught(fn -> Task.shutdown(List.last(tasks)) end) |> elem(0)}
    p {Task.yield_many([], 10), Task.yield_many([Task.completed(1)]) |> Enum.map(&elem(&1, 1)), Task.await_many([Task.completed(1), Task.async(fn -> 2 end)], :infinity), Task.await_many([])}
    p caught(fn -> Task.await_many([Task.async(fn -> 1 end), Task.async(fn -> forever() end)], 50) end) |> then(fn {:exit, {r, f, n}} -> {r, f, n} end)
    drain()
    t = Task.async(fn -> receive do {:go, x} -> x end end)
    p {Task.yield(t, 0), send(t.pid, {:go, 5}) |> elem(1), Task.yield(t, 20_000), caught(fn -> Task.yield(%{t | owner: t.pid}, 0) end) |> elem(0), Task.yield(t, 0), Task.shutdown(t)}
    drain()
    Process.flag(:trap_exit, false)
  end

  defp nolink(sup) do
    for f <- [fn -> :value end, fn -> raise ArgumentError, "bad" end, fn -> exit(:normal) end, fn -> exit({:shutdown, :x}) end, fn -> throw(:up) end, fn -> Process.exit(self(), :kill); forever() end, fn -> :erlang.error({:raw, 1}) end] do
      p {caught(fn -> Task.Supervisor.async_nolink(sup, f) |> Task.await(20_000) end), Task.Supervisor.async_nolink(sup, f) |> Task.yield(20_000) |> shape()}
    end
    t = Task.Supervisor.async_nolink(sup, __MODULE__, :triple, [1, 2, 3])
    p {Task.await(t), t.mfa, Task.Supervisor.async_nolink(sup, fn -> 1 end).mfa |> elem(2), t.owner == self()}
    drain()
  end

  defp shutdowns(sup) do
    me = self()
    trap = fn reply -> fn -> Process.flag(:trap_exit, true); send(me, :ready); receive do {:EXIT, _, why} -> reply.(why) end end end
    for {how, f} <- [{5_000, trap.(fn why -> {:last, why} end)}, {5_000, trap.(fn why -> exit({:cleaned, why}) end)}, {:brutal_kill, trap.(fn _ -> :unreached end)}, {30, trap.(fn _ -> forever() end)}, {:infinity, fn -> send(me, :ready); forever() end}] do
      t = Task.Supervisor.async_nolink(sup, f)
      receive do :ready -> :ok end
      p {how, Task.shutdown(t, how), Process.alive?(t.pid)}
    end
    t = Task.Supervisor.async_nolink(sup, fn -> 7 end)
    wait(fn -> not Process.alive?(t.pid) end)
    p {Task.shutdown(t), Task.shutdown(t), Task.Supervisor.async_nolink(sup, fn -> exit(:early) end) |> then(fn t -> wait(fn -> not Process.alive?(t.pid) end); Task.shutdown(t) end)}
    ignored = Task.async(fn -> send(me, {:ignored, :still_runs}); :result end)
    p {Task.ignore(ignored), next(), caught(fn -> Task.ignore(%{ignored | owner: ignored.pid}) end) |> elem(0)}
    wait(fn -> not Process.alive?(ignored.pid) end)
    p Process.info(self(), :message_queue_len)
  end

  # What the messages of a task are.
  defp byhand do
    t = Task.async(fn -> {:answer, 42} end)
    ref = t.ref
    p {receive(do: ({^ref, x} -> x)), Process.demonitor(ref, [:flush]), Map.keys(t) |> Enum.sort(), is_pid(t.pid)}
    {:ok, pid} = Task.start(fn -> receive do {:hello, from} -> send(from, :hi) end end)
    send(pid, {:hello, self()})
    p {next(), elem(Task.start(__MODULE__, :triple, [1, 2, 3]), 0), elem(Task.start_link(fn -> :ok end), 0)}
    {:ok, pid} = Task.start(fn -> receive do :go -> exit(:normal) end end)
    ref = Process.monitor(pid)
    send(pid, :go)
    p next() == {:DOWN, ref, :process, pid, :normal}
    p {Task.child_spec(:arg), Supervisor.child_spec({Task, fn -> :ok end}, id: :job) |> Map.delete(:start)}
  end

  defp supervised(sup) do
    me = self()
    counter = :counters.new(1, [])
    {:ok, _} = Task.Supervisor.start_child(sup, fn -> :counters.add(counter, 1, 1); if(:counters.get(counter, 1) < 3, do: exit(:again), else: send(me, :third)) end, restart: :transient)
    p {next(), :counters.get(counter, 1)}
    {:ok, other} = Task.Supervisor.start_link(max_children: 2, max_restarts: 1)
    Process.unlink(other)
    pids = for _ <- 1..2, do: elem(Task.Supervisor.start_child(other, fn -> forever() end), 1)
    p {Task.Supervisor.start_child(other, fn -> 1 end), caught(fn -> Task.Supervisor.async_nolink(other, fn -> 1 end) end), Enum.sort(Task.Supervisor.children(other)) == Enum.sort(pids), Task.Supervisor.terminate_child(other, hd(pids)), Task.Supervisor.terminate_child(other, self()), DynamicSupervisor.count_children(other)}
    refs = Enum.map(pids, &Process.monitor/1)
    p {Supervisor.stop(other, :shutdown), for(r <- refs, do: (receive do {:DOWN, ^r, _, _, why} -> why end)), caught(fn -> Task.Supervisor.async(other, fn -> 1 end) end) |> elem(0)}
    {:ok, top} = Supervisor.start_link([{Task.Supervisor, name: ExTaskPipelines.Under}, {Task, fn -> send(me, {:ran, Process.whereis(ExTaskPipelines.Under) != nil}) end}], strategy: :rest_for_one)
    p {next(), Task.Supervisor.async(ExTaskPipelines.Under, fn -> :under end) |> Task.await(20_000), Supervisor.which_children(top) |> Enum.map(&elem(&1, 0)), Supervisor.stop(top)}
  end

  defp callers(sup) do
    me = self()
    deep = fn deep, n -> if n == 0, do: length(Process.get(:"$callers")), else: Task.async(fn -> deep.(deep, n - 1) end) |> Task.await(20_000) end
    p {Task.async(fn -> Process.get(:"$callers") == [me] end) |> Task.await(), deep.(deep, 5), Task.Supervisor.async_nolink(sup, fn -> {Process.get(:"$callers") == [me], hd(Process.get(:"$ancestors"))} end) |> Task.await(), Task.async_stream([1], fn _ -> List.last(Process.get(:"$callers")) == me end) |> Enum.to_list()}
  end

  # Words counted by stages that know only the next one.
  defp pipeline(sup) do
    text = "the quick brown fox jumps over the lazy dog while the other dog sleeps and the fox runs"
    stage = fn f, to -> Task.Supervisor.async_nolink(sup, fn -> run(f, to, 0) end) end
    sink = Task.Supervisor.async_nolink(sup, fn -> collect(%{}) end)
    c = stage.(fn w -> {String.length(w), w} end, sink.pid)
    b = stage.(&String.upcase/1, c.pid)
    a = stage.(&String.trim(&1, "s"), b.pid)
    for w <- String.split(text), do: send(a.pid, {:item, w})
    send(a.pid, :end)
    p {Task.await_many([a, b, c, sink], 20_000)}
  end
  defp run(f, to, n), do: (receive do {:item, x} -> send(to, {:item, f.(x)}); run(f, to, n + 1); :end -> send(to, :end); n end)
  defp collect(m), do: (receive do {:item, {n, w}} -> collect(Map.update(m, n, [w], &Enum.uniq([w | &1]))); :end -> Enum.sort(m) end)

  defp refused(sup) do
    t = Task.async(fn -> 1 end)
    p {Task.await(t), caught(fn -> spawn_wait(fn -> Task.await(t) end) end), caught(fn -> Task.async(5) end) |> elem(0), caught(fn -> Task.await(:x) end) |> elem(0), caught(fn -> Task.await(t, -1) end) |> elem(0), caught(fn -> Task.async_stream(1..2, & &1, ordered: :x) |> Enum.to_list() end), caught(fn -> Task.async_stream(1..2, & &1, on_timeout: :odd, timeout: 1_000) |> Enum.to_list() end), caught(fn -> Task.async_stream(5, & &1) |> Enum.to_list() end), caught(fn -> Task.Supervisor.async(:ex_no_sup, fn -> 1 end) end) |> elem(0), caught(fn -> Task.Supervisor.start_child(sup, fn -> 1 end, restart: :sometimes) end) |> elem(0)}
  end
  defp spawn_wait(f), do: (me = self(); spawn(fn -> send(me, {:r, caught(f)}) end); receive do {:r, r} -> r end)
end
