# stage: e. Sigils, heredocs, interpolation and escapes; sigils of one's own.
defmodule ExSigils do
  def sigil_j(text, []), do: {:j, text}
  def sigil_j(text, mods), do: {:j, text, mods}
  def main do
    x = 5
    p {~w(a b #{x}c), ~w(a b)a, ~w(a b)c, ~W(a #{x}), ~s(q "u" #{x}), ~S(raw #{x} \n), ~c(char #{x}), ~C(raw\n), 'abc', 'a#{x}', ~D[2020-01-01], ~T[01:02:03], ~N[2020-01-01 01:02:03]}
    p {~j(text #{x}), ~j/t/abc, ~s{a}, ~s[a], ~s<a>, ~s|a|, ~s'a', ~s"a", ~r/a/.source}
    p """
    heredoc #{x}
      indented "quotes" \
    joined
    \ttab
    """
    p ~S"""
    raw #{x} \t
    """
    p '''
    chars #{x}
    '''
    p {"\a\b\d\e\f\n\r\s\t\v\0\x41\u00e9\u{1F600}", ?a, ?\n, ?é, ?\s, "a\
b"}
    p {:"quoted atom", :"a#{x}", :"with \"q\"", :+, :<>, :"foo?", :foo?, :Foo, :"Elixir.Foo", Foo, :"é", :"1a", :"a-b", :"", :"a@b", :a@b}
    p {inspect("a\"b\\c\0\x7F\x{1b}"), inspect("é\u200B"), inspect(<<255, 97>>), inspect('abc'), inspect([7, 8, 9, 10]), inspect([31]), inspect('é'), inspect("a" <> <<0xC3>>), inspect("\#{x}")}
    p {"#{[?a, [?b, "x"]]}" , "#{:atom} #{1.5} #{'cl'} #{nil}|", "nested #{"in #{"deep"} x"}"}
    p {0x1F, 0b101, 0o17, 1_000_000, 1.0e3, ?\\}
    p for f <- [fn -> "#{{1}}" end, fn -> "#{%{}}" end, fn -> "#{[:x, {1}]}" end, fn -> to_string(self()) end], do: error(f)
  end
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd() |> String.replace(~r/<[\d.]+>/, "<>")}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
