# stage: e. Small machines made of regexes: a router, a log reader, a Markdown and a template renderer, a tokenizer with places; captures by name, by index and by what is missing, replacements of every arity, splits on groups, offsets, patterns built from data.
defmodule ExRegexMachines.Router do
  defstruct [:regex, :names, :handler, :source]
  def route(path, handler) do
    parts = Regex.split(~r/(?<p>:\w+|\*\w+)/, path, include_captures: true, trim: true)
    source = Enum.map_join(parts, fn ":" <> n -> "(?<#{n}>[^/]+)"; "*" <> n -> "(?<#{n}>.*)"; text -> Regex.escape(text) end)
    regex = Regex.compile!("^" <> source <> "/?$", "u")
    %__MODULE__{regex: regex, names: Regex.names(regex), handler: handler, source: source}
  end
  def dispatch(routes, path) do
    Enum.find_value(routes, :not_found, fn r -> case Regex.named_captures(r.regex, path) do nil -> nil; found -> {r.handler, found} end end)
  end
end

defmodule ExRegexMachines do
  alias ExRegexMachines.Router
  @log """
  2024-02-29T10:00:00 [info] user=ada path="/a b" took 12ms
  2024-02-29T10:00:01 [error] user=bob path="/x" failed: timeout after 5s (code=504)
  garbage line
  2024-02-29T10:00:02 [warn]  path="" took 3ms user=ünal
  """

  def main do
    router(); logs(); markdown(); templates(); tokens(); captures(); replacing(); splitting(); flags(); built(); refused()
  end

  defp router do
    routes = [Router.route("/users/:id", :user), Router.route("/users/:id/posts/:post_id", :post), Router.route("/files/*path", :file), Router.route("/a.b(c)", :literal), Router.route("/", :root)]
    for r <- routes, do: p({r.handler, r.names, r.source})
    for path <- ["/users/7", "/users/7/", "/users/é/posts/a-b", "/users//posts/1", "/files/x/y.txt", "/files/", "/a.b(c)", "/axb(c)", "/", "", "/users/1/posts"], do: p({path, Router.dispatch(routes, path)})
  end

  defp logs do
    line = ~r/^(?<at>\S+) \[(?<level>\w+)\]\s+(?<rest>.*)$/mu
    pair = ~r/(?<key>\w+)=(?:"(?<quoted>[^"]*)"|(?<bare>[^\s)]+))/u
    for [_, at, level, rest] <- Regex.scan(line, @log) do
      fields = for [_, k | v] <- Regex.scan(pair, rest), into: %{}, do: {k, List.last(v)}
      p({String.slice(at, -8, 8), level, fields |> Enum.sort(), Regex.named_captures(~r/took (?<ms>\d+)ms|after (?<s>\d+)s/, rest)})
    end
    p(Regex.scan(line, @log, capture: [:level]) |> List.flatten() |> Enum.frequencies() |> Enum.sort())
    p(Regex.scan(pair, @log, capture: ["key", "bare"]))
    p(Regex.scan(~r/^\S+/m, @log, return: :index))
  end

  defp markdown do
    inline = fn text ->
      text
      |> then(&Regex.replace(~r/[&<>]/, &1, fn "&" -> "&amp;"; "<" -> "&lt;"; ">" -> "&gt;" end))
      |> then(&Regex.replace(~r/`([^`]+)`/, &1, "<code>\\1</code>"))
      |> then(&Regex.replace(~r/\*\*(.+?)\*\*|__(.+?)__/, &1, fn _, a, b -> "<b>#{a}#{b}</b>" end))
      |> then(&Regex.replace(~r/\[(?<t>[^\]]+)\]\((?<u>[^)\s]+)(?:\s"(?<title>[^"]*)")?\)/, &1, fn _, t, u, title -> ~s(<a href="#{u}"#{title != "" && ~s( title="#{title}") || ""}>#{t}</a>) end))
    end
    blocks = fn text ->
      for block <- Regex.split(~r/\n{2,}/, text, trim: true) do
        cond do
          m = Regex.run(~r/\A(\#{1,6})\s+(.*?)\s*#*\z/, block) -> [_, h, t] = m; "<h#{byte_size(h)}>#{inline.(t)}</h#{byte_size(h)}>"
          block =~ ~r/\A(?:[-*] .*(?:\n|\z))+\z/ -> "<ul>" <> (Regex.scan(~r/^[-*] (.*)$/m, block, capture: :all_but_first) |> Enum.map_join(fn [i] -> "<li>#{inline.(i)}</li>" end)) <> "</ul>"
          true -> "<p>" <> inline.(String.replace(block, ~r/\s*\n\s*/, " ")) <> "</p>"
        end
      end
    end
    "# Title **bold** ##\n\nA `code` & <tag>\nwith [a link](http://x/y \"T\") and [b](c).\n\n- one\n* **two**\n- __three__ [q](r)\n\n### Deep\n\nplain" |> blocks.() |> Enum.each(&IO.puts/1)
  end

  defp templates do
    data = %{"name" => "Åsa", "items" => [%{"n" => 1}, %{"n" => 2}], "empty" => [], "deep" => %{"x" => %{"y" => "z"}}}
    IO.puts(render("Hi {{ name | upcase }}{{#items}} <{{n}}>{{/items}}{{#empty}}never{{/empty}} {{deep.x.y|reverse|upcase}} {{none}}!{{! gone }}", data))
  end
  defp render(text, data) do
    text = Regex.replace(~r/\{\{#(\w+)\}\}(.*?)\{\{\/\1\}\}/s, text, fn _, k, body -> data |> Map.get(k, []) |> Enum.map_join(&render(body, Map.merge(data, &1))) end)
    text = Regex.replace(~r/\{\{!.*?\}\}/, text, "")
    Regex.replace(~r/\{\{\s*([\w.]+)((?:\s*\|\s*\w+)*)\s*\}\}/u, text, fn _, path, filters ->
      value = get_in(data, String.split(path, ".")) || ""
      Regex.scan(~r/\w+/, filters) |> List.flatten() |> Enum.reduce(to_string(value), fn "upcase", v -> String.upcase(v); "reverse", v -> String.reverse(v) end)
    end)
  end

  defp tokens do
    spec = [space: ~r/\G\s+/u, comment: ~r/\G#[^\n]*/, float: ~r/\G\d+\.\d+(?:e[+-]?\d+)?/i, int: ~r/\G\d+/, name: ~r/\G[\p{L}_][\p{L}\p{N}_]*[?!]?/u, string: ~r/\G"(?:\\.|[^"\\])*"/s, op: ~r/\G(?:<=|>=|==|[-+*\/<>=(){},])/]
    for text <- ["x1 = 3.5e-2 * (ñu_2? - 10) # note\nif a <= \"q\\\"t\" {b!}", "a $ b", ""] do
      p(Stream.unfold(0, fn at when at == byte_size(text) -> nil; {:bad, _} -> nil; at ->
        Enum.find_value(spec, {{:unknown, at, :binary.part(text, at, 1)}, {:bad, at}}, fn {kind, re} -> case Regex.run(re, text, offset: at, return: :index) do [{^at, n}] -> {{kind, :binary.part(text, at, n)}, at + n}; nil -> nil end end) end) |> Enum.reject(&(elem(&1, 0) == :space)))
    end
  end

  defp captures do
    re = ~r/(?<a>x)?(?<b>y)?(?<c>z)/
    for s <- ["z", "yz", "xz", "xyz", "q"], do: p({s, Regex.run(re, s), Regex.named_captures(re, s), Regex.run(re, s, return: :index), Regex.run(re, s, capture: :all_names), Regex.run(re, s, capture: :none), Regex.run(re, s, capture: [2, 0]), Regex.run(re, s, capture: [:c, :a]), Regex.run(re, s, capture: :first, return: :index)})
    p({Regex.named_captures(~r/(?<y>\d+)-(?<m>\d+)/, "on 2024-05", return: :index), Regex.named_captures(~r/a/, "a"), Regex.names(~r/(?<z>.)(?<a>.)(?:.)(.)/), Regex.run(~r/(?|(?<k>a)|(?<k>b))c/, "bc"), Regex.named_captures(~r/(?J)(?<d>a)|(?<d>b)/, "b")})
    p({Regex.scan(~r/(?<=\p{L})(?=\p{Lu})/u, "camelCaseÉté", return: :index), Regex.scan(~r/a|/, "baac"), Regex.scan(~r/\b/, "a bc"), Regex.scan(~r/(a)(b)?/, "abaab", capture: :all_but_first), Regex.run(~r/é/u, "aéé", offset: 3, return: :index)})
  end

  defp replacing do
    p({Regex.replace(~r/(?<first>\w+) (?<last>\w+)/, "Ada Lovelace", "\\2, \\1"), Regex.replace(~r/b/, "abc", "[\\0]"), Regex.replace(~r/b/, "abc", "[\\\\0]"), Regex.replace(~r/(b)(x)?/, "abc", "<\\1|\\2|\\3>"), Regex.replace(~r/(.)/, "ab", "\\g{1}\\g{1}"), Regex.replace(~r/$/m, "a\nb", ";"), Regex.replace(~r//, "ab", "-"), Regex.replace(~r/x*/, "axb", "-")})
    p({Regex.replace(~r/\d+/, "1 22 333", fn n -> "#{byte_size(n)}" end, global: false), Regex.replace(~r/(\d)(\d)?(\d)?/, "1 22 333", fn _, a, b, c -> "(#{a}.#{b}.#{c})" end), Regex.replace(~r/(a)(b)(c)(d)/, "abcd", fn _, _, _, _, d -> d end), Regex.replace(~r/a/, "banana", fn -> "o" end), Regex.replace(~r/[aeiou]/u, "grün naïve", &String.upcase/1)})
    p({String.replace("a.b.c", ".", fn "." -> "|" end), String.replace("aaa", ~r/a/, "b", global: false), String.replace("x-y_z", ["-", "_"], &"<#{&1}>"), String.replace("abab", ~r/(?<q>a)b/, "\\1"), String.replace_leading("aab", "a", "é"), String.replace("é", ~r/./, "?"), String.replace("é", ~r/./u, "?")})
  end

  defp splitting do
    p({Regex.split(~r/(?<d>-)(?<n>\d)/, "a-1b-2c", on: [:n]), Regex.split(~r/(?<d>-)(?<n>\d)/, "a-1b-2c", on: [:d, :n], include_captures: true), Regex.split(~r/(?<d>-)(?<n>\d)/, "a-1b-2c", on: :all_but_first), Regex.split(~r/-/, "-a--b-", trim: true), Regex.split(~r/-/, "-a--b-", parts: 3), Regex.split(~r/-/, "-a--b-", parts: 3, trim: true), Regex.split(~r/(-)/, "a-b-c", include_captures: true, parts: 2)})
    p({Regex.split(~r/(?=[A-Z])/, "aBcD"), Regex.split(~r//u, "añ"), Regex.split(~r/\R/, "a\r\nb\nc\rd"), Regex.split(~r/a/, ""), Regex.split(~r/a/, "", trim: true), Regex.split(~r/,/, "a,b", parts: 1), String.split("a1b22c", ~r/\d+/, include_captures: true), String.split("", ~r/x/), Regex.split(~r/x?/, "axb", include_captures: true)})
    p(String.splitter("one,two;three", [",", ";"]) |> Enum.to_list())
  end

  defp flags do
    p({Regex.match?(~r/a.b/s, "a\nb"), Regex.match?(~r/A/i, "a"), Regex.match?(~r/É/iu, "é"), Regex.match?(~r/^b/m, "a\nb"), Regex.match?(~r/a b/x, "ab"), Regex.match?(~r/a\ b/x, "a b"), Regex.run(~r/a+/U, "aaa"), Regex.run(~r/b/f, "a\nb"), Regex.opts(~r/x/imsxuUf), Regex.match?(~r/a$/, "a\n"), Regex.match?(~r/a\z/, "a\n"), Regex.match?(~r/\w/, "é"), Regex.match?(~r/\w/u, "é")})
    p({~r/x/ == ~r/x/, ~r/x/ == ~r/x/i, inspect(~r/a\/"b"#{"#"}/iu), inspect(Regex.compile!("a/b\n")), Regex.source(~r{\d/#{1 + 1}}), ~r/a/.opts, Regex.version() == Regex.recompile!(~r/a/).re_version, Regex.recompile(~r/q/) |> elem(0), is_tuple(Regex.re_pattern(~r/a/)), :re.run("cab", Regex.re_pattern(Regex.compile!("a(b)"))), Regex.match?(Regex.compile!("É", [:caseless, :unicode]), "é")})
  end

  defp built do
    words = ~w(apple a.c app [x] ünder $)
    any = words |> Enum.sort_by(&(-byte_size(&1))) |> Enum.map_join("|", &Regex.escape/1) |> Regex.compile!("u")
    p({Regex.source(any), Regex.scan(any, "apple abc a.c apps [x] ünder x $5") |> List.flatten()})
    glob = fn g -> Regex.compile!("^" <> Regex.replace(~r/\*\*|\*|\?|[^*?]+/, g, fn "**" -> ".*"; "*" -> "[^/]*"; "?" -> "[^/]"; t -> Regex.escape(t) end) <> "$") end
    p(for g <- ["*.ex", "lib/**/*.ex", "a?c", "**"], do: {g, Regex.source(glob.(g)), Enum.filter(["a.ex", "lib/x/y.ex", "lib/a.ex", "abc", "a/c"], &(&1 =~ glob.(g)))})
    p(for n <- 1..6, do: Regex.match?(Regex.compile!("^(?:1{#{n}})+$"), String.duplicate("1", 12)))
    p({Regex.run(~r/^(?<p>\((?:[^()]++|(?&p))*\))$/, "(a(b)(c(d)))", capture: :first), Regex.run(~r/(?(DEFINE)(?<byte>25[0-5]|2[0-4]\d|1?\d?\d))^(?&byte)(?:\.(?&byte)){3}$/, "10.0.255.1", capture: :first), Regex.run(~r/^(a)?b(?(1)c|d)$/, "abc"), Regex.run(~r/^(a)?b(?(1)c|d)$/, "bd"), Regex.run(~r/(?>a+)ab/, "aaab"), Regex.run(~r/foo\Kbar/, "foobar")})
  end

  defp refused do
    for {s, o} <- [{"(?<n>a", ""}, {"a**", ""}, {"(?<1a>x)", ""}, {"[z-a]", ""}, {"\\", ""}, {"(?P<x>a)(?P<x>b)", ""}, {"a{2,1}", ""}, {"a", "zz"}, {"\\p{Nope}", "u"}, {"(?<=a+)b", ""}], do: p({s, case Regex.compile(s, o) do {:error, {text, _}} when s in ["(?P<x>a)(?P<x>b)", "\\p{Nope}", "(?<=a+)b"] -> text; other -> other end})
    for f <- [fn -> Regex.compile!("[") end, fn -> Regex.run(~r/(a)/, "a", capture: ["nope"]) end, fn -> Regex.split(~r/a/, "a", on: [:x]) end, fn -> Regex.replace(~r/a/, "a", :b) end, fn -> Regex.named_captures("a", "b") end, fn -> Regex.run(~r/é/u, <<255>>) end], do: p(try do f.() rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd()} end)
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, printable_limit: :infinity, width: 160))
end
