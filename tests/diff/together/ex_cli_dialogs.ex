# stage: e. Command lines and dialogs without a terminal: nested commands with help made from their switches, answers read from StringIO with prompts kept, devices of bytes and of characters, what is written captured and flushed, IO.inspect with each option on each kind of term, in the middle of pipes.
defmodule ExCliDialogs.Cli do
  @commands %{
    "add" => [about: "add an item", switches: [name: :string, price: :float, count: :integer, tag: [:string, :keep], fragile: :boolean], aliases: [n: :name, p: :price, c: :count, t: :tag, f: :fragile], needs: [:name]],
    "list" => [about: "list items", switches: [sort: :string, limit: :integer, verbose: :count], aliases: [v: :verbose], needs: []],
    "remote add" => [about: "add a remote", switches: [force: :boolean], aliases: [f: :force], needs: []],
    "ask" => [about: "ask for an item", switches: [], aliases: [], needs: []]
  }
  def main(line, input \\ "") do
    argv = OptionParser.split(line)
    {:ok, device} = StringIO.open(input, capture_prompt: true)
    code = try do run(argv, device) catch {:exit, code} -> code end
    {:ok, {rest, out}} = StringIO.close(device)
    {code, rest, out}
  rescue
    e in RuntimeError -> {:split, Exception.message(e)}
  end
  defp run(argv, io) do
    {global, rest, bad} = OptionParser.parse_head(argv, strict: [help: :boolean, color: :boolean, config: :string], aliases: [h: :help, C: :config])
    cond do
      bad != [] -> fail(io, Enum.map_join(bad, ", ", fn {s, nil} -> "unknown or without value: #{s}"; {s, v} -> "bad value #{v} of #{s}" end))
      global[:help] || rest == [] -> help(io)
      true -> command(rest, global, io)
    end
  end
  defp command([a, b | rest], global, io) when is_map_key(@commands, a <> " " <> b), do: dispatch(a <> " " <> b, rest, global, io)
  defp command([a | rest], global, io) when is_map_key(@commands, a), do: dispatch(a, rest, global, io)
  defp command([a | _], _, io), do: fail(io, "no command #{a}; did you mean #{@commands |> Map.keys() |> Enum.max_by(&{String.jaro_distance(&1, a), &1})}?")
  defp dispatch("ask", _, _, io), do: ask(io)
  defp dispatch(name, argv, global, io) do
    spec = @commands[name]
    {opts, args} = OptionParser.parse!(argv, strict: spec[:switches], aliases: spec[:aliases])
    case spec[:needs] -- Keyword.keys(opts) do
      [] -> IO.inspect(io, {name, opts, args, global}, []); {0, OptionParser.to_argv(opts, switches: spec[:switches])}
      missing -> fail(io, "#{name} needs " <> Enum.map_join(missing, ", ", &"--#{&1}"))
    end
  rescue
    e in OptionParser.ParseError -> fail(io, Exception.message(e))
  end
  defp fail(io, text) do
    IO.puts(io, ["error: ", text])
    throw({:exit, 64})
  end
  defp help(io) do
    for {name, spec} <- Enum.sort(@commands) do
      IO.puts(io, String.pad_trailing(name, 12) <> spec[:about])
      for {k, t} <- spec[:switches], do: IO.puts(io, "  " <> Enum.join(Enum.sort_by(OptionParser.to_argv([{k, true}]) ++ for({a, ^k} <- spec[:aliases], do: "-#{a}"), &byte_size/1), ", ") <> " #{inspect(t)}")
    end
    0
  end
  # Questions until the answers fit.
  defp ask(io) do
    name = question(io, "Name? ", &if(&1 =~ ~r/^\p{L}+$/u, do: {:ok, &1}, else: {:again, "letters only"}))
    count = question(io, "Count [1]? ", fn "" -> {:ok, 1}; t -> case Integer.parse(t) do {n, ""} when n > 0 -> {:ok, n}; _ -> {:again, "a number above 0"} end end)
    sure = question(io, "Sure (y/n)? ", &if(String.downcase(&1) in ~w(y n yes no), do: {:ok, String.first(&1) |> String.downcase()}, else: {:again, "y or n"}))
    IO.puts(io, "#{count} x #{name}: #{sure}")
    if sure == "y", do: 0, else: 1
  end
  defp question(io, prompt, check) do
    case IO.gets(io, prompt) do
      :eof -> IO.puts(io, "(no more input)"); throw({:exit, 74})
      line -> case check.(String.trim(line)) do {:ok, v} -> v; {:again, why} -> IO.puts(io, "  " <> why); question(io, prompt, check) end
    end
  end
end

defmodule ExCliDialogs do
  alias ExCliDialogs.Cli
  def main do
    lines(); dialogs(); devices(); inspected(); piped(); parsers(); refused()
  end

  defp lines do
    for l <- ["", "--help", "add -n pen -p 1.5 -c 3 -t a --tag=b --no-fragile rest", "add -p x -n q", "add --count 3", "add -n 'two words' -- -c 5", "add -nq", "add --name", "-C file --no-color list -vv -v --limit 2", "--color maybe list", "--config", "remote add origin --force url", "remote rm", "lst", "--bogus add", "list --limit=0x1", "list --sort --limit 1", "add -n \"a \\\"b\\\"\" é", "add 'open", "-x"] do
      case Cli.main(l) do {code, rest, out} -> IO.puts("$ #{l}\n#{out}-> #{inspect({code, rest})}"); other -> p({l, other}) end
    end
  end

  defp dialogs do
    for i <- ["Åsa\n\ny\nleft over", "b0b\nBob\n-1\nx\n12\nmaybe\nNO\n", "Eve\n3", "", "\n\nZoë\n2\nYes"] do
      {code, rest, out} = Cli.main("ask", i)
      p({code, rest}); IO.puts(out)
    end
  end

  defp devices do
    {:ok, d} = StringIO.open("añ€😀\nline\n\nlast")
    p({IO.read(d, 2), IO.read(d, 1), IO.getn(d, "> ", 1), IO.read(d, :line), IO.read(d, :line), IO.read(d, :line), IO.read(d, 100), IO.read(d, 1), IO.read(d, :line), IO.gets(d, "?"), IO.read(d, :eof), StringIO.contents(d)})
    IO.write(d, ["x", ?ÿ, [["y"]]]); IO.puts(d, :atom); IO.puts(d, 12); IO.write(d, 1.5); IO.inspect(d, ~c"abc", label: "l"); :io.format(d, "~p ~ts~n", [{1}, "é"])
    p({StringIO.flush(d), StringIO.contents(d), StringIO.close(d)})
    {:ok, b} = StringIO.open(<<0, 255, 195, 169>>, encoding: :latin1)
    p({IO.binread(b, 2), IO.binread(b, :line), IO.binread(b, :eof), IO.binwrite(b, <<200, 1>>), StringIO.contents(b), :io.getopts(b), StringIO.close(b)})
    p({StringIO.open("in put", [capture_prompt: true], fn d -> {IO.gets(d, "p1 "), IO.getn(d, "p2 ", 1), StringIO.contents(d)} end), StringIO.open("a b", &IO.read(&1, :line)), StringIO.open("1 two 3.0 {x}. ", fn d -> {:io.fread(d, '', '~d ~a ~f'), :io.read(d, ''), :io.read(d, '')} end), StringIO.open("q r", fn d -> {:io.get_chars(d, "", 1), :io.get_line(d, ""), :io.get_line(d, ""), :io.rows(d), :io.columns(d), :io.printable_range()} end)})
    {:ok, d} = StringIO.open("one\ntwo\nthree")
    p({IO.stream(d, :line) |> Stream.map(&String.trim/1) |> Enum.take(2), IO.stream(d, 2) |> Enum.to_list(), Enum.into(["a", "b"], IO.stream(d, :line)) |> is_struct(), StringIO.contents(d)})
    StringIO.close(d)
    {:ok, out} = StringIO.open("")
    leader = Process.group_leader()
    Process.group_leader(self(), out)
    IO.puts("captured"); r = IO.inspect({1, "b"}); IO.write("no newline"); :io.format("~w", [[1]]); Task.async(fn -> IO.puts(" from a task") end) |> Task.await()
    Process.group_leader(self(), leader)
    p({r, StringIO.flush(out), StringIO.close(out)})
  end

  defp terms, do: [255, -1.0e100, "tab\t\"q\" é\x00", 'chars', [1, 2], :"odd atom", nil, %{b: [c: 1], a: {}}, <<1, 255>>, <<5::3>>, [a: 1, "b c": 2], 1..3//2, ~D[2024-01-02], %URI{host: "h"}, MapSet.new([1, 2]), &String.length/1, [%{}, [], {}, ""], Enum.to_list(1..60), String.duplicate("long ", 30), [[[[[1]]]]], %{1 => 2, "k" => nil}]
  defp inspected do
    options = [[], [limit: 2], [base: :hex], [base: :binary, limit: 3], [charlists: :as_lists], [charlists: :as_charlists, printable_limit: 4], [binaries: :as_binaries, limit: 6], [binaries: :as_strings], [structs: false, limit: 4], [pretty: true, width: 12, limit: 8], [width: 30], [safe: false, limit: 5], [printable_limit: 3], [custom_options: [sort_maps: true], limit: 3], [syntax_colors: [number: :red, atom: [:bright, :blue], string: :green, nil: :magenta, map: :cyan, list: :yellow, tuple: :white, reset: :reset], limit: 4], [label: "lab", limit: 1], [label: :atom, pretty: true, width: 20, limit: 5]]
    for o <- options do
      IO.puts(inspect(o))
      {:ok, d} = StringIO.open("")
      for t <- terms(), do: (try do IO.inspect(d, t, o) rescue e -> IO.puts(d, inspect(e.__struct__)) end)
      {:ok, {_, out}} = StringIO.close(d)
      IO.puts(String.replace(out, "\e", "ESC"))
    end
  end

  defp piped do
    r = 1..4 |> IO.inspect(label: "range") |> Enum.map(&(&1 * 16)) |> IO.inspect(label: "hex", base: :hex) |> Enum.map(&IO.inspect(&1, label: "each")) |> Enum.sum() |> IO.inspect(label: "sum", base: :octal) |> Kernel.+(1)
    p(r)
    %{a: %{b: Enum.to_list(1..30)}} |> IO.inspect(width: 40) |> get_in([:a, :b]) |> IO.inspect(limit: 3) |> tap(&IO.inspect(length(&1), label: "length")) |> List.first() |> then(&IO.inspect({:then, &1}))
    "ünïcode" |> IO.inspect(printable_limit: 2, label: "cut") |> String.graphemes() |> IO.inspect(width: 10) |> Enum.join("|") |> IO.puts()
    p(dbg_like(fn -> [3, 1, 2] |> Enum.sort() |> Enum.map(&(&1 + 1)) end))
  end
  defp dbg_like(f), do: StringIO.open("", fn d -> (leader = Process.group_leader(); Process.group_leader(self(), d); r = f.() |> IO.inspect(label: "in"); Process.group_leader(self(), leader); {r, StringIO.flush(d)}) end) |> elem(1)

  defp parsers do
    for {argv, o} <- [{~w(--a 1 b --c), [strict: [a: :integer], return_separator: true]}, {~w(a -- b -- c), [strict: [], return_separator: true]}, {~w(-abc 5), [strict: [a: :boolean, b: :boolean, c: :integer], aliases: [a: :a, b: :b, c: :c]]}, {~w(--x-y=1 --x_y 2), [strict: [x_y: :integer]]}, {~w(-5 --n -5), [strict: [n: :integer]]}, {~w(--yes=true --yes=no --no-yes=1), [strict: [yes: :boolean]]}, {~w(--k 1 --k 2 --k), [strict: [k: [:integer, :keep]]]}, {~w(-v --verbose -vv), [strict: [verbose: :count], aliases: [v: :verbose]]}, {~w(--f 1 --f 1.5e3 --f .1), [strict: [f: [:float, :keep]]]}, {["--s", "", "--s=", "--s"], [strict: [s: [:string, :keep]]]}, {~w(--no-s x --no-no), [strict: [s: :string, no: :boolean]]}, {~w(--Foo 1 --foo_bar --fooBar), [switches: [foo: :integer]]}, {[], [strict: []]}, {~w(-- -a), [strict: [a: :boolean]]}, {~w(-a=1 -a2), [strict: [a: :integer], aliases: [a: :a]]}], do: p({argv, OptionParser.parse(argv, o), OptionParser.parse_head(argv, o)})
    p({OptionParser.next(~w(--n 5 rest), strict: [n: :integer]), OptionParser.next(~w(--n x), strict: [n: :integer]), OptionParser.next(~w(rest), strict: []), OptionParser.next(~w(--q), strict: []), OptionParser.next(~w(-n), aliases: [n: :no], strict: [no: :boolean]), OptionParser.next(["--", "x"], strict: [])})
    p({OptionParser.to_argv([a: "x y", b: true, c: false, d: 1.5, e_f: nil, g: 3], switches: [g: :count]), OptionParser.split("a 'b c'd \"e\\nf\" g\\ h  ''"), OptionParser.split("  "), OptionParser.split("x\ty\nz"), OptionParser.split("\"it's\"")})
  end

  defp refused do
    for f <- [fn -> OptionParser.parse(["--a"], []) end, fn -> OptionParser.parse(["--a"], strict: [a: :what]) end, fn -> OptionParser.parse!(["--a", "x", "-b", "--c"], strict: [a: :integer, d: :float], aliases: [q: :d]) end, fn -> OptionParser.parse_head!(["--a=z"], strict: [a: :boolean]) end, fn -> OptionParser.parse([:a], strict: []) end, fn -> OptionParser.split("'a") end, fn -> OptionParser.parse(["-a"], strict: [], aliases: [{"a", :b}]) end, fn -> IO.puts(:no_such_device, "x") end, fn -> IO.inspect(1, base: :ternary) end, fn -> IO.inspect(1, limit: :some) end, fn -> StringIO.open(:x) end, fn -> StringIO.open("é", fn d -> IO.read(d, -1) end) end, fn -> IO.chardata_to_string([<<255>>]) end, fn -> IO.iodata_to_binary([300]) end, fn -> IO.write(:stdio, {1}) end] do
      p(try do {:value, f.()} |> inspect() |> String.replace(~r/#PID<[^>]+>/, "PID") rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> Enum.take(3)} catch k, v -> {k, if(is_tuple(v), do: elem(v, 0), else: v)} end)
    end
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, printable_limit: :infinity, width: 160))
end
