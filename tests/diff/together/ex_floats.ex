# stage: e. Float: rounding, ratios, parsing, and how floats print.
defmodule ExFloats do
  def main do
    values = [0.0, -0.0, 1.0, 0.1, -1.5, 2.5, 1.0e16, 1.0e-7, 123456.789, 1.7976931348623157e308, 5.0e-324, 1.0e22, 9007199254740993.0]
    p Enum.map(values, &Float.to_string/1)
    p for v <- [0.5, 1.5, 2.5, -0.5, 1.005, 12.3456, -7.891, 5.015], d <- [0, 1, 2, 3], do: Float.round(v, d)
    p for v <- [1.25, -1.25, 7.0, 0.001], d <- [0, 1, 2], do: {Float.ceil(v, d), Float.floor(v, d)}
    p Enum.map([0.0, 0.5, -1.75, 3.14, 1.0e10, 1.0e-3], &Float.ratio/1)
    p Enum.map(["1.5", "1", "-2.5e3x", "1.", ".5", "abc", "1e3", "1.0e-400", "+7.25"], fn t -> try do Float.parse(t) rescue e -> e.__struct__ end end)
    p Enum.map([1.5, -1.5, 2.5, 1.0e20], &{round(&1), trunc(&1), floor(&1), ceil(&1)})
    p {Float.pow(2.0, 0.5), Float.pow(2.0, -2), :math.sqrt(2), :math.pi(), :math.log2(10), :math.atan2(1, -1), :math.fmod(7.5, 2)}
    p {1.0 == 1, 1.0 === 1, 0.0 == -0.0, 0.1 + 0.2, 1 / 3, caught(fn -> 1.0e308 * 10 end)}
    p for s <- ["0.1", "3.0e-5", "1.0e400", "x", "-1.25E2"], do: caught(fn -> String.to_float(s) end)
    p {:erlang.float_to_binary(3.14159, decimals: 2), :erlang.float_to_binary(1.0, [:compact, decimals: 10]), :erlang.float_to_binary(12345.678, scientific: 3), :erlang.float_to_binary(2.5, [:short])}
    p Enum.sum(List.duplicate(0.1, 10))
    p Enum.sort([1, 1.0, 0.5, 2, -1, -1.0e300, 10 ** 400 |> Kernel.-(1) |> div(10 ** 399)])
    p {1.0e3, 100000.0, 1.0e15, 123456789.123456789, 4.35, 4.349999999999999, 2.2250738585072014e-308}
  end
  defp caught(f) when is_function(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
  defp caught(v), do: v
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
