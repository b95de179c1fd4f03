# stage: e. StringIO, IO on devices, File and Path in a folder of its own.
defmodule ExIoFiles do
  def main do
    {:ok, d} = StringIO.open("line one\nline two\nrest")
    p {IO.gets(d, "? "), IO.read(d, :line), IO.read(d, 2), IO.read(d, :eof), IO.read(d, :line), StringIO.contents(d)}
    IO.puts(d, "out"); IO.write(d, [?a, "é"]); IO.inspect(d, {1, "x"}, label: "L")
    p {StringIO.contents(d), StringIO.flush(d), StringIO.close(d)}
    p StringIO.open("in", fn pid -> IO.write(pid, "w"); IO.read(pid, 1) end)
    p {IO.iodata_length(["a", [?b, "é"]]), IO.iodata_to_binary([1, "a", [[2]]]), IO.chardata_to_string([233, "a"]), IO.ANSI.format([:red, "x", :bright, "y"], true) |> IO.iodata_to_binary(), IO.ANSI.format(["a", :red], false) |> IO.iodata_to_binary(), IO.ANSI.green() <> "g" <> IO.ANSI.reset()}
    dir = Path.join(System.tmp_dir!(), "dala_diff_ex_io_#{System.unique_integer([:positive])}_#{System.os_time()}")
    File.mkdir_p!(Path.join(dir, "a/b"))
    f = Path.join(dir, "f.txt")
    p {File.write(f, "one\ntwo\n"), File.read(f), File.exists?(f), File.regular?(f), File.dir?(dir), File.stat!(f).size, File.stat!(f).type, File.write(f, "three", [:append]), File.read!(f)}
    p {File.stream!(f) |> Enum.to_list(), File.stream!(f, [], 4) |> Enum.map(& &1), File.stream!(f) |> Stream.map(&String.trim/1) |> Enum.to_list()}
    p {File.cp(f, f <> "2"), File.rename(f <> "2", f <> "3"), File.ls!(dir) |> Enum.sort(), File.rm(f <> "3"), File.rm(f <> "3"), File.touch!(Path.join(dir, "t")), File.rmdir(dir), Path.wildcard(dir <> "/*") |> Enum.map(&Path.basename/1) |> Enum.sort()}
    p File.open!(f, [:read, :utf8], fn h -> {IO.read(h, :line), IO.read(h, 3), :file.position(h, 0), IO.read(h, 3)} end)
    p File.open!(f, [:write], fn h -> IO.binwrite(h, <<1, 255>>); IO.puts(h, "x") end)
    p {File.read!(f), File.read(dir <> "/none"), File.read(dir), File.mkdir(dir), File.ls(dir <> "/none"), File.cp_r(dir <> "/a", dir <> "/c") |> then(fn {:ok, l} -> length(l) end)}
    for g <- [fn -> File.read!("/no/such/file") end, fn -> File.mkdir!("/no/such/dir/x") end, fn -> File.stream!("/no/such") |> Enum.to_list() end, fn -> IO.read(:nobody_here, 1) end], do: p(try do g.() rescue e -> {e.__struct__, Exception.message(e)} catch :exit, _ -> :exit end)
    p {File.rm_rf!(dir) |> length(), File.exists?(dir)}
    p {Path.join(["a", "/b", "c/"]), Path.join("a", "../b"), Path.expand("/a/../b/./c"), Path.relative_to("/a/b/c", "/a"), Path.relative_to("/x", "/a"), Path.split("/a/b"), Path.basename("a/b.ex", ".ex"), Path.dirname("a/b/c"), Path.extname("a.b.c"), Path.rootname("a.b.c"), Path.rootname("a.ex", ".ex"), Path.type("a"), Path.type("/a"), Path.absname("x", "/r"), Path.basename("/"), Path.split(""), Path.wildcard("/no/such/*")}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
