# stage: e. Quoted expressions: to text and back, walks that rewrite and count, hygiene, expansion, what the parser says of errors.
defmodule ExQuoted.Macros do
  defmacro twice(expression), do: quote(do: (x = unquote(expression); {x, x}))
  defmacro unless_zero(x, do: body), do: quote(do: if(unquote(x) != 0, do: unquote(body)))
  defmacro my_var(name, value), do: quote(do: var!(unquote(Macro.var(name, nil))) = unquote(value))
  defmacro show(expression), do: quote(do: {unquote(Macro.to_string(expression)), unquote(expression)})
  defmacro generate(names) do
    for name <- names, do: quote(do: def(unquote(name)(), do: unquote(Atom.to_string(name) |> String.upcase())))
  end
end

defmodule ExQuoted.Generated do
  require ExQuoted.Macros
  ExQuoted.Macros.generate([:alpha, :beta])
end

defmodule ExQuoted do
  require ExQuoted.Macros, as: M

  def simplify({:+, _, [x, 0]}), do: x
  def simplify({:+, _, [0, x]}), do: x
  def simplify({:*, _, [_, 0]}), do: 0
  def simplify({:*, _, [x, 1]}), do: x
  def simplify({op, _, [a, b]}) when op in [:+, :*, :-] and is_integer(a) and is_integer(b), do: apply(Kernel, op, [a, b])
  def simplify(other), do: other

  def variables(ast) do
    {_, names} = Macro.prewalk(ast, [], fn
      {name, _, context} = node, names when is_atom(name) and is_atom(context) -> {node, [name | names]}
      node, names -> {node, names}
    end)
    names |> Enum.uniq() |> Enum.sort()
  end

  def main do
    x = 10
    IO.inspect(M.twice(x + 1))
    IO.inspect({M.unless_zero(x, do: :not_zero), M.unless_zero(0, do: :never)})
    M.my_var(:y, 5)
    IO.inspect(y)
    IO.inspect(M.show(Enum.map([1, 2], fn a -> a * x end)))
    IO.inspect({ExQuoted.Generated.alpha(), ExQuoted.Generated.beta()})

    for source <- ["a + 0 * (b + 1)", "(1 + 2) * (x - 0)", "f(a, b, fn c -> c + d end)", "0 + (z * 1) + 2 * 3"] do
      ast = Code.string_to_quoted!(source)
      IO.puts("#{source} => #{ast |> Macro.postwalk(&simplify/1) |> Macro.to_string()} #{inspect(variables(ast))}")
    end

    for ast <- [quote(do: a.b.c(1)), quote(do: @x), quote(do: %{a | b: 1}), quote(do: &(&1 + 1)), quote(do: <<a::size(8)>>), quote(do: [a: 1]), quote(do: fn a when a > 1 -> a end),
                quote(do: "a#{b}"), quote(do: (a; b)), quote(do: if(a, do: b, else: c)), quote(do: not a), quote(do: -1), quote(do: {1, 2, 3}), quote(do: {1, 2}), quote(do: x.()), quote(do: ~r/a/i), quote(do: for(a <- b, do: a))] do
      IO.puts(Macro.to_string(ast))
    end

    IO.inspect(quote(do: foo(1, bar: 2)))
    IO.inspect(quote(do: a |> b(1)) |> Macro.unpipe())
    IO.inspect(Macro.pipe(quote(do: a), quote(do: f(1, 2)), 1))
    IO.puts(Macro.to_string(Macro.expand_once(quote(do: unless(a, do: b)), __ENV__)))
    IO.puts(Macro.to_string(Macro.expand(quote(do: a |> b() |> c(2)), __ENV__)))
    IO.inspect(Macro.decompose_call(quote(do: Foo.bar(1))))
    IO.inspect({Macro.underscore("FooBar.BazQUX"), Macro.camelize("foo_bar/baz_2"), Macro.classify_atom(:Foo), Macro.classify_atom(:foo!), Macro.inspect_atom(:key, :"a b")})
    IO.inspect(Macro.escape(%{a: {1, [b: 2]}, c: {1, 2, 3}}))
    IO.inspect({Macro.quoted_literal?(quote(do: {1, %{a: [2]}})), Macro.quoted_literal?(quote(do: a)), Macro.operator?(:+, 2), Macro.operator?(:foo, 2), Macro.special_form?(:case, 2)})
    IO.inspect(Macro.generate_arguments(2, nil) |> Enum.map(&elem(&1, 0)))
    IO.inspect(Macro.validate(quote(do: a + 1)))
    IO.inspect(Macro.validate({:a, :b}))
    IO.inspect(Macro.validate({:a, 1, 2, 3}))
    IO.inspect(Macro.traverse(quote(do: a + (b + 1)), 0, fn n, acc -> {n, acc + 1} end, fn n, acc -> {n, acc * 2} end) |> elem(1))
    IO.inspect(Macro.prewalker(quote(do: f(1, g(2)))) |> Enum.map(fn {name, _, _} -> name; literal -> literal end))

    for bad <- ["1 +", "foo(", ")", "if x do", "a b c", "%{", "\"", "@", "fn", "x = = y", "1.a", "?", "0x", "0b2", "1_", ":\"", "~r/a", "é", "a?b", "<<1, >>", "[1 2]", "do end", "'abc"] do
      case Code.string_to_quoted(bad) do
        {:ok, ast} -> IO.inspect({bad, :ok, ast})
        {:error, {meta, message, token}} -> IO.inspect({bad, Keyword.take(meta, [:line, :column]), message, token})
      end
    end

    IO.inspect(Code.string_to_quoted("foo(bar)", columns: true, token_metadata: true))
    IO.inspect(Code.string_to_quoted("new_atom_never_seen_before_x", existing_atoms_only: true) |> elem(0))
    IO.inspect(Code.eval_quoted(quote(do: var!(a) + 1), a: 41) |> elem(0))
    IO.inspect(try do Code.eval_string("undefined_function_here(1)") rescue e -> e.__struct__ end)
  end
end
