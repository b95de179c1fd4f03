# stage: e. Functions that no other program calls: of Keyword, Map, String, Stream, Regex, Task, Registry, PartitionSupervisor, StringIO, IO streams, Port, Node, System, Base, Float, Exception, URI and Version.
defmodule ExSmallRest do
  def main do
    p({Keyword.replace!([a: 1, b: 2, a: 3], :a, 9), try_it(fn -> Keyword.replace!([a: 1], :b, 9) end), Keyword.put_new_lazy([a: 1], :b, fn -> 2 end), Keyword.get_and_update!([a: 1, a: 2], :a, &{&1, &1 + 5}), try_it(fn -> Keyword.get_and_update!([], :a, &{&1, 1}) end), Keyword.validate([a: 1], [:a, b: 2]), Keyword.validate([c: 1], [:a]), try_it(fn -> Keyword.validate!([c: 1, d: 2], [:a]) end), Keyword.pop_values([a: 1, a: 2, b: 3], :a), Keyword.pop_first([a: 1, a: 2], :a), Keyword.filter([a: 1, b: 2], fn {_, v} -> v > 1 end), Keyword.from_keys([:a], 1)})
    p({String.splitter("a,b,,c", ",") |> Enum.take(2), String.splitter("1a2b3", ["a", "b"], trim: true) |> Enum.to_list(), String.splitter("abc", "") |> Enum.to_list(), String.next_grapheme_size("é🇩🇪"), String.next_grapheme("🇩🇪x"), String.next_codepoint(""), String.bag_distance("abc", "bcd"), String.jaro_distance("martha", "marhta"), String.myers_difference("abcdef", "abxdf"), String.chunk("ab\u0000c", :printable), String.valid?(<<255>>), String.capitalize("ÉCOLE", :ascii), String.printable?("a\tb", 1)})
    p({Stream.drop_every(1..7, 3) |> Enum.to_list(), Stream.map_every(1..5, 2, &(&1 * 10)) |> Enum.to_list(), Stream.chunk_while(1..7, [], fn x, a -> if rem(x, 3) == 0, do: {:cont, Enum.reverse([x | a]), []}, else: {:cont, [x | a]} end, fn a -> {:cont, a, []} end) |> Enum.to_list(), Stream.dedup_by(1..6, &div(&1, 3)) |> Enum.to_list(), Stream.zip_with(1..3, 4..9, &{&1, &2}) |> Enum.to_list(), Stream.with_index([:a], 5) |> Enum.to_list(), Stream.timer(1) |> Enum.to_list(), Stream.into([1, 2], []) |> Enum.to_list(), Stream.reject(1..4, &(&1 > 2)) |> Enum.to_list(), Stream.take_every(1..7, 3) |> Enum.to_list()})
    p({Regex.recompile(~r/a/) |> elem(0), Regex.recompile!(~r/a/).source, Regex.names(~r/(?<b>.)(?<a>.)/), Regex.opts(~r/a/im), Regex.re_pattern(~r/a/) |> elem(0), Regex.split(~r/(-)/, "a-b-c", include_captures: true, parts: 2), Regex.replace(~r/(?<x>\d)/, "a1b2", fn w, d -> "<#{w}#{d}>" end), Regex.scan(~r/\w(\d)/, "a1 b2", return: :index), Regex.named_captures(~r/(?<y>\d+)/, "z12"), try_it(fn -> Regex.compile!("(") end)})
    p({Base.hex_decode32("91IMOR3F41RMUSJCCGLG===="), Base.hex_decode32!("91imor3f41rmusjccglg====", case: :lower), try_it(fn -> Base.hex_decode32!("Z!") end), Base.url_decode64!("_-8", padding: false), try_it(fn -> Base.url_decode64!("+") end), Base.hex_encode32("ab", padding: false), Base.decode16("0g"), Base.encode32("a", case: :lower), Base.decode64(" YQ==\n", ignore: :whitespace)})
    p({URI.append_query(URI.parse("http://x/?a=1"), "b=2").query, URI.append_query(URI.new!("http://x"), "b=2").query, URI.char_reserved?(?/), URI.char_unescaped?(?a), URI.new("http://[::1"), try_it(fn -> URI.new!("a b") end), URI.to_string(%URI{scheme: "s", path: "p"}), try_it(fn -> URI.to_string(%URI{host: "h", path: "p"}) end), URI.query_decoder("a=1&b", :rfc3986) |> Enum.to_list(), URI.encode_query([{"a b", "é"}], :rfc3986), URI.default_port("ftp"), URI.merge("http://a/b/c", "../d") |> to_string()})
    {:ok, r} = Version.parse_requirement("~> 1.2 and != 1.3.0")
    p({to_string(r), Version.match?("1.3.1", r), Version.match?("1.3.0", r), Version.compile_requirement(r) == r, try_it(fn -> Version.parse_requirement!("~> x") end), Version.to_string(%Version{major: 1, minor: 2, patch: 3, pre: ["a", 1], build: "b"}), Version.compare("1.0.0-a.1", "1.0.0-a.b"), Version.match?("2.0.0-dev", ">= 1.0.0", allow_pre: false)})
    {:ok, s} = StringIO.open("first\nsécond\nthird", capture_prompt: true, encoding: :unicode)
    p({IO.gets(s, "? "), IO.read(s, 2), IO.stream(s, :line) |> Enum.to_list(), StringIO.contents(s), IO.write(s, [?é, "x"]), StringIO.flush(s), IO.binwrite(s, <<200>>), StringIO.close(s)})
    {:ok, s2} = StringIO.open("abc")
    p({IO.binstream(s2, 2) |> Enum.to_list(), Enum.into(["q", "r"], IO.stream(s2, :line)).raw, StringIO.contents(s2), IO.inspect(s2, {:a, 1}, label: "L"), StringIO.contents(s2) |> elem(1)})
    port = Port.open({:spawn_executable, System.find_executable("cat")}, [:binary, {:line, 20}])
    p({Port.command(port, "hello\nlonger than twenty bytes\n"), receive do {^port, {:data, m}} -> m end, receive do {^port, {:data, m}} -> m end, receive do {^port, {:data, m}} -> m end, Port.info(port) |> Keyword.keys() |> Enum.sort(), Port.info(port, :connected) == {:connected, self()}, port in Port.list(), Port.connect(port, self())})
    m = Port.monitor(port)
    p({Port.close(port), receive do {:DOWN, ^m, :port, ^port, why} -> why end, Port.info(port), try_it(fn -> Port.close(port) end), Port.demonitor(m, [:flush])})
    p({Node.alive?(), Node.list(), Node.self(), Node.ping(:no@where), Node.connect(:no@where), Node.get_cookie(), Node.disconnect(:no@where), Node.monitor(Node.self(), true), Node.spawn(node(), fn -> :ok end) |> is_pid(), Node.stop()})
    p({System.cmd("sh", ["-c", "echo out; echo err >&2; exit 3"], stderr_to_stdout: true), System.cmd("env", [], env: [{"EX_SMALL", "v"}, {"PATH", nil}]) |> elem(0) |> String.contains?("EX_SMALL=v"), System.shell("echo $0 x") |> elem(1), try_it(fn -> System.cmd("no/such", []) end)})
    p({System.build_info() |> Map.keys() |> Enum.sort(), System.compiled_endianness(), System.endianness(), System.schedulers() > 0, System.pid() =~ ~r/^\d+$/, System.no_halt(), System.argv() |> is_list(), System.time_offset(:second) |> is_integer(), System.put_env("EX_S", "1"), System.fetch_env("EX_S"), System.delete_env("EX_S"), System.get_env("EX_S", "d"), try_it(fn -> System.fetch_env!("EX_S_NONE") end), System.find_executable("no-such-prog"), System.version() =~ "1."})
    {:ok, ps} = PartitionSupervisor.start_link(child_spec: {Agent, fn -> 0 end}, name: ExSmallParts, partitions: 3)
    p({PartitionSupervisor.partitions(ExSmallParts), PartitionSupervisor.count_children(ExSmallParts), for(i <- 0..5, do: Agent.get_and_update({:via, PartitionSupervisor, {ExSmallParts, i}}, &{&1, &1 + 1})), PartitionSupervisor.which_children(ExSmallParts) |> Enum.map(&elem(&1, 0)) |> Enum.sort(), PartitionSupervisor.whereis_name({ExSmallParts, 1}) |> is_pid(), try_it(fn -> PartitionSupervisor.whereis_name({NoParts, 1}) end), PartitionSupervisor.stop(ExSmallParts)})
    {:ok, _} = Registry.start_link(keys: :duplicate, name: ExSmallReg)
    for v <- [1, 5, 9], do: Registry.register(ExSmallReg, :k, v)
    p({Registry.count_select(ExSmallReg, [{{:_, :_, :"$1"}, [{:>, :"$1", 3}], [true]}]), Registry.count_match(ExSmallReg, :k, :_), Registry.match(ExSmallReg, :k, :"$1", [{:<, :"$1", 6}]) |> Enum.map(&elem(&1, 1)) |> Enum.sort(), Registry.unregister_match(ExSmallReg, :k, 5), Registry.values(ExSmallReg, :k, self()) |> Enum.sort(), Registry.put_meta(ExSmallReg, :m, 1), Registry.meta(ExSmallReg, :m), Registry.delete_meta(ExSmallReg, :m), Registry.meta(ExSmallReg, :m)})
    t = Task.completed(7)
    {:ok, tp} = Task.start(fn -> receive do :go -> :ok end end)
    p({Task.await(t), Task.await_many([Task.async(fn -> 1 end)]), Process.alive?(tp), Task.ignore(Task.async(fn -> 1 end)) |> then(fn nil -> nil; _ -> :running end) |> is_atom(), Exception.format_file_line("f.ex", 3), Exception.format_file_line_column("f.ex", 3, 4), Exception.format_fa(&p/1, 1) =~ "p/1", Float.to_charlist(1.5), Date.utc_today().calendar, Access.at!(0).(:get, [1], & &1), Path.relative_to_cwd("/x"), File.stat!("/tmp").type, File.Stat.from_record(File.Stat.to_record(File.stat!("/tmp"))).type})
  end
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  catch
    k, v -> {k, v}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
