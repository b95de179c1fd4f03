# The Elixir side of the tests of Rust and Elixir actors together (tests/tests/interop_*.rs). Each function of `Border`
# is run in a process of its own, with one argument from Rust; what it returns goes back as text.
defmodule Border do
  def call({to, request, limit}) do
    result =
      try do
        {:replied, GenServer.call(to, request, limit)}
      catch
        :exit, reason -> {:exited, reason}
      end

    {result, Process.info(self(), :messages)}
  end

  # How a process looks to others.
  def look(pid), do: Process.info(pid, [:status, :monitors, :message_queue_len])

  # By another label, by `gen:call/3`, and with a limit that is none.
  def by_gen({to, request}) do
    wrong =
      try do
        :gen.call(to, :"$gen_call", request, :soon)
      catch
        :error, reason -> reason
      end

    {:gen.call(to, :"$gen_call", request), :gen.call(to, :"$gen_call", request, 5000), wrong}
  end

  # A traced process calls as OTP's does: what it sends and receives is there to be told.
  def traced({to, request}) do
    tracer = self()

    caller =
      spawn(fn ->
        receive do
          :go -> GenServer.call(to, request)
        end
      end)

    :erlang.trace(caller, true, [:send, {:tracer, tracer}])
    send(caller, :go)

    receive do
      {:trace, ^caller, :send, {:"$gen_call", {^caller, _}, ^request}, ^to} -> :told
    end
  end

  def cast({to, request}), do: GenServer.cast(to, request)

  def tell({to, message}), do: send(to, message)

  # A value through the mailbox: shows that a worker is free.
  def call_self(value) do
    send(self(), {:value, value})

    receive do
      {:value, value} -> value
    end
  end

  def tell_all(items), do: for({to, message} <- items, do: send(to, message))

  # As many casts as asked for, then a call, which comes after them all.
  def casts({to, count, request, last}) do
    for _ <- 1..count, do: GenServer.cast(to, request)
    GenServer.call(to, last)
  end

  # A late reply must not reach a caller that gave up. `observer` is told when it did.
  def late({to, request, limit, observer}) do
    gave_up =
      try do
        GenServer.call(to, request, limit)
      catch
        :exit, {reason, _} -> reason
      end

    send(observer, {:told, :gave_up})
    # Answered after the one that is late.
    sum = GenServer.call(to, {:add, 1, 1}, :infinity)
    {gave_up, sum, Process.info(self(), :messages)}
  end

  def linked_from_the_start(peer) do
    Process.flag(:trap_exit, true)
    Process.link(peer)
    linked = peer in elem(Process.info(self(), :links), 1)
    send(peer, {:stop, {:done, linked}})

    receive do
      {:EXIT, ^peer, reason} -> reason
    end
  end

  # Sends by an alias of a Rust actor, more often than it may be.
  def tell_by_alias({alias, numbers}), do: for(number <- numbers, do: send(alias, {:answer, number}))

  # Asks a Rust actor for an answer by an alias of this process, and for one that comes too late.
  def asks_by_alias(asked) do
    first = :erlang.alias([:reply])
    send(asked, {:answer_by, first, 1})
    send(asked, {:answer_by, first, 2})
    gone = :erlang.alias()
    true = :erlang.unalias(gone)
    send(asked, {:answer_by, gone, 3})
    # Messages of one sender keep their order.
    last = :erlang.alias()
    send(asked, {:answer_by, last, 4})

    receive do
      {:answer, 4} -> Process.info(self(), :messages)
    end
  end

  # Hands an alias on to another Rust actor.
  def hands_on({to, alias, number}), do: send(to, {:answer_by, alias, number})

  def watched(peer) do
    reference = Process.monitor(peer)
    send(peer, {:stop, :finished})

    receive do
      {:DOWN, ^reference, :process, ^peer, reason} -> {reason, Process.alive?(peer)}
    end
  end

  def watched_by_name(name) do
    reference = Process.monitor(name)
    send(name, {:stop, :finished})

    receive do
      {:DOWN, ^reference, :process, {^name, _node}, reason} -> {reason, Process.whereis(name)}
    end
  end

  def ended({peer, reason}) do
    reference = Process.monitor(peer)
    Process.exit(peer, reason)

    receive do
      {:DOWN, ^reference, :process, ^peer, reason} -> reason
    end
  end

  def exit_other({peer, reason, observer}) do
    Process.exit(peer, reason)
    send(observer, {:told, :sent})
    Process.sleep(:infinity)
  end

  # Never waits and never ends.
  def compute(observer) do
    send(observer, {:told, :computing})
    count(0)
  end

  defp count(number), do: count(rem(number + 1, 1000))

  # Linked with `peer` and not trapping exits: ends with it, as `observer` learns by its own monitor.
  def follow({observer, peer}) do
    Process.link(peer)
    send(observer, {:told, :linked})
    Process.sleep(:infinity)
  end

  def trap({observer, peer}) do
    Process.flag(:trap_exit, true)
    Process.link(peer)
    send(observer, {:told, :linked})

    receive do
      {:EXIT, from, reason} ->
        send(observer, {:told, {:exit, from, reason}})
        Process.sleep(:infinity)
    end
  end

  def named(name) do
    pid = Process.whereis(name)
    taken = try do: Process.register(self(), name), rescue: (error in ArgumentError -> error.__struct__)
    {pid, GenServer.call(name, {:add, 20, 22}), taken, Process.info(pid, :registered_name), name in Process.registered()}
  end

  # A Rust actor in a group of OTP's `pg`, which it leaves when it ends.
  def grouped(peer) do
    {:ok, scope} = :pg.start(:border)
    :ok = :pg.join(:border, :peers, [peer, self()])
    members = Enum.sort(:pg.get_members(:border, :peers)) == Enum.sort([peer, self()])
    sums = for member <- :pg.get_members(:border, :peers), member != self(), do: GenServer.call(member, {:add, 1, 2})
    {reference, _} = :pg.monitor(:border, :peers)
    Process.exit(peer, :kill)

    left =
      receive do
        {^reference, :leave, :peers, [^peer]} -> :pg.get_members(:border, :peers) == [self()]
      end

    GenServer.stop(scope)
    {members, sums, left}
  end

  # A Rust actor under a `via` name, which `Border.Via` resolves.
  def via(peer) do
    name = {:via, Border.Via, peer}
    {GenServer.whereis(name) == peer, GenServer.call(name, {:add, 1, 2}), GenServer.cast(name, {:told, :by_via})}
  end

  def take_a_name({observer, name}) do
    Process.register(self(), name)
    send(observer, {:told, :registered})

    receive do
      {:note, text} -> send(observer, {:told, {:by_name, text}})
    end

    receive do: (:end -> :ok)
  end

  # Starts a Rust actor under this process's supervisor: `factory`, a Rust actor, makes it.
  def start_peer(factory) do
    peer = GenServer.call(factory, :make)
    Process.link(peer)
    {:ok, peer}
  end

  def supervise({observer, factory}) do
    Process.flag(:trap_exit, true)
    children = [%{id: :peer, start: {Border, :start_peer, [factory]}}]
    {:ok, supervisor} = Supervisor.start_link(children, strategy: :one_for_one)
    [{:peer, first, :worker, _}] = Supervisor.which_children(supervisor)
    Process.exit(first, :kill)
    second = wait_for_another(supervisor, first)
    sum = GenServer.call(second, {:add, 1, 2})
    reference = Process.monitor(second)
    :ok = Supervisor.stop(supervisor)

    receive do
      {:DOWN, ^reference, :process, ^second, reason} -> send(observer, {:told, :stopped}) && {sum, reason}
    end
  end

  defp wait_for_another(supervisor, former) do
    case Supervisor.which_children(supervisor) do
      [{:peer, pid, :worker, _}] when is_pid(pid) and pid != former -> pid
      _ -> wait_for_another(supervisor, former)
    end
  end

  def receive_one(observer) do
    send(observer, {:told, :ready})

    receive do
      message -> send(observer, {:told, message})
    end
  end

  # Receives `count` messages and tells the last with what all of them sum up to.
  def receive_all({observer, count}) do
    send(observer, {:told, :ready})
    send(observer, {:told, receive_all(count, 0, nil)})
  end

  defp receive_all(0, sum, last), do: {sum, last}

  defp receive_all(count, sum, _last) do
    receive do
      message -> receive_all(count - 1, sum + elem(message, 1), message)
    end
  end
end

# A registry whose names are pids.
defmodule Border.Via do
  def whereis_name(pid), do: pid
  def send(pid, message), do: Kernel.send(pid, message)
end

# Takes nothing until it is told to, by a message that it selects; then everything.
defmodule Border.Stalling do
  use GenServer

  @impl true
  def init(observer), do: {:ok, observer, {:continue, :stall}}

  @impl true
  def handle_continue(:stall, observer) do
    send(observer, {:told, :stalled})

    receive do
      :go -> drain(observer, 0)
    end

    {:noreply, observer}
  end

  defp drain(observer, count) do
    receive do
      {:item, _} -> drain(observer, count + 1)
      :end -> send(observer, {:told, {:drained, count}})
    end
  end
end

defmodule Border.Server do
  use GenServer

  @impl true
  def init(observer) do
    send(observer, {:told, {:started, self()}})
    {:ok, observer}
  end

  @impl true
  def handle_call({:add, a, b}, _from, observer), do: {:reply, a + b, observer}
  def handle_call({:echo, term}, _from, observer), do: {:reply, term, observer}
  def handle_call(:wrong, _from, observer), do: {:reply, {:total, "many"}, observer}

  # Sends the caller what looks like a reply, under another tag.
  def handle_call(:distract, {caller, _tag}, observer) do
    send(caller, {make_ref(), 1})
    send(caller, {:reply, 2})
    {:reply, 3, observer}
  end

  def handle_call(:never, _from, observer), do: send(observer, {:told, :asked}) && {:noreply, observer}
  def handle_call({:end_with, reason}, _from, _observer), do: exit(reason)
  def handle_call({:stop_with, reason}, _from, observer), do: {:stop, reason, observer}
  def handle_call({:fail, text}, _from, _observer), do: raise(text)
  def handle_call({:trap, on}, _from, observer), do: {:reply, Process.flag(:trap_exit, on), observer}
  def handle_call({:link_with, peer}, _from, observer), do: {:reply, Process.link(peer), observer}

  def handle_call(:ignore, _from, observer), do: {:noreply, observer}

  # Somebody else replies: the process that asked for it, by `From`.
  def handle_call({:hand_on, to, request}, from, observer), do: send(to, {:"$gen_call", from, request}) && {:noreply, observer}
  # As servers do that are no `gen_server`.
  def handle_call({:reply_by_pid, reply}, {caller, tag}, observer), do: send(caller, {tag, reply}) && {:noreply, observer}
  def handle_call({:reply_twice, first, second}, from, observer), do: GenServer.reply(from, first) && {:reply, second, observer}
  def handle_call(:who, {caller, _tag}, observer), do: {:reply, {caller, Process.alive?(caller)}, observer}

  def handle_call({:ask, whom, request}, _from, observer), do: {:reply, GenServer.call(whom, request), observer}

  @impl true
  def handle_cast({:note, text}, observer), do: send(observer, {:told, {:cast, text}}) && {:noreply, observer}

  @impl true
  def handle_info({:note, text}, observer), do: send(observer, {:told, {:info, text}}) && {:noreply, observer}
  def handle_info({:EXIT, from, reason}, observer), do: send(observer, {:told, {:exit, from, reason}}) && {:noreply, observer}
  def handle_info(_, observer), do: {:noreply, observer}

  @impl true
  def terminate(reason, observer), do: send(observer, {:told, {:terminated, reason}})
end
