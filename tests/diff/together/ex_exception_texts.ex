# stage: e. Texts of exceptions, of exits and of stack traces as Exception formats them.
defmodule ExExceptionTexts do
  def main do
    for f <- all() do
      try do
        f.()
      catch
        kind, value ->
          e = Exception.normalize(kind, value, __STACKTRACE__)
          line Exception.format_banner(kind, e, __STACKTRACE__)
          if is_exception(e), do: line(inspect(e) |> String.slice(0, 150))
      end
    end
    for r <- [:normal, :noproc, {:shutdown, :x}, {:timeout, {GenServer, :call, [:s, :m, 5]}}, {:noproc, {GenServer, :call, [:s, :m, 5]}}, {{:badmatch, 1}, [{M, :f, 2, [file: 'a.ex', line: 3]}]}, {:bad_return_value, 1}, :kill, {:already_started, :p}, {:EXIT, :x}, {:nodedown, :n@h}, {:calling_self, {GenServer, :call, [:s, :m, 5]}}, "text"] do
      line Exception.format_exit(r)
    end
    line Exception.format_stacktrace([{M, :f, 2, [file: 'lib/m.ex', line: 3]}, {M, :"-f/1-fun-0-", 1, []}, {:erlang, :+, [1, :a], []}, {fn -> 1 end |> then(fn _ -> :lists end), :map, 2, [file: 'lists.erl', line: 1]}, {M, :__info__, 1, [file: '', line: 0]}, {M, :"odd name", 0, []}])
    line Exception.format_mfa(Foo.Bar, :baz, [1, "x"])
    line Exception.format_mfa(:erl, :"weird-name", 2)
    line Exception.format_fa(fn -> 1 end, 0) |> String.replace(~r/\d+/, "N")
    line Exception.format_file_line("a.ex", 3)
    line Exception.format_file_line(nil, 3)
    line Exception.format(:error, %RuntimeError{message: "m"}, [])
    line Exception.format(:throw, :ball, [])
    line Exception.format(:exit, :bye, [])
  end
  defp all do
    i = fn x -> x end
    [
      fn -> raise "text" end, fn -> raise ArgumentError end, fn -> raise ArgumentError, "why" end, fn -> raise KeyError, key: :k, term: %{a: 1} end,
      fn -> Map.fetch!(%{kay: 1}, :key) end, fn -> i.(%{a: 1}).b end, fn -> i.(nil).b end, fn -> i.(:m).b end, fn -> %{i.(%{}) | a: 1} end, fn -> Map.put(i.(1), 1, 2) end,
      fn -> i.(5).() end, fn -> i.(fn a -> a end).(1, 2) end, fn -> hd(i.([])) end, fn -> elem({1}, i.(3)) end, fn -> String.to_existing_atom("surely_no_such_atom_1") end,
      fn -> Enum.fetch!([], 1) end, fn -> :erlang.binary_to_integer("x") end, fn -> :lists.keyfind(1, 2, 3) end, fn -> Integer.parse(1) end, fn -> Enum.map(1, & &1) end, fn -> to_string({1}) end,
      fn -> exit(:reason) end, fn -> throw({:a, 1}) end, fn -> :erlang.error(:system_limit) end, fn -> :erlang.error({:badkey, 1}) end, fn -> :erlang.error({:badmap, 1}) end, fn -> :erlang.error({:case_clause, 1}) end,
      fn -> :erlang.error({:try_clause, 1}) end, fn -> :erlang.error(:if_clause) end, fn -> :erlang.error({:badbool, :and, 1}) end, fn -> :erlang.error(:badarith) end, fn -> :erlang.error(:function_clause) end, fn -> :erlang.error(:undef) end,
      fn -> Process.register(self(), nil) end, fn -> struct!(ExExceptionTexts.No, a: 1) end, fn -> struct!(URI, nope: 1) end, fn -> Process.exit(:x, :y) end, fn -> send(:surely_no_name, 1) end, fn -> GenServer.call(:surely_no_name, 1) end,
      fn -> List.to_integer('x1') end, fn -> Atom.to_string("x") end, fn -> Tuple.insert_at({}, 5, 1) end, fn -> Code.eval_string("1 +") end, fn -> Code.string_to_quoted!("[1, ") end, fn -> Protocol.assert_impl!(Enumerable, Integer) end, fn -> :ets.lookup(:surely_no_table, 1) end
    ]
  end
  defp line(t), do: IO.puts(t)
end
