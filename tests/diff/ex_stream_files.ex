# stage: e. Files and devices as streams: File.stream! by lines and bytes, Collectables, IO.stream, StringIO devices, chunked copies, temp files, Path wildcards, stats, errors with their texts.
defmodule ExStreamFiles do
  def main do
    dir = Path.join(System.tmp_dir!(), "ex_stream_files_#{System.unique_integer([:positive])}")
    File.mkdir_p!(dir)
    File.cd!(dir, fn -> lines(); bytes(); collect(); devices(); trees(); errors(); paths() end)
    File.rm_rf!(dir)
    p(File.exists?(dir))
  end

  defp lines do
    File.write!("a.txt", "one\ntwo\r\nthrée\n\nlast")
    s = File.stream!("a.txt")
    p({Enum.to_list(s), Enum.count(s), Enum.at(s, 2), s.line_or_bytes, s.raw, s.path})
    p(File.stream!("a.txt") |> Stream.map(&String.trim/1) |> Stream.reject(&(&1 == "")) |> Stream.with_index(1) |> Enum.map(fn {l, i} -> "#{i}:#{l}" end))
    p(File.stream!("a.txt", [encoding: :utf8]) |> Enum.map(&String.length/1))
    p(File.stream!("a.txt", [:trim_bom]) |> Enum.take(1))
    File.write!("bom.txt", "\uFEFFwith bom\n")
    p({File.stream!("bom.txt", [:trim_bom]) |> Enum.to_list(), File.stream!("bom.txt") |> Enum.to_list()})
    File.write!("z.gz", :zlib.gzip("zipped\nlines\n"))
    p(File.stream!("z.gz", [:compressed]) |> Enum.to_list())
    p(try do File.stream!("none.txt") |> Enum.to_list() rescue e -> {e.__struct__, Exception.message(e)} end)
  end

  defp bytes do
    p({File.stream!("a.txt", [], 4) |> Enum.to_list(), File.stream!("a.txt", [], 1000) |> Enum.count(), File.stream!("a.txt", [], 3) |> Enum.reduce(0, &(byte_size(&1) + &2))})
    :ok = File.cp("a.txt", "b.txt")
    p({File.stat!("b.txt").size, File.read!("b.txt") == File.read!("a.txt"), File.cp("none", "x"), File.copy("a.txt", "c.txt", 5), File.read("c.txt")})
    {:ok, f} = File.open("a.txt", [:read, :binary])
    p({IO.binread(f, 3), :file.position(f, 1), IO.binread(f, :line), IO.read(f, :line), IO.binread(f, :eof) |> byte_size(), IO.binread(f, 1), IO.read(f, :line), File.close(f)})
    p(File.open("d.txt", [:write, :read], fn f -> IO.write(f, "written"); :file.position(f, 0); IO.read(f, :eof) end))
    p(File.open!("e.txt", [:append, :utf8], fn f -> IO.puts(f, "ünï"); IO.write(f, [?a, "b"]) end))
    p({File.read!("e.txt"), File.write("e.txt", "more", [:append]), File.read!("e.txt"), File.write("e.txt", ["io", [?l | "ist"]]), File.read!("e.txt")})
  end

  defp collect do
    p(["x\n", "y\n"] |> Enum.into(File.stream!("out.txt")) |> Enum.to_list())
    p({Stream.into(["l1\n", "l2\n"], File.stream!("out2.txt", [:append])) |> Stream.run(), File.read!("out2.txt")})
    p({Enum.into(["1", "2"], %File.Stream{} = File.stream!("out3.txt", [:write])) |> Map.get(:path), File.read!("out3.txt")})
    {:ok, dev} = StringIO.open("in one\nin two\n")
    p({IO.stream(dev, :line) |> Enum.map(&String.upcase/1), Enum.into(["out", "put"], IO.stream(dev, :line)) |> is_struct(), StringIO.contents(dev), StringIO.flush(dev), StringIO.close(dev)})
    {:ok, dev} = StringIO.open("abcdef")
    p({IO.binstream(dev, 4) |> Enum.to_list(), IO.read(dev, :line)})
  end

  defp devices do
    p(StringIO.open("some input\n", [capture_prompt: true], fn d -> {IO.gets(d, "prompt> "), IO.getn(d, "n> ", 1), StringIO.contents(d)} end))
    p(StringIO.open("é€x", [encoding: :latin1], fn d -> IO.getn(d, "", 2) end))
    {:ok, d} = StringIO.open("1 2\n3")
    p({IO.getn(d, "", 3), IO.gets(d, ""), IO.gets(d, ""), IO.gets(d, ""), IO.puts(d, [1, ?a]), IO.write(d, "é"), IO.binwrite(d, <<195, 169>>), IO.inspect(d, {:a, 1}, label: "lab", width: 10) |> elem(0), StringIO.contents(d)})
    p({:io.fread(elem(StringIO.open("12 ab"), 1), '', '~d ~s'), :io.getopts(d), :io.setopts(d, binary: true)})
    p(try do IO.write(spawn(fn -> :ok end), "x") catch k, e -> {k, e} end)
    p({IO.iodata_length(["ab", ?c, ["d"]]), IO.chardata_to_string(["é", ?€]), IO.iodata_to_binary([1, "a"]), try(do: IO.chardata_to_string(["a", <<255>>]), rescue: (e -> e.__struct__)), IO.ANSI.format([:red, "x"], true) |> IO.iodata_to_binary(), IO.ANSI.format_fragment([:bright, "y"], false)})
    p({IO.ANSI.color(1, 2, 3), IO.ANSI.color(200), IO.ANSI.cursor(2, 3), IO.ANSI.cursor_up(2), IO.ANSI.enabled?(), IO.ANSI.light_blue_background(), try(do: IO.ANSI.format([:nocolour]), rescue: (e -> Exception.message(e)))})
  end

  defp trees do
    for f <- ["t/a/1.ex", "t/a/2.exs", "t/b/c/3.ex", "t/.hidden/4.ex", "t/b/x y.ex"], do: (File.mkdir_p!(Path.dirname(f)); File.write!(f, f))
    p({Path.wildcard("t/**/*.ex"), Path.wildcard("t/**/*.ex", match_dot: true), Path.wildcard("t/*/{1,2}.ex{,s}"), Path.wildcard("t/[ab]"), Path.wildcard("t/?/*"), Path.wildcard("none*")})
    p({File.ls!("t") |> Enum.sort(), File.cp_r!("t", "u") |> Enum.sort(), File.rename("u/a", "u/z"), File.ls!("u") |> Enum.sort(), File.rm_rf!("u") |> length(), File.dir?("u"), File.regular?("t/a/1.ex"), File.rmdir("t"), File.rm("t/a/1.ex"), File.touch!("t/new", {{2020, 1, 1}, {0, 0, 0}}), File.stat!("t/new").mtime, File.stat!("t/new", time: :posix).mtime})
    File.ln_s!("t/a", "link")
    p({File.read_link("link"), File.lstat!("link").type, File.stat!("link").type, File.read_link("t/a"), File.chmod("t/new", 0o400), File.stat!("t/new").mode |> Integer.to_string(8), File.stat!("t/new").access, File.ln("t/a/2.exs", "hard"), File.stat!("hard").links})
  end

  defp errors do
    for f <- [fn -> File.read!("none") end, fn -> File.write!("no/dir", "x") end, fn -> File.mkdir!("t") end, fn -> File.rm!("t") end, fn -> File.ls!("none") end, fn -> File.cp!("none", "x") end, fn -> File.cd!("none") end, fn -> File.open!("none") end, fn -> File.stat!("none") end, fn -> File.rename!("none", "x") end, fn -> File.rmdir!("t") end, fn -> File.copy!("none", "x") end, fn -> File.touch!("no/x") end, fn -> File.ln_s!("x", "t") end, fn -> File.read!("a\0b") end, fn -> File.cp_r!("none", "x") end, fn -> File.read_link!("t") end, fn -> File.chmod!("none", 1) end], do: p(try do f.() rescue e -> {e.__struct__, Exception.message(e)} end)
  end

  defp paths do
    p(for f <- ["/a/b/../c.tar.gz", "a//b/./c/", "~/x", "..", "/", ""], do: {f, Path.basename(f), Path.dirname(f), Path.extname(f), Path.rootname(f), Path.split(f), Path.type(f), Path.expand(f, "/base") |> String.replace(System.user_home!(), "HOME")})
    p({Path.join(["a", "/b", "c/"]), Path.join("a", ""), Path.relative_to("/a/b/c", "/a"), Path.relative_to("/x", "/a"), Path.relative("/a/b"), Path.absname("x", "/r"), Path.safe_relative_to("a/../b", "/x"), Path.safe_relative_to("../b", "/x")}) |> elem(0)
  rescue
    e -> p(e.__struct__)
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, printable_limit: :infinity, width: 200)
end
