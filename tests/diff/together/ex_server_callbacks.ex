# stage: e. GenServer through all its callbacks: continues between calls, replies from other processes, timeouts that are renewed, code changed by sys, status formatted, default callbacks and their texts, child specifications, stops inside and outside.
defmodule ExServerCallbacks.Account do
  use GenServer, restart: :transient, shutdown: 2_000
  defstruct owner: nil, sum: 0, log: [], waiting: []

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, Keyword.take(opts, [:name, :debug, :hibernate_after, :timeout, :spawn_opt]))

  @impl true
  def init(opts) do
    case opts[:how] do
      nil -> {:ok, %__MODULE__{owner: opts[:owner]}}
      :continue -> {:ok, %__MODULE__{owner: opts[:owner]}, {:continue, {:load, opts[:sum] || 7}}}
      :timeout -> {:ok, %__MODULE__{owner: opts[:owner]}, 1}
      {:return, r} -> r
      {:raise, m} -> raise ArgumentError, m
      :throw -> throw({:ok, %__MODULE__{owner: opts[:owner], log: [:thrown]}})
    end
  end

  @impl true
  def handle_continue({:load, n}, s), do: {:noreply, %{s | sum: n, log: [:loaded | s.log]}}
  def handle_continue({:reply, from}, s), do: (GenServer.reply(from, {:continued, s.sum}); {:noreply, note(s, :replied)})
  def handle_continue(:count_down, %{sum: 0} = s), do: {:noreply, note(s, :zero)}
  def handle_continue(:count_down, s), do: {:noreply, %{s | sum: s.sum - 1}, {:continue, :count_down}}
  def handle_continue(:wait, s), do: (receive(do: (:go -> {:noreply, note(s, :gone)})))

  @impl true
  def handle_call({:add, n}, _from, s), do: {:reply, s.sum + n, %{s | sum: s.sum + n}}
  def handle_call(:log, _from, s), do: {:reply, Enum.reverse(s.log), s}
  def handle_call(:later, from, s), do: {:noreply, note(s, :asked), {:continue, {:reply, from}}}
  def handle_call(:by_task, from, s), do: (spawn(fn -> GenServer.reply(from, {:from_task, s.sum}) end); {:noreply, s})
  def handle_call(:queue, from, s), do: {:noreply, %{s | waiting: [from | s.waiting]}}
  def handle_call({:early, x}, from, s), do: (GenServer.reply(from, {:early, x}); {:noreply, note(s, :early)})
  def handle_call({:return, r}, _from, _s), do: r
  def handle_call({:with, f}, from, s), do: f.(from, s)

  @impl true
  def handle_cast({:release, order}, s) do
    for {from, i} <- Enum.with_index(if(order == :fifo, do: Enum.reverse(s.waiting), else: s.waiting)), do: GenServer.reply(from, i)
    {:noreply, %{s | waiting: []}}
  end
  def handle_cast({:note, x}, s), do: {:noreply, note(s, x)}
  def handle_cast({:with, f}, s), do: f.(s)

  @impl true
  def handle_info(:timeout, s), do: (send(s.owner, {:timeout, length(s.log)}); if(length(s.log) < 2, do: {:noreply, note(s, :timeout), 1}, else: {:noreply, note(s, :enough)}))
  def handle_info({:EXIT, _, why}, s), do: {:noreply, note(s, {:exit, why})}
  def handle_info(m, s), do: {:noreply, note(s, {:info, m})}

  @impl true
  def terminate(why, s), do: send(s.owner, {:terminate, ExServerCallbacks.bare(why), s.sum})

  @impl true
  def code_change({:down, v}, s, extra), do: {:ok, note(%{s | sum: -s.sum}, {:down, v, extra})}
  def code_change(_, _, :refuse), do: {:error, :refused}
  def code_change(v, s, extra), do: {:ok, note(%{s | sum: s.sum * 2}, {v, extra})}

  @impl true
  def format_status(reason, [pdict, s]), do: {reason, Keyword.keyword?(pdict), %{s | owner: :hidden}}
  defp note(s, x), do: %{s | log: [x | s.log]}
end

# Nothing but init: the defaults of the rest.
defmodule ExServerCallbacks.Bare do
  use GenServer
  def init(x), do: {:ok, x}
end

defmodule ExServerCallbacks.Overriding do
  use GenServer, id: :own_id, restart: :temporary
  def init(x), do: {:ok, x}
  def child_spec(arg), do: super(arg) |> Map.put(:type, :supervisor) |> Map.update!(:start, fn {m, f, [a]} -> {m, f, [a, :more]} end)
  def handle_call(:mine, _, s), do: {:reply, :mine, s}
  def handle_call(other, from, s), do: super(other, from, s)
  def handle_cast(:mine, s), do: {:noreply, [:mine | s]}
  def handle_cast(other, s), do: super(other, s)
end

defmodule ExServerCallbacks do
  alias ExServerCallbacks.{Account, Bare, Overriding}

  def bare({%{__exception__: true} = e, [_ | _]}), do: {e.__struct__, Exception.message(e) |> String.split("\n") |> hd() |> String.replace(~r/#PID<[\d.]+>/, "PID")}
  def bare({reason, [{_, _, _, _} | _]}), do: {:stack, reason}
  def bare({:error, r}), do: {:error, bare(r)}
  def bare(r), do: r

  defp caught(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e) |> String.replace(~r/#PID<[\d.]+>/, "PID")}
  catch
    :exit, {r, {GenServer, f, [_ | args]}} -> {:exit, bare(r), f, args}
    :exit, r -> {:exit, bare(r)}
  end

  defp next, do: (receive do m -> m after 10_000 -> :nothing end)
  defp down(_pid, ref), do: (receive do {:DOWN, ^ref, _, _, r} -> bare(r) end)
  defp start(opts \\ []), do: ({:ok, pid} = GenServer.start(Account, [owner: self()] ++ opts, Keyword.take(opts, [:name, :hibernate_after])); pid)
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 110))

  def main do
    p [Account.child_spec(a: 1), Bare.child_spec([]), Overriding.child_spec(:arg), Supervisor.child_spec({Bare, 1}, id: :other, restart: :temporary), Supervisor.child_spec(Overriding, shutdown: :brutal_kill)]
    inits(); continues(); replies(); timeouts(); status(); changes(); defaults(); stops(); options()
    p Process.info(self(), :messages)
  end

  defp inits do
    for how <- [{:return, :ignore}, {:return, {:stop, :no}}, {:return, {:stop, {:shutdown, :s}}}, {:return, :what}, {:return, {:ok, 1, :odd}}, {:raise, "in init"}, :throw] do
      p {how, case GenServer.start(Account, owner: self(), how: how) do {:ok, pid} -> {:ok, GenServer.call(pid, :log), Process.exit(pid, :kill)}; other -> bare(other) end}
    end
    p caught(fn -> GenServer.start(Account, [], name: {:odd, 1}) end)
    p caught(fn -> GenServer.start(Account, [], name: "text") end)
    p bare(GenServer.start(NoSuchModuleAtAll, []))
  end

  defp continues do
    a = start(how: :continue, sum: 5)
    p {GenServer.call(a, {:add, 1}), GenServer.call(a, :later), GenServer.call(a, {:with, fn _, s -> {:reply, :counting, s, {:continue, :count_down}} end}), GenServer.call(a, {:add, 0}), GenServer.call(a, :log)}
    GenServer.cast(a, {:with, fn s -> {:noreply, s, {:continue, :wait}} end})
    GenServer.cast(a, {:note, :waited})
    send(a, :go)
    p GenServer.call(a, :log)
    p {GenServer.stop(a), next()}
    ref = Process.monitor(b = start())
    GenServer.cast(b, {:with, fn s -> {:noreply, s, {:continue, :nobody_handles}} end})
    p {down(b, ref) |> elem(1), next() |> elem(1) |> elem(1)}
  end

  defp replies do
    a = start(how: :continue, sum: 3)
    p {GenServer.call(a, :by_task), GenServer.call(a, {:early, 1}), GenServer.call(a, :log), caught(fn -> GenServer.call(a, {:return, :bad}) end), next()}
    a = start()
    for order <- [:fifo, :lifo] do
      tasks = for i <- 1..4 do
        t = Task.async(fn -> GenServer.call(a, :queue) end)
        wait(fn -> length(:sys.get_state(a).waiting) == i end)
        t
      end
      GenServer.cast(a, {:release, order})
      p {order, Task.await_many(tasks, 30_000)}
    end
    p {caught(fn -> GenServer.call(a, :queue, 10) end), GenServer.cast(a, {:release, :fifo}), GenServer.call(a, {:add, 2})}
    request = :gen_server.send_request(a, {:add, 40})
    ref = make_ref()
    p {:gen_server.receive_response(request, 10_000), GenServer.multi_call([node()], ExServerNobody, :x) |> elem(1) |> length(), GenServer.reply({self(), ref}, :to_me), next() == {ref, :to_me}}
    p {GenServer.stop(a), next()}
  end

  defp timeouts do
    a = start(how: :timeout)
    p {next(), next(), next(), wait(fn -> :enough in :sys.get_state(a).log end), GenServer.call(a, :log)}
    p {GenServer.call(a, {:with, fn _, s -> {:reply, :ok, %{s | log: []}, 1} end}), next(), GenServer.call(a, {:with, fn _, s -> {:reply, length(s.log) in 1..3, s} end})}
    GenServer.stop(a)
    p Enum.take_while(Stream.repeatedly(&next/0), &(elem(&1, 0) == :timeout)) |> length() |> Kernel.<(3)
    h = start(hibernate_after: 1)
    p {wait(fn -> Process.info(h, :current_function) == {:current_function, {:erlang, :hibernate, 3}} end), GenServer.call(h, {:add, 1}), wait(fn -> Process.info(h, :current_function) == {:current_function, {:erlang, :hibernate, 3}} end), GenServer.stop(h), next()}
  end

  defp status do
    a = start(name: :ex_server_callbacks, how: :continue, sum: 9)
    {:status, ^a, {:module, :gen_server}, [dict, :running, parent, debug, misc]} = :sys.get_status(a)
    p {Keyword.keys(dict) |> Enum.sort(), parent == a, debug, misc |> Enum.filter(&is_tuple/1) |> Enum.map(fn {:header, h} -> to_string(h); {:data, d} -> Enum.map(d, fn {k, v} -> {to_string(k), if(is_pid(v), do: :pid, else: v)} end); other -> other end), List.last(misc) |> is_tuple()}
    p {:sys.get_state(:ex_server_callbacks).sum, :sys.replace_state(a, &%{&1 | sum: 10}).sum, GenServer.call(a, {:add, 1}), caught(fn -> :sys.replace_state(a, fn _ -> raise "no" end) end) |> elem(1)}
    p {GenServer.stop(:ex_server_callbacks, {:shutdown, :done}), next(), GenServer.whereis(:ex_server_callbacks)}
  end

  defp changes do
    a = start(how: :continue, sum: 21)
    for {v, extra} <- [{"1.0", :up}, {{:down, "2.0"}, :back}, {"x", :refuse}] do
      :sys.suspend(a)
      GenServer.cast(a, {:note, v})
      p {:sys.change_code(a, Account, v, extra), :sys.resume(a), GenServer.call(a, {:add, 0}), GenServer.call(a, :log)}
    end
    :sys.suspend(a)
    p :sys.change_code(a, Bare, :v, :x) |> bare()
    p {:sys.resume(a), GenServer.stop(a), next()}
  end

  defp defaults do
    for {what, f} <- [call: fn pid -> GenServer.call(pid, {:hello, 1}) end, cast: fn pid -> GenServer.cast(pid, [:hello]) end] do
      for m <- [Bare, Overriding] do
        {:ok, pid} = GenServer.start(m, [])
        ref = Process.monitor(pid)
        p {what, m, caught(fn -> f.(pid) end), down(pid, ref)}
      end
    end
    {:ok, pid} = GenServer.start(Overriding, [])
    p {GenServer.call(pid, :mine), GenServer.cast(pid, :mine), :sys.get_state(pid), GenServer.stop(pid)}
    {:ok, pid} = GenServer.start(Bare, :state)
    :sys.suspend(pid)
    p {:sys.change_code(pid, Bare, 1, 2), :sys.resume(pid), :sys.get_state(pid), GenServer.stop(pid)}
    p for {f, a} <- [handle_call: 3, handle_cast: 2, handle_info: 2, handle_continue: 2, terminate: 2, code_change: 3, format_status: 2, child_spec: 1], do: {f, function_exported?(Bare, f, a)}
    p {GenServer.behaviour_info(:callbacks) |> Enum.sort(), GenServer.behaviour_info(:optional_callbacks) |> Enum.sort()}
  end

  defp stops do
    for {name, r} <- [reply: {:stop, :normal, :bye, %Account{sum: 1}}, noreply: {:stop, {:shutdown, 2}, %Account{sum: 2}}, odd: {:stop, :odd, %Account{sum: 3}}] do
      a = start()
      ref = Process.monitor(a)
      me = self()
      p {name, caught(fn -> GenServer.call(a, {:return, put_elem(r, tuple_size(r) - 1, %{elem(r, tuple_size(r) - 1) | owner: me})}) end), down(a, ref), next()}
    end
    for f <- [fn _, _ -> exit(:out) end, fn _, _ -> raise KeyError, key: :k, term: %{} end, fn _, _ -> 1 = Process.get(:none, 2) end, fn _, _ -> throw(:wild) end] do
      a = start()
      ref = Process.monitor(a)
      p {caught(fn -> GenServer.call(a, {:with, f}) end), down(a, ref), next()}
    end
    a = start()
    p {caught(fn -> GenServer.stop(a, :normal, -1) end) |> elem(0), caught(fn -> GenServer.stop(:ex_nobody) end), GenServer.stop(a, :kill), next()}
    p {caught(fn -> GenServer.call(a, :log) end), caught(fn -> GenServer.call(self(), :log) end), caught(fn -> GenServer.call({:via, Registry, {NoRegistryHere, 1}}, :x) end)}
  end

  defp options do
    {:ok, a} = Account.start_link(owner: self(), spawn_opt: [priority: :low], debug: [:statistics])
    p {Process.info(a, :priority), match?({:ok, [_ | _]}, :sys.statistics(a, :get)), a in (Process.info(self(), :links) |> elem(1)), GenServer.stop(a), next()}
    p caught(fn -> Account.start_link(owner: self(), how: {:return, {:ok, %{}, :infinity}}) |> elem(1) |> Process.unlink() end)
  end

  defp wait(f, n \\ 5000)
  defp wait(_, 0), do: :never
  defp wait(f, n), do: (if f.(), do: true, else: (Process.sleep(1); wait(f, n - 1)))
end
