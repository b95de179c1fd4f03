# stage: e. with, try, rescue, catch, else, after: what each gives, and in which order things happen.
defmodule ExWithTry do
  defmodule Oops do
    defexception message: "oops", code: 0
  end
  def main do
    for v <- [%{a: {:ok, 1}, b: {:ok, 2}}, %{a: {:error, :no}}, %{a: {:ok, 5}, b: :weird}, %{}], do: p both(v)
    p with(x when x > 1 <- 5, y = x * 2, {z, _} <- {y, 0}, do: z)
    p with(:a <- :b, do: 1)
    p (try do with(:a <- :b, do: 1, else: (:c -> 2)) rescue e -> {e.__struct__, Exception.message(e)} end)
    for k <- [:ok, :raise, :throw, :exit, :erlang, :custom, :clause, :match, :badarith, :undef, :case, :cond, :fun, :bool] do
      p {k, attempt(k)}
    end
    p order()
    p (try do 1 else 1 -> :one; _ -> :other end)
    p (try do try do 7 else 1 -> :one end rescue e -> {e.__struct__, Exception.message(e)} end)
    p nested()
  end
  defp both(m) do
    with {:ok, a} <- Map.get(m, :a, :missing), {:ok, b} <- m[:b] do
      {:sum, a + b}
    else
      {:error, r} -> {:failed, r}
      :missing -> :nothing
      other -> {:else, other}
    end
  end
  defp attempt(k) do
    act(k)
  rescue
    e in [ArithmeticError, MatchError] -> {:arith_or_match, Exception.message(e)}
    e in Oops -> {:oops, e.code, e.message}
    e in FunctionClauseError -> {:clause, e.function, e.arity}
    e in UndefinedFunctionError -> {:undef, e.module, e.function, e.arity}
    e in [CaseClauseError, CondClauseError, BadFunctionError, BadArityError, BadBooleanError] -> {:clausal, Exception.message(e)}
    e in ErlangError -> {:erlang, e.original}
    e -> {:other, e.__struct__, Exception.message(e) |> String.split("\n") |> hd()}
  catch
    :throw, v -> {:thrown, v}
    :exit, v -> {:exited, v}
  else
    v -> {:fine, v}
  after
    send(self(), {:after, k})
    receive do: ({:after, ^k} -> :ok)
  end
  defp act(:ok), do: 1
  defp act(:raise), do: raise("plain")
  defp act(:throw), do: throw(:ball)
  defp act(:exit), do: exit({:shutdown, 1})
  defp act(:erlang), do: :erlang.error({:custom, 1})
  defp act(:custom), do: raise(Oops, code: 42)
  defp act(:clause), do: String.length(:atom)
  defp act(:match), do: ({:ok, _} = id(:error))
  defp act(:badarith), do: 1 + id(:a)
  defp act(:undef), do: apply(No.Such, :fun, [1])
  defp act(:case), do: (case id(1) do 2 -> :x end)
  defp act(:cond), do: (cond do id(false) -> 1 end)
  defp act(:fun), do: id(:no_fun).(2)
  defp act(:bool), do: id(nil) and true
  defp id(x), do: x
  defp order do
    log = fn m -> Process.put(:log, [m | Process.get(:log, [])]) end
    r = try do
      log.(:body)
      try do
        raise "in"
      after
        log.(:inner_after)
      end
    rescue
      _ -> log.(:rescue); :rescued
    after
      log.(:outer_after)
    end
    {r, Enum.reverse(Process.get(:log))}
  end
  defp nested do
    try do
      try do raise "a" rescue e -> reraise %Oops{message: "again: " <> e.message}, __STACKTRACE__ end
    rescue
      e -> {Exception.message(e), Enum.any?(__STACKTRACE__, &match?({ExWithTry, :nested, 0, _}, &1))}
    end
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
