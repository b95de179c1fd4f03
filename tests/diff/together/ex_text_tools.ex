# stage: e. Text: wrapping, tables, templates, CSV, word counts, slugs, diffs, a tiny calculator and a tokenizer.
defmodule ExTextTools do
  def main do
    t = "The quick brown fox jumps over the lazy dog; the dog sleeps on. Ça va? naïve café!"
    IO.puts wrap(t, 20)
    p t |> String.downcase() |> String.split(~r/[^\p{L}]+/u, trim: true) |> Enum.frequencies() |> Enum.sort_by(fn {w, n} -> {-n, w} end) |> Enum.take(5)
    IO.puts table([["name", "qty"], ["apple", 3], ["kiwi", 12], ["é", nil]])
    p csv("a,\"b \"\"q\"\", c\",3\n,\"multi\nline\",x\n")
    p template("Hi {{name}}, you are {{ age }}. {{missing}}", %{"name" => "Ann", "age" => 5})
    p {slug("Ça Va, Être!"), title("the lord OF the rings"), palindrome?("A man, a plan: Panama"), String.myers_difference("abcde", "abxde"), snake("someCamelCaseName"), camel("some_snake_name"), mask("4111111111111111"), initials("Ada King Lovelace"), pig("string eat"), ordinal(1), ordinal(12), ordinal(23), human(1536), human(5_000_000), bin(37), words(1234)}
    for e <- ["1 + 2 * 3", "(1 + 2) * 3", "2 ^ 3 ^ 2", "10 / 4 - 1", "-(2 + 3)", "1 +", "2 * (3", "7 % 4"], do: p({e, calc(e)})
    p t |> String.to_charlist() |> Enum.chunk_by(&(&1 == ?\s)) |> Enum.map(&List.to_string/1) |> Enum.reject(&(&1 == " ")) |> Enum.map(&String.reverse/1) |> Enum.join(" ")
    IO.puts Enum.map_join(1..15, " ", fn i -> cond do rem(i, 15) == 0 -> "FizzBuzz"; rem(i, 5) == 0 -> "Buzz"; rem(i, 3) == 0 -> "Fizz"; true -> i end end)
    IO.puts :io_lib.format("~-10s|~10s|~5..0B|~.3f~n", ["left", "right", 42, 3.14159])
  end
  defp wrap(t, w), do: t |> String.split() |> Enum.reduce([""], fn x, [l | r] -> if String.length(l) + String.length(x) < w, do: [String.trim_leading(l <> " " <> x) | r], else: [x, l | r] end) |> Enum.reverse() |> Enum.join("\n")
  defp table(rows) do
    ws = rows |> Enum.map(&Enum.map(&1, fn x -> x |> to_string() |> String.length() end)) |> Enum.zip_with(&Enum.max/1)
    Enum.map_join(rows, "\n", fn r -> Enum.zip(r, ws) |> Enum.map_join(" | ", fn {x, w} -> if is_integer(x), do: String.pad_leading(to_string(x), w), else: String.pad_trailing(to_string(x), w) end) end)
  end
  defp csv(t), do: csv(t, "", [], [])
  defp csv("", "", [], rows), do: Enum.reverse(rows)
  defp csv("", f, r, rows), do: Enum.reverse([Enum.reverse([f | r]) | rows])
  defp csv("\"" <> t, "", r, rows), do: quoted(t, "", r, rows)
  defp csv("," <> t, f, r, rows), do: csv(t, "", [f | r], rows)
  defp csv("\n" <> t, f, r, rows), do: csv(t, "", [], [Enum.reverse([f | r]) | rows])
  defp csv(<<c::utf8, t::binary>>, f, r, rows), do: csv(t, f <> <<c::utf8>>, r, rows)
  defp quoted("\"\"" <> t, f, r, rows), do: quoted(t, f <> "\"", r, rows)
  defp quoted("\"" <> t, f, r, rows), do: csv(t, f, r, rows)
  defp quoted(<<c::utf8, t::binary>>, f, r, rows), do: quoted(t, f <> <<c::utf8>>, r, rows)
  defp template(t, m), do: Regex.replace(~r/{{\s*(\w+)\s*}}/, t, fn w, k -> to_string(Map.get(m, k, w)) end)
  defp slug(t), do: t |> String.normalize(:nfd) |> String.replace(~r/[^A-Za-z ]/u, "") |> String.downcase() |> String.replace(" ", "-")
  defp title(t), do: t |> String.split() |> Enum.map_join(" ", &String.capitalize/1)
  defp palindrome?(t), do: t |> String.downcase() |> String.replace(~r/\W/, "") |> then(&(&1 == String.reverse(&1)))
  defp snake(t), do: Regex.replace(~r/([A-Z])/, t, fn c -> "_" <> String.downcase(c) end)
  defp camel(t), do: Regex.replace(~r/_(\w)/, t, fn _, c -> String.upcase(c) end)
  defp mask(t), do: String.duplicate("*", String.length(t) - 4) <> String.slice(t, -4, 4)
  defp initials(t), do: for(<<c::utf8 <- t>>, c in ?A..?Z, into: "", do: <<c>>)
  defp pig(t), do: t |> String.split() |> Enum.map_join(" ", fn w -> case Regex.run(~r/^([^aeiou]*)(.*)$/, w) do [_, "", _] -> w <> "way"; [_, a, b] -> b <> a <> "ay" end end)
  defp ordinal(n) when rem(n, 100) in 11..13, do: "#{n}th"
  defp ordinal(n), do: "#{n}" <> Map.get(%{1 => "st", 2 => "nd", 3 => "rd"}, rem(n, 10), "th")
  defp human(n), do: Enum.reduce_while(["B", "KiB", "MiB", "GiB"], n / 1, fn u, x -> if x < 1024, do: {:halt, "#{Float.round(x, 1)} #{u}"}, else: {:cont, x / 1024} end)
  defp bin(n), do: Integer.to_string(n, 2) |> String.pad_leading(8, "0")
  @ones ~w(zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen)
  @tens ~w(_ _ twenty thirty forty fifty sixty seventy eighty ninety)
  defp words(n) when n < 20, do: Enum.at(@ones, n)
  defp words(n) when n < 100, do: Enum.at(@tens, div(n, 10)) <> if(rem(n, 10) > 0, do: "-" <> words(rem(n, 10)), else: "")
  defp words(n) when n < 1000, do: words(div(n, 100)) <> " hundred" <> if(rem(n, 100) > 0, do: " and " <> words(rem(n, 100)), else: "")
  defp words(n), do: words(div(n, 1000)) <> " thousand" <> if(rem(n, 1000) > 0, do: " " <> words(rem(n, 1000)), else: "")
  defp calc(t) do
    tokens = Regex.scan(~r/\d+|[-+*\/^%()]/, t) |> List.flatten()
    case expr(tokens, 0) do {v, []} -> v; {_, r} -> {:error, r} end
  catch
    e -> {:error, e}
  end
  defp expr(ts, min), do: ts |> prefix() |> infix(min)
  defp prefix(["(" | t]), do: (case expr(t, 0) do {v, [")" | r]} -> {v, r}; _ -> throw(:paren) end)
  defp prefix(["-" | t]), do: (with {v, r} <- expr(t, 9), do: {-v, r})
  defp prefix([n | t]) when n not in ~w(+ * / ^ % \)), do: {String.to_integer(n), t}
  defp prefix(t), do: throw({:operand, t})
  @ops %{"+" => {1, 2}, "-" => {1, 2}, "*" => {3, 4}, "/" => {3, 4}, "%" => {3, 4}, "^" => {6, 5}}
  defp infix({l, [op | t]}, min) when is_map_key(@ops, op) do
    {lbp, rbp} = @ops[op]
    if lbp < min, do: {l, [op | t]}, else: (with {r, rest} <- expr(t, rbp), do: infix({apply_op(op, l, r), rest}, min))
  end
  defp infix(done, _), do: done
  defp apply_op("^", a, b), do: Integer.pow(a, b)
  defp apply_op("%", a, b), do: rem(a, b)
  defp apply_op(op, a, b), do: apply(Kernel, String.to_atom(op), [a, b])
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
