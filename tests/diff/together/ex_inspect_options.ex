# stage: e. inspect: limits, widths, bases, charlists, pretty printing, algebra documents.
defmodule ExInspectOptions do
  import Inspect.Algebra
  import Bitwise
  def main do
    v = %{list: Enum.to_list(1..12), text: "long text that goes on", nested: %{a: {1, 2, [x: 1, y: %{z: "deep"}]}}, f: 1.5, t: {}}
    for w <- [10, 40, 80, 200], do: IO.puts(inspect(v, pretty: true, width: w))
    for l <- [0, 1, 3, 5], do: IO.puts(inspect(v, limit: l))
    IO.puts inspect({"é\n", <<1, 2, 255>>, <<1::5>>, 'abc', [1, 2], :"a b"}, binaries: :as_binaries, charlists: :as_lists)
    IO.puts inspect({"é", 'abc', <<255>>}, binaries: :as_strings, charlists: :as_charlists)
    for b <- [:binary, :octal, :hex, :decimal], do: IO.puts(inspect([255, -16, 1.5, 1 <<< 70], base: b))
    IO.puts inspect("a" |> String.duplicate(100), printable_limit: 10)
    IO.puts inspect('abcdefgh', printable_limit: 3)
    IO.puts inspect([a: 1, b: [c: 2]], width: 5, pretty: true)
    IO.puts inspect(%URI{host: "h"}, structs: false, limit: 4)
    IO.puts inspect([1, [2, [3, [4]]]], limit: 3)
    IO.puts inspect({1, 2, 3}, custom_options: [x: 1], inspect_fun: fn x, o -> Inspect.inspect(x, o) end)
    IO.puts inspect([true, nil, :a, 1, "s"], syntax_colors: [atom: :red, number: :blue, string: :green, boolean: :magenta, nil: :cyan, reset: :yellow])
    d = group(glue(glue("a", "b"), nest(glue("c", line() |> concat("d")), 2)))
    for w <- [1, 4, 80], do: IO.puts(d |> format(w) |> IO.iodata_to_binary())
    IO.puts container_doc("<", Enum.to_list(1..20), ">", %Inspect.Opts{limit: 6, width: 20}, fn i, _ -> to_string(i) end) |> format(20) |> IO.iodata_to_binary()
    IO.puts fold_doc(["a", "b", "c"], fn x, acc -> concat([x, "-", acc]) end) |> format(80) |> IO.iodata_to_binary()
    IO.puts concat(space("a", "b"), string("é")) |> format(80) |> IO.iodata_to_binary()
    IO.puts inspect(~r/a/)
    IO.puts inspect({~D[2020-01-01], ~T[01:02:03.4], ~N[2020-01-01 01:02:03], ~U[2020-01-01 01:02:03Z], 1..3, 1..9//4, MapSet.new([1]), %ArgumentError{}, Version.parse!("1.2.3-a+b"), Date.range(~D[2020-01-01], ~D[2020-01-02])})
    IO.puts inspect(fn -> 1 end) |> String.replace(~r/\d+\.\d+/, "N")
    IO.puts inspect(&String.upcase/1)
    IO.puts inspect([&Enum.map/2, &:lists.map/2])
  end
end
