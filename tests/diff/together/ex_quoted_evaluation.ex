# stage: e. Code given as quoted terms: compiled, evaluated with bindings and environments that go on, formatted files, parallel compilation with failures, paths, tokens of odd identifiers, parser options.
defmodule ExQuotedEvaluation do
  def main do
    {:ok, _} = Application.ensure_all_started(:ex_unit)
    env = Code.env_for_eval(file: "e.ex", line: 7)
    {r, b, env2} = Code.eval_quoted_with_env(quote(do: (import Bitwise, only: [bor: 2]; x = bor(1, 6); y = x + 1; {x, y})), [z: 3], env)
    p({r, Enum.sort(Enum.map(b, fn {{n, _}, v} -> {n, v}; {n, v} -> {n, v} end)), env2.functions |> Keyword.has_key?(Bitwise), env2.file, Macro.Env.vars(env2) |> Enum.map(&elem(&1, 0)) |> Enum.sort()})
    p({try_it(fn -> Code.eval_quoted_with_env(quote(do: bor(x_none, 1)), [], env2) end), Code.eval_string("a + b", a: 1, b: 2), Code.eval_string("__ENV__.file", [], file: "q.ex") |> elem(0), try_it(fn -> Code.eval_string("1 + :a") end), try_it(fn -> Code.eval_string("(1", [], file: "p.ex", line: 9) end), Code.eval_quoted({:+, [], [1, 2]}), try_it(fn -> Code.eval_quoted({:a, 1}) end), try_it(fn -> Code.eval_quoted(%{a: {1, 2, 3}}) end)})
    q = for n <- [:one, :two], do: {:defmodule, [], [{:__aliases__, [], [:ExQe, n |> to_string() |> String.capitalize() |> String.to_atom()]}, [do: {:def, [], [{n, [], []}, [do: n]]}]]}
    ms = Enum.flat_map(q, &Code.compile_quoted/1)
    p({Enum.map(ms, &elem(&1, 0)), ExQe.One.one(), ExQe.Two.two(), Code.ensure_loaded?(ExQe.One), Code.ensure_compiled(ExQe.None), try_it(fn -> Code.ensure_compiled!(ExQe.None) end), try_it(fn -> Code.ensure_loaded!(ExQe.None) end), Code.can_await_module_compilation?()})
    for {m, _} <- ms, do: :code.purge(m) && :code.delete(m)
    dir = "/tmp/ex_quoted_evaluation.dir"
    File.rm_rf!(dir)
    File.mkdir_p!(dir <> "/ebin")
    w = fn n, t -> File.write!(Path.join(dir, n), t); Path.join(dir, n) end
    f = w.("ugly.ex", "defmodule  A  do\n def f( x,y )do x+y end\n@moduledoc   \"m\"\nend")
    p({Code.format_file!(f) |> IO.iodata_to_binary(), Code.format_file!(f, line_length: 20) |> IO.iodata_to_binary()})
    a = w.("a.ex", "defmodule ExQe.A do\n  def a, do: ExQe.B.b() + 1\n  defmacro __using__(_), do: quote(do: (def used, do: 5))\nend")
    b1 = w.("b.ex", "defmodule ExQe.B do\n  use ExQe.C\n  def b, do: used() + c()\nend")
    c = w.("c.ex", "defmodule ExQe.C do\n  defmacro __using__(_), do: quote(do: (def used, do: 5; def c, do: 6))\nend")
    bad = w.("bad.ex", "defmodule ExQe.Bad do\n  use ExQe.Nowhere\nend")
    dead = w.("dead.ex", "defmodule ExQe.D1 do\n  ExQe.D2.x()\nend\ndefmodule ExQe.D3 do\nend")
    {:ok, mods, _} = Kernel.ParallelCompiler.compile([a, b1, c])
    p({Enum.sort(mods), ExQe.A.a()})
    {:ok, mods, _} = quiet(fn -> Kernel.ParallelCompiler.compile_to_path([c, a, b1], dir <> "/ebin") end)
    p({Enum.sort(mods), File.ls!(dir <> "/ebin") |> Enum.sort()})
    p(quiet(fn -> Kernel.ParallelCompiler.compile([bad, a]) end) |> errors())
    p(quiet(fn -> Kernel.ParallelCompiler.compile([dead]) end) |> errors())
    p(quiet(fn -> Kernel.ParallelCompiler.require([w.("r2.exs", "raise \"no\"")], each_file: fn x -> x end) end) |> errors())
    p({Code.prepend_path(dir <> "/ebin"), Code.append_path(dir <> "/none"), Code.delete_path(dir <> "/ebin"), Code.delete_path("nope"), Code.require_file(w.("q.exs", "defmodule ExQe.Q do end")) |> Enum.map(&elem(&1, 0)), Code.require_file(Path.join(dir, "q.exs")), Enum.any?(Code.required_files(), &String.ends_with?(&1, "q.exs")), Code.unrequire_files([Path.join(dir, "q.exs")]), Code.require_file("q.exs", dir) |> is_list(), try_it(fn -> Code.require_file("none.exs") end)} |> Tuple.delete_at(8))
    for t <- ["été = 1", "变量 + x", "foo?!", "@é", "a̧", "ℂ", "ａ", "x²", "Été.f", "\"\\u{110000}\"", "аdmin = 1; admin = 2", ":\"a b\"", "a\u202Eb", "_é?", "0x", "1.e", "?", "~q", "%{", "fn -> end end", "a b c", "&1 + &", "%Foo{a", "<<1::>>", "do end", "x = )", "\"a\#{", "'''", "1__0", "@", "..", "...", "a...b", "not in", "x not in y", "!x in y", "a when b", "{:a,}", "[,]", "f(,)", "%{a: 1,, b: 2}", "if true do 1 else 2 rescue 3 end", ">>", "->", "(a -> b; c)", "; ;", "1 2", "\\", "a.()", "a.1", "A.{B, C}", "&(&1)", "-1 - -1", "!!a", "^a = 1"] do
      p({t, quiet(fn -> case Code.string_to_quoted(t) do {:ok, q} -> {:ok, Macro.to_string(q)}; {:error, {m, e, tok}} -> {:error, m, e, tok} end end)})
    end
    p({Code.string_to_quoted("a.b(1)", columns: true, token_metadata: true), Code.string_to_quoted("[1, 'a', \"b\", :c]", literal_encoder: fn l, m -> {:ok, {:lit, Keyword.keys(m), [l]}} end), Code.string_to_quoted("foo_unknown_atom_qe", static_atoms_encoder: fn t, _ -> {:ok, {:my, t}} end), Code.string_to_quoted("a = # c\n 1", file: "z"), Code.string_to_quoted_with_comments("# one\nx # two\n") |> elem(2) |> Enum.map(&Map.take(&1, [:line, :text])), Code.string_to_quoted("never_seen_atom_qe_1", existing_atoms_only: true), Code.string_to_quoted("\"a\#{b}\"", unescape: false)})
    File.rm_rf!(dir)
    for m <- [ExQe.A, ExQe.B, ExQe.C, ExQe.Q], do: :code.purge(m) && :code.delete(m)
  end
  defp errors({k, es, _}), do: {k, Enum.map(es, fn {f, l, m} -> {Path.basename(f), l, m |> String.split("\n") |> hd() |> String.slice(0, 90)}; o -> o end) |> Enum.sort()}
  defp quiet(f) do
    ExUnit.CaptureIO.capture_io(:stderr, fn -> send(self(), {:quiet, f.()}) end)
    receive do {:quiet, r} -> r end
  end
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  catch
    k, v -> {k, v}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
