# stage: e. String: graphemes, case, splitting, padding, searching, conversion, unicode, binaries and charlists.
defmodule ExString do
  def main do
    for s <- ["", "hello", "Hello World", "  trim me\t\n", "héllo wörld", "straße", "日本語", "👩‍👩‍👧 family", "e\u0301"] do
      p({s, String.length(s), byte_size(s), String.upcase(s), String.downcase(s), String.capitalize(s), String.reverse(s), String.trim(s), String.first(s), String.last(s)})
      p({String.graphemes(s), String.codepoints(s), String.to_charlist(s), String.valid?(s)})
    end
    p({String.split("a b  c"), String.split("a,b,,c", ","), String.split("a,b,,c", ",", trim: true), String.split("a-b_c", ["-", "_"]), String.split("a=b=c", "=", parts: 2), String.split("abc", ""), String.split_at("hello", 2), String.split_at("hello", -2)})
    p({String.replace("a.b.c", ".", "-"), String.replace("a.b.c", ".", "-", global: false), String.replace("abc", "b", &String.upcase/1), String.replace_prefix("foobar", "foo", "x"), String.replace_suffix("foobar", "bar", ""), String.replace_leading("aab", "a", "z"), String.replace_trailing("baa", "a", "z")})
    p({String.pad_leading("7", 3, "0"), String.pad_trailing("ab", 5), String.pad_trailing("ab", 6, ["-", "="]), String.duplicate("ab", 3), String.slice("hello", 1, 3), String.slice("hello", 1..-2), String.slice("hello", -3, 2), String.at("hello", 1), String.at("hi", 9)})
    p({String.contains?("hello", "ell"), String.contains?("hello", ["x", "h"]), String.starts_with?("hello", "he"), String.ends_with?("hello", ["lo", "x"])})
    p({String.trim_leading("xxabc", "x"), String.trim_trailing("abc  "), String.trim("--a--", "-"), String.jaro_distance("martha", "marhta"), String.myers_difference("abc", "axc"), String.equivalent?("é", "e\u0301"), String.normalize("e\u0301", :nfc) == "é"})
    p({String.to_integer("42"), String.to_integer("-ff", 16), String.to_float("2.5"), String.to_atom("an atom"), Integer.parse("12abc"), Integer.parse("abc"), Float.parse("3.14xyz"), Float.parse("7"), Integer.parse("ff", 16), Integer.to_string(255, 2), to_string(1.0), to_string(:at), to_string([104, 105])})
    p({"a" <> "b", "#{1 + 1} #{:x} #{"n"} #{[?a]} #{1.5}", "multi\nline", ~s(quoted "text"), 'charlist', ~c"sigil", ~w(a b c)a, ?a, "\x41\u00e9\t", "tab\\t"})
    p({String.next_grapheme("héy"), String.next_codepoint(""), String.printable?("ok"), String.printable?(<<0>>), String.valid?(<<255>>), String.chunk("ab" <> <<255>> <> "c", :valid), inspect(<<255, 1>>), inspect("bin" <> <<0>>), "abc" < "abd", "Z" < "a", String.length(<<0xFF>>)})
    <<h, rest::binary>> = "xyz"
    "pre" <> tail = "prefix"
    p({h, rest, for(<<c <- "abc">>, do: c + 1), for(<<c::utf8 <- "añ">>, into: "", do: <<c + 1::utf8>>), tail, :binary.bin_to_list("é")})
    p({Base.encode16("hi"), Base.encode64("hello"), Base.decode64("aGVsbG8="), Base.decode16!("6869"), Base.encode32("a"), Base.url_encode64(<<255, 254>>)})
    p({words("The quick brown the lazy THE end"), caesar("Hello", 3), palindrome?("A man a plan a canal Panama"), acronym("portable network graphics"), wrap("the quick brown fox jumps over the lazy dog", 15), title("war and peace")})
    p(for f <- [fn -> String.to_integer("x1") end, fn -> String.to_existing_atom("never_seen_atom_" <> "xyz") end, fn -> String.upcase(:a) end, fn -> "a" <> hd([1]) end, fn -> String.duplicate("a", -1) end, fn -> String.to_float("1") end, fn -> "#{{1, 2}}" end, fn -> Base.decode16!("zz") end], do: message(f))
    IO.puts(["io", ?l, ["ist", " "], "data"])
    IO.write("no newline|")
    IO.puts(:atom)
    IO.puts(~S(raw #{x} \n))
    IO.puts("""
    heredoc
      indented
    """)
    p({IO.iodata_to_binary(["a", [?b, "c"]]), IO.iodata_length(["ab", "é"]), IO.chardata_to_string(["é", ?b]), List.to_string(["a", ?b]), List.to_charlist(["ab"]), String.Chars.to_string(12)})
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)

  defp message(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()}
  end

  defp words(s), do: s |> String.downcase() |> String.split() |> Enum.frequencies() |> Enum.sort_by(fn {w, n} -> {-n, w} end)
  defp caesar(s, n), do: for(<<c <- s>>, into: "", do: if(c in ?a..?z, do: <<rem(c - ?a + n, 26) + ?a>>, else: <<c>>))

  defp palindrome?(s) do
    t = s |> String.downcase() |> String.replace(" ", "")
    t == String.reverse(t)
  end

  defp acronym(s), do: s |> String.split() |> Enum.map_join(&(&1 |> String.first() |> String.upcase()))
  defp title(s), do: s |> String.split(" ") |> Enum.map_join(" ", &String.capitalize/1)

  defp wrap(s, width) do
    s |> String.split() |> Enum.reduce([""], fn w, [l | ls] -> if String.length(l) + String.length(w) < width, do: [String.trim(l <> " " <> w) | ls], else: [w, l | ls] end) |> Enum.reverse()
  end
end
