# stage: e. Accounts by events: commands checked against a state folded from a log, versions that collide, projections in processes of their own, snapshots, sagas with compensation, replays that agree.
defmodule ExEventSourcing.Account do
  defstruct id: nil, owner: nil, balance: 0, open?: false, version: 0
  def decide(%{open?: false}, {:open, id, owner}), do: {:ok, [{:opened, id, owner}]}
  def decide(%{open?: true}, {:open, _, _}), do: {:error, :already_open}
  def decide(%{open?: false}, _), do: {:error, :closed}
  def decide(_, {:deposit, n}) when n <= 0, do: {:error, {:bad_amount, n}}
  def decide(a, {:deposit, n}), do: {:ok, [{:deposited, a.id, n}]}
  def decide(%{balance: b} = a, {:withdraw, n}) when n <= b, do: {:ok, [{:withdrawn, a.id, n} | if(b - n < 10, do: [{:low, a.id, b - n}], else: [])]}
  def decide(%{balance: b}, {:withdraw, n}), do: {:error, {:short_of, n - b}}
  def decide(%{balance: 0} = a, :close), do: {:ok, [{:closed, a.id}]}
  def decide(%{balance: b}, :close), do: {:error, {:not_empty, b}}
  def apply(a, {:opened, id, owner}), do: bump(%{a | id: id, owner: owner, open?: true})
  def apply(a, {:deposited, _, n}), do: bump(%{a | balance: a.balance + n})
  def apply(a, {:withdrawn, _, n}), do: bump(%{a | balance: a.balance - n})
  def apply(a, {:low, _, _}), do: bump(a)
  def apply(a, {:closed, _}), do: bump(%{a | open?: false})
  defp bump(a), do: %{a | version: a.version + 1}
end
defmodule ExEventSourcing.Store do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def append(stream, version, events), do: GenServer.call(__MODULE__, {:append, stream, version, events})
  def read(stream, from \\ 0), do: GenServer.call(__MODULE__, {:read, stream, from})
  def all, do: GenServer.call(__MODULE__, :all)
  def subscribe, do: GenServer.call(__MODULE__, {:subscribe, self()})
  @impl true
  def init(_), do: {:ok, %{log: [], streams: %{}, subs: []}}
  @impl true
  def handle_call({:append, s, v, es}, _, st) do
    case length(Map.get(st.streams, s, [])) do
      ^v ->
        for sub <- st.subs, e <- es, do: send(sub, {:event, e})
        {:reply, :ok, %{st | log: Enum.reverse(es) ++ st.log, streams: Map.update(st.streams, s, es, &(&1 ++ es))}}
      other -> {:reply, {:error, {:wrong_version, v, other}}, st}
    end
  end
  def handle_call({:read, s, from}, _, st), do: {:reply, Map.get(st.streams, s, []) |> Enum.drop(from), st}
  def handle_call(:all, _, st), do: {:reply, Enum.reverse(st.log), st}
  def handle_call({:subscribe, pid}, _, st), do: {:reply, Enum.reverse(st.log), %{st | subs: [pid | st.subs]}}
end
defmodule ExEventSourcing.Projection do
  use GenServer
  alias ExEventSourcing.Store
  def start_link({name, acc, f}), do: GenServer.start_link(__MODULE__, {acc, f}, name: name)
  def child_spec({name, _, _} = a), do: %{id: name, start: {__MODULE__, :start_link, [a]}}
  def get(name), do: GenServer.call(name, :get)
  @impl true
  def init({acc, f}), do: {:ok, {Enum.reduce(Store.subscribe(), acc, f), f}}
  @impl true
  def handle_info({:event, {:deposited, _, 666}}, _), do: raise("poison")
  def handle_info({:event, e}, {acc, f}), do: {:noreply, {f.(e, acc), f}}
  @impl true
  def handle_call(:get, _, {acc, _} = s), do: {:reply, acc, s}
end
defmodule ExEventSourcing do
  alias ExEventSourcing.{Account, Projection, Store}
  def main do
    level = :logger.get_primary_config().level
    :logger.set_primary_config(:level, :none)
    totals = fn
      {:deposited, id, n}, m -> Map.update(m, id, n, &(&1 + n))
      {:withdrawn, id, n}, m -> Map.update!(m, id, &(&1 - n))
      _, m -> m
    end
    {:ok, sup} = Supervisor.start_link([Store, {Projection, {:es_totals, %{}, totals}}, {Projection, {:es_kinds, %{}, fn e, m -> Map.update(m, elem(e, 0), 1, &(&1 + 1)) end}}], strategy: :one_for_one)
    for {s, c} <- [a: {:open, :a, "Ann"}, a: {:open, :a, "Bob"}, a: {:deposit, 100}, a: {:deposit, -1}, b: {:deposit, 1}, b: {:open, :b, "Bea"}, a: {:withdraw, 95}, a: {:withdraw, 50}, a: :close, b: :close, b: {:deposit, 5}], do: p({s, c, run(s, c)})
    p({state(:a), state(:b), Projection.get(:es_totals), Projection.get(:es_kinds)})
    v = state(:a).version
    p({Store.append(:a, v, [{:deposited, :a, 1}]), Store.append(:a, v, [{:deposited, :a, 1}])})
    for {s, o} <- [{:c, "Cy"}, {:d, "Di"}], do: run(s, {:open, s, o})
    run(:c, {:deposit, 30})
    p({transfer(:c, :d, 20), transfer(:c, :d, 20), transfer(:c, :b, 5), state(:c).balance, state(:d).balance})
    before = Projection.get(:es_totals)
    pid = Process.whereis(:es_totals)
    ref = Process.monitor(pid)
    send(pid, {:event, {:deposited, :x, 666}})
    receive do {:DOWN, ^ref, _, _, {e, _}} -> p(e) end
    p({wait(:es_totals, pid), Projection.get(:es_totals) == before})
    snap = Enum.reduce(Store.read(:a) |> Enum.take(3), %Account{}, &Account.apply(&2, &1))
    p({snap.version, Enum.reduce(Store.read(:a, snap.version), snap, &Account.apply(&2, &1)) == state(:a)})
    parallel = 1..20 |> Task.async_stream(fn _ -> retry(:d, {:deposit, 1}, 200) end, max_concurrency: 4) |> Enum.frequencies()
    p({parallel, state(:d).balance, length(Store.read(:d)), Enum.reduce(Store.all(), %{}, totals) == Projection.get(:es_totals)})
    Supervisor.stop(sup)
    :logger.set_primary_config(:level, level)
  end
  defp state(s), do: Enum.reduce(Store.read(s), %Account{}, &Account.apply(&2, &1))
  defp run(s, c) do
    st = state(s)
    with {:ok, es} <- Account.decide(st, c), :ok <- Store.append(s, st.version, es), do: {:ok, es}
  end
  defp retry(_, _, 0), do: :gave_up
  defp retry(s, c, n), do: (case run(s, c) do {:error, {:wrong_version, _, _}} -> retry(s, c, n - 1); {:ok, _} -> :ok; o -> o end)
  defp transfer(from, to, n) do
    with {:ok, _} <- run(from, {:withdraw, n}) do
      case run(to, {:deposit, n}) do
        {:ok, _} -> :ok
        e -> {:compensated, e, run(from, {:deposit, n})}
      end
    end
  end
  defp wait(name, old) do
    pid = Process.whereis(name)
    if pid in [nil, old], do: (Process.sleep(1); wait(name, old)), else: is_pid(pid)
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
