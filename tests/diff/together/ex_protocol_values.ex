# stage: e. Values of one's own under the protocols of Elixir: a ring, a matrix and money that are enumerated by slices and by suspension, collected, printed by algebra with options, made into text, derived with options; defdelegate, guards of one's own, overridable functions through three modules.
defmodule ExProtocolValues.Ring do
  defstruct items: {}, at: 0
  def new(list, at \\ 0), do: %__MODULE__{items: List.to_tuple(list), at: at}
  def get(%{items: t, at: a}, i), do: elem(t, rem(a + i, tuple_size(t)))

  defimpl Enumerable do
    alias ExProtocolValues.Ring
    def count(r), do: {:ok, tuple_size(r.items)}
    def member?(%{items: {}}, _), do: {:ok, false}
    def member?(_, _), do: {:error, __MODULE__}
    def slice(r) do
      size = tuple_size(r.items)
      {:ok, size, fn start, n -> send(self(), {:sliced, start, n}); for(i <- start..(start + n - 1)//1, do: Ring.get(r, i)) end}
    end
    def reduce(r, acc, f), do: reduce(r, 0, acc, f)
    defp reduce(_, _, {:halt, acc}, _), do: {:halted, acc}
    defp reduce(r, i, {:suspend, acc}, f), do: {:suspended, acc, &reduce(r, i, &1, f)}
    defp reduce(%{items: t}, i, {:cont, acc}, _) when i == tuple_size(t), do: {:done, acc}
    defp reduce(r, i, {:cont, acc}, f), do: reduce(r, i + 1, f.(Ring.get(r, i), acc), f)
  end

  defimpl Collectable do
    def into(r), do: {Tuple.to_list(r.items) |> Enum.reverse(), fn acc, {:cont, x} -> [x | acc]; acc, :done -> ExProtocolValues.Ring.new(Enum.reverse(acc), r.at); _, :halt -> :stopped end}
  end

  defimpl Inspect do
    import Inspect.Algebra
    def inspect(%{items: {}}, _), do: "#Ring<>"
    def inspect(r, opts) do
      shown = Keyword.get(opts.custom_options, :ring, :brackets)
      {open, close} = if shown == :brackets, do: {"#Ring<", ">"}, else: {"Ring.new(", ")"}
      container_doc(open, Enum.to_list(r), close, opts, fn x, o -> to_doc(x, o) end, separator: ",", break: :flex)
    end
  end

  defimpl String.Chars, do: (def to_string(r), do: Enum.map_join(r, "~", &String.Chars.to_string/1))
  defimpl List.Chars, do: (def to_charlist(r), do: '(' ++ Enum.flat_map(r, &List.Chars.to_charlist/1) ++ ')')
end

defmodule ExProtocolValues.Matrix do
  @derive {Inspect, except: [:cache], optional: [:name]}
  defstruct rows: [], cache: nil, name: nil
  defimpl Enumerable do
    def count(_), do: {:error, __MODULE__}
    def member?(m, x), do: {:ok, Enum.any?(m.rows, &(x in &1))}
    def slice(_), do: {:error, __MODULE__}
    def reduce(m, acc, f), do: Enumerable.List.reduce(Enum.concat(m.rows), acc, f)
  end
end

defprotocol ExProtocolValues.Priced do
  @fallback_to_any true
  @spec price(t) :: integer
  def price(x)
  def with_tax(x, rate \\ 19)
end

defimpl ExProtocolValues.Priced, for: Any do
  defmacro __deriving__(module, struct, opts) do
    field = Keyword.get(opts, :field, :price)
    unless Map.has_key?(struct, field), do: raise(ArgumentError, "no field #{inspect(field)} in #{inspect(module)}")
    quote do
      defimpl ExProtocolValues.Priced, for: unquote(module) do
        def price(%{unquote(field) => n}), do: n
        def with_tax(x, rate), do: price(x) * (100 + rate) / 100
      end
    end
  end
  def price(x) when is_list(x), do: x |> Enum.map(&ExProtocolValues.Priced.price/1) |> Enum.sum()
  def price(%{__struct__: s}), do: raise(Protocol.UndefinedError, protocol: ExProtocolValues.Priced, value: s, description: "has no price")
  def price(_), do: 0
  def with_tax(x, rate), do: {price(x), rate}
end
defimpl ExProtocolValues.Priced, for: [Integer, Float] do
  def price(n), do: n
  def with_tax(n, rate), do: n + n * rate / 100
end

defmodule ExProtocolValues.Book do
  @derive [{ExProtocolValues.Priced, field: :cents}, {Inspect, only: [:title, :cents]}]
  @enforce_keys [:title]
  defstruct [:title, :isbn, cents: 100]
end
defmodule ExProtocolValues.Pen do
  @derive ExProtocolValues.Priced
  defstruct price: 5
end
defmodule ExProtocolValues.Money do
  defstruct cents: 0, currency: :eur
  defguard is_money(m) when is_struct(m, __MODULE__) and is_integer(:erlang.map_get(:cents, m))
  defguard is_rich(m, limit \\ 1_000) when is_money(m) and :erlang.map_get(:cents, m) > limit
  defguardp is_whole(c) when rem(c, 100) == 0
  def text(%{cents: c}) when is_whole(c), do: "#{div(c, 100)}"
  def text(%{cents: c}), do: "#{div(c, 100)}.#{c |> rem(100) |> abs() |> Integer.to_string() |> String.pad_leading(2, "0")}"
  defimpl String.Chars, do: (def to_string(m), do: ExProtocolValues.Money.text(m) <> " " <> String.upcase("#{m.currency}"))
  defimpl Inspect do
    def inspect(m, %{limit: 0}), do: "#Money<..>" <> "#{m.currency}"
    def inspect(%{cents: c}, opts), do: Inspect.Algebra.concat(["~M[", Inspect.Algebra.to_doc(c, opts), "]"])
  end
end

defmodule ExProtocolValues.Base do
  defmacro __using__(opts) do
    quote do
      @prefix unquote(opts[:prefix] || "base")
      def name, do: @prefix
      def area(x), do: x * x
      def both(x), do: {name(), area(x)}
      def plain(x, y \\ 2), do: x + y
      defoverridable name: 0, area: 1, plain: 2
    end
  end
end
defmodule ExProtocolValues.One do
  use ExProtocolValues.Base
end
defmodule ExProtocolValues.Two do
  use ExProtocolValues.Base, prefix: "two"
  def name, do: super() <> "!"
  def area(x) when x < 0, do: -super(x)
  def area(x), do: super(x) + 1
  defoverridable area: 1
  def area(0), do: :zero
  def area(x), do: {:again, super(x)}
  def plain(x, y), do: super(y, x) * 10
end

defmodule ExProtocolValues do
  require ExProtocolValues.Money
  import ExProtocolValues.Money, only: [is_money: 1, is_rich: 1, is_rich: 2]
  alias ExProtocolValues.{Ring, Matrix, Priced, Book, Pen, Money, One, Two}

  defdelegate reversed(list), to: Enum, as: :reverse
  defdelegate slice(e, start, n), to: Enum
  defdelegate put(map, key, value \\ :default), to: Map
  defdelegate text(m), to: Money

  defp p(x, opts \\ []), do: IO.puts(inspect(x, [limit: :infinity, width: 110] ++ opts))
  defp caught(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()}
  end
  defp slices, do: (receive do {:sliced, s, n} -> [{s, n} | slices()] after 0 -> [] end)

  def main do
    rings(); matrices(); prices(); guards(); overrides(); printed(); suspended()
  end

  defp rings do
    r = Ring.new([1, 2, 3, 4, 5], 3)
    p {r, Enum.to_list(r), Enum.count(r), Enum.at(r, 0), Enum.at(r, -1), Enum.at(r, 9), Enum.fetch(r, 2), Enum.slice(r, 1..3), Enum.slice(r, -2..-1), Enum.slice(r, 0..-1//2), Enum.take(r, -2), Enum.drop(r, 3), Enum.random(Ring.new([:only])), slices()}
    p {4 in r, 9 in r, 1 in Ring.new([]), Enum.sum(r), Enum.min_max(r), Enum.reverse(r), Enum.zip(r, Ring.new([:a, :b])), Enum.chunk_every(r, 2), Enum.split(r, 2), Enum.reduce_while(r, 0, fn x, a -> if(a > 7, do: {:halt, a}, else: {:cont, a + x}) end), Enum.with_index(r), Enum.sort(r), Enum.member?(r, 5.0)}
    p {Enum.into(r, Ring.new([0])), for(x <- r, x > 2, into: Ring.new([], 1), do: x * 2), Enum.into([], Ring.new([])), Enum.into(r, [], &(&1 + 1)), slices()}
    p {"#{r}", "#{Ring.new([1, Ring.new([2, :c]), "d", 1.5])}", to_charlist(r), caught(fn -> "#{Ring.new([{1}])}" end), Enum.join(r, "-"), Enum.empty?(Ring.new([])), Enum.concat(r, r) |> length(), Stream.cycle(r) |> Enum.take(7), Enum.max(Ring.new([]), fn -> :none end), caught(fn -> Enum.max(Ring.new([])) end)}
    {acc, f} = Collectable.into(r)
    p {acc, f.(f.(acc, {:cont, 9}), :done), f.(acc, :halt), caught(fn -> Enum.into([1], r, fn _ -> raise "in transform" end) end)}
  end
  defp matrices do
    m = %Matrix{rows: [[1, 2], [3, 4]], cache: :hidden}
    p {m, %{m | name: "named"}, Enum.map(m, &(&1 * 10)), Enum.count(m), Enum.count(m, &(&1 > 1)), 3 in m, Enum.at(m, 2), Enum.slice(m, 1, 2), Enum.to_list(Stream.drop(m, 1)), Enum.zip_with([m, Ring.new([:x, :y])], & &1), Enum.frequencies_by(m, &rem(&1, 2)), for(a <- m, b <- m, a < b, do: {a, b}), slices()}
    p {m == %{m | cache: :hidden}, Map.from_struct(m), caught(fn -> Enum.into([1], m) end), caught(fn -> "#{m}" end), caught(fn -> m[:rows] end), caught(fn -> put_in(m.nope, 1) end), update_in(m.rows, &hd/1).rows, match?(%_{rows: [_ | _]}, m), match?(%name{} when name == Matrix, m)}
  end
  defp prices do
    things = [%Book{title: "t", cents: 250}, %Pen{}, 10, 2.5, :free, "text", [%Pen{price: 1}, 2, [3]], %{a: 1}]
    p for(t <- things, do: {t, Priced.price(t), Priced.with_tax(t), Priced.with_tax(t, 0), Priced.impl_for(t)})
    p {caught(fn -> Priced.price(%Ring{}) end), caught(fn -> struct!(Book, cents: 1) end), caught(fn -> struct!(Book, title: 1, pages: 2) end), struct(Pen, price: 9, ink: :blue), Priced.Any.__info__(:macros), Priced.__protocol__(:functions), Priced.behaviour_info(:callbacks), Priced.ExProtocolValues.Book.__impl__(:for)}
    p caught(fn -> Code.eval_string("defmodule ExProtocolValues.Bad do\n @derive {ExProtocolValues.Priced, field: :none}\n defstruct [:x]\nend") end)
    p caught(fn -> Code.eval_string("defmodule ExProtocolValues.Bad2 do\n @derive Enumerable\n defstruct [:x]\nend") end)
    p caught(fn -> Code.eval_string("defmodule ExProtocolValues.Bad3 do\n @derive {Inspect, only: [:y]}\n defstruct [:x]\nend") end)
  end
  defp kind(x) when is_rich(x), do: :rich
  defp kind(x) when is_rich(x, 10), do: :some
  defp kind(x) when is_money(x), do: :poor
  defp kind(_), do: :none
  defp guards do
    p for(x <- [%Money{cents: 5_000}, %Money{cents: 11}, %Money{cents: 1}, %Money{cents: 1.5}, %{cents: 1}, 5, nil, %Ring{}], do: kind(x))
    p {is_rich(%Money{cents: 1_001}), is_rich(:x, 1), is_money(%Money{}), Enum.filter([%Money{}, 1], &is_money/1), (case %Money{cents: 7} do m when is_rich(m, 6) and not is_rich(m) -> :between; _ -> :out end), for(m when is_money(m) <- [1, %Money{cents: 2}, :a], do: m.cents)}
    p {reversed([1, 2]), slice([1, 2, 3], 1, 1), put(%{}, :k), put(%{}, :k, :v), for(c <- [0, 100, 105, 199_999, -150], do: text(%Money{cents: c})), "#{%Money{cents: 50}} #{%Money{cents: 300, currency: :usd}}", caught(fn -> reversed(:x) end), caught(fn -> text(%{}) end), function_exported?(__MODULE__, :put, 2), function_exported?(__MODULE__, :put, 3)}
  end
  defp overrides do
    p {One.name(), One.both(3), One.plain(1), Two.name(), Two.both(3), Two.area(0), Two.area(-2), Two.plain(1), Two.plain(1, 5), Two.__info__(:functions)}
  end
  defp printed do
    r = Ring.new(Enum.to_list(1..30), 5)
    m = %Money{cents: 12_345}
    for opts <- [[], [width: 30, pretty: true], [limit: 4], [custom_options: [ring: :call], limit: 3], [base: :hex, limit: 5], [structs: false, limit: 3]], do: IO.puts(inspect(r, opts))
    for opts <- [[], [limit: 0], [base: :binary], [structs: false]], do: IO.puts(inspect(%{m: m, r: Ring.new([m, m])}, opts))
    p [%Book{title: "long title " |> String.duplicate(8), isbn: 1}, %Pen{}, %Matrix{rows: Enum.chunk_every(1..40, 10), name: :big}], pretty: true, width: 40
    p {%{Ring.new([1]) => %Money{}}, [ring: Ring.new([]), pen: %Pen{price: nil}]}, syntax_colors: [number: :red, atom: :blue], width: 60
  end
  # By hand: two values at a time, from both, ended early.
  defp suspended do
    step = fn e -> &Enumerable.reduce(e, &1, fn x, _ -> {:suspend, x} end) end
    {:suspended, a, next_a} = step.(Ring.new([1, 2, 3], 1)).({:cont, nil})
    {:suspended, b, next_b} = step.(%Matrix{rows: [[:x], [:y]]}).({:cont, nil})
    {:suspended, c, next_a} = next_a.({:cont, nil})
    {:suspended, d, next_b} = next_b.({:cont, nil})
    p {a, b, c, d, next_a.({:halt, :enough}), next_b.({:cont, :rest}), Enumerable.reduce(Ring.new([1]), {:halt, 0}, &+/2), Stream.zip(Ring.new([1, 2]), %Matrix{rows: [[3], [4], [5]]}) |> Enum.to_list(), Stream.transform(Ring.new([1, 2, 3]), 0, fn x, s -> {[{x, s}], s + x} end) |> Enum.to_list(), Stream.chunk_while(Ring.new([1, 2, 3, 4]), [], fn x, acc -> if(rem(x, 2) == 0, do: {:cont, [x | acc], []}, else: {:cont, [x | acc]}) end, &{:cont, &1, []}) |> Enum.to_list()}
  end
end
