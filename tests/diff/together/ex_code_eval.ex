# stage: e. Code: evaluation with bindings, quoting, formatting, syntax errors, modules made at run time.
defmodule ExCodeEval do
  def main do
    p Code.eval_string("a + b * 2", a: 1, b: 3)
    p Code.eval_string("x = 5; y = x + z; {x, y}", z: 1) |> then(fn {v, b} -> {v, Enum.sort(b)} end)
    p Code.eval_quoted(quote(do: unquote(3) + 4))
    for s <- ["1 + 2 * 3", "f(x, y)", "a.b(c)", "%{a: 1}", "fn x -> x end", "x |> f |> g()", "if a, do: b, else: c", "[h | t]", "\"a#\{b}c\"", "&(&1 + 1)", "@attr 1", "case x do 1 -> 2 end", "not a and b", "{1, 2}", "{1, 2, 3}", ":a", "~r/x/i", "A.B.c", "x.y", "1..2//3", "<<a::8>>"] do
      {:ok, q} = Code.string_to_quoted(s)
      p {s, Macro.to_string(q), strip(q)}
    end
    for s <- ["1 +", "foo(", "]", "end", "\"abc", "%{a", "fn -> ", "a b c d: ", "1 2", "do", "@", ":\"", "0x", "'", "if true do"], do: p {s, Code.string_to_quoted(s) |> err()}
    IO.puts Code.format_string!("defmodule   A do\ndef f( x,y ),do: x+y\n  @a [1,2,\n3]\nend") |> IO.iodata_to_binary()
    IO.puts Code.format_string!("x=%{a: 1,b: \"a very long string here\",c: [1,2,3,4,5,6,7,8,9],d: {:tuple, :of, :things}}|>Map.put(:e,5)", line_length: 40) |> IO.iodata_to_binary()
    [{m, bin}] = Code.compile_string("defmodule ExMadeHere do\n def f(x), do: {x, __MODULE__}\n def g, do: __ENV__.line\nend")
    p {m, is_binary(bin), apply(m, :f, [1]), apply(m, :g, []), function_exported?(m, :f, 1), m.__info__(:functions)}
    :code.purge(m); :code.delete(m)
    {:module, n, _, {:h, 0}} = Module.create(ExMadeToo, quote(do: (def h, do: unquote(Macro.escape(%{a: 1})))), Macro.Env.location(__ENV__))
    p {n, apply(n, :h, [])}
    :code.purge(n); :code.delete(n)
    for s <- ["undefined_var", "1 + :a", "no_such_fun(1)", "raise \"x\"", "String.nope()", "%{a: 1} = %{b: 2}", "throw(:t)", "exit(:e)", "defmodule X do\n  def f(, do: 1\nend", "import Nope", "&1", "x = ; 2"] do
      p {s, try do Code.eval_string(s) |> elem(0) rescue e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()} catch k, v -> {k, v} end}
    end
    p {Macro.underscore("FooBar.BazQux"), Macro.camelize("foo_bar/baz"), Macro.expand(quote(do: unless(a, do: b)), __ENV__) |> Macro.to_string(), Macro.prewalk(quote(do: 1 + 2), fn x when is_integer(x) -> x * 10; x -> x end) |> Macro.to_string(), Macro.postwalk(quote(do: f(1, g(2))), [], fn x, acc -> {x, if(is_integer(x), do: [x | acc], else: acc)} end) |> elem(1)}
    p {Macro.decompose_call(quote(do: A.f(1))) |> then(&match?({_, :f, [1]}, &1)), Macro.escape({1, %{a: [2]}}) , Macro.var(:x, nil), Macro.operator?(:+, 2), Macro.classify_atom(:"a b"), Macro.inspect_atom(:literal, :"a b"), Macro.quoted_literal?(quote(do: {1, [2]}))}
  end
  defp err({:error, {meta, a, b}}), do: {meta, a, b}
  defp err({:ok, q}), do: {:ok, strip(q)}
  defp strip(q), do: Macro.prewalk(q, &Macro.update_meta(&1, fn _ -> [] end))
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
