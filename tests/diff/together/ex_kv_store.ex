# stage: e. A key value store: agents over ets, transactions with rollback, a write-ahead log in a file, expiry, snapshots, recovery, concurrent writers.
defmodule ExKvStore.Log do
  use GenServer
  def start_link(path), do: GenServer.start_link(__MODULE__, path)
  def append(pid, term), do: GenServer.call(pid, {:append, term})
  def init(path), do: ({:ok, file} = File.open(path, [:append, :raw, :binary]); {:ok, file})
  def handle_call({:append, term}, _, file) do
    bytes = :erlang.term_to_binary(term)
    {:reply, :file.write(file, <<byte_size(bytes)::32, :erlang.crc32(bytes)::32, bytes::binary>>), file}
  end
  def terminate(_, file), do: File.close(file)

  def read(path) do
    {:ok, data} = File.read(path)
    entries(data, [])
  end
  defp entries(<<n::32, crc::32, bytes::binary-size(n), rest::binary>>, done), do: if(:erlang.crc32(bytes) == crc, do: entries(rest, [:erlang.binary_to_term(bytes, [:safe]) | done]), else: {Enum.reverse(done), :damaged})
  defp entries(<<>>, done), do: {Enum.reverse(done), :whole}
  defp entries(_, done), do: {Enum.reverse(done), :torn}
end

defmodule ExKvStore do
  alias ExKvStore.Log
  defstruct [:table, :log, clock: 0]

  def open(path) do
    table = :ets.new(:kv, [:ordered_set, :public])
    status = if File.exists?(path), do: (({entries, status} = Log.read(path)); Enum.each(entries, &apply_entry(table, &1)); status), else: :new
    {:ok, log} = Log.start_link(path)
    {%__MODULE__{table: table, log: log}, status}
  end

  def close(store), do: (GenServer.stop(store.log); :ets.delete(store.table))

  defp apply_entry(table, {:put, k, v, until}), do: :ets.insert(table, {k, v, until})
  defp apply_entry(table, {:delete, k}), do: :ets.delete(table, k)
  defp apply_entry(table, {:batch, ops}), do: Enum.each(ops, &apply_entry(table, &1))

  def put(store, k, v, ttl \\ :infinity), do: commit(store, {:put, k, v, if(ttl == :infinity, do: ttl, else: store.clock + ttl)})
  def delete(store, k), do: commit(store, {:delete, k})
  defp commit(store, entry), do: (:ok = Log.append(store.log, entry); apply_entry(store.table, entry); store)
  def get(store, k, default \\ nil), do: (case :ets.lookup(store.table, k) do [{_, v, until}] when until == :infinity or until > store.clock -> v; _ -> default end)
  def tick(store, n), do: %{store | clock: store.clock + n}
  def range(store, from, to), do: :ets.select(store.table, [{{:"$1", :"$2", :_}, [{:>=, :"$1", {:const, from}}, {:"=<", :"$1", {:const, to}}], [{{:"$1", :"$2"}}]}])
  def sweep(store), do: :ets.select_delete(store.table, [{{:_, :_, :"$1"}, [{:is_integer, :"$1"}, {:"=<", :"$1", store.clock}], [true]}])

  def transaction(store, fun) do
    ops = Process.put(:kv_ops, []) && []
    Process.put(:kv_ops, ops || [])
    result = fun.(fn op -> Process.put(:kv_ops, [op | Process.get(:kv_ops)]) end)
    commit(store, {:batch, Enum.reverse(Process.get(:kv_ops))})
    {:ok, result}
  rescue
    e -> {:rolled_back, Exception.message(e)}
  catch
    {:abort, why} -> {:aborted, why}
  after
    Process.delete(:kv_ops)
  end

  def main do
    path = Path.join(System.tmp_dir!(), "ex_kv_store.log")
    File.rm(path)
    {store, :new} = open(path)
    store = store |> put("a", 1) |> put("b", [2, %{c: 3}]) |> put({:tuple, 1}, "v") |> put(:short, "lived", 5) |> put("d", 4.5)
    IO.inspect(for k <- ["a", "b", {:tuple, 1}, :short, "zz"], do: get(store, k, :none))
    IO.inspect({get(tick(store, 4), :short), get(tick(store, 5), :short)})
    IO.inspect(range(store, "a", "c"))
    IO.inspect(transaction(store, fn op -> op.({:put, "t1", 1, :infinity}); op.({:delete, "a"}); :done end))
    IO.inspect(transaction(store, fn op -> op.({:put, "t2", 1, :infinity}); raise "no" end))
    IO.inspect(transaction(store, fn op -> op.({:put, "t3", 1, :infinity}); throw({:abort, :changed_my_mind}) end))
    IO.inspect(for k <- ["t1", "t2", "t3", "a"], do: get(store, k))
    IO.inspect({sweep(tick(store, 10)), :ets.info(store.table, :size)})
    1..8 |> Task.async_stream(fn w -> for i <- 1..25, do: put(store, {w, i}, w * i) end) |> Stream.run()
    IO.inspect({:ets.info(store.table, :size), range(store, {3, 20}, {3, 22})})
    before = :ets.tab2list(store.table)
    close(store)

    {store, status} = open(path)
    IO.inspect({status, Enum.reject(:ets.tab2list(store.table), &match?({:short, _, _}, &1)) == before, length(before)})
    close(store)
    whole = File.read!(path)
    File.write!(path, binary_part(whole, 0, byte_size(whole) - 3))
    {store, status} = open(path)
    IO.inspect({status, :ets.info(store.table, :size) < length(before) + 1})
    close(store)
    <<head::binary-size(20), byte, rest::binary>> = whole
    File.write!(path, <<head::binary, rem(byte + 1, 256), rest::binary>>)
    {store, status} = open(path)
    IO.inspect({status, :ets.tab2list(store.table)})
    close(store)
    File.rm!(path)
    {:ok, agent} = Agent.start_link(fn -> %{} end)
    Agent.update(agent, &Map.put(&1, :k, 1))
    IO.inspect({Agent.get_and_update(agent, &Map.pop(&1, :k)), Agent.get(agent, & &1), Agent.stop(agent)})
  end
end
