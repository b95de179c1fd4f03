# stage: e. Strings beyond ASCII: graphemes, normalization, case, width of padding, distance.
defmodule ExUnicode do
  def main do
    for s <- ["", "abc", "héllo", "e\u0301", "👨‍👩‍👧", "🇫🇷🇩🇪", "한글", "ﬁn", "İi", "ß", "Ǆ", "नमस्ते", "a\r\nb", "\u{1F44D}\u{1F3FD}!"] do
      p {s, String.length(s), byte_size(s), String.graphemes(s), String.codepoints(s), String.upcase(s), String.downcase(s), String.capitalize(s), String.reverse(s)}
    end
    p {String.normalize("é", :nfd) |> String.codepoints(), String.normalize("e\u0301", :nfc), String.normalize("ﬁ", :nfkc), String.normalize("한", :nfd) |> String.length(), String.equivalent?("é", "e\u0301"), "é" == "e\u0301"}
    p {String.upcase("straße"), String.downcase("ΣΑΣ"), String.upcase("i", :turkic), String.downcase("I", :turkic), String.downcase("ΣΑΣ", :greek), String.upcase("éa", :ascii), String.capitalize("ǆabc")}
    p {String.next_grapheme("👨‍👩‍👧x"), String.next_codepoint("éx"), String.first("🇫🇷x"), String.last("xé"), String.at("añb", 1), String.slice("añ😀b", 1, 2), String.split_at("añ😀b", 2), String.split_at("añ😀b", -1)}
    p {String.valid?("é"), String.valid?(<<255>>), String.printable?("a\n"), String.printable?("\u0000"), String.chunk(<<"ab", 255, "c">>, :valid), String.chunk("a\0b", :printable), String.to_charlist("aé😀"), List.to_string([0x1F600, "x", ?y])}
    p {String.pad_leading("é", 4, "·"), String.pad_trailing("é", 4, ["a", "b"]), String.trim("\u2003 x \u00a0"), String.trim_leading("xxabc", "x"), String.trim_trailing("abcx x", "x"), String.jaro_distance("DIXON", "DICKSONX"), String.jaro_distance("é", "e"), String.bag_distance("abc", "bcd") |> Float.round(4), String.myers_difference("fox hops", "fox jumps")}
    p {String.starts_with?("été", "é"), String.ends_with?("été", ["x", "té"]), String.contains?("naïve", "ï"), String.split("a·b·c", "·"), String.graphemes("\u0301a"), String.duplicate("é", 3)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
