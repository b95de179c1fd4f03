# stage: e. Integer: digits, bases, division that floors, parsing, big numbers.
defmodule ExIntegers do
  import Bitwise
  require Integer
  def main do
    p for n <- [0, 7, -7, 255, 123_456_789_012_345_678_901], b <- [2, 10, 16, 36], do: Integer.to_string(n, b)
    p for n <- [0, 1234, -1234, 99999999999999999999], do: {Integer.digits(n), Integer.digits(n, 1000)}
    p {Integer.undigits([1, 2, 3]), Integer.undigits([1, 0, 1], 2), Integer.undigits([])}
    p for a <- [7, -7], b <- [2, -2, 3], do: {div(a, b), rem(a, b), Integer.floor_div(a, b), Integer.mod(a, b)}
    p {Integer.gcd(12, 18), Integer.gcd(0, 0), Integer.gcd(-4, 6), Integer.extended_gcd(240, 46), Integer.extended_gcd(0, -3)}
    p for e <- [0, 1, 10, 63, 64, 65, 200], do: Integer.pow(-3, e)
    p for t <- ["12", "-12x", "+3", "", "x", "0x1F", " 1", "1_000", "99999999999999999999z"], do: Integer.parse(t)
    p for {t, b} <- [{"ff", 16}, {"zz", 36}, {"12", 2}, {"-1010", 2}], do: Integer.parse(t, b)
    p {Integer.is_odd(3), Integer.is_even(3), Integer.is_odd(-3), Integer.is_even(0)}
    p {Integer.to_charlist(-255, 16), String.to_integer("-80", 16), 1 <<< 70, -1 >>> 3, bnot(5), 0b1010 ^^^ 0b0110, band(-1, 0xFFFFFFFFFFFFFFFFFF)}
    p {1 <<< 64 >>> 60, (1 <<< 100) - 1 &&& 0xFF, -(1 <<< 64) >>> 63, bor(1 <<< 62, 1), bxor(-1, 1 <<< 65)}
    p for f <- [fn -> Integer.pow(2, -1) end, fn -> String.to_integer("a") end, fn -> div(1, 0) end, fn -> Integer.digits(3, 1) end, fn -> Integer.parse("1", 40) end], do: error(f)
    p Enum.reduce(1..60, 1, &*/2)
    p {fib(300), rem(fib(500), 1_000_007)}
  end
  defp fib(n), do: Enum.reduce(1..n, {0, 1}, fn _, {a, b} -> {b, a + b} end) |> elem(0)
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
