# stage: e. What Kernel has beside the everyday: destructure, binary slices, steps, uppercase sigils, alias!, private guards, tap and then, access paths as macros, match? and in with pins, raise forms, get_and_update, operators one may define.
defmodule ExKernelRest.Ops do
  def a ~> b, do: {:arrow, a, b}
  def a <~> b, do: {:both, a, b}
  def a +++ b, do: a ++ [:plus | b]
  def a <|> b, do: a || b
  def left ~>> f, do: f.(left)
  def unary, do: quote(do: +-!not(a))
end
defmodule ExKernelRest do
  defguardp is_small(x) when is_integer(x) and x < 10
  alias ExKernelRest.Ops
  import Ops, only: [~>: 2, <~>: 2, +++: 2, <|>: 2, ~>>: 2]
  def main do
    destructure([a, b, c], [1, 2])
    destructure([x, y], [1, 2, 3])
    p({a, b, c, x, y, try_it(fn -> destructure([q], 5); q end)})
    p({binary_slice("elixir", 1..3), binary_slice("elixir", -3..-1//1), binary_slice("elixir", 2, 10), binary_slice("é", 0, 1), binary_slice("abc", 5, 1), binary_slice("abc", -5, 4), try_it(fn -> binary_slice("abc", 3..1) end)})
    p({1..10//3, Enum.to_list(10..1//-4), (1..5//2).step, ..  |> Enum.to_list() |> length(), try_it(fn -> Range.new(1, 2, 0) end), Range.shift(1..10//2, 3)})
    p({~C(a #{1}\n), ~c(a #{1}\t), ~S(a #{1}\n), ~s(a "b" #{1 + 1}), ~W(a b#{1}), ~w(a b)a, ~w(x y)c, ~R/a#{1}/, ~r/a#{1}/i, ~D[2020-01-02], ~T[01:02:03.4], ~N[2020-01-02 03:04:05], ~U[2020-01-02 03:04:05Z]})
    p({small(3), small(30), small(:a), 1 !== 1.0, 1 != 1.0, :a < "a", min(1, :a), max([], {}), [1, 2] -- [2], "a" <> "b", not false, +5, -5})
    p({1 ~> 2, [1] <~> %{}, [1] +++ [2], nil <|> 3, 4 ~>> (&(&1 * 2)), 1 |> tap(&send(self(), &1)) |> then(&{&1, receive do m -> m end}), Ops.unary() |> Macro.to_string()})
    d = %{u: %{n: [%{v: 1}, %{v: 2}]}, k: [a: 1]}
    p({get_in(d, [:u, :n, Access.at(1), :v]), put_in(d.u.n, []), put_in(d[:k][:a], 9), update_in(d.u[:n], &length/1), get_and_update_in(d.u.n, &{hd(&1), tl(&1)}), pop_in(d[:k][:a]), get_and_update_in(d, [:k, Access.all()], fn {k, v} -> {v, {k, v + 1}} end), try_it(fn -> put_in(d.nope.x, 1) end), get_in(d, [:zip, :zap]), try_it(fn -> update_in(d[:x][:y], & &1) end)})
    z = 2
    p({match?({^z, _}, {2, 3}), match?(%{a: v} when v > 3, %{a: 3}), 2 in 1..3//1, 2 in [1, z], z not in [3], try_it(fn -> 1 in :a end), if(false, do: 1), unless(nil, do: 2), (if z, do: 1, else: 2), cond do z > 5 -> :big; true -> :small end})
    p(for e <- [fn -> raise "text" end, fn -> raise ArgumentError end, fn -> raise ArgumentError, "m" end, fn -> raise KeyError, key: :a, term: %{} end, fn -> raise %RuntimeError{message: "s"} end, fn -> raise :atom end, fn -> raise String end, fn -> raise 5 end, fn -> reraise "again", [] end, fn -> reraise ArgumentError, [message: "x"], [] end, fn -> throw(:up) end, fn -> exit(:bye) end], do: try_it(e))
    p({struct(URI, host: "h", nope: 1).host, try_it(fn -> struct!(URI, nope: 1) end), struct(%URI{port: 1}, port: 2).port, try_it(fn -> struct!(ExNone, []) end), is_struct(%URI{}), is_struct(%URI{}, URI), is_exception(%RuntimeError{}), is_exception(%RuntimeError{}, KeyError), is_map_key(%{a: 1}, :a), is_function(&p/1, 1), is_nil(nil), is_bitstring(<<1::1>>)})
    p({function_exported?(Enum, :map, 2), macro_exported?(Kernel, :if, 2), apply(Enum, :sum, [[1, 2]]), apply(&+/2, [1, 2]), node() == :nonode@nohost, div(-7, 2), rem(-7, 2), Integer.floor_div(-7, 2), round(2.5), trunc(-2.7), ceil(1.1), floor(-1.1), abs(-3), bit_size(<<1::5>>), byte_size(<<1::9>>), tuple_size({}), map_size(%{a: 1}), hd([1]), elem({1, 2}, 1), put_elem({1, 2}, 0, :x), length([1])})
    p({var!(z), binding() |> Keyword.keys() |> Enum.take(3), __MODULE__, __ENV__.function, __DIR__ |> is_binary(), alias!(Foo.Bar), inspect(&Enum.map/2), (&"#{&1}-#{&2}").(1, 2), (& &1[:a]).(%{a: 5}), (&{&1, [&2 | &1]}).([], 1), sigil_s(<<"x">>, [])})
    p({to_charlist("é"), "é" == "e\u0301", String.normalize("e\u0301", :nfc) == "é", 'a#{1 + 1}b', ?\s, ?é, 0x1F, 0b101, 0o17, 1_000_000, 1.0e-3, "\x41\u{1F600}", :"quoted atom", :"a#{1}", "multi
line", """
      heredoc \
      joined
        indented
      """})
    p({pop_in(%{a: %{b: 1}}, [:a, :b]), try_it(fn -> pop_in(%{a: 1}.a[:b]) end), with({:ok, w} <- {:ok, 1}, v = w + 1, true <- v > 1, do: {w, v}), with({:ok, w} <- :error, do: w), (with {:ok, w} <- {:error, 1} do w else {:error, n} when n > 0 -> {:else, n} end), try_it(fn -> with 1 <- 2 do 3 else 5 -> 6 end end)})
  end
  defp small(x) when is_small(x), do: {:small, x}
  defp small(x), do: {:not, x}
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  catch
    k, v -> {k, v}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
