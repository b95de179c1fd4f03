# stage: e. Binaries and bitstrings: patterns with sizes, units and signs, comprehensions over bits.
defmodule ExBits do
  def main do
    <<a::3, b::5, rest::binary>> = <<0b10110011, "tail">>
    p {a, b, rest}
    for x <- [<<1, 2, 3, 4>>, <<0::32>>, <<-1::32>>, <<1.5::float>>, <<1::33>>], do: p classify(x)
    p {<<300::16>>, <<-5::signed-little-24>>, <<1.5::float-32>>, <<"é"::utf8>>, <<"é"::utf16>>, <<"😀"::utf16-little>>, <<"😀"::utf32>>}
    p for <<n::4 <- <<0xAB, 0xCD>> >>, do: n
    p for <<c::utf8 <- "añ😀">>, c > 100, into: "", do: <<c::utf8>>
    p for <<r::5, g::6, b::5 <- <<0xF8, 0x00, 0x07, 0xE0, 0x00, 0x1F>> >>, do: {r, g, b}
    p for(<<b::1 <- <<0b10101100>> >>, into: <<>>, do: <<1 - b::1>>)
    p <<1::1, 0::1, 1::1>>
    p {bit_size(<<1::3>>), byte_size(<<1::3>>), is_binary(<<1::3>>), is_bitstring(<<1::3>>)}
    p packet(<<3::8, "abc", 2::8, "xy", 9::8, "short">>)
    p {:binary.encode_unsigned(1_000_000), :binary.decode_unsigned(<<1, 0, 0>>, :little), :binary.copy("ab", 3), :binary.part("hello", {-1, -3} |> then(fn _ -> {1, 3} end))}
    <<head::binary-size(2), _::binary-size(1), tail::bits>> = "abcdef"
    p {head, tail}
    n = 12
    <<v::size(n), _::bits>> = <<0xAB, 0xCD>>
    p v
    <<len::8, body::binary-size(len * 2), r::binary>> = <<2, "abcdef">>
    p {len, body, r}
    p for f <- [fn -> <<x::binary-size(3)>> = "ab"; x end, fn -> <<hd([:a])>> end, fn -> <<1.0e40::float-32>> end, fn -> <<"a"::utf8, 0xD800::utf8>> end], do: error(f)
  end
  defp packet(<<n, data::binary-size(n), rest::binary>>), do: [data | packet(rest)]
  defp packet(rest), do: [{:rest, rest}]
  defp classify(<<0::32>>), do: :zero
  defp classify(<<n::signed-32>>) when n < 0, do: {:negative, n}
  defp classify(<<a::little-16, b::big-16>>), do: {:pair, a, b}
  defp classify(<<f::float>>), do: {:float, f}
  defp classify(other) when is_bitstring(other), do: {:bits, bit_size(other)}
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
