# stage: e. inspect: every type, options, line breaking, structs, custom Inspect, derived protocols, IO.inspect labels.
defmodule ExInspect.Point do
  defstruct x: 0, y: 0, secret: nil
end

defmodule ExInspect.Hidden do
  @derive {Inspect, only: [:id]}
  defstruct [:id, :password]
end

defmodule ExInspect.Money do
  defstruct [:amount]

  defimpl Inspect do
    import Inspect.Algebra
    def inspect(%{amount: a}, opts), do: concat(["#Money<", to_doc(a, opts), ">"])
  end

  defimpl String.Chars do
    def to_string(%{amount: a}), do: "$#{a}"
  end
end

defmodule ExInspect do
  alias ExInspect.{Hidden, Money, Point}

  def main do
    for t <- [1, -5, 1.0, 1.0e30, 12_345_678_901_234_567_890, :atom, :"with space", :Upper, Enum, nil, true, "str", "q\"uote\n", <<1, 2>>, <<5::3>>, 'chars', [], [1, 2 | 3], {}, {:a, 1}, [a: 1, b: [c: 2]], [{:a, 1}, :b], %{}, %{a: 1}, %{"k" => 1, 2 => :v}, %{nil => 1, a: 2}, 1..3, 1..9//2, &String.length/1, {1, {2, {3}}}, :+, :"&&&", ["a b": 1], MapSet.new([1]), ~D[2024-02-29], ~T[12:30:00], %ArgumentError{}, 'é', [0, 7], "nul\0"] do
      IO.puts(inspect(t))
    end
    IO.puts(inspect(%Point{x: 1}))
    IO.puts(inspect(%Hidden{id: 7, password: "x"}))
    IO.puts(inspect([%Money{amount: 5}, {%Money{amount: [1]}}]))
    IO.puts("#{%Money{amount: 10}} #{to_string(%Money{amount: 2})}")
    IO.inspect(%Point{x: 1, y: %Point{}}, structs: false)
    IO.inspect(Enum.to_list(1..100))
    IO.inspect(Enum.to_list(1..100), limit: 5)
    IO.inspect(Enum.to_list(1..70), limit: :infinity, width: 60)
    IO.inspect("a long string " <> String.duplicate("x", 100), printable_limit: 20)
    IO.inspect([1, 2, 3], label: "labelled")
    IO.inspect('abc', charlists: :as_lists)
    IO.inspect([65, 66], charlists: :as_charlists)
    IO.inspect("abc", binaries: :as_binaries)
    IO.inspect(<<200, 201>>, binaries: :as_strings)
    IO.inspect(255, base: :hex)
    IO.inspect({10, [11]}, base: :binary)
    IO.inspect(%{deep: %{deeper: %{deepest: [1, 2, 3, %{x: {1, 2, "three"}}]}}, other: Enum.map(1..10, &{&1, to_string(&1)})})
    IO.inspect(%{b: 1, a: 2, list: Enum.map(1..30, &"item #{&1}")}, width: 80)
    IO.inspect([name: "a rather long name to force", breaking: "of the keyword list into", several: "lines of output", numbers: [1, 2, 3]])
    IO.inspect({:ok, %Point{x: "some longer text here", y: [alpha: 1, beta: 2], secret: {:tuple, "with", 'things', "in it"}}}, pretty: true)
    IO.inspect(String.duplicate("ab ", 40))
    IO.puts(inspect(%{a: 1, b: 2}, pretty: true, width: 5))
    IO.puts(inspect([1, [2, [3, [4, [5]]]]], limit: 3))
    IO.puts(inspect(self()) |> String.starts_with?("#PID<"))
    IO.puts(inspect(make_ref()) |> String.starts_with?("#Reference<"))
    IO.puts(inspect(fn x -> x end) |> String.starts_with?("#Function<"))
    IO.inspect([self(), self()] |> Enum.uniq() |> length())
    IO.inspect(Map.new(1..40, &{&1, &1}), limit: :infinity)
    [1, 2] |> IO.inspect(label: "in pipe") |> Enum.sum() |> IO.inspect()
    IO.inspect(quote(do: a + b * 2))
    IO.inspect(~w(sigil words))
    IO.inspect({1.0e-10, 123456.789, 1.0e15, 1.0e16, -0.0, 0.1 + 0.2})
    IO.inspect(inspect(%Point{}) == inspect(%Point{x: 0}))
  end
end
