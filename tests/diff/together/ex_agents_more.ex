# stage: e. Agent: state in a process, failures inside, module functions, timeouts.
defmodule ExAgentsMore do
  def main do
    Process.flag(:trap_exit, true)
    {:ok, a} = Agent.start_link(fn -> %{n: 0} end, name: ExAgent)
    p {Agent.get(a, & &1), Agent.update(a, &Map.put(&1, :n, 5)), Agent.get_and_update(a, fn s -> {s.n, %{s | n: s.n + 1}} end), Agent.get(ExAgent, & &1.n), Agent.cast(a, fn s -> Map.put(s, :c, 1) end), Agent.get(a, & &1)}
    p {Agent.get(a, Map, :get, [:n]), Agent.update(a, Map, :put, [:k, :v]), Agent.get_and_update(a, Map, :pop, [:k]), Agent.get(a, Map, :keys, [])}
    p Enum.map(1..50, fn i -> Task.async(fn -> Agent.update(a, fn s -> Map.update(s, :sum, i, &(&1 + i)) end) end) end) |> Task.await_many() |> Enum.uniq()
    p Agent.get(a, & &1.sum)
    p (try do Agent.get(a, fn _ -> exit(:inside) end) catch :exit, {r, {GenServer, :call, _}} -> r end)
    p (receive do {:EXIT, ^a, r} -> r after 1000 -> :none end)
    p {Process.whereis(ExAgent), Agent.start(fn -> raise "init" end) |> elem(0), (Agent.start_link(fn -> exit(:no) end)), (receive do {:EXIT, _, r} -> r after 1000 -> :none end)}
    {:ok, b} = Agent.start(fn -> [] end)
    p {Agent.stop(b), Process.alive?(b), (try do Agent.get(b, & &1) catch :exit, {r, _} -> r end)}
    p (try do Agent.start_link(fn -> 1 end, name: "bad") rescue e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()} end)
    {:ok, c} = Agent.start(fn -> 0 end)
    p (try do Agent.update(c, fn _ -> Process.sleep(:infinity) end, 20) catch :exit, {r, _} -> r end)
    Process.exit(c, :kill)
    p Agent.child_spec(fn -> 1 end) |> Map.delete(:start)
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
