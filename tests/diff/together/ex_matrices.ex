# stage: e. Matrices as lists of lists: products, determinants by cofactors, inverses over fractions, power series of Fibonacci.
defmodule ExMatrices.Ratio do
  defstruct n: 0, d: 1
  def new(_, 0), do: raise(ArithmeticError, message: "denominator 0")
  def new(n, d) when d < 0, do: new(-n, -d)
  def new(n, d), do: (g = Integer.gcd(n, d); %__MODULE__{n: div(n, max(g, 1)), d: div(d, max(g, 1))})
  def add(a, b), do: new(a.n * b.d + b.n * a.d, a.d * b.d)
  def sub(a, b), do: new(a.n * b.d - b.n * a.d, a.d * b.d)
  def mul(a, b), do: new(a.n * b.n, a.d * b.d)
  def divide(a, b), do: new(a.n * b.d, a.d * b.n)

  defimpl String.Chars do
    def to_string(%{n: n, d: 1}), do: Integer.to_string(n)
    def to_string(%{n: n, d: d}), do: "#{n}/#{d}"
  end

  defimpl Inspect do
    def inspect(r, _), do: "#R[" <> Kernel.to_string(r) <> "]"
  end
end

defmodule ExMatrices do
  alias ExMatrices.Ratio

  def transpose(m), do: m |> Enum.zip() |> Enum.map(&Tuple.to_list/1)
  def dot(a, b), do: Enum.zip_reduce(a, b, 0, fn x, y, sum -> sum + x * y end)
  def product(a, b), do: (columns = transpose(b); for(row <- a, do: for(column <- columns, do: dot(row, column))))
  def identity(n), do: for(i <- 1..n, do: for(j <- 1..n, do: if(i == j, do: 1, else: 0)))

  def power(m, 0), do: identity(length(m))
  def power(m, n) when rem(n, 2) == 0, do: power(product(m, m), div(n, 2))
  def power(m, n), do: product(m, power(m, n - 1))

  def determinant([[x]]), do: x

  def determinant([first | rest]) do
    first
    |> Enum.with_index()
    |> Enum.map(fn {x, i} -> if(rem(i, 2) == 0, do: x, else: -x) * determinant(Enum.map(rest, &List.delete_at(&1, i))) end)
    |> Enum.sum()
  end

  def inverse(m) do
    n = length(m)
    rows = Enum.zip_with(m, identity(n), fn row, unit -> Enum.map(row ++ unit, &Ratio.new(&1, 1)) end)

    Enum.reduce(0..(n - 1), rows, fn column, rows ->
      case Enum.find_index(Enum.drop(rows, column), &(Enum.at(&1, column).n != 0)) do
        nil -> throw({:singular, column})
        at -> eliminate(swap(rows, column, column + at), column)
      end
    end)
    |> Enum.map(&Enum.drop(&1, n))
  catch
    {:singular, _} = reason -> reason
  end

  defp swap(rows, i, i), do: rows
  defp swap(rows, i, j), do: rows |> List.replace_at(i, Enum.at(rows, j)) |> List.replace_at(j, Enum.at(rows, i))

  defp eliminate(rows, at) do
    pivot_row = Enum.at(rows, at)
    pivot = Enum.map(pivot_row, &Ratio.divide(&1, Enum.at(pivot_row, at)))

    rows
    |> Enum.with_index()
    |> Enum.map(fn
      {_, ^at} -> pivot
      {row, _} -> (factor = Enum.at(row, at); Enum.zip_with(row, pivot, &Ratio.sub(&1, Ratio.mul(factor, &2))))
    end)
  end

  def main do
    a = [[2, -1, 0], [1, 3, 5], [-4, 0, 7]]
    IO.inspect(transpose(a))
    IO.inspect(product(a, a), charlists: :as_lists)
    IO.inspect(Enum.map([identity(3), a, [[1, 2], [2, 4]], [[0, 1], [1, 0]]], &determinant/1))
    for n <- [1, 10, 90, 300], do: IO.puts("fib #{n} = #{power([[1, 1], [1, 0]], n) |> hd() |> Enum.at(1)}")
    IO.inspect(inverse(a))
    a |> inverse() |> Enum.each(fn row -> row |> Enum.map(&to_string/1) |> Enum.map(&String.pad_leading(&1, 8)) |> Enum.join() |> IO.puts() end)
    IO.inspect(inverse([[1, 2], [2, 4]]))
    IO.inspect(inverse([[0, 1], [1, 0]]))
    IO.inspect(try do Ratio.new(1, 0) rescue e -> Exception.message(e) end)
    hilbert = for i <- 1..4, do: for(j <- 1..4, do: Ratio.new(1, i + j - 1))
    IO.inspect(hilbert, width: 60)
    IO.inspect(Enum.map(hilbert, fn row -> Enum.reduce(row, &Ratio.add/2) end))
  end
end
