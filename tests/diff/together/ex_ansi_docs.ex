# stage: e. IO.ANSI: every sequence, formats with and without escapes, colours by number; documentation in Markdown drawn for a terminal.
defmodule ExAnsiDocs do
  def main do
    for {f, 0} <- IO.ANSI.__info__(:functions) |> Enum.sort(), f not in [:enabled?, :syntax_colors], do: p({f, apply(IO.ANSI, f, [])})
    p({IO.ANSI.color(9), IO.ANSI.color(1, 2, 3), IO.ANSI.color_background(200), IO.ANSI.color_background(5, 0, 5), IO.ANSI.cursor(3, 4), IO.ANSI.cursor_up(2), IO.ANSI.cursor_left(), IO.ANSI.cursor_right(7)})
    for {f, a} <- [color: [300], color: [6, 0, 0], cursor: [-1, 0], cursor_up: [0]], do: p(try_it(fn -> apply(IO.ANSI, f, a) end))
    for on <- [true, false], t <- [[:red, "a", [:bright, "b"], :reset, 99], ["plain ", [[:underline, ?x] | "tail"]], [:green | "x"], "text", [:nonsense, "x"]], do: p(try_it(fn -> {on, IO.ANSI.format(t, on) |> IO.iodata_to_binary(), IO.ANSI.format_fragment(t, on) |> IO.iodata_to_binary()} end))
    p(IO.ANSI.syntax_colors() |> Keyword.keys() |> Enum.sort())
    doc = """
    # Title with `code`

    A *paragraph* of **strong** and _emphasised_ words that is longer than the width, with a [link](https://example.com "t") and a
    second line.

    ## List

      * one item
      * another that is so long that it has to be broken over lines of its own
        and goes on
        * nested `x`
      1. first
      2. second

    ```elixir
    def f(x), do: x
    ```

        indented code
          more

    > a quote
    > of two lines

    | Name | Value |
    |:-----|------:|
    | a    | 1     |
    | long name | `22` |

    ### Third

    Line<br>break &amp; entity, a_b_c and \\*escaped\\*. Footnote[^1].

    ***

    [ref]: http://example.org
    A [reference][ref] link.

    <!-- comment -->
    term
      definition
    """
    for {on, width} <- [{true, 60}, {false, 40}] do
      IO.ANSI.Docs.print_headings(["Enum.map/2", "second"], enabled: on, width: width)
      IO.ANSI.Docs.print(doc, "text/markdown", enabled: on, width: width)
    end
    IO.ANSI.Docs.print_metadata(%{since: "1.2.3", deprecated: "no more", delegate_to: {Enum, :map, 2}, other: 1, guard: true}, enabled: false)
    IO.ANSI.Docs.print([{:p, [], ["erlang ", {:code, [], ["doc"]}]}, {:ul, [], [{:li, [], ["a"]}, {:li, [], [{:em, [], ["b"]}]}]}, {:dl, [], [{:dt, [], ["t"]}, {:dd, [], ["d"]}]}], "application/erlang+html", enabled: false, width: 50)
    p(try_it(fn -> IO.ANSI.Docs.print("x", "text/plain", []) end))
    p(IO.ANSI.Docs.default_options() |> Keyword.keys() |> Enum.sort())
  end
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
