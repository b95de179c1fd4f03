# stage: e. raise, rescue, reraise, catch, after, else; messages and formats of exceptions, exceptions of one's own.
defmodule ExExceptions.Custom do
  defexception [:code, message: "custom failed"]
end

defmodule ExExceptions.WithBuilder do
  defexception [:path]
  @impl true
  def exception(path), do: %__MODULE__{path: path}
  @impl true
  def message(%{path: p}), do: "cannot use #{inspect(p)}"
end

defmodule ExExceptions do
  alias ExExceptions.{Custom, WithBuilder}

  def main do
    for f <- raisers(), do: p(outcome(f))
    p({try(do: throw(:ball), catch: (x -> {:caught, x})), try(do: exit(:bye), catch: (:exit, r -> {:exit, r})), try(do: :erlang.error(:e), catch: (kind, r -> {kind, r}))})
    p(order(fn -> :fine end))
    p(order(fn -> raise "x" end))
    p(order(fn -> throw(:y) end))
    p(one_of())
    p(nested())
    p(again())
    p({Exception.message(%RuntimeError{message: "m"}), Exception.format(:error, %ArgumentError{message: "bad"}, []), Exception.format_banner(:exit, :normal), Exception.format_banner(:throw, 1), Exception.format_exit({:noproc, {GenServer, :call, [:x, :y, 5]}})})
    p({Exception.exception?(%Custom{}), Exception.exception?(1), Exception.normalize(:error, :badarith), Exception.normalize(:error, {:badmatch, 1})})
    p(for r <- [:normal, :shutdown, {:shutdown, :x}, :killed, :noproc, {:nocatch, 1}, {:undef, [{M, :f, 1, []}]}, {%RuntimeError{message: "boom"}, []}, "text"], do: Exception.format_exit(r))
    p(for e <- [{M, :f, 2, []}, {M, :f, [1, "a"], [file: 'lib/m.ex', line: 3]}, {:lists, :map, 2, [file: 'lists.erl', line: 1]}], do: Exception.format_stacktrace_entry(e))
    p({Exception.format_mfa(Foo.Bar, :baz, 2), Exception.format_mfa(:m, :"odd name", [1]), Exception.format_file_line("a.ex", 7)})
    p(frames())
    p({is_exception(%Custom{}), is_exception(:x), %Custom{} == Custom.exception([]), Custom.exception(code: 1).code, Custom.message(%Custom{})})
    p(fields())
    p(for kind <- [:error, :exit, :throw], do: raise_kind(kind))
  end

  defp raisers do
    [fn -> raise "plain" end, fn -> raise ArgumentError end, fn -> raise ArgumentError, "with text" end, fn -> raise Custom end, fn -> raise Custom, code: 7, message: "seven" end, fn -> raise WithBuilder, "/tmp" end,
     fn -> 1 / id(0) end, fn -> id([]) |> hd() end, fn -> {:ok, _} = id(:error) end, fn -> case id(1) do 2 -> 3 end end, fn -> cond do id(false) -> 1 end end, fn -> id(:nope).() end, fn -> id(fn x -> x end).(1, 2) end |> arity(),
     fn -> apply(Nowhere, :f, [1]) end, fn -> apply(String, :nope, []) end, fn -> only_positive(-1) end, fn -> Map.fetch!(%{}, :k) end, fn -> if id(1) and true, do: 1 end, fn -> id(5) && raise(KeyError, key: :a, term: %{}) end,
     fn -> Integer.parse("1", 99) end, fn -> :erlang.error(:raw) end, fn -> :erlang.error({:badkey, 1}) end, fn -> with :a <- id(:b), do: 1, else: (:c -> 2) end, fn -> for x <- id(3), do: x end, fn -> String.to_existing_atom("no_such_" <> "atom_here") end,
     fn -> <<id("x")::8>> end, fn -> %{id(%{}) | a: 1} end, fn -> id(%{}).a end, fn -> struct!(Custom, nope: 1) end, fn -> :fine end]
  end

  # The message of BadArityError holds the number of the fun.
  defp arity(f), do: fn -> try(do: f.(), rescue: (e in BadArityError -> {:arity, e.args})) end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)
  defp id(x), do: x
  defp only_positive(n) when n > 0, do: n
  defp deep(0), do: raise("deep")
  defp deep(n), do: {deep(n - 1)}

  defp outcome(f) do
    f.()
  rescue
    e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd()}
  else
    v -> {:value, v}
  end

  defp one_of do
    raise "a"
  rescue
    e in [ArgumentError, RuntimeError] -> {:one_of, e.message}
  end

  defp nested do
    try do
      raise ArgumentError, "inner"
    rescue
      e in KeyError -> e
    end
  rescue
    e -> {:outer, Exception.message(e)}
  end

  defp again do
    try do
      raise "first"
    rescue
      e -> reraise Custom, [code: e.message], __STACKTRACE__
    end
  rescue
    e in Custom -> {e.code, e.message}
  end

  defp frames do
    deep(3)
  rescue
    e -> {e.message, for({ExExceptions, f, a, i} <- __STACKTRACE__, do: {f, a, i[:line]}) |> Enum.take(4)}
  end

  defp fields do
    a = try(do: only_positive(id(-1)), rescue: (e in FunctionClauseError -> {e.function, e.arity, e.module}))
    b = try(do: apply(Nowhere, :gone, [1, 2]), rescue: (e in UndefinedFunctionError -> {e.module, e.function, e.arity}))
    {a, b}
  end

  defp raise_kind(kind) do
    :erlang.raise(kind, :reason, [])
  catch
    k, r -> {k, r}
  end

  defp order(f) do
    Process.put(:log, [])
    r =
      try do
        f.()
      rescue
        e -> note({:rescued, e.message})
      catch
        v -> note({:caught, v})
      else
        v -> note({:else, v})
      after
        note(:after)
      end
    {r, Enum.reverse(Process.get(:log))}
  end

  defp note(x) do
    Process.put(:log, [x | Process.get(:log)])
    x
  end
end
