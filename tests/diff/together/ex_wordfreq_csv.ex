# stage: e. CSV and TOML-like files: quoting, escapes, errors with lines, grouping, pivoting, statistics, round trips.
defmodule ExWordfreqCsv do
  defmodule ParseError do
    defexception [:line, :reason]
    def message(e), do: "line #{e.line}: #{e.reason}"
  end

  def parse_csv(text), do: rows(text, 1, "", [], [])
  defp rows("", _, "", [], done), do: Enum.reverse(done)
  defp rows("", _, field, row, done), do: Enum.reverse([Enum.reverse([field | row]) | done])
  defp rows("\r\n" <> rest, n, field, row, done), do: rows("\n" <> rest, n, field, row, done)
  defp rows("\n" <> rest, n, field, row, done), do: rows(rest, n + 1, "", [], [Enum.reverse([field | row]) | done])
  defp rows("," <> rest, n, field, row, done), do: rows(rest, n, "", [field | row], done)
  defp rows("\"" <> rest, n, "", row, done), do: quoted(rest, n, "", row, done, n)
  defp rows("\"" <> _, n, _, _, _), do: raise(ParseError, line: n, reason: "a quote inside of a field")
  defp rows(<<c::utf8, rest::binary>>, n, field, row, done), do: rows(rest, n, field <> <<c::utf8>>, row, done)
  defp rows(<<byte, _::binary>>, n, _, _, _), do: raise(ParseError, line: n, reason: "byte #{byte} is no UTF-8")
  defp quoted("\"\"" <> rest, n, field, row, done, open), do: quoted(rest, n, field <> "\"", row, done, open)
  defp quoted("\"" <> rest, n, field, row, done, _), do: closed(rest, n, field, row, done)
  defp quoted("", _, _, _, _, open), do: raise(ParseError, line: open, reason: "this quote is never closed")
  defp quoted(<<c, rest::binary>>, n, field, row, done, open), do: quoted(rest, if(c == ?\n, do: n + 1, else: n), field <> <<c>>, row, done, open)
  defp closed(<<c, _::binary>> = rest, n, field, row, done) when c in ',\r\n', do: rows(rest, n, field, row, done)
  defp closed("", n, field, row, done), do: rows("", n, field, row, done)
  defp closed(<<c::utf8, _::binary>>, n, _, _, _), do: raise(ParseError, line: n, reason: "#{inspect(<<c::utf8>>)} behind a quoted field")

  def to_csv(rows), do: Enum.map_join(rows, "\n", fn row -> Enum.map_join(row, ",", fn f -> (f = to_string(f); if f =~ ~r/[",\n]/, do: "\"" <> String.replace(f, "\"", "\"\"") <> "\"", else: f) end) end)

  def parse_ini(text) do
    text
    |> String.split("\n")
    |> Enum.with_index(1)
    |> Enum.reduce({%{}, []}, fn {line, n}, {map, path} ->
      case String.trim(line) do
        "" -> {map, path}
        "#" <> _ -> {map, path}
        "[" <> rest -> (case String.split(rest, "]") do [name, ""] -> {map, name |> String.split(".") |> Enum.map(&String.trim/1)}; _ -> raise(ParseError, line: n, reason: "section #{inspect(line)}") end)
        pair ->
          case String.split(pair, "=", parts: 2) do
            [k, v] -> {put_in(map, Enum.map(path ++ [String.trim(k)], &Access.key(&1, %{})), value(String.trim(v), n)), path}
            _ -> raise(ParseError, line: n, reason: "no =")
          end
      end
    end)
    |> elem(0)
  end

  defp value("\"" <> _ = v, _), do: v |> String.trim("\"") |> Macro.unescape_string()
  defp value(v, _) when v in ["true", "false"], do: v == "true"
  defp value("[" <> list, n), do: list |> String.trim_trailing("]") |> String.split(",", trim: true) |> Enum.map(&value(String.trim(&1), n))
  defp value(v, n) do
    with :error <- integer(v), :error <- float(v), {:error, _} <- Date.from_iso8601(v) do
      raise ParseError, line: n, reason: "value #{v}"
    else
      {:ok, x} -> x
    end
  end
  defp integer(v), do: (case Integer.parse(String.replace(v, "_", "")) do {n, ""} -> {:ok, n}; _ -> :error end)
  defp float(v), do: (case Float.parse(v) do {f, ""} -> {:ok, f}; _ -> :error end)

  def main do
    text = "name,city,score\r\n\"Smith, J.\",Berlin,10\nÅsa,\"Umeå\n(north)\",7.5\n\"He said \"\"hi\"\"\",,3\nlast,Berlin,-2"
    [header | rows] = parse_csv(text)
    IO.inspect(header)
    Enum.each(rows, &IO.inspect/1)
    IO.inspect(parse_csv(to_csv([header | rows])) == [header | rows])
    IO.puts(to_csv(rows))
    for bad <- ["a,b\nc\"d", "\"open\nand on", "\"a\"b", "ok\n\xFF", ""], do: IO.inspect(try do parse_csv(bad) rescue e in ParseError -> Exception.message(e) end)
    records = for row <- rows, do: header |> Enum.zip(row) |> Map.new()
    score = fn r -> r["score"] |> Float.parse() |> elem(0) end
    IO.inspect(records |> Enum.group_by(& &1["city"], score) |> Map.new(fn {k, v} -> {k, %{n: length(v), sum: Enum.sum(v), mean: Float.round(Enum.sum(v) / length(v), 2), range: Enum.min_max(v)}} end))
    IO.inspect(records |> Enum.sort_by(score, :desc) |> Enum.map(& &1["name"]))

    ini = "top = 1\n# comment\n[server]\nhost = \"a\\tb\\u00e9\"\nports = [1, 2, 3_000]\n[server.tls]\non = true\nsince = 2020-02-29\nratio = 1.5e3\n\n[ empty . deep ]\nx = [\"a\", false]"
    IO.inspect(parse_ini(ini))
    for bad <- ["[a", "x", "x = 1.2.3", "[a]\n\ny = 2020-02-30"], do: IO.inspect(try do parse_ini(bad) rescue e -> Exception.message(e) end)
    big = for i <- 1..300, do: ["#{i}", "v,#{rem(i * 7919, 1000)}", String.duplicate("\"", rem(i, 3))]
    IO.inspect({byte_size(to_csv(big)), parse_csv(to_csv(big)) == big, :erlang.phash2(to_csv(big))})
  end
end
