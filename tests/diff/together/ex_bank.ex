# stage: e. A bank of processes: accounts in a registry, transfers with rollback, a ledger that adds up.
defmodule ExBank.Account do
  use GenServer
  def start_link({id, sum}), do: GenServer.start_link(__MODULE__, {id, sum}, name: via(id))
  def via(id), do: {:via, Registry, {ExBank.Registry, id}}
  def init(s), do: {:ok, s}
  def handle_call(:balance, _, {_, sum} = s), do: {:reply, sum, s}
  def handle_call({:withdraw, n}, _, {id, sum}) when n <= sum, do: {:reply, :ok, {id, sum - n}}
  def handle_call({:withdraw, n}, _, {id, sum}), do: {:reply, {:error, {:insufficient, id, n - sum}}, {id, sum}}
  def handle_call({:deposit, n}, _, {id, sum}) when n > 0, do: {:reply, :ok, {id, sum + n}}
end
defmodule ExBank do
  alias ExBank.Account
  def main do
    {:ok, sup} = Supervisor.start_link([{Registry, keys: :unique, name: ExBank.Registry}, {DynamicSupervisor, name: ExBank.Sup, strategy: :one_for_one}, {Agent, fn -> [] end} |> Supervisor.child_spec(id: :ledger)], strategy: :rest_for_one)
    {_, ledger, _, _} = List.keyfind(Supervisor.which_children(sup), :ledger, 0)
    for {id, n} <- [a: 100, b: 50, c: 0], do: {:ok, _} = DynamicSupervisor.start_child(ExBank.Sup, {Account, {id, n}})
    IO.inspect transfer(ledger, :a, :b, 30)
    IO.inspect transfer(ledger, :c, :a, 1)
    IO.inspect transfer(ledger, :a, :nobody, 10)
    IO.inspect balances()
    1..200 |> Task.async_stream(fn i -> transfer(ledger, Enum.at([:a, :b, :c], rem(i, 3)), Enum.at([:b, :c, :a], rem(i * 7, 3)), rem(i, 5) + 1) end, max_concurrency: 4) |> Enum.frequencies_by(fn {:ok, r} -> if(r == :ok, do: :ok, else: :refused) end) |> Map.keys() |> IO.inspect()
    IO.inspect balances() |> Map.values() |> Enum.sum()
    IO.inspect Agent.get(ledger, &Enum.sum(for {_, _, n} <- &1, do: n)) > 30
    [{pid, _}] = Registry.lookup(ExBank.Registry, :a)
    ref = Process.monitor(pid)
    catch_exit(fn -> GenServer.call(pid, {:deposit, -1}) end) |> IO.inspect()
    receive do {:DOWN, ^ref, _, _, {:function_clause, [{m, f, _, _} | _]}} -> IO.inspect({m, f}) end
    IO.inspect wait(fn -> match?([{p, _}] when p != pid, Registry.lookup(ExBank.Registry, :a)) end)
    IO.inspect GenServer.call(Account.via(:a), :balance)
    Supervisor.stop(sup)
    IO.inspect Process.whereis(ExBank.Registry)
  end
  defp transfer(ledger, from, to, n) do
    with :ok <- call(from, {:withdraw, n}), {:to, :ok} <- {:to, call(to, {:deposit, n})} do
      Agent.update(ledger, &[{from, to, n} | &1])
    else
      {:to, error} -> call(from, {:deposit, n}); error
      error -> error
    end
  end
  defp call(id, m) do
    GenServer.call(Account.via(id), m)
  catch
    :exit, {:noproc, _} -> {:error, :no_account}
  end
  defp balances, do: for(id <- [:a, :b, :c], into: %{}, do: {id, call(id, :balance)})
  defp catch_exit(f) do
    f.()
  catch
    :exit, {{r, _}, {GenServer, :call, [_, m, 5000]}} -> {r, m}
  end
  defp wait(f, n \\ 300)
  defp wait(_, 0), do: :never
  defp wait(f, n), do: f.() || (Process.sleep(3); wait(f, n - 1))
end
