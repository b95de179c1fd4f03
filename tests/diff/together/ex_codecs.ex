# stage: e. Encodings of our own beside the library's: Huffman, LZ77, base 58, UTF-7-like escapes, run lengths of bits, Gray and Elias codes, checksums.
defmodule ExCodecs do
  import Bitwise

  def huffman(text) do
    tree = text |> String.graphemes() |> Enum.frequencies() |> Enum.map(fn {g, n} -> {n, g} end) |> Enum.sort() |> build()
    codes = codes(tree, <<>>) |> Map.new()
    bits = for g <- String.graphemes(text), into: <<>>, do: codes[g]
    {tree, codes, bits}
  end

  defp build([{_, tree}]), do: tree
  defp build([{a, x}, {b, y} | rest]), do: build(insert({a + b, {x, y}}, rest))
  defp insert({n, _} = node, [{m, _} = head | rest]) when m < n, do: [head | insert(node, rest)]
  defp insert(node, rest), do: [node | rest]
  defp codes({l, r}, prefix), do: codes(l, <<prefix::bitstring, 0::1>>) ++ codes(r, <<prefix::bitstring, 1::1>>)
  defp codes(leaf, <<>>), do: [{leaf, <<0::1>>}]
  defp codes(leaf, prefix), do: [{leaf, prefix}]
  def unhuffman(tree, bits), do: walk(tree, tree, bits, [])
  defp walk(leaf, tree, bits, out) when is_binary(leaf), do: if(bits == <<>>, do: finish([leaf | out]), else: walk(tree, tree, bits, [leaf | out]))
  defp walk(_, _, <<>>, out), do: finish(out)
  defp walk({l, _}, tree, <<0::1, rest::bitstring>>, out), do: walk(l, tree, rest, out)
  defp walk({_, r}, tree, <<1::1, rest::bitstring>>, out), do: walk(r, tree, rest, out)
  defp finish(out), do: out |> Enum.reverse() |> Enum.join()

  def lz(data), do: lz(data, 0, [])
  defp lz(data, at, out) when at >= byte_size(data), do: Enum.reverse(out)
  defp lz(data, at, out) do
    window = max(at - 60, 0)
    {len, from} = Enum.reduce(window..at//1, {0, 0}, fn i, best -> if i < at, do: max(best, {common(data, i, at, 0), i}), else: best end)
    if len > 2, do: lz(data, at + len, [{at - from, len} | out]), else: lz(data, at + 1, [:binary.at(data, at) | out])
  end
  defp common(data, i, j, n) when j + n < byte_size(data) and n < 30, do: if(:binary.at(data, i + n) == :binary.at(data, j + n), do: common(data, i, j, n + 1), else: n)
  defp common(_, _, _, n), do: n
  def unlz(ops), do: Enum.reduce(ops, <<>>, fn {back, len}, out -> Enum.reduce(1..len, out, fn _, o -> <<o::binary, :binary.at(o, byte_size(o) - back)>> end); byte, out -> <<out::binary, byte>> end)

  @alphabet '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  def base58(bytes), do: (zeros = bytes |> :binary.bin_to_list() |> Enum.take_while(&(&1 == 0)) |> length(); String.duplicate("1", zeros) <> (bytes |> :binary.decode_unsigned() |> digits58([])))
  defp digits58(0, acc), do: to_string(acc)
  defp digits58(n, acc), do: digits58(div(n, 58), [Enum.at(@alphabet, rem(n, 58)) | acc])
  def unbase58(text), do: (ones = text |> String.to_charlist() |> Enum.take_while(&(&1 == ?1)) |> length(); n = for(<<c <- text>>, reduce: 0, do: (n -> n * 58 + Enum.find_index(@alphabet, &(&1 == c)))); String.duplicate(<<0>>, ones) <> if(n == 0, do: "", else: :binary.encode_unsigned(n)))

  def gray(n), do: bxor(n, n >>> 1)
  def ungray(g), do: Stream.iterate(g, &(&1 >>> 1)) |> Enum.take_while(&(&1 > 0)) |> Enum.reduce(0, &bxor/2)
  def elias(n), do: (b = Integer.digits(n, 2); zeros = length(b) - 1; <<0::size(zeros), n::size(length(b))>>)
  def unelias(bits), do: unelias(bits, 0)
  defp unelias(<<0::1, rest::bitstring>>, z), do: unelias(rest, z + 1)
  defp unelias(<<>>, _), do: []
  defp unelias(bits, z), do: (<<n::size(z + 1), rest::bitstring>> = bits; [n | unelias(rest, 0)])

  def crc16(bytes), do: for(<<b <- bytes>>, reduce: 0xFFFF, do: (crc -> Enum.reduce(1..8, bxor(crc, b <<< 8), fn _, c -> if(band(c, 0x8000) != 0, do: bxor(c <<< 1, 0x1021), else: c <<< 1) &&& 0xFFFF end)))
  def fletcher(bytes), do: for(<<b <- bytes>>, reduce: {0, 0}, do: ({a, c} -> (a = rem(a + b, 255); {a, rem(c + a, 255)})))
  def vlq(n) when n < 128, do: <<n>>
  def vlq(n), do: (<<last>> = <<n &&& 127>>; (n >>> 7 |> vlq() |> continue()) <> <<last>>)
  defp continue(bytes), do: for(<<b <- bytes>>, into: "", do: <<b ||| 128>>)

  def main do
    for text <- ["mississippi river", "aaaaaaab", "naïve 日本 日本 日本!", "abc"] do
      {tree, codes, bits} = huffman(text)
      IO.inspect({bit_size(bits), byte_size(text) * 8, unhuffman(tree, bits) == text, bits})
      IO.inspect(codes |> Enum.sort_by(fn {g, c} -> {bit_size(c), g} end) |> Enum.take(4))
    end
    for data <- ["abcabcabcabcabcabcd", "no repeats", String.duplicate("tick tock ", 8), <<0, 0, 0, 0, 0, 1>>], do: IO.inspect({lz(data), unlz(lz(data)) == data})
    for bytes <- ["Hello World!", <<0, 0, 1>>, "", <<255, 255>>, :crypto.hash(:sha256, "x")], do: IO.inspect({base58(bytes), unbase58(base58(bytes)) == bytes})
    IO.inspect(Enum.map(0..10, &{gray(&1), ungray(gray(&1))}))
    coded = for n <- [1, 2, 3, 17, 255, 256, 1 <<< 40], into: <<>>, do: elias(n)
    IO.inspect({coded, unelias(coded)})
    IO.inspect({Integer.to_string(crc16("123456789"), 16), fletcher("abcde"), :erlang.crc32("123456789"), :erlang.adler32("Wikipedia")})
    IO.inspect(Enum.map([0, 127, 128, 8192, 2_097_151, 268_435_455], &Base.encode16(vlq(&1))))
    for {m, f} <- [{Base, :encode16}, {Base, :encode32}, {Base, :hex_encode32}, {Base, :encode64}, {Base, :url_encode64}], s <- ["", "f", "fo", "foo", "foob", <<255, 254, 253>>], do: IO.write([inspect(apply(m, f, [s])), " "])
    IO.puts("")
    for {f, s, o} <- [{:decode16, "66 6f", []}, {:decode16, "666f", []}, {:decode16, "666F", [case: :lower]}, {:decode16, "666f", [case: :mixed]}, {:decode32, "MZXQ====", []}, {:decode32, "mzxq", [case: :lower, padding: false]}, {:decode64, "Zm9v\nYmFy", []}, {:decode64, "Zm9v\nYmFy", [ignore: :whitespace]}, {:decode64, "Zg", [padding: false]}, {:decode64, "Zg=", []}, {:url_decode64, "__79", []}, {:decode64, "__79", []}, {:decode16, "abc", [case: :lower]}], do: IO.inspect({f, s, apply(Base, f, [s, o])})
    for f <- [fn -> Base.decode16!("zz") end, fn -> Base.decode64!("a") end, fn -> Base.decode32!("1") end, fn -> Base.encode16("a", case: :nope) end], do: IO.inspect(try do f.() rescue e -> {e.__struct__, Exception.message(e) |> String.slice(0, 60)} end)
  end
end
