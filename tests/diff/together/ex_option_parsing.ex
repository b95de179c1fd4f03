# stage: e. OptionParser in all its modes: switches, aliases, counts, kept ones, negation, errors; a command line tool on top of it.
defmodule ExOptionParsing do
  @spec_ [strict: [verbose: :count, name: :string, port: :integer, ratio: :float, dry_run: :boolean, tag: [:string, :keep], level: [:integer, :keep]], aliases: [v: :verbose, n: :name, p: :port, t: :tag, d: :dry_run]]

  def run(line) do
    argv = OptionParser.split(line)
    case OptionParser.parse_head(argv, strict: [help: :boolean, version: :boolean], aliases: [h: :help]) do
      {[help: true], _, _} -> {:help, 0}
      {_, [], _} -> {:usage, 2}
      {_, ["serve" | rest], []} -> serve(rest)
      {_, ["sum" | rest], []} -> {rest, _, _} = OptionParser.parse(rest, switches: []) |> then(fn {o, a, i} -> {a, o, i} end); {Enum.sum(Enum.map(rest, &String.to_integer/1)), 0}
      {_, [other | _], _} -> {"unknown command #{other}, did you mean #{Enum.max_by(~w(serve sum), &String.jaro_distance(&1, other))}?", 1}
    end
  end

  defp serve(argv) do
    {options, args} = OptionParser.parse!(argv, @spec_)
    {{:serving, Keyword.get(options, :port, 80), Keyword.get_values(options, :tag), options[:verbose] || 0, args}, 0}
  rescue
    e in OptionParser.ParseError -> {Exception.message(e), 64}
  end

  def main do
    lines = ["-vvv --name x file", "--verbose -v --no-dry-run", "--dry-run --port 80", "--port=8x", "--port", "-p 1 -p 2", "--tag a -t b --tag=c", "--level 1 --level x", "--ratio 1 --ratio .5", "--ratio 1.5", "-n", "--unknown 1", "-x", "-vd", "-pt 1", "--name=", "--name -- --port 1", "a -- -v", "- -v", "--no-name", "--nam e", "-v5", "--dry_run", "--Dry-run", "-é", "-n=a=b", "--", "--dry-run=false", "--dry-run maybe"]
    for line <- lines, do: IO.inspect({line, OptionParser.parse(OptionParser.split(line), @spec_)})
    for line <- ["--foo bar --no-baz -q 1", "--foo --bar=1 x", "--count 3 y", "--foo-bar_baz 1"], do: IO.inspect({line, OptionParser.parse(String.split(line), switches: [count: :integer], aliases: [q: :quiet], allow_nonexistent_atoms: true)})
    IO.inspect(OptionParser.parse(["--foo", "1", "x", "--bar"], strict: [foo: :integer], return_separator: true))
    IO.inspect(OptionParser.parse_head(["--foo", "1", "x", "--foo", "2"], strict: [foo: :integer]))
    IO.inspect(OptionParser.next(["--foo=1", "rest"], strict: [foo: :integer]))
    IO.inspect(Enum.map([["--foo", "x"], ["x"], ["--bar"], []], &OptionParser.next(&1, strict: [foo: :integer])))
    for text <- ["a 'b c' \"d \\\" e\" f\\ g", "  spaced   out ", "--x=\"1 2\"", "", "'a'\"b\"c", "tab\there"], do: IO.inspect(OptionParser.split(text))
    IO.inspect(try do OptionParser.split("unclosed 'quote") rescue e -> Exception.message(e) end)
    IO.inspect(OptionParser.to_argv([foo: 1, bar: true, baz: false, long_name: "x y", count: 3], switches: [count: :count]))
    for argv <- [["--port", "x", "--what"], ["--port"], ["-z"]], do: IO.puts(try do OptionParser.parse!(argv, @spec_) rescue e -> Exception.message(e) end)
    for bad <- [[strict: [a: :nope]], [strict: [], switches: []], [strict: [a: :string], aliases: [abc: :a]]], do: IO.inspect(try do OptionParser.parse(["--a", "1", "-abc"], bad) rescue e -> e.__struct__ end)
    for line <- ["serve -p 8080 -t x -t y -vv dir", "serve --port nope", "sum 1 2 3", "sevre", "--help", "", "serve --bogus"], do: IO.inspect({line, run(line)})
  end
end
