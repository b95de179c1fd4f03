# stage: e. Inspect.Algebra documents of our own: groups, nests, breaks, fills and colours at several widths; Inspect options on every kind of term.
defmodule ExInspectAlgebra.Xml do
  defstruct tag: nil, attrs: [], children: []
  defimpl Inspect do
    import Inspect.Algebra
    def inspect(%{tag: t, attrs: a, children: []}, opts), do: group(concat(["<", color(t, :atom, opts), attrs(a, opts), "/>"]))
    def inspect(%{tag: t, attrs: a, children: c}, opts) do
      open = group(concat(["<", color(t, :atom, opts), attrs(a, opts), ">"]))
      body = c |> Enum.map(fn s when is_binary(s) -> string(s); x -> to_doc(x, opts) end) |> Enum.reduce(fn x, acc -> concat([acc, break(""), x]) end)
      group(concat([nest(concat([open, break(""), body]), 2), break(""), concat(["</", color(t, :atom, opts), ">"])]))
    end
    defp attrs([], _), do: empty()
    defp attrs(a, opts), do: a |> Enum.map(fn {k, v} -> concat([" ", to_string(k), "=", to_doc(v, opts)]) end) |> concat()
  end
end

defmodule ExInspectAlgebra.Boom do
  defstruct x: 1
  defimpl Inspect do
    def inspect(_, _), do: raise("cannot inspect")
  end
end

defmodule ExInspectAlgebra.Only do
  @derive {Inspect, only: [:id, :name]}
  defstruct [:id, :name, :secret, :other]
end

defmodule ExInspectAlgebra do
  import Inspect.Algebra
  alias ExInspectAlgebra.{Boom, Only, Xml}

  def show(doc, width), do: IO.puts(doc |> format(width) |> IO.iodata_to_binary())

  def sexp([h | t]), do: group(concat(["(", nest(Enum.reduce(t, sexp(h), fn x, acc -> glue(acc, sexp(x)) end), 1), ")"]))
  def sexp(x), do: to_string(x)

  def main do
    tree = [:define, [:fact, :n], [:if, [:=, :n, 0], 1, [:*, :n, [:fact, [:-, :n, 1]]]]]
    for w <- [80, 30, 15, 5], do: show(sexp(tree), w)
    words = ~w(the quick brown fox jumps over the lazy dog again and again)
    for w <- [20, 40] do
      show(words |> Enum.reduce(&flex_glue(&2, &1)) |> group(), w)
      show(words |> Enum.reduce(&glue(&2, &1)) |> group(), w)
      show(fold_doc(words, &concat([&1, "|", &2])), w)
      show(container_doc("[", Enum.to_list(1..30), "]", %Inspect.Opts{limit: 12}, fn i, _ -> to_string(i) end, separator: ";", break: :flex), w)
      show(container_doc("{", words, "}", %Inspect.Opts{limit: :infinity}, fn i, _ -> i end, break: :strict), w)
    end
    show(concat([nest("a" |> line("b") |> line("c"), 4), line(), "d"]), 80)
    show(group(nest(concat(["x", break("_"), "y", collapse_lines(1), line(), line(), "z"]), 3)), 80)
    show(force_unfit(group(glue("forced", "apart"))), 80)
    show(next_break_fits(group(glue("a", "b")), :enabled), 2)
    show(nest(glue("aaaa", group(glue("bbbb", "cccc"))), :cursor), 6)
    show(space("a", "b") |> concat(empty()), 1)

    xml = %Xml{tag: "html", attrs: [lang: "en"], children: [%Xml{tag: "head", children: [%Xml{tag: "title", children: ["A page"]}]}, %Xml{tag: "body", children: ["text", %Xml{tag: "br"}, %Xml{tag: "p", attrs: [class: "x", id: 7], children: ["long paragraph of text that goes on"]}]}]}
    for w <- [200, 60, 20], do: IO.puts(inspect(xml, width: w, pretty: true))
    IO.puts(inspect([a: xml], pretty: true, width: 40, syntax_colors: [atom: :red]))

    terms = [1..3, %{b: 1, a: [1.0, nil]}, {:ok, "text\n\t\0é\u{1F600}"}, 'charlist', [1, 2 | 3], <<1, 2, 255>>, <<5::3>>, :"odd atom", Foo.Bar, :"Elixir.lower", %Only{id: 1, name: "n", secret: "s"}, MapSet.new([1]), ~r/a"b\/c/iu, fn -> 1 end |> is_function(), %{"k" => %{1 => {}}}, [nil: nil, true: true, "quoted key": 1], "a\"b\#{c}\\", 1.0e-10, 123_456_789, -0.0, <<0::1>>, "", [], %{}, {}, ~D[2020-01-01], %{__struct__: NotThere, x: 1}, [{:a, 1}, :b]]
    for t <- terms, do: IO.puts(inspect(t))
    for o <- [[base: :hex], [base: :binary], [limit: 2], [binaries: :as_binaries], [binaries: :as_strings], [charlists: :as_lists], [structs: false], [printable_limit: 3], [custom_options: [sort_maps: true]], [pretty: true, width: 1], [inspect_fun: fn x, _ -> if is_list(x), do: "L", else: "?" end]] do
      IO.puts("#{inspect(o |> Keyword.delete(:inspect_fun))} #{inspect([255, 'ab', "hello", %{a: 1..2}, <<200, 1>>, [1, 2, 3, 4]], o)}")
    end
    IO.inspect(try do inspect(%Boom{}) rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd()} end)
    IO.puts(try do inspect(%Boom{}, safe: false) rescue e -> Exception.message(e) end)
    IO.inspect(inspect(Enum.to_list(1..60)) |> String.ends_with?("..."))
    IO.puts(inspect(%{list: Enum.to_list(1..30), nested: %{deep: %{deeper: {1, 2, [a: :b]}}}, text: String.duplicate("x", 50)}, pretty: true, width: 50))
    IO.inspect(1, label: "labelled")
    IO.inspect({:a, 1}, label: "colours", syntax_colors: [atom: :cyan, number: :yellow, tuple: :blue])
    IO.puts(inspect([:a, 1, "s", nil, true, %{k: ~r/x/}], syntax_colors: [atom: :cyan, number: :yellow, string: :green, nil: :magenta, boolean: :red, map: :blue, list: :white, regex: :black]))
    IO.inspect(%Inspect.Opts{limit: 5} |> Map.from_struct() |> Map.take([:limit, :base, :width]))
  end
end
