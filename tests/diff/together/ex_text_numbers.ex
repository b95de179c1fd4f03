# stage: e. Numbers as texts and texts as numbers: addresses and networks by bits, ULIDs in base 32, Punycode, bloom filters, digits games, checks of cards, books and accounts, signed links, queries with nested names, what URI makes of odd parts.
defmodule ExTextNumbers do
  import Bitwise

  def main do
    networks(); ulids(); punycode(); blooms(); digits(); checks(); links(); uris(); bases(); bits()
  end

  defp ip(text), do: text |> String.split(".") |> Enum.map(&String.to_integer/1) |> Integer.undigits(256)
  defp dotted(n), do: for(<<b <- <<n::32>> >>, do: b) |> Enum.join(".")
  defp cidr(text), do: (with [a, l] <- String.split(text, "/"), l = String.to_integer(l), mask = (1 <<< 32) - (1 <<< (32 - l)), do: {ip(a) &&& mask, mask, l})
  defp networks do
    for net <- ["10.1.2.3/8", "192.168.17.9/20", "172.16.0.1/32", "1.2.3.4/0"] do
      {base, mask, l} = cidr(net)
      p({net, dotted(base), dotted(mask), dotted(base ||| bnot(mask) &&& 0xFFFFFFFF), 1 <<< (32 - l), Integer.to_string(mask, 2) |> String.trim_trailing("0") |> byte_size(), for(h <- ["10.200.0.1", "192.168.30.255", "172.16.0.1"], do: (ip(h) &&& mask) == base)})
    end
    split = fn from, to -> Stream.unfold({from, to}, fn {a, z} when a > z -> nil; {a, z} -> (size = Enum.find(32..0//-1, fn k -> (a &&& (1 <<< k) - 1) == 0 and a + (1 <<< k) - 1 <= z end); {"#{dotted(a)}/#{32 - size}", {a + (1 <<< size), z}}) end) |> Enum.to_list() end
    p({split.(ip("10.0.0.5"), ip("10.0.0.30")), split.(ip("0.0.0.0"), ip("255.255.255.255")), split.(ip("1.0.0.255"), ip("1.0.1.0"))})
    v6 = <<0x2001::16, 0xDB8::16, 0::80, 1::16>>
    groups = for <<g::16 <- v6>>, do: Integer.to_string(g, 16) |> String.downcase()
    p({Enum.join(groups, ":"), groups |> Enum.join(":") |> String.replace(~r/(?:^|:)0(?::0)+(?:$|:)/, "::", global: false), :binary.decode_unsigned(v6), Base.encode16(v6, case: :lower)})
  end

  @crockford '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  defp ulids do
    encode = fn ms, random -> for(<<c::5 <- <<0::2, ms::48, random::80>> >>, do: Enum.at(@crockford, c)) |> to_string() end
    ids = for {ms, r} <- [{0, 0}, {1_700_000_000_000, 1 <<< 79}, {(1 <<< 48) - 1, (1 <<< 80) - 1}], do: encode.(ms, r)
    decode = fn id -> <<_::2, ms::48, r::80>> = for(<<c <- id>>, into: <<>>, do: <<Enum.find_index(@crockford, &(&1 == c))::5>>); {ms, r} end
    p({ids, Enum.map(ids, decode), Enum.sort(ids) == ids})
    uuid = <<:erlang.phash2(:a)::32, 0xABCD::16, 4::4, 0x123::12, 2::2, (1 <<< 62) - 5::62>>
    <<a::binary-8, b::binary-4, c::binary-4, d::binary-4, e::binary>> = Base.encode16(uuid, case: :lower)
    p({Enum.join([a, b, c, d, e], "-"), [a, b, c, d, e] |> Enum.join() |> Base.decode16!(case: :lower) == uuid, byte_size(uuid)})
  end

  # RFC 3492: the basic characters, then deltas in digits of a base that adapts.
  defp punycode do
    for word <- ["münchen", "bücher", "ñandú", "他们为什么不说中文", "abc", "ü", "Pražskáa"] do
      code = encode(word)
      p({word, "xn--" <> code, decode(code) == word})
    end
  end
  defp encode(word) do
    points = String.to_charlist(word)
    basic = Enum.filter(points, &(&1 < 128))
    start = length(basic)
    head = if start > 0 and start < length(points), do: to_string(basic) <> "-", else: to_string(basic)
    {_, _, _, _, out} =
      points |> Enum.filter(&(&1 >= 128)) |> Enum.uniq() |> Enum.sort()
      |> Enum.reduce({128, 0, 72, start, ""}, fn m, {n, delta, bias, h, out} ->
        delta = delta + (m - n) * (h + 1)
        {delta, bias, h, out} = Enum.reduce(points, {delta, bias, h, out}, fn
          c, {d, b, h, o} when c < m -> {d + 1, b, h, o}
          ^m, {d, b, h, o} -> {0, adapt(d, h + 1, h == start), h + 1, o <> variable(d, b, 36)}
          _, acc -> acc
        end)
        {m + 1, delta + 1, bias, h, out}
      end)
    head <> out
  end
  defp variable(q, bias, k) do
    t = (k - bias) |> max(1) |> min(26)
    if q < t, do: digit(q), else: digit(t + rem(q - t, 36 - t)) <> variable(div(q - t, 36 - t), bias, k + 36)
  end
  defp digit(d) when d < 26, do: <<?a + d>>
  defp digit(d), do: <<?0 + d - 26>>
  defp adapt(delta, points, first), do: (d = if(first, do: div(delta, 700), else: div(delta, 2)); spread(d + div(d, points), 0))
  defp spread(d, k) when d > 455, do: spread(div(d, 35), k + 36)
  defp spread(d, k), do: k + div(36 * d, d + 38)
  defp decode(code) do
    {out, rest} = case Regex.run(~r/^(.*)-([^-]*)$/, code) do [_, head, tail] -> {String.to_charlist(head), tail}; nil -> {[], code} end
    insert(String.to_charlist(rest), 128, 0, 72, out) |> to_string()
  rescue
    _ -> code
  end
  defp insert([], _, _, _, out), do: out
  defp insert(chars, n, i, bias, out) do
    {j, rest} = number(chars, i, 1, bias, 36)
    len = length(out) + 1
    at = rem(j, len)
    n = n + div(j, len)
    insert(rest, n, at + 1, adapt(j - i, len, i == 0), List.insert_at(out, at, n))
  end
  defp number([c | rest], i, w, bias, k) do
    d = if c in ?a..?z, do: c - ?a, else: c - ?0 + 26
    t = (k - bias) |> max(1) |> min(26)
    if d < t, do: {i + d * w, rest}, else: number(rest, i + d * w, w * (36 - t), bias, k + 36)
  end

  defp blooms do
    slots = fn x -> for i <- 0..3, do: :erlang.phash2({i, x}, 512) end
    add = fn x, bloom -> Enum.reduce(slots.(x), bloom, &(1 <<< &1 ||| &2)) end
    bloom = Enum.reduce(1..40, 0, add)
    has = fn x -> Enum.all?(slots.(x), &((bloom >>> &1 &&& 1) == 1)) end
    p({Enum.all?(1..40, has), Enum.count(41..540, has), bloom |> Integer.digits(2) |> Enum.sum(), bloom |> :binary.encode_unsigned() |> Base.url_encode64(padding: false) |> String.slice(0, 24)})
  end

  defp digits do
    kaprekar = fn n -> Stream.iterate(n, fn n -> (d = n |> Integer.digits() |> then(&(List.duplicate(0, 4 - length(&1)) ++ &1)) |> Enum.sort(); Integer.undigits(Enum.reverse(d)) - Integer.undigits(d)) end) |> Enum.take(8) end
    p({kaprekar.(3524), kaprekar.(1112), for(n <- 1..2000, d = Integer.digits(n), Enum.sum(Enum.map(d, &Integer.pow(&1, length(d)))) == n, do: n)})
    happy = fn n -> Stream.iterate(n, &(Integer.digits(&1) |> Enum.map(fn d -> d * d end) |> Enum.sum())) |> Enum.find(&(&1 in [1, 4])) == 1 end
    p({Enum.filter(1..50, happy), for(b <- [2, 3, 7, 10, 60, 1000], do: Integer.digits(1_000_000_007, b)), for(b <- [2, 16, 36], do: Integer.undigits(Integer.digits(1 <<< 100, b), b) == 1 <<< 100), Integer.undigits([]), Integer.digits(0), Integer.digits(-305, 7), Integer.undigits([-6, -1, -4], 7)})
    p({Stream.iterate(196, fn n -> n + (n |> Integer.digits() |> Enum.reverse() |> Integer.undigits()) end) |> Enum.at(60), Integer.pow(2, 300) |> Integer.digits() |> Enum.frequencies() |> Enum.sort(), for(n <- [6, 12, 28, 496], do: {n, Integer.to_string(n, 2)})})
  end

  defp checks do
    luhn = fn t -> t |> String.replace(" ", "") |> String.to_integer() |> Integer.digits() |> Enum.reverse() |> Enum.with_index() |> Enum.map(fn {d, i} -> if rem(i, 2) == 1, do: Integer.digits(d * 2) |> Enum.sum(), else: d end) |> Enum.sum() |> rem(10) == 0 end
    iban = fn t -> (<<head::binary-4, rest::binary>> = String.replace(t, " ", ""); for(<<c <- rest <> head>>, do: <<c>> |> Integer.parse(36) |> elem(0) |> Integer.to_string()) |> Enum.join() |> String.to_integer() |> rem(97) == 1) end
    isbn = fn t -> for({c, i} <- t |> String.replace("-", "") |> String.graphemes() |> Enum.with_index(), do: (10 - i) * if(c == "X", do: 10, else: String.to_integer(c))) |> Enum.sum() |> rem(11) == 0 end
    p({Enum.map(["4111 1111 1111 1111", "4111 1111 1111 1112", "79927398713"], luhn), Enum.map(["DE89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"], iban), Enum.map(["0-306-40615-2", "0-8044-2957-X", "0-306-40615-3"], isbn)})
  end

  defp links do
    sign = fn url -> (uri = URI.parse(url); q = URI.decode_query(uri.query || "") |> Map.delete("sig"); text = uri.path <> "?" <> URI.encode_query(Enum.sort(q)); mac = :crypto.mac(:hmac, :sha256, "key", text) |> binary_part(0, 9) |> Base.url_encode64(); %{uri | query: URI.encode_query(Enum.sort(q) ++ [{"sig", mac}])} |> URI.to_string()) end
    url = sign.("https://h/a/b?z=1&a=x y&é=%26#f")
    p({url, sign.(url) == url, sign.(String.replace(url, "z=1", "z=2")) == url})
    nest = fn query -> Enum.reduce(URI.query_decoder(query), %{}, fn {k, v}, acc ->
      [head | keys] = Regex.scan(~r/[^\[\]]+|\[\]/, k) |> List.flatten()
      put = fn put, map, [key | rest] -> case rest do [] -> Map.put(map, key, v); ["[]"] -> Map.update(map, key, [v], &(&1 ++ [v])); _ -> Map.put(map, key, put.(put, Map.get(map, key, %{}), rest)) end end
      put.(put, acc, [head | keys]) end) end
    p(nest.("user[name]=A+B&user[tags][]=x&user[tags][]=y%2Cz&page=2&user[addr][zip]=01&flag"))
  end

  defp uris do
    for u <- ["http://[2001:db8::1]:8080/x", "urn:isbn:0451450523", "//user@h:1/p", "?q", "#f", "http://h?x#y?z", "HTTP://Ex.com:80", "a:b:c", "mailto:a%40b@c", "ftp://h/;type=a", "ws://h", "http://h:/p", "x://h:0/", "/a//b/../c"], do: p({u, URI.parse(u) |> Map.from_struct() |> Map.drop([:authority]) |> Enum.reject(&match?({_, nil}, &1)) |> Enum.sort(), URI.parse(u) |> to_string()})
    for {base, rel} <- [{"http://a/b/c/d;p?q", "g;x?y#s"}, {"http://a/b/c/d;p?q", "../../../g"}, {"http://a/b/c/d;p?q", "?y"}, {"http://a/b/c/d;p?q", ""}, {"http://a/b/c/d;p?q", "./g/."}, {"http://a", "x"}, {"http://a/b/", "/./g/../h"}, {"http://a/b?c#d", "#e"}, {"http://a/b", "ftp://x/y"}], do: p({rel, URI.merge(base, rel) |> to_string()})
    p(for c <- 'a~%/?é \n', do: {URI.char_reserved?(c), URI.char_unreserved?(c), URI.char_unescaped?(c)})
    p({URI.encode("ab\n é", &(&1 in 'ab')), URI.encode_query([a: 1, b: :c, c: "d e"]), URI.encode_query(%{"x y" => "é+"}, :rfc3986), URI.decode_query("a=%31+&b", %{"z" => 1}), URI.decode_query("x%20y=1+2", %{}, :rfc3986), URI.append_query(URI.parse("http://h/?a=1"), "b=2") |> to_string(), URI.default_port("foo"), URI.query_decoder("a=1;b=2&c") |> Enum.to_list()})
    for f <- [fn -> URI.decode("%zz") end, fn -> URI.merge("a", "b") end, fn -> URI.encode_query(a: [1]) end, fn -> URI.decode_query("a=%") end, fn -> URI.new!("http://h:x") end, fn -> URI.decode_www_form("%e") end, fn -> URI.merge("http://a", %URI{}) |> to_string() end], do: p(try do f.() rescue e -> {e.__struct__, Exception.message(e)} end)
  end

  defp bases do
    for n <- 0..6, b = :binary.part(<<0xFB, 0xEF, 0xBE, 0xFF, 0x00, 0x10>>, 0, n), do: p({Base.encode64(b), Base.url_encode64(b, padding: false), Base.encode32(b, case: :lower, padding: false), Base.hex_encode32(b), Base.encode16(b, case: :lower)})
    p({Base.hex_decode32("vvnp=====", case: :lower), Base.hex_decode32!("VVNP", padding: false), Base.decode32("mzxw6ytboi", case: :mixed, padding: false), Base.decode64("-__-"), Base.url_decode64("-__-"), Base.decode64("Zg==Zg=="), Base.decode64("=", padding: false), Base.decode16("0g"), Base.decode64(" Z g = = ", ignore: :whitespace), Base.url_decode64!("Zm8", padding: false), Base.decode32("A"), Base.decode64("Z===")})
  end

  defp bits do
    p({Bitwise.bsl(1, 65), Bitwise.bsr(-1, 70), -5 >>> 1, bxor(-1, 1 <<< 64), bnot(1 <<< 64), 5 &&& -4, -8 ||| 3, 1 <<< -1, (1 <<< 100) >>> 99, band(-(1 <<< 70), (1 <<< 71) - 1)})
    rot = fn x, k -> (x <<< k ||| x >>> (32 - k)) &&& 0xFFFFFFFF end
    rev = fn x -> for(<<b::1 <- <<x::32>> >>, do: b) |> Enum.reverse() |> Integer.undigits(2) end
    p({for(k <- [0, 1, 16, 31], do: rot.(0x80000001, k)), rev.(1), rev.(0xF0F0F0F0), Stream.iterate(0xACE1, fn s -> (b = bxor(bxor(s, s >>> 2), bxor(s >>> 3, s >>> 5)) &&& 1; s >>> 1 ||| b <<< 15) end) |> Enum.take(6), for(s <- 1..7, do: (s &&& -s)), Enum.reduce(1..64, 1, fn _, s -> rem(s * 6364136223846793005 + 1442695040888963407, 1 <<< 64) end)})
    p(for(x <- [0, 1, 0b1011, 0xFFFF, 1 <<< 63], do: {Integer.digits(x, 2) |> Enum.count(&(&1 == 1)), Integer.digits(x, 4) |> length(), bxor(x, x >>> 1)}))
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, printable_limit: :infinity, width: 160))
end
