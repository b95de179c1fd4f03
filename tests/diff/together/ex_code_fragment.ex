# stage: e. Code.Fragment and friends: what is under the cursor, containers opened, tokens kept, comments, Code.string_to_quoted options, Macro helpers on environments.
defmodule ExCodeFragment do
  def main do
    for text <- ["Str", "String.", "String.up", ":erl", ":erlang.", "foo", "foo.b", "foo.bar.", "foo(", "String.upcase(", "@mod", "@", "%Str", "%", "&Enum.m", "&1", "+", "a + ", "a ++", "~", "~r", "\"text", "x |> ", "not ", "fn x -> ", "<<", "[1, ", "{", "Foo.Bar.Ba", "__MODULE__.", "a.b.c", "1..", "'ab", "# comment", "", "  ", "foo.'bar b", "alias Foo.{", "unquote(x).y", "?a", "&", "%{a | b", "Foo.{Ba", "a..b", "x = y", "do", ":", ":\"quo", "foo.(", "a.b(", "Foo.bar /"], do: p({text, Code.Fragment.cursor_context(text)})
    for {text, at} <- [{"String.upcase(x)", {1, 10}}, {"String.upcase(x)", {1, 3}}, {"foo = bar + :baz", {1, 14}}, {"@attr 1", {1, 2}}, {"a |> b.c", {1, 8}}, {"~r/x/", {1, 2}}, {"Foo.Bar.baz", {1, 6}}, {"x\ny.z", {2, 3}}, {"%Foo{}", {1, 3}}, {"a and b", {1, 4}}, {"", {1, 1}}, {"f(1)", {1, 3}}, {"&1", {1, 2}}], do: p({text, at, Code.Fragment.surround_context(text, at)})
    for text <- ["foo(", "foo(bar, baz", "max(1, [2, {3", "fn x ->", "if x do y", "%{a: 1, b", "Enum.map(list, fn a ->", "x = <<1, 2", "a |> b(", "[a, b | c", "\"str", "foo.(1,"], do: p({text, with({:ok, q} <- Code.Fragment.container_cursor_to_quoted(text), do: Macro.to_string(q))})
    quoted()
    comments()
    macros()
  end

  defp quoted do
    for {text, opts} <- [{"a + b", [columns: true]}, {"foo(1)", [token_metadata: true]}, {"[1, :a, \"s\"]", [literal_encoder: fn l, m -> {:ok, {:lit, m[:line], l}} end]}, {"newatom_xyz_1", [existing_atoms_only: true]}, {"x", [static_atoms_encoder: fn s, _ -> {:ok, {:atom, s}} end]}, {"do_it do\n 1\nend", [token_metadata: true, columns: true]}, {"1_000 + 0x1F", [token_metadata: true]}, {"a", [line: 7, file: "f.ex"]}, {"\"a\#{b}c\"", []}, {"~s(x)a", []}, {"&(&1 + 1)", []}, {"a.b.c(1)[2]", []}, {"x when y <- z", []}, {"unless: 1", []}, {"fn a, b when a > b -> a; _, _ -> 0 end", []}, {"%S{a | b: 1}", []}, {"<<x::8, y::binary>>", []}, {"not a in b", []}, {"!a == -b ** 2", []}, {"@a b", []}, {"a..b//c", []}, {"{1, 2, 3}", []}, {"a; b\nc", []}, {"'c'", []}], do: p({text, Code.string_to_quoted(text, opts)})
    for text <- ["1 +", "(", "foo bar baz", "end", "a b: 1 c", "\"open", "<<1", "[1, 2", "%{a => }", "fn -> ", "x = = y", "1..2..3", "@", "?", "0b12", ":\"", "a(1 2)", "do", "~q(a", "\\u{zz}", "a ? b", "\"\\xZZ\"", "if true do\nfoo(\nend", "'\#{a'", "é = 1; ё", "a\u202Eb", "x->y", "@@", "&0", "|> a", "'a' b"], do: p({text, Code.string_to_quoted(text)})
  end

  defp comments do
    {quoted, comments} = Code.string_to_quoted_with_comments!("# top\nfoo(1, # one\n  2) # two\n\n# last", columns: true)
    p({quoted, comments})
    p(Code.quoted_to_algebra(quoted, comments: comments) |> Inspect.Algebra.format(20) |> IO.iodata_to_binary())
    p(for {t, w} <- [{"x   =  foo( a,b )", 80}, {"very_long_function_name(argument_number_one, argument_number_two)", 30}, {"if a, do: b, else: c", 10}], do: Code.format_string!(t, line_length: w) |> IO.iodata_to_binary())
  end

  defp macros do
    p({Macro.camelize("foo_bar/baz"), Macro.underscore(FooBar.BazHTTP), Macro.underscore("SAPExample"), Macro.camelize("API.V1"), Macro.classify_atom(:foo?), Macro.classify_atom(Foo), Macro.classify_atom(:"a b"), Macro.classify_atom(:+), Macro.inspect_atom(:literal, :"a b"), Macro.inspect_atom(:key, :foo), Macro.inspect_atom(:remote_call, :"9x"), Macro.operator?(:+, 2), Macro.operator?(:foo, 1), Macro.quoted_literal?(quote(do: {1, [a: "b"]})), Macro.quoted_literal?(quote(do: {1, x}))})
    p({Macro.decompose_call(quote(do: a.b(1, 2))), Macro.decompose_call(quote(do: f(x))), Macro.decompose_call(quote(do: 1)), Macro.pipe(1, quote(do: f(2)), 0), Macro.unpipe(quote(do: a |> b |> c(1))), Macro.validate({:a, 1}), Macro.validate(self() && {:a, [], %{}}), Macro.escape({1, %{a: [2]}, "x"}), Macro.special_form?(:case, 2), Macro.var(:x, nil), Macro.generate_arguments(2, __MODULE__), Macro.unique_var(:y, __MODULE__) |> elem(0)})
    {q, acc} = Macro.traverse(quote(do: a + b * f(c, 1)), [], fn n, a -> {n, [kind(n) | a]} end, fn n, a -> {n, a} end)
    p({Macro.to_string(q), Enum.reverse(acc), Macro.path(q, &match?({:c, _, _}, &1)) |> length(), Enum.map(Macro.prewalker(q), &kind/1), Enum.map(Macro.postwalker(q), &kind/1)})
    p({Macro.expand_once(quote(do: unless(a, do: b)), __ENV__) |> Macro.to_string(), Macro.expand(quote(do: if(a, do: b)), __ENV__) |> Macro.to_string(), Macro.Env.has_var?(__ENV__, {:q, nil}), Macro.Env.location(__ENV__)[:line] > 1, Macro.Env.stacktrace(__ENV__) |> hd() |> elem(1), Macro.Env.required?(__ENV__, Kernel), Macro.Env.lookup_import(__ENV__, {:is_atom, 1})})
  end
  defp kind({name, _, args}) when is_atom(name), do: {name, is_list(args) && length(args)}
  defp kind(other), do: other
  defp p(x), do: IO.inspect(x, limit: :infinity, printable_limit: :infinity, width: 200)
end
