# stage: e. A binary protocol: frames with types, lengths, checksums and bit flags, encoded, cut into pieces, decoded, damaged.
defmodule ExTlv do
  import Bitwise
  @types %{int: 1, float: 2, text: 3, list: 4, flags: 5, map: 6, nil: 7}

  def encode(nil), do: frame(:nil, <<>>)
  def encode(n) when is_integer(n) and n >= -0x8000000000000000 and n < 0x8000000000000000, do: frame(:int, <<n::signed-64>>)
  def encode(n) when is_integer(n), do: frame(:int, signed(n))
  def encode(f) when is_float(f), do: frame(:float, <<f::float-little-64>>)
  def encode(s) when is_binary(s), do: frame(:text, s)
  def encode({:flags, bits}) when is_bitstring(bits), do: frame(:flags, <<pad(bits)::4, 0::4, bits::bitstring, 0::size(pad(bits))>>)
  def encode(l) when is_list(l), do: frame(:list, for(x <- l, into: <<>>, do: encode(x)))
  def encode(%{} = m), do: frame(:map, for({k, v} <- Enum.sort(m), into: <<>>, do: encode(to_string(k)) <> encode(v)))

  defp signed(n), do: (size = byte_size(:binary.encode_unsigned(abs(n))) + 1; <<n::signed-size(size)-unit(8)>>)
  defp pad(bits), do: rem(8 - rem(bit_size(bits), 8), 8)
  defp frame(type, body), do: <<0xA5, @types[type]::5, short(byte_size(body))::3, len(byte_size(body))::binary, body::binary, sum(body)::16>>
  defp short(n) when n < 128, do: 1
  defp short(_), do: 4
  defp len(n) when n < 128, do: <<n>>
  defp len(n), do: <<n::32-little>>
  defp sum(body), do: for(<<b <- body>>, reduce: 0xFFFF, do: (acc -> bxor(acc <<< 3 &&& 0xFFFF, b) + 1 &&& 0xFFFF))

  def decode(<<0xA5, type::5, short::3, rest::binary>>) when short in [1, 4] do
    with {:ok, n, rest} <- length_of(short, rest),
         <<body::binary-size(n), check::16, rest::binary>> <- rest,
         {:sum, ^check} <- {:sum, sum(body)},
         {:ok, value} <- body(type, body) do
      {:ok, value, rest}
    else
      {:sum, wrong} -> {:error, {:checksum, Integer.to_string(wrong, 16)}}
      {:error, _} = error -> error
      short when is_binary(short) -> {:more, byte_size(short)}
    end
  end

  def decode(<<0xA5, _>> ), do: {:more, 0}
  def decode(<<other, _::binary>>) when other != 0xA5, do: {:error, {:marker, other}}
  def decode(<<_, _::binary>>), do: {:error, :header}
  def decode(<<>>), do: {:more, 0}

  defp length_of(1, <<n, rest::binary>>), do: {:ok, n, rest}
  defp length_of(4, <<n::32-little, rest::binary>>), do: {:ok, n, rest}
  defp length_of(_, rest), do: rest

  defp body(1, bytes) when bytes != "", do: (size = bit_size(bytes); <<n::signed-size(size)>> = bytes; {:ok, n})
  defp body(2, <<f::float-little-64>>), do: {:ok, f}
  defp body(3, text), do: if(String.valid?(text), do: {:ok, text}, else: {:error, {:text, text}})
  defp body(4, bytes), do: many(bytes, [])
  defp body(5, <<pad::4, 0::4, rest::binary>>) when pad < 8, do: (size = bit_size(rest) - pad; <<bits::bitstring-size(size), 0::size(pad)>> = rest; {:ok, {:flags, bits}})
  defp body(6, bytes), do: with({:ok, list} <- many(bytes, []), do: {:ok, list |> Enum.chunk_every(2) |> Map.new(fn [k, v] -> {k, v} end)})
  defp body(7, <<>>), do: {:ok, nil}
  defp body(type, bytes), do: {:error, {:body, type, byte_size(bytes)}}

  defp many(<<>>, values), do: {:ok, Enum.reverse(values)}
  defp many(bytes, values) do
    case decode(bytes) do
      {:ok, value, rest} -> many(rest, [value | values])
      {:more, _} -> {:error, :cut}
      error -> error
    end
  end

  def stream(chunks) do
    Enum.flat_map_reduce(chunks, "", fn chunk, buffer -> drain(buffer <> chunk, []) end)
  end

  defp drain(buffer, values) do
    case decode(buffer) do
      {:ok, value, rest} -> drain(rest, [value | values])
      _ -> {Enum.reverse(values), buffer}
    end
  end

  def main do
    values = [0, -1, 1 <<< 70, -(1 <<< 90), 2.5, -0.0, "héllo", "", nil, [1, ["two", 3.0], []], {:flags, <<5::3>>}, {:flags, <<0xFF, 1::1>>}, %{:a => 1, "b" => %{}, 3 => [nil]}, String.duplicate("xyz", 60)]

    for value <- values do
      bytes = encode(value)
      IO.puts("#{byte_size(bytes)} #{bytes |> binary_part(0, min(byte_size(bytes), 24)) |> Base.encode16()} #{inspect(decode(bytes), limit: 8, printable_limit: 20)}")
    end

    all = Enum.map_join(values, &encode/1)
    for size <- [1, 7, 64, 1000] do
      chunks = for <<chunk::binary-size(size) <- all>>, do: chunk
      left = binary_part(all, length(chunks) * size, byte_size(all) - length(chunks) * size)
      {decoded, rest} = stream(chunks ++ [left])
      IO.inspect({size, length(chunks), length(decoded), rest, decoded == Enum.map(values, fn v -> if is_map(v), do: Map.new(v, fn {k, x} -> {to_string(k), x} end), else: v end)})
    end

    good = encode([1, "ab"])
    outcomes =
      for at <- 0..(byte_size(good) - 1), bit <- 0..7 do
        <<before::binary-size(at), byte, rest::binary>> = good
        case decode(<<before::binary, bxor(byte, 1 <<< bit), rest::binary>>) do
          {:ok, _, _} -> :ok
          {:more, _} -> :more
          {:error, reason} when is_tuple(reason) -> elem(reason, 0)
          {:error, reason} -> reason
        end
      end
    IO.inspect(Enum.frequencies(outcomes))
    IO.inspect(Enum.map(0..8, &decode(binary_part(good, 0, &1))))
  end
end
