# stage: e. Regex: captures, names, options, replacing, splitting, escaping, errors.
defmodule ExRegexes do
  def main do
    text = "Ada: 1815-12-10, Alan: 1912-06-23; Grace: 1906-12-09"
    re = ~r/(?<name>\w+): (?<y>\d{4})-(?<m>\d\d)/
    p {Regex.run(re, text), Regex.scan(re, text), Regex.named_captures(re, text), Regex.names(re), Regex.match?(re, "x"), text =~ "Alan", text =~ ~r/alan/i}
    p {Regex.run(re, text, return: :index), Regex.run(re, text, capture: :all_names), Regex.run(re, text, capture: ["m", "y"]), Regex.scan(~r/\d+/, text, capture: :first), Regex.run(~r/(a)|(b)/, "b"), Regex.run(~r/(a)|(b)/, "b", capture: :all_but_first)}
    p {Regex.replace(~r/(\d+)-(\d+)/, text, "\\2/\\1"), Regex.replace(~r/\w+:/, text, fn w -> String.upcase(w) end), Regex.replace(~r/(\w)(\w*)/, "ab cd", fn _, a, b -> b <> a end), Regex.replace(~r/x/, "axbx", "-", global: false)}
    p {Regex.split(~r/[,;] /, text), Regex.split(~r/(-)/, "1-2-3", include_captures: true), Regex.split(~r//, "abc"), Regex.split(~r//, "abc", trim: true), Regex.split(~r/b/, "abcbd", parts: 2), Regex.split(~r/(?<s>b)/, "abc", on: [:s]), Regex.split(~r/x/, "")}
    p {Regex.escape("a.b*c[d]\\ e#f-g"), Regex.source(re), Regex.opts(~r/a/ims), Regex.compile("(a"), Regex.compile("a*+"), Regex.compile("["), Regex.compile("a", "iu"), Regex.regex?(re), Regex.regex?("a")}
    p {Regex.run(~r/\p{Lu}\p{Ll}+/u, "été Über"), Regex.scan(~r/./u, "añ😀"), Regex.scan(~r/\S+/, "a  b\tc\n"), Regex.run(~r/^b$/m, "a\nb\nc"), Regex.run(~r/a.c/s, "a\nc"), Regex.run(~r/a b # comment/x, "ab"), Regex.run(~r/a+?/, "aaa"), Regex.run(~r/a+/U, "aaa")}
    p {Regex.run(~r/(\d+)(?=€)/u, "cost 42€"), Regex.run(~r/(?<!\$)\b\d+/, "$5 7"), Regex.run(~r/(a|b)\1/, "abaab"), Regex.run(~r/(?i)HELLO(?-i)x/, "hellox"), Regex.run(~r/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}/, "192.168.1.254"), Regex.run(~r/(\((?:[^()]|(?1))*\))/, "f(a(b)c)(d"), Regex.run(~r/\bword\b/, "a word.", return: :index), Regex.run(~r/a/, "bab", offset: 2)}
    p {String.replace("a1b22", ~r/\d+/, "<\\0>"), String.replace("a1b22", ~r/\d/, &"#{String.to_integer(&1) + 1}"), String.split("a, b;c", ~r/[,;]\s*/), String.match?("foo", ~r/^f/), String.replace("abc", ["a", "c"], "-"), String.split("one  two", " "), String.split("one  two"), inspect(~r/a\/b/u), ~r{a/b}.source, ~R/\d#{x}/.source}
    p for f <- [fn -> Regex.compile!("(") end, fn -> Regex.compile!("a", "q") end, fn -> Regex.replace(~r/a/, "a", 5) end], do: error(f)
    p tokens("let x1 = 3.14 * (y - 2)")
  end
  defp tokens(s) do
    Regex.scan(~r/(?<id>[a-z]\w*)|(?<num>\d+(?:\.\d+)?)|(?<op>[-+*\/=()])/, s)
    |> Enum.map(fn l -> {Enum.find_index(tl(l), &(&1 != "")), hd(l)} end)
  end
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
