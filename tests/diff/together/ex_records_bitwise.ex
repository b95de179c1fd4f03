# stage: e. Record, Bitwise, Integer, Float helpers and tuples: records of Erlang headers, private macros, digits, bit sets, base conversions, rounding.
defmodule ExRecordsBitwise.Types do
  require Record
  Record.defrecord(:point, x: 0, y: 0)
  Record.defrecordp(:secret, :hidden_tag, [:a, b: 2])
  Record.defrecord(:file_info, Record.extract(:file_info, from_lib: "kernel/include/file.hrl"))
  def make(a), do: secret(a: a)
  def read(r), do: {secret(r, :a), secret(r, :b), secret(r), secret(:b)}
  def change(secret(b: b) = r), do: secret(r, b: b + 1)
  def fields, do: Keyword.keys(file_info(file_info()))
end

defmodule ExRecordsBitwise do
  import Bitwise
  import ExRecordsBitwise.Types
  require Record
  alias ExRecordsBitwise.Types

  def main do
    records(); bits(); integers(); floats(); tuples()
  end

  defp records do
    p1 = point(x: 3)
    point(y: y) = p1
    p({p1, y, point(p1, :x), point(p1, y: 7), point(:y), point(point(p1, x: 9)), match?(point(x: 3), p1), Record.is_record(p1), Record.is_record(p1, :point), Record.is_record({1, 2})})
    r = Types.make("a")
    p({r, Types.read(r), Types.change(r)})
    p(Types.fields() |> Enum.take(5))
    info = file_info(size: 10)
    p({tuple_size(info), file_info(info, :size), elem(info, 0)})
    p(Record.extract_all(from_lib: "stdlib/include/ms_transform.hrl"))
    p(try do Record.extract(:nothing, from_lib: "kernel/include/file.hrl") rescue e -> Exception.message(e) end)
    p(try do Record.extract(:x, from_lib: "none/include/none.hrl") rescue e -> e.__struct__ end)
    p(for({:error, e} <- [compile("point(z: 1)"), compile("point(1, 2)"), compile("point([])"), compile("point(x: 1, x: 2)")], do: e))
    p(try do point({:other, 1, 2}, :x) rescue e -> e.__struct__ end)
  end
  defp compile(code) do
    {:ok, Code.eval_string("import ExRecordsBitwise.Types; " <> code) |> elem(0)}
  rescue
    e -> {:error, Exception.message(e) |> String.split("\n") |> hd()}
  end

  defp bits do
    p({0b1100 &&& 0b1010, 0b1100 ||| 0b1010, bxor(12, 10), ~~~5, 1 <<< 70, -9 >>> 1, 1 <<< -1, 5 >>> -3, band(-1, 255), bor(1, 6), bnot(-1), bsl(3, 4), bsr(-256, 4)})
    set = Enum.reduce([1, 5, 64, 100], 0, &(&2 ||| 1 <<< &1))
    p({set, for(i <- 0..128, (set >>> i &&& 1) == 1, do: i), popcount(set), popcount(255), popcount(0)})
    p(for n <- [0, 1, 2, 3, 17, 255, 1 <<< 40], do: {next_pow2(n), gray(n)})
    p(try do 1.0 &&& 1 rescue e -> Exception.message(e) end)
  end
  defp popcount(0), do: 0
  defp popcount(n), do: 1 + popcount(n &&& n - 1)
  defp next_pow2(n), do: Enum.find(Stream.iterate(1, &(&1 <<< 1)), &(&1 >= n))
  defp gray(n), do: bxor(n, n >>> 1)

  defp integers do
    p({Integer.digits(-1234), Integer.digits(255, 16), Integer.undigits([1, 0, 1], 2), Integer.undigits([15, 15], 16), Integer.to_string(-255, 16), Integer.to_charlist(35, 36), Integer.parse("12abc"), Integer.parse("zz", 36), Integer.parse("-0x1F"), Integer.parse("")})
    p({Integer.pow(2, 100), Integer.gcd(0, 0), Integer.gcd(-12, 18), Integer.extended_gcd(240, 46), Integer.mod(-7, 3), Integer.floor_div(-7, 3), rem(-7, 3), div(-7, 3), Integer.extended_gcd(-5, 0)})
    p(for {f, a} <- [{:pow, [2, -1]}, {:undigits, [[3], 2]}, {:digits, [1, 1]}, {:to_string, [1, 37]}, {:mod, [1, 0]}, {:parse, ["1", 99]}], do: try(do: apply(Integer, f, a), rescue: (e -> {e.__struct__, Exception.message(e)})))
  end

  defp floats do
    p(for x <- [2.5, -2.5, 3.14159, 1.0e-7, 123456.789, 0.5, 1.5, -0.4, 1.0e22], do: {Float.round(x), Float.round(x, 2), Float.ceil(x, 1), Float.floor(x, 1), Float.ratio(x), trunc(x), round(x), Float.to_string(x)})
    p({Float.parse("1.5e3x"), Float.parse("."), Float.parse("5"), Float.parse("-.5"), Float.parse("1e400"), Float.pow(2.0, 0.5), 0.1 + 0.2, Float.min_finite(), Float.max_finite(), Float.round(0.1 + 0.2, 15)})
    p(for {f, a} <- [{:round, [1.0, 16]}, {:round, [1]}, {:ceil, [:a]}], do: try(do: apply(Float, f, a), rescue: (e -> {e.__struct__, Exception.message(e)})))
  end

  defp tuples do
    t = {1, :two, "three"}
    p({Tuple.append(t, 4), Tuple.insert_at(t, 1, :x), Tuple.delete_at(t, 0), Tuple.duplicate(:a, 3), Tuple.to_list(t), Tuple.sum({1, 2.5}), Tuple.product({2, 3}), put_elem(t, 2, 3), elem(t, 0)})
    p(for f <- [fn -> elem(t, 3) end, fn -> Tuple.insert_at(t, 5, 1) end, fn -> Tuple.delete_at({}, 0) end, fn -> put_elem(t, -1, 0) end], do: try(do: f.(), rescue: (e -> Exception.message(e))))
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 150)
end
