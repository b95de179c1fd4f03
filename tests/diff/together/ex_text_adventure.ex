# stage: e. Formatting reports: columns, wrapping, centring, tables from structs, numbers with separators, roman numerals, spelled out.
defmodule ExTextAdventure do
  @lorem "The quick brown fox jumps over the lazy dog; meanwhile, Zażółć gęślą jaźń — naïve façade, straße & 日本語テキスト wrap too. Supercalifragilisticexpialidocious!"

  def wrap(text, width) do
    text
    |> String.split()
    |> Enum.chunk_while([], fn word, line -> (joined = Enum.join(Enum.reverse([word | line]), " "); if String.length(joined) > width and line != [], do: {:cont, Enum.join(Enum.reverse(line), " "), [word]}, else: {:cont, [word | line]}) end, fn line -> {:cont, Enum.join(Enum.reverse(line), " "), []} end)
  end

  def centre(text, width) do
    gap = max(width - String.length(text), 0)
    String.duplicate(" ", div(gap, 2)) <> text <> String.duplicate(" ", gap - div(gap, 2))
  end

  def justify(line, width) do
    case String.split(line) do
      [one] -> one
      words ->
        gaps = length(words) - 1
        free = width - (words |> Enum.map(&String.length/1) |> Enum.sum())
        words |> Enum.with_index() |> Enum.map_join(fn {word, ^gaps} -> word; {word, i} -> word <> String.duplicate(" ", div(free, gaps) + if(i < rem(free, gaps), do: 1, else: 0)) end)
    end
  end

  def separated(n) when n < 0, do: "-" <> separated(-n)
  def separated(n), do: n |> Integer.digits() |> Enum.reverse() |> Enum.chunk_every(3) |> Enum.map(&Enum.join(Enum.reverse(&1))) |> Enum.reverse() |> Enum.join(",")

  @romans [M: 1000, CM: 900, D: 500, CD: 400, C: 100, XC: 90, L: 50, XL: 40, X: 10, IX: 9, V: 5, IV: 4, I: 1]
  def roman(n), do: Enum.reduce(@romans, {n, ""}, fn {name, v}, {n, text} -> {rem(n, v), text <> String.duplicate(to_string(name), div(n, v))} end) |> elem(1)
  def unroman(text), do: text |> String.graphemes() |> Enum.map(&@romans[String.to_atom(&1)]) |> Enum.chunk_every(2, 1) |> Enum.map(fn [a, b] when a < b -> -a; [a | _] -> a end) |> Enum.sum()

  @small ~w(zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen)
  @tens ~w(_ _ twenty thirty forty fifty sixty seventy eighty ninety)
  def spell(n) when n < 20, do: Enum.at(@small, n)
  def spell(n) when n < 100, do: Enum.at(@tens, div(n, 10)) <> if(rem(n, 10) > 0, do: "-" <> spell(rem(n, 10)), else: "")
  def spell(n) when n < 1000, do: Enum.at(@small, div(n, 100)) <> " hundred" <> if(rem(n, 100) > 0, do: " and " <> spell(rem(n, 100)), else: "")
  for {limit, unit, name} <- [{1_000_000, 1000, "thousand"}, {1_000_000_000, 1_000_000, "million"}, {1_000_000_000_000, 1_000_000_000, "billion"}] do
    def spell(n) when n < unquote(limit), do: spell(div(n, unquote(unit))) <> " " <> unquote(name) <> if(rem(n, unquote(unit)) > 0, do: " " <> spell(rem(n, unquote(unit))), else: "")
  end

  def table(rows, columns) do
    cells = [Enum.map(columns, &to_string/1) | Enum.map(rows, fn row -> Enum.map(columns, &format(Map.get(row, &1))) end)]
    widths = cells |> Enum.zip_with(fn column -> column |> Enum.map(&String.length/1) |> Enum.max() end)
    line = "+" <> Enum.map_join(widths, "+", &String.duplicate("-", &1 + 2)) <> "+"
    [head | body] = Enum.map(cells, fn row -> "|" <> (row |> Enum.zip(widths) |> Enum.map_join("|", fn {cell, width} -> " " <> (if cell =~ ~r/^[\d.,-]+$/, do: String.pad_leading(cell, width), else: String.pad_trailing(cell, width)) <> " " end)) <> "|" end)
    Enum.join([line, head, line] ++ body ++ [line], "\n")
  end

  defp format(nil), do: "-"
  defp format(n) when is_integer(n), do: separated(n)
  defp format(f) when is_float(f), do: :erlang.float_to_binary(f, decimals: 2)
  defp format(d = %Date{}), do: Calendar.strftime(d, "%d %b %Y")
  defp format(other), do: to_string(other)

  def main do
    for width <- [20, 40], line <- wrap(@lorem, width), do: IO.puts("|#{String.pad_trailing(line, width)}|#{centre(line, width)}|#{justify(line, width)}|")
    IO.inspect(Enum.map([0, 7, 999, 1000, -1_234_567, 10 ** 15], &separated/1))
    IO.inspect(Enum.map([1, 4, 9, 14, 40, 90, 400, 1994, 2023, 3999], fn n -> {roman(n), unroman(roman(n)) == n} end))
    for n <- [0, 13, 42, 100, 110, 999, 1000, 12_345, 1_000_001, 987_654_321_012], do: IO.puts(spell(n))
    IO.puts(table([%{name: "Ünsal", joined: ~D[2020-01-05], pay: 12_500, rate: 0.125}, %{name: "Bo", joined: ~D[1999-12-31], pay: 7}, %{name: "日本", rate: -3.0, pay: -1_000_000}], [:name, :joined, :pay, :rate]))
    IO.puts(table([], [:a, :bb]))
    IO.inspect(@lorem |> String.graphemes() |> Enum.frequencies() |> Enum.sort_by(fn {g, n} -> {-n, g} end) |> Enum.take(8))
    IO.inspect(@lorem |> String.split(~r/\W+/u, trim: true) |> Enum.map(&String.capitalize/1) |> Enum.group_by(&String.length/1))
    IO.inspect({String.upcase(@lorem) |> String.slice(40, 60), String.downcase("ŻÓŁĆ İI ẞ"), String.reverse("naïve 日本"), String.normalize("é", :nfd) |> String.length()})
  end
end
