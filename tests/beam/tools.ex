# What OTP's tools do to Rust actors (tests/tests/interop_system.rs), by OTP's and Elixir's own functions.
defmodule Tools do
  # Both ways to show a state, and what the tools see of it: each value on a line of its own.
  def state(actor), do: :sys.get_state(actor)

  def status(actor) do
    {:status, pid, {:module, module}, [dictionary, mode, parent, debug, misc]} = :sys.get_status(actor)
    {pid == actor, module, dictionary, mode, is_pid(parent), debug, misc}
  end

  # `:sys.get_state` comes after what was sent before, as tests of GenServers rely on.
  def in_order(actor) do
    for _ <- 1..100, do: GenServer.cast(actor, {:add, 1})
    :sys.get_state(actor)
  end

  def replace(actor) do
    new = :sys.replace_state(actor, fn account -> %{account | balance: account.balance * 2} end)
    {new, :sys.get_state(actor), GenServer.call(actor, :balance)}
  end

  # The state stays when the function fails, or what it makes is no state.
  def replace_badly(actor) do
    raised = reason(fn -> :sys.replace_state(actor, fn _ -> raise "no" end) end)
    misfit = reason(fn -> :sys.replace_state(actor, fn _ -> %{balance: "much", owner: nil} end) end)
    {raised, misfit, :sys.get_state(actor)}
  end

  def no_state(actor) do
    {reason(fn -> :sys.get_state(actor) end), reason(fn -> :sys.replace_state(actor, & &1) end)}
  end

  def unknown(actor), do: reason(fn -> :sys.log(actor, :get) end)

  defp reason(function) do
    function.()
  catch
    kind, reason -> {kind, reason}
  end

  # While it is suspended calls wait and casts too, in their order; system messages are answered.
  def suspended(actor) do
    :ok = :sys.suspend(actor)
    GenServer.cast(actor, {:add, 1})
    waits = Task.async(fn -> GenServer.call(actor, :balance) end)
    timed_out = try do: GenServer.call(actor, :balance, 5), catch: (:exit, {:timeout, _} -> :timeout)
    state = :sys.get_state(actor)
    {:status, _, _, [_, mode | _]} = :sys.get_status(actor)
    :ok = :sys.resume(actor)
    {timed_out, state, mode, Task.await(waits), :sys.get_state(actor)}
  end

  # Who waits for a suspended actor learns of its end.
  def killed_while_suspended(actor) do
    :ok = :sys.suspend(actor)
    me = self()
    {caller, reference} = spawn_monitor(fn -> send(me, :calling) && GenServer.call(actor, :balance, :infinity) end)
    receive do: (:calling -> :ok)
    # Behind the call, which is kept back by then.
    wait_until(fn -> Process.info(caller, :status) == {:status, :waiting} end)
    :sys.get_state(actor)
    Process.exit(actor, :kill)

    receive do
      {:DOWN, ^reference, :process, ^caller, {reason, {GenServer, :call, _}}} -> {reason, Process.alive?(actor)}
    end
  end

  defp wait_until(done), do: done.() || wait_until(done)

  def stopped(actor) do
    reference = Process.monitor(actor)
    :ok = GenServer.stop(actor, :shutdown)

    receive do
      {:DOWN, ^reference, :process, ^actor, reason} -> {reason, Process.alive?(actor)}
    end
  end

  def info(actor) do
    Process.link(actor)
    Process.monitor(actor)
    :ok = :sys.suspend(actor)
    for _ <- 1..3, do: GenServer.cast(actor, {:add, 1})
    me = self()
    items = [:links, :monitored_by, :trap_exit, :status, :initial_call, :registered_name, :message_queue_len, :dictionary]
    info = Process.info(actor, items)
    true = Process.info(actor, :memory) > {:memory, 0}
    true = is_list(Process.info(actor))
    :ok = :sys.resume(actor)

    result =
      for {item, value} <- info do
        if value == [me], do: {item, :me}, else: {item, value}
      end

    Process.unlink(actor)
    Process.exit(actor, :kill)
    receive do: ({:DOWN, _, :process, ^actor, _} -> {result, Process.info(actor), Process.info(actor, :links)})
  end

  def everything(actor) do
    reference = Process.monitor(actor)
    true = Process.alive?(actor)
    GenServer.cast(actor, {:add, 1})
    send(actor, {:add, 2})
    balance = GenServer.call(actor, :balance)
    Process.flag(:trap_exit, true)
    Process.link(actor)
    Process.exit(actor, :enough)

    receive do
      {:EXIT, ^actor, reason} ->
        receive do: ({:DOWN, ^reference, :process, ^actor, other} -> {balance, reason, other, Process.alive?(actor)})
    end
  end

  # By the module that was made of the actor.
  def ledger(actor) do
    number = Ledger.open_account(actor, "ann")

    {number, Ledger.pay(actor, number, 5), Ledger.pay(actor, number, -3), Ledger.pay(actor, 7, 1), Ledger.find(actor, number),
     Ledger.find(actor, 7, :infinity), Ledger.message_end(actor, 1, {0.5, true}), Ledger.find(actor, 0)}
  end
end
