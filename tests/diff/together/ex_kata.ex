# stage: e. Small classics: life, bowling, anagrams, run lengths, change, queens, primes, Luhn, Caesar and Vigenère, brackets, diamonds, Pascal.
defmodule ExKata do
  def life(cells), do: (neighbours = for({x, y} <- cells, dx <- -1..1, dy <- -1..1, {dx, dy} != {0, 0}, do: {x + dx, y + dy}) |> Enum.frequencies(); for({cell, n} <- neighbours, n == 3 or (n == 2 and cell in cells), into: MapSet.new(), do: cell))
  def draw(cells), do: for(y <- 0..5, do: for(x <- 0..9, into: "", do: if({x, y} in cells, do: "#", else: ".")))

  def bowling(rolls), do: frames(rolls, 1)
  defp frames(rolls, 10), do: Enum.sum(rolls)
  defp frames([10 | [a, b | _] = rest], f), do: 10 + a + b + frames(rest, f + 1)
  defp frames([a, b | [c | _] = rest], f) when a + b == 10, do: 10 + c + frames(rest, f + 1)
  defp frames([a, b | rest], f), do: a + b + frames(rest, f + 1)

  def rle(text), do: ~r/(.)\1*/su |> Regex.scan(text) |> Enum.map_join(fn [run, c] -> (n = String.length(run); if n > 1, do: "#{n}#{c}", else: c) end)
  def unrle(text), do: Regex.replace(~r/(\d+)(.)/u, text, fn _, n, c -> String.duplicate(c, String.to_integer(n)) end)

  def change(0, _), do: [[]]
  def change(n, _) when n < 0, do: []
  def change(_, []), do: []
  def change(n, [c | rest] = coins), do: Enum.map(change(n - c, coins), &[c | &1]) ++ change(n, rest)

  def queens(n), do: place(n, n)
  defp place(_, 0), do: [[]]
  defp place(n, k), do: for(board <- place(n, k - 1), q <- 1..n, board |> Enum.with_index(1) |> Enum.all?(fn {c, d} -> c != q and abs(c - q) != d end), do: [q | board])

  def primes, do: Stream.unfold({2, %{}}, &sieve/1)
  defp sieve({n, composites}) do
    case Map.pop(composites, n) do
      {nil, composites} -> {n, {n + 1, Map.put(composites, n * n, [n])}}
      {factors, composites} -> sieve({n + 1, Enum.reduce(factors, composites, fn f, c -> Map.update(c, n + f, [f], &[f | &1]) end)})
    end
  end

  def luhn?(digits), do: digits |> String.replace(" ", "") |> String.to_charlist() |> Enum.reverse() |> Enum.with_index() |> Enum.map(fn {c, i} -> (d = (c - ?0) * (1 + rem(i, 2)); if d > 9, do: d - 9, else: d) end) |> Enum.sum() |> rem(10) == 0

  def caesar(text, n), do: for(<<c <- text>>, into: "", do: <<shift(c, n)>>)
  defp shift(c, n) when c in ?a..?z, do: Integer.mod(c - ?a + n, 26) + ?a
  defp shift(c, n) when c in ?A..?Z, do: Integer.mod(c - ?A + n, 26) + ?A
  defp shift(c, _), do: c
  def vigenere(text, key, sign), do: text |> String.to_charlist() |> Enum.zip(Stream.cycle(String.to_charlist(key))) |> Enum.map(fn {c, k} -> shift(c, sign * (k - ?a)) end) |> to_string()

  def balanced(text), do: balance(text, [])
  defp balance("", []), do: :ok
  defp balance("", [open | _]), do: {:unclosed, <<open>>}
  defp balance(<<c, rest::binary>>, stack) when c in '([{', do: balance(rest, [c | stack])
  for {open, close} <- [{?(, ?)}, {?[, ?]}, {?{, ?}}], do: defp(balance(<<unquote(close), rest::binary>>, [unquote(open) | stack]), do: balance(rest, stack))
  defp balance(<<c, _::binary>>, stack) when c in ')]}', do: {:unexpected, <<c>>, stack}
  defp balance(<<_, rest::binary>>, stack), do: balance(rest, stack)

  def diamond(letter) do
    n = letter - ?A
    top = for i <- 0..n, do: String.duplicate(" ", n - i) <> if(i == 0, do: "A", else: <<?A + i>> <> String.duplicate(" ", 2 * i - 1) <> <<?A + i>>)
    top ++ (top |> Enum.reverse() |> tl())
  end

  def pascal(n), do: [1] |> Stream.iterate(fn row -> Enum.zip_with([0 | row], row ++ [0], &+/2) end) |> Enum.take(n)
  def collatz(n), do: n |> Stream.iterate(&if(rem(&1, 2) == 0, do: div(&1, 2), else: 3 * &1 + 1)) |> Enum.take_while(&(&1 != 1)) |> length()
  def permutations([]), do: [[]]
  def permutations(list), do: for(x <- list, rest <- permutations(list -- [x]), do: [x | rest])
  def hanoi(0, _, _, _), do: []
  def hanoi(n, a, b, c), do: hanoi(n - 1, a, c, b) ++ [{a, c}] ++ hanoi(n - 1, b, a, c)
  def levenshtein(a, b), do: (b = String.graphemes(b); a |> String.graphemes() |> Enum.reduce(Enum.to_list(0..length(b)), fn x, [first | _] = row -> row |> Enum.zip(tl(row)) |> Enum.zip(b) |> Enum.scan(first + 1, fn {{diag, up}, y}, left -> Enum.min([diag + if(x == y, do: 0, else: 1), up + 1, left + 1]) end) |> then(&[first + 1 | &1]) end) |> List.last())

  def main do
    glider = MapSet.new([{1, 0}, {2, 1}, {0, 2}, {1, 2}, {2, 2}])
    glider |> Stream.iterate(&life/1) |> Stream.take_every(4) |> Stream.take(3) |> Enum.each(&IO.puts(Enum.join(draw(&1), "\n") <> "\n"))
    IO.inspect(Enum.map([List.duplicate(10, 12), List.duplicate(5, 21), [9, 0] |> List.duplicate(10) |> List.flatten(), [10, 7, 3, 9, 0, 10, 0, 8, 8, 2, 0, 6, 10, 10, 10, 8, 1]], &bowling/1))
    for text <- ["aaabccddddé日日", "", "abc", "zzzzzzzzzzzz\n\n"], do: IO.inspect({rle(text), unrle(rle(text)) == text})
    IO.inspect({change(30, [25, 10, 5]), change(100, [50, 25, 10, 5, 1]) |> length()})
    IO.inspect(Enum.map(1..7, &length(queens(&1))))
    IO.inspect({primes() |> Enum.take(15), primes() |> Enum.at(300), primes() |> Stream.chunk_every(2, 1, :discard) |> Stream.filter(fn [a, b] -> b - a == 2 end) |> Enum.take(5)})
    IO.inspect(Enum.map(["4539 3195 0343 6467", "8273 1232 7352 0569", "0"], &luhn?/1))
    IO.inspect({caesar("Hello, World!", 13), caesar(caesar("Zebra", 5), -5), vigenere("attackatdawn", "lemon", 1), vigenere("lxfopvefrnhr", "lemon", -1)})
    IO.inspect(Enum.map(["([]{})", "(]", "((", "a(b)c]", ""], &balanced/1))
    IO.puts(Enum.join(diamond(?D), "\n"))
    for row <- pascal(7), do: IO.puts(row |> Enum.join(" ") |> String.pad_leading(14))
    IO.inspect(Enum.max_by(1..1000, &collatz/1))
    IO.inspect({permutations([1, 2, 3]), permutations(Enum.to_list(1..6)) |> length(), hanoi(3, :a, :b, :c), hanoi(10, :a, :b, :c) |> length()})
    IO.inspect(for {a, b} <- [{"kitten", "sitting"}, {"", "abc"}, {"flaw", "lawn"}, {"naïve", "naive"}], do: levenshtein(a, b))
    IO.inspect(~w(listen silent enlist google elgoog abc cab) |> Enum.group_by(&(&1 |> String.graphemes() |> Enum.sort())) |> Map.values() |> Enum.sort())
    IO.inspect(1..20 |> Enum.map_join(" ", fn n -> cond do rem(n, 15) == 0 -> "fizzbuzz"; rem(n, 5) == 0 -> "buzz"; rem(n, 3) == 0 -> "fizz"; true -> n end end))
  end
end
