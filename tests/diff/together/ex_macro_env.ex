# stage: e. Macro and Macro.Env beside the quoted basics: environments asked and changed, aliases and imports looked up, dbg, escapes, unpipes, traversals with state, generated variables, validity.
defmodule ExMacroEnv do
  require Record
  import List, only: [flatten: 1]
  import Bitwise, only: [band: 2]
  alias String, as: S
  alias Foo.{Bar, Baz}
  defmacro env_now, do: Macro.escape(Map.take(__CALLER__, [:module, :function, :context, :line]) |> Map.to_list())
  def main do
    _ = {flatten([1]), band(1, 3), S.upcase("a"), Bar, Baz}
    e = __ENV__
    p({e.module, e.function, e.context, Path.basename(e.file), Enum.sort(e.aliases), e.requires |> Enum.filter(&(&1 in [Record, Bitwise, Logger])), Macro.Env.vars(e) |> Enum.sort()})
    p({Macro.Env.fetch_alias(e, :S), Macro.Env.fetch_alias(e, :Nope), Macro.Env.fetch_macro_alias(e, :S), Macro.Env.has_var?(e, {:e, nil}), Macro.Env.has_var?(e, {:zz, nil}), Macro.Env.required?(e, Record), Macro.Env.required?(e, Logger)})
    p({Macro.Env.lookup_import(e, {:flatten, 1}), Macro.Env.lookup_import(e, {:is_atom, 1}), Macro.Env.lookup_import(e, {:nope, 0}), Macro.Env.location(e) |> Keyword.keys(), Macro.Env.in_guard?(e), Macro.Env.in_match?(e), Macro.Env.in_match?(Macro.Env.to_match(e))})
    p(Macro.Env.stacktrace(e) |> Enum.map(fn {m, f, a, i} -> {m, f, a, Keyword.keys(i)} end))
    p(Macro.Env.prune_compile_info(e) |> Map.take([:lexical_tracker, :tracers]))
    p({Macro.Env.prepend_tracer(e, Some).tracers, eval_macro()})
    for q <- [quote(do: S.upcase("x")), quote(do: unless(a, do: b)), quote(do: a |> b(1) |> c()), quote(do: __MODULE__), quote(do: &(&1 + 1)), quote(do: Bar), quote(do: "a#{1}"), quote(do: ~w(a b)), quote(do: 1 in [1, 2]), quote(do: x && y)] do
      p({Macro.to_string(q), Macro.expand_once(q, e) |> strip() |> short(), Macro.expand(q, e) |> strip() |> short(), Macro.quoted_literal?(q), Macro.operator?(:in, 2)})
    end
    p({Macro.unpipe(quote(do: a |> b |> c(1))) |> strip(), try_it(fn -> Macro.pipe(1, quote(do: x), 0) |> strip() end), Macro.pipe(1, quote(do: f(2)), 1) |> Macro.to_string(), try_it(fn -> Macro.pipe(1, quote(do: 5), 0) end)})
    p({Macro.generate_arguments(3, __MODULE__), Macro.generate_unique_arguments(2, __MODULE__) |> Enum.map(fn {n, m, c} -> {n, Keyword.keys(m), c} end), Macro.var(:q, nil), Macro.unique_var(:u, nil) |> elem(0)})
    p({Macro.escape(%{a: {1, 2, 3}}), Macro.escape({:unquote, [], [1]}, unquote: true), Macro.escape([1 | 2]), try_it(fn -> Macro.escape(self()) |> is_pid() end)} |> then(fn t -> t end))
  rescue
    x -> p({:rescued, x, hd(__STACKTRACE__)})
  after
    rest()
  end
  defp rest do
    p(for x <- [1, {:a, [], nil}, {:a, 1}, {1, 2, 3}, [a: self()], %{}, {{:., [], [1]}, [], []}, fn -> 1 end], do: Macro.validate(x) |> then(fn :ok -> :ok; {:error, v} when is_function(v) -> :fun; o -> o end))
    p({Macro.camelize("foo_bar/baz_1"), Macro.underscore("FooBar.BazQUX1"), Macro.underscore(Foo.BarBaz), Macro.inspect_atom(:literal, :"a b"), Macro.inspect_atom(:key, :ab), Macro.inspect_atom(:remote_call, :+), Macro.inspect_atom(:literal, Foo.Bar), Macro.classify_atom(:"a b"), Macro.classify_atom(:ok?), Macro.classify_atom(:Foo), Macro.classify_atom(:<>)})
    p({Macro.special_form?(:case, 2), Macro.special_form?(:if, 2), Macro.operator?(:+, 1), Macro.operator?(:+, 3), Macro.path(quote(do: f(a, [b, {c, 1}])), &match?({:c, _, _}, &1)) |> Enum.map(&Macro.to_string/1), Macro.decompose_call(quote(do: A.b(1))) |> strip(), Macro.decompose_call(quote(do: f(1))), Macro.decompose_call(1)})
    {q, acc} = Macro.traverse(quote(do: f(1, g(2, [3, {4, 5}]))), [], fn x, a -> {x, [{:in, short(strip(x))} | a]} end, fn n, a when is_integer(n) -> {n * 10, a}; x, a -> {x, [:out | a]} end)
    p({Macro.to_string(q), Enum.reverse(acc)})
    p({Macro.postwalk(quote(do: 1 + 2), fn n when is_integer(n) -> -n; x -> x end) |> Macro.to_string(), Macro.prewalker(quote(do: f(1))) |> Enum.map(&strip/1), Macro.postwalker(quote(do: f(1))) |> Enum.map(&strip/1)})
    p(for t <- ["a\\nb", "\\x41\\u00e9", "\\u{1F600}", "\\q", "\\"], do: try_it(fn -> Macro.unescape_string(t) end))
    p({Macro.struct!(URI, __ENV__) |> Map.keys() |> Enum.take(3), try_it(fn -> Macro.struct!(Enum, __ENV__) end)})
  rescue
    x -> p({:rescued, x, hd(__STACKTRACE__)})
  after
    ExUnit.CaptureIO.capture_io(fn -> "ab" |> String.upcase() |> String.length() |> dbg() end) |> String.replace(~r/^\[.*\]\n/, "[place]\n") |> IO.puts()
    ExUnit.CaptureIO.capture_io(fn -> (fn x -> dbg(x + 1, label: "q", width: 20) end).(1) end) |> String.replace(~r/^\[.*\]\n/, "[place]\n") |> IO.puts()
  end
  defp eval_macro, do: Code.eval_string("require ExMacroEnv; ExMacroEnv.env_now()", [], file: "here.ex", line: 5) |> elem(0)
  defp strip(q), do: Macro.prewalk(q, fn t -> Macro.update_meta(t, fn _ -> [] end) end)
  defp short(q), do: Macro.to_string(q) |> String.slice(0, 90)
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
