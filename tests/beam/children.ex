# Rust actors as children of Elixir's supervisors (tests/tests/interop_supervision.rs), by `Dala.Actor`.
defmodule Children do
  def supervised(observer) do
    Process.flag(:trap_exit, true)

    children = [
      {Dala.Actor, name: :counter, args: [5]},
      {Dala.Actor, actor: :counter, args: [7], id: :other, restart: :transient, shutdown: 100}
    ]

    {:ok, supervisor} = Supervisor.start_link(children, strategy: :one_for_one)
    first = Process.whereis(:counter)
    counts = %{active: 2, specs: 2, supervisors: 0, workers: 2} = Supervisor.count_children(supervisor)
    {:links, links} = Process.info(first, :links)
    5 = GenServer.call(:counter, :total)
    6 = GenServer.call(:counter, {:add, 1})
    # Killed, it is started again with what it was started with first.
    Process.exit(first, :kill)
    second = wait_for_another(:counter, first)
    5 = GenServer.call(:counter, :total)
    # Transient: an orderly end is none to be mended.
    [other] = for {:other, pid, :worker, _} <- Supervisor.which_children(supervisor), do: pid
    :ok = GenServer.stop(other, :shutdown)
    wait_until(fn -> {:other, :undefined, :worker, [Dala.Actor]} in Supervisor.which_children(supervisor) end)
    :ok = Supervisor.stop(supervisor)
    send(observer, {:told, :stopped})
    {counts.active, supervisor in links, Process.alive?(second), Process.whereis(:counter)}
  end

  def dynamic(count) do
    {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one, max_children: count)

    actors =
      for number <- 1..count do
        {:ok, pid} = DynamicSupervisor.start_child(supervisor, {Dala.Actor, actor: :counter, args: [number]})
        pid
      end

    full = DynamicSupervisor.start_child(supervisor, {Dala.Actor, actor: :counter, args: [0]})
    sum = Enum.sum(for actor <- actors, do: GenServer.call(actor, :total))
    :ok = DynamicSupervisor.terminate_child(supervisor, hd(actors))
    left = DynamicSupervisor.count_children(supervisor).active
    :ok = DynamicSupervisor.stop(supervisor)
    {sum, full, left, Enum.any?(actors, &Process.alive?/1)}
  end

  # How a start fails; nothing is left of it.
  def failures(_) do
    Process.flag(:trap_exit, true)
    refused = Dala.Actor.start_link(actor: :refusing, args: ["no room"])
    unlinked = Dala.Actor.start(actor: :refusing, args: ["no room"])
    panicked = Dala.Actor.start_link(actor: :refusing, args: ["panic"])
    {:ok, idle} = Dala.Actor.start(actor: :idle)
    true = GenServer.call(idle, :ping)
    GenServer.stop(idle)
    {:ok, pid} = Dala.Actor.start_link(name: :counter, args: [1])
    taken = Dala.Actor.start_link(name: :counter, args: [2]) == {:error, {:already_started, pid}}
    unknown = raised(fn -> Dala.Actor.start_link(actor: :nobody) end)
    wrong = raised(fn -> Dala.Actor.start_link(actor: :counter, args: ["five"]) end)
    few = raised(fn -> Dala.Actor.start_link(actor: :counter) end)
    no_option = raised(fn -> Dala.Actor.start_link(args: [1]) end)
    {:error, {{{:no_actor, :nobody, _}, _stack}, _child}} = Supervisor.start_link([{Dala.Actor, actor: :nobody}], strategy: :one_for_one) |> shutdown()
    GenServer.stop(pid)
    receive do: ({:EXIT, ^pid, :normal} -> :ok)
    {refused, unlinked, elem(elem(panicked, 1), 0), taken, [unknown, wrong, few, no_option], mailbox()}
  end

  defp shutdown({:error, {:shutdown, {:failed_to_start_child, id, {:EXIT, reason}}}}), do: {:error, {reason, id}}

  defp raised(function) do
    function.()
  rescue
    error in ErlangError -> error.original
  end

  # Exits of supervisors that did not start are no news.
  defp mailbox do
    {:messages, messages} = Process.info(self(), :messages)
    Enum.reject(messages, &match?({:EXIT, _, {:shutdown, {:failed_to_start_child, _, _}}}, &1))
  end

  def names(_) do
    {:ok, registry} = Registry.start_link(keys: :unique, name: Sessions, listeners: [:listening], partitions: 2)
    Process.register(self(), :listening)
    via = {:via, Registry, {Sessions, 17, :guest}}
    {:ok, pid} = Dala.Actor.start(actor: :counter, args: [1], name: via)
    told = receive do: ({:register, Sessions, 17, ^pid, :guest} -> :told)
    found = [GenServer.whereis(via) == pid, Registry.lookup(Sessions, 17) == [{pid, :guest}], Registry.keys(Sessions, pid), GenServer.call(via, :total)]
    taken = Dala.Actor.start(actor: :counter, args: [1], name: via) == {:error, {:already_started, pid}}
    counted = Registry.count(Sessions)
    Process.exit(pid, :kill)
    wait_until(fn -> Registry.count(Sessions) == 0 and Registry.lookup(Sessions, 17) == [] end)
    {:ok, again} = Dala.Actor.start(actor: :counter, args: [2], name: via)
    second = GenServer.call(via, :total)
    # Who keeps the names ends: so does who has one.
    reference = Process.monitor(again)
    Process.unlink(registry)
    Process.exit(registry, :kill)
    receive do: ({:DOWN, ^reference, :process, ^again, _} -> :ok)
    {:ok, world} = Dala.Actor.start(actor: :counter, args: [3], name: {:global, :world})
    third = GenServer.call({:global, :world}, :total)
    GenServer.stop(world)
    {told, found, taken, counted, second, third}
  end

  def groups(_) do
    {:ok, scope} = :pg.start_link(:counters)
    {:ok, pid} = Dala.Actor.start(actor: :counter, args: [4])
    :ok = :pg.join(:counters, :all, pid)
    [4] = for member <- :pg.get_members(:counters, :all), do: GenServer.call(member, :total)
    Process.exit(pid, :kill)
    wait_until(fn -> :pg.get_members(:counters, :all) == [] end)
    GenServer.stop(scope)
  end

  defp wait_for_another(name, former) do
    case Process.whereis(name) do
      pid when is_pid(pid) and pid != former -> pid
      _ -> wait_for_another(name, former)
    end
  end

  defp wait_until(done), do: done.() || wait_until(done)
end
