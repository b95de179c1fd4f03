# stage: e. Structs, protocols (with fallback and derive), behaviours, Enumerable and Collectable of one's own.
defprotocol ExStructs.Area do
  @fallback_to_any true
  def area(shape)
  def name(shape)
end

defimpl ExStructs.Area, for: Any do
  def area(%{side: s}), do: s * s
  def area(_), do: :unknown
  def name(%m{}), do: "struct #{inspect(m)}"
  def name(_), do: "anything"
end

defmodule ExStructs.Circle do
  @enforce_keys [:r]
  defstruct [:r, unit: :cm]
end

defmodule ExStructs.Square do
  @derive ExStructs.Area
  defstruct side: 1
end

defimpl ExStructs.Area, for: ExStructs.Circle do
  def area(%{r: r}), do: Float.round(3.14159 * r * r, 2)
  def name(_), do: "circle"
end

defimpl ExStructs.Area, for: [Integer, Float] do
  def area(n), do: n * n
  def name(n), do: "number #{n}"
end

defmodule ExStructs.Stack do
  defstruct items: []
  def push(%__MODULE__{items: i} = s, x), do: %{s | items: [x | i]}
  def pop(%__MODULE__{items: []}), do: :empty
  def pop(%__MODULE__{items: [h | t]} = s), do: {h, %{s | items: t}}

  defimpl Enumerable do
    def count(%{items: i}), do: {:ok, length(i)}
    def member?(%{items: i}, x), do: {:ok, x in i}
    def slice(_), do: {:error, __MODULE__}
    def reduce(%{items: i}, acc, f), do: Enumerable.List.reduce(i, acc, f)
  end

  defimpl Collectable do
    def into(s), do: {s, fn acc, {:cont, x} -> ExStructs.Stack.push(acc, x); acc, :done -> acc; _, :halt -> :ok end}
  end
end

defmodule ExStructs.Greeter do
  @callback greet(String.t()) :: String.t()
  @callback loud?() :: boolean
  @optional_callbacks loud?: 0
  defmacro __using__(opts) do
    quote do
      @behaviour ExStructs.Greeter
      @word unquote(opts[:word])
      def greet(n), do: "#{@word}, #{n}"
      defoverridable greet: 1
    end
  end
end

defmodule ExStructs.Hello do
  use ExStructs.Greeter, word: "Hello"
end

defmodule ExStructs.Shout do
  use ExStructs.Greeter, word: "Hey"
  def greet(n), do: String.upcase(super(n)) <> "!"
  def loud?, do: true
end

defmodule ExStructs do
  alias ExStructs.{Area, Circle, Hello, Shout, Square, Stack}

  def main do
    c = %Circle{r: 2}
    p({c, c.r, c.unit, %{c | r: 3}, is_struct(c), is_struct(c, Circle), c.__struct__, Map.keys(c), match?(%Circle{r: 2}, c), match?(%Square{}, c)})
    p(for s <- [c, %Square{side: 4}, %Square{}, 5, 1.5, :atom, "text", nil, %Stack{}], do: {Area.area(s), Area.name(s)})
    p({Area.impl_for(c), Area.impl_for(1), Area.impl_for("x"), Area.impl_for!(2.0)})
    s = Enum.into(1..5, %Stack{})
    p({s, Stack.pop(s), Stack.pop(%Stack{}), Enum.map(s, &(&1 * 2)), Enum.count(s), 3 in s, Enum.sum(s), Enum.take(s, 2), Enum.zip(s, [:a, :b]), Enum.at(s, 1), Enum.reverse(s), Enum.to_list(s), Enum.slice(s, 1, 2), Enum.max(s)})
    p(for x <- s, rem(x, 2) == 1, into: %Stack{}, do: x)
    p({Hello.greet("Bo"), Shout.greet("Bo"), Shout.loud?(), function_exported?(Hello, :loud?, 0), Hello.__info__(:functions), Shout.module_info(:attributes)[:behaviour]})
    p(for f <- [fn -> struct!(Circle, []) end, fn -> struct!(Circle, r: 1, bogus: 2) end, fn -> Map.fetch!(c, :nope) end, fn -> Enum.count(c) end, fn -> to_string(c) end, fn -> c[:r] end, fn -> String.Chars.to_string({}) end, fn -> Enum.into([1], c) end], do: message(f))
    p({struct(Circle, r: 9, zzz: 1), Map.from_struct(c), struct(%Square{}, side: 8), Circle.__struct__() |> Map.get(:unit)})
    p({with({:ok, a} <- {:ok, 1}, {:ok, b} <- {:ok, a + 1}, do: a + b), with({:ok, a} <- {:error, :x}, do: a), with({:ok, _} <- :weird, do: 1, else: (:weird -> :handled))})
    p({(fn %{r: r} = whole -> {r, whole.unit} end).(c), update_in(c.r, &(&1 + 1)), put_in(c.unit, :m)})
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)

  defp message(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()}
  end
end
