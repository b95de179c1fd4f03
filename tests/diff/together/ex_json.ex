# stage: e. A JSON encoder and decoder by binary matching, with its errors.
defmodule ExJson do
  def main do
    for t <- [~s({"a": [1, 2.5, -3e2, true, false, null], "b": {"c": "x\\"y\\u00e9\\n"}}), "[]", " { } ", "[1,]", "{\"a\" 1}", "\"abc", "12x", "nul", "[[[[1]]]]", ~s("\\ud83d\\ude00")] do
      r = decode(t)
      p r
      with {:ok, v} <- r, do: p({encode(v), decode(encode(v)) == r})
    end
    p encode(%{"é" => :atom, k: [1, "two", nil, %{x: 1.0e20}]})
  end
  def decode(t) do
    {v, rest} = value(ws(t))
    if ws(rest) == "", do: {:ok, v}, else: {:error, {:trailing, rest}}
  catch
    e -> {:error, e}
  end
  defp value("{" <> r), do: object(ws(r), %{})
  defp value("[" <> r), do: array(ws(r), [])
  defp value("\"" <> r), do: string(r, [])
  defp value("true" <> r), do: {true, r}
  defp value("false" <> r), do: {false, r}
  defp value("null" <> r), do: {nil, r}
  defp value(<<c, _::binary>> = t) when c in ?0..?9 or c == ?- do
    [n] = Regex.run(~r/^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/, t)
    rest = binary_part(t, byte_size(n), byte_size(t) - byte_size(n))
    v = if n =~ ~r/[.eE]/, do: n |> float_text() |> String.to_float(), else: String.to_integer(n)
    {v, rest}
  end
  defp value(t), do: throw({:unexpected, String.slice(t, 0, 5)})
  defp float_text(n), do: if(n =~ ".", do: n, else: String.replace(n, ~r/[eE]/, ".0e"))
  defp object("}" <> r, m), do: {m, r}
  defp object("\"" <> r, m) do
    {k, r} = string(r, [])
    r = case ws(r) do ":" <> r -> ws(r); o -> throw({:colon, o}) end
    {v, r} = value(r)
    case ws(r) do "," <> r -> object(ws(r), Map.put(m, k, v)); "}" <> r -> {Map.put(m, k, v), r}; o -> throw({:object, o}) end
  end
  defp object(o, _), do: throw({:key, o})
  defp array("]" <> r, a), do: {Enum.reverse(a), r}
  defp array(t, a) do
    {v, r} = value(t)
    case ws(r) do "," <> r -> (case ws(r) do "]" <> _ -> throw(:comma); r -> array(r, [v | a]) end); "]" <> r -> {Enum.reverse([v | a]), r}; o -> throw({:array, o}) end
  end
  defp string("\"" <> r, acc), do: {acc |> Enum.reverse() |> IO.iodata_to_binary(), r}
  defp string("\\u" <> <<h::binary-size(4), "\\u", l::binary-size(4), r::binary>>, acc) when h >= "d800" and h < "dc00" do
    string(r, [<<0x10000 + (String.to_integer(h, 16) - 0xD800) * 0x400 + String.to_integer(l, 16) - 0xDC00::utf8>> | acc])
  end
  defp string("\\u" <> <<h::binary-size(4), r::binary>>, acc), do: string(r, [<<String.to_integer(h, 16)::utf8>> | acc])
  defp string("\\n" <> r, acc), do: string(r, ["\n" | acc])
  defp string("\\" <> <<c::utf8, r::binary>>, acc), do: string(r, [<<c::utf8>> | acc])
  defp string(<<c::utf8, r::binary>>, acc), do: string(r, [<<c::utf8>> | acc])
  defp string("", _), do: throw(:unterminated)
  defp ws(<<c, r::binary>>) when c in ' \t\n\r', do: ws(r)
  defp ws(t), do: t
  def encode(v), do: v |> enc() |> IO.iodata_to_binary()
  defp enc(v) when v in [true, false], do: to_string(v)
  defp enc(nil), do: "null"
  defp enc(v) when is_atom(v), do: enc(to_string(v))
  defp enc(v) when is_number(v), do: to_string(v)
  defp enc(v) when is_binary(v), do: [?", for(<<c::utf8 <- v>>, do: (case c do ?" -> "\\\""; ?\n -> "\\n"; ?\\ -> "\\\\"; c -> <<c::utf8>> end)), ?"]
  defp enc(v) when is_list(v), do: [?[, v |> Enum.map(&enc/1) |> Enum.intersperse(?,), ?]]
  defp enc(v) when is_map(v), do: [?{, v |> Enum.sort() |> Enum.map(fn {k, x} -> [enc(to_string(k)), ?:, enc(x)] end) |> Enum.intersperse(?,), ?}]
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
