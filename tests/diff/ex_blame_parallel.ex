# stage: e. Exception.blame with its argument and guard analysis, texts of every standard exception, parallel compilation of files that need each other, diagnostics, code loaded from files.
defmodule ExBlameParallel do
  def main do
    blames(); messages(); parallel(); loading()
  end

  def guarded(x, y) when is_integer(x) and x > 3 and is_list(y), do: {x, y}
  def guarded(%{k: v}, [_ | _]) when v in [1, 2], do: v
  def guarded("prefix" <> _, y) when is_atom(y) or y == 1, do: y
  def kw(a, b \\ 2, opts \\ []), do: {a, b, opts}

  defp blames do
    for f <- [fn -> guarded(1, :x) end, fn -> guarded("other", 2) end, fn -> Enum.nothing([]) end, fn -> String.upcase(1) end, fn -> NoMod.f(1) end, fn -> :lists.map(1) end, fn -> nil.foo end, fn -> Map.fetch!(%{a: 1, ab: 2}, :aa) end, fn -> %{a: 1}.b end, fn -> :a.b.c end, fn -> (fn 1 -> 2 end).(3) end, fn -> (fn a, b -> a + b end).(1) end, fn -> %{1 | a: 2} end, fn -> %{%{x: 1} | a: 2} end, fn -> Keyword.fetch!([a: 1], :b) end, fn -> hd([]) end, fn -> 1 + :a end, fn -> String.to_existing_atom("no_such_atom_eqx") end, fn -> struct!(URI, nope: 1) end, fn -> Enum.fetch!([], 3) end, fn -> Integer.parse(:a) end, fn -> <<1::size(-1)>> end, fn -> :erlang.binary_to_atom(1, :utf8) end, fn -> raise "plain" end, fn -> to_string({1}) end, fn -> Enum.map(1, & &1) end, fn -> for(x <- 1, do: x) end, fn -> List.first(%{}) end, fn -> elem({1}, 5) end, fn -> :ets.lookup(:no_table_x, 1) end, fn -> cond do nil -> 1 end end, fn -> case 1 do 2 -> 3 end end, fn -> with(1 <- 2, do: 1, else: (3 -> 1)) end, fn -> try do 1 else 2 -> 3 end end] do
      try do
        Code.ensure_loaded(__MODULE__) && f.()
        p(:nothing_raised)
      rescue
        e ->
          {blamed, _} = Exception.blame(:error, e, __STACKTRACE__)
          IO.puts(Exception.message(blamed) |> String.replace(~r/#Function<[^>]*>/, "FUN"))
      end
    end
    {:ok, kind, clauses} = Exception.blame_mfa(ExBlameParallel.Sample |> compiled(), :f, [1, :b])
    p({kind, for({args, guards} <- clauses, do: {Enum.map(args, &{&1.match?, Macro.to_string(&1.node)}), Enum.map(guards, &blame_guard/1)})})
    p({Exception.blame_mfa(NoMod, :f, []), Exception.blame_mfa(:nothing_at_all, :map, [1, 2])})
    for {k, v} <- [{:throw, :ball}, {:exit, :normal}, {:exit, {:shutdown, 1}}, {:exit, {:noproc, {GenServer, :call, [:a, :b, 5]}}}, {:exit, {{:badmatch, 1}, [{M, :f, 1, [file: 'm.ex', line: 3]}]}}, {:error, :badarg}, {:error, {:badkey, :a, %{}}}, {{:EXIT, self()}, :killed}], do: IO.puts(Exception.format_banner(k, v, []) |> String.replace(~r/#PID<[^>]*>/, "PID"))
    p(for r <- [:normal, :kill, {:already_started, 1}, {:timeout, {M, :f, []}}, {:nodedown, :n}, :calling_self, {:EXIT, :x}, {:bad_return_value, 1}, {:undef, [{M, :f, [1], []}]}, {:function_clause, []}, :noconnection, {:failed_to_start_child, :c, :why}, {:start_spec, {:missing_dep, :x}}, {:invalid_child_type, 1}, "text"], do: Exception.format_exit(r))
  end
  defp blame_guard(%{match?: m, node: n}), do: {m, Macro.to_string(n)}
  defp blame_guard({op, _, args}), do: {op, Enum.map(args, &blame_guard/1)}
  defp blame_guard(other), do: other
  defp compiled(name) do
    dir = Path.join(System.tmp_dir!(), "ex_blame_#{System.unique_integer([:positive])}")
    File.mkdir_p!(dir)
    File.write!(Path.join(dir, "s.ex"), "defmodule #{inspect(name)} do\n def f(x, y) when x > 1 and is_binary(y), do: x\n def f(1, :a), do: 2\nend")
    {:ok, [^name], _} = Kernel.ParallelCompiler.compile_to_path([Path.join(dir, "s.ex")], dir)
    :code.add_patha(String.to_charlist(dir))
    :code.purge(name); :code.delete(name); Code.ensure_loaded(name)
    name
  end

  defp messages do
    for e <- [%ArgumentError{}, %ArithmeticError{}, %BadArityError{function: &is_atom/1, args: [1, 2]}, %BadBooleanError{operator: "and", term: 1}, %BadFunctionError{term: 1}, %BadMapError{term: 1}, %BadStructError{struct: S, term: 1}, %CaseClauseError{term: 1}, %CompileError{file: "f", line: 2, description: "d"}, %CondClauseError{}, %ErlangError{original: :x}, %File.Error{reason: :enoent, action: "read", path: "p"}, %File.CopyError{reason: :eacces, action: "copy", source: "a", destination: "b"}, %FunctionClauseError{module: M, function: :f, arity: 2}, %KeyError{key: :k, term: [a: 1]}, %MatchError{term: 1}, %Protocol.UndefinedError{protocol: P, value: 1, description: "d"}, %RuntimeError{}, %SystemLimitError{}, %TryClauseError{term: 1}, %UndefinedFunctionError{module: nil, function: :f, arity: 1}, %UnicodeConversionError{encoded: "a", message: "m"}, %WithClauseError{term: 1}, %Enum.EmptyError{}, %Enum.OutOfBoundsError{}, %OptionParser.ParseError{message: "m"}, %Regex.CompileError{message: "m"}, %URI.Error{action: :parse, reason: "r", part: ":"}, %Version.InvalidVersionError{version: "v"}, %TokenMissingError{file: "f", line: 1, column: 2, description: "d"}, %SyntaxError{file: "f", line: 1, column: 2, description: "d"}, %Code.LoadError{file: "f", message: "m"}], do: p({e.__struct__, Exception.message(e)})
  rescue
    e -> p(Exception.message(e))
  end

  defp parallel do
    dir = Path.join(System.tmp_dir!(), "ex_blame_parallel.dir")
    File.rm_rf!(dir)
    File.mkdir_p!(dir)
    files = for {n, t} <- [a: "defmodule ExPar.A do\n require ExPar.M\n def f, do: ExPar.M.twice(ExPar.B.g())\nend", b: "defmodule ExPar.B do\n @x ExPar.C.value()\n def g, do: @x\nend", c: "defmodule ExPar.C do\n def value, do: %ExPar.S{n: 4}.n\nend", m: "defmodule ExPar.M do\n defmacro twice(x), do: quote(do: unquote(x) * 2)\nend", s: "defmodule ExPar.S do\n defstruct n: 1\nend"] do
      File.write!(Path.join(dir, "#{n}.ex"), t)
      Path.join(dir, "#{n}.ex")
    end
    {:ok, mods, warnings} = Kernel.ParallelCompiler.compile(files, each_file: fn f -> send(self(), {:file, Path.basename(f)}) end)
    p({Enum.sort(mods), warnings, apply(ExPar.A, :f, [])})
    out = Path.join(dir, "out")
    File.mkdir_p!(out)
    {:ok, mods, _} = Kernel.ParallelCompiler.compile_to_path(files, out, return_diagnostics: false)
    p({length(mods), File.ls!(out) |> Enum.sort()})
    for m <- mods, do: (:code.purge(m); :code.delete(m); :code.purge(m))
    for {text, i} <- Enum.with_index(["defmodule ExPar.X do\n def f, do: y\nend", "defmodule ExPar.X do\n use ExPar.Missing\nend", "1 +", "defmodule ExPar.X do\n @y ExPar.X.f()\nend", "%ExPar.None{}"]) do
      f = Path.join(dir, "bad#{i}.ex")
      File.write!(f, text)
      p(case ExUnit.CaptureIO |> Code.ensure_loaded?() && quiet(fn -> Kernel.ParallelCompiler.compile([f]) end) do
        {:error, es, _} -> for({file, line, text} <- es, do: {Path.basename(file), line, text |> String.split("\n") |> hd() |> String.replace(dir, "DIR")})
        other -> other
      end)
    end
    File.rm_rf!(dir)
  end
  defp quiet(f) do
    {:ok, dev} = StringIO.open("")
    old = Process.whereis(:standard_error)
    Process.unregister(:standard_error); Process.register(dev, :standard_error)
    try do f.() after
      Process.unregister(:standard_error); Process.register(old, :standard_error)
    end
  end

  defp loading do
    f = Path.join(System.tmp_dir!(), "ex_load_#{System.unique_integer([:positive])}.exs")
    File.write!(f, "defmodule ExBlameParallel.Loaded do\n def v, do: 1\nend\n:last")
    p({Code.require_file(f) |> Enum.map(&elem(&1, 0)), Code.require_file(f), Code.compile_file(f) |> length(), Code.eval_file(f) |> elem(0) == :last, Enum.member?(Code.required_files(), f), Code.unrequire_files([f]), Enum.member?(Code.required_files(), f), Code.ensure_loaded(ExBlameParallel.Loaded), Code.ensure_compiled(NoMod), Code.get_compiler_option(:debug_info), Code.available_compiler_options() |> length() > 5})
    :code.purge(ExBlameParallel.Loaded); :code.delete(ExBlameParallel.Loaded)
    File.rm!(f)
    p(try do Code.require_file(f) rescue e -> {e.__struct__} end)
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, printable_limit: :infinity, width: 200)
end
