# stage: e. A store: structs with enforced keys, protocols for money and for collections, Enumerable and Collectable of our own, reports.
defmodule ExInventory.Money do
  @enforce_keys [:cents]
  defstruct [:cents, currency: :EUR]
  def new(cents, currency \\ :EUR), do: %__MODULE__{cents: cents, currency: currency}
  def add(%__MODULE__{currency: c} = a, %__MODULE__{currency: c} = b), do: %{a | cents: a.cents + b.cents}
  def times(%__MODULE__{} = m, n), do: %{m | cents: round(m.cents * n)}
  def compare(a, b), do: (cond do a.cents < b.cents -> :lt; a.cents > b.cents -> :gt; true -> :eq end)

  defimpl String.Chars do
    def to_string(%{cents: c, currency: currency}), do: "#{if c < 0, do: "-"}#{div(abs(c), 100)}.#{c |> abs() |> rem(100) |> Integer.to_string() |> String.pad_leading(2, "0")} #{currency}"
  end

  defimpl Inspect do
    import Inspect.Algebra
    def inspect(m, opts), do: concat(["#Money<", color("#{m}", :number, opts), ">"])
  end
end

defmodule ExInventory.Item do
  @derive {Inspect, except: [:secret]}
  @enforce_keys [:sku, :price]
  defstruct [:sku, :price, :secret, tags: [], stock: 0]
end

defmodule ExInventory.Stock do
  defstruct items: %{}, order: []

  defimpl Collectable do
    def into(stock) do
      {stock, fn
        %{items: items, order: order} = s, {:cont, item} -> %{s | items: Map.update(items, item.sku, item, &%{&1 | stock: &1.stock + item.stock}), order: if(Map.has_key?(items, item.sku), do: order, else: [item.sku | order])}
        s, :done -> s
        _, :halt -> :ok
      end}
    end
  end

  defimpl Enumerable do
    def count(s), do: {:ok, map_size(s.items)}
    def member?(s, %{sku: sku}), do: {:ok, Map.has_key?(s.items, sku)}
    def member?(_, _), do: {:error, __MODULE__}
    def slice(_), do: {:error, __MODULE__}
    def reduce(s, acc, fun), do: s.order |> Enum.reverse() |> Enum.map(&s.items[&1]) |> step(acc, fun)
    defp step(_, {:halt, acc}, _), do: {:halted, acc}
    defp step(list, {:suspend, acc}, fun), do: {:suspended, acc, &step(list, &1, fun)}
    defp step([], {:cont, acc}, _), do: {:done, acc}
    defp step([h | t], {:cont, acc}, fun), do: step(t, fun.(h, acc), fun)
  end
end

defprotocol ExInventory.Taxed do
  @fallback_to_any true
  @doc "tax of a thing"
  def tax(thing)
end

defimpl ExInventory.Taxed, for: ExInventory.Item do
  def tax(%{tags: tags, price: price}), do: ExInventory.Money.times(price, if(:food in tags, do: 0.07, else: 0.19))
end

defimpl ExInventory.Taxed, for: [List, ExInventory.Stock] do
  def tax(things), do: things |> Enum.map(&ExInventory.Taxed.tax/1) |> Enum.reduce(ExInventory.Money.new(0), &ExInventory.Money.add/2)
end

defimpl ExInventory.Taxed, for: Any do
  def tax(_), do: ExInventory.Money.new(0)
end

defmodule ExInventory do
  alias ExInventory.{Item, Money, Stock, Taxed}

  def main do
    items = [%Item{sku: "tea", price: Money.new(499), tags: [:food], stock: 3, secret: "x"}, %Item{sku: "cup", price: Money.new(1250), stock: 1}, %Item{sku: "tea", price: Money.new(499), stock: 4}, %Item{sku: "pot", price: Money.new(4999), tags: [:gift, :food]}]
    stock = Enum.into(items, %Stock{})
    IO.inspect(stock)
    IO.inspect({Enum.count(stock), Enum.member?(stock, %{sku: "cup"}), Enum.member?(stock, :cup)})
    IO.inspect(Enum.map(stock, &{&1.sku, &1.stock, to_string(&1.price)}))
    IO.inspect({Enum.take(stock, 1), Enum.at(stock, 2), Enum.zip(stock, 1..2) |> Enum.map(fn {i, n} -> {n, i.sku} end)})
    IO.inspect(Enum.max_by(stock, & &1.price, Money))
    IO.inspect(stock |> Enum.sort_by(& &1.price, {:desc, Money}) |> Enum.map(& &1.sku))
    IO.inspect([Taxed.tax(hd(items)), Taxed.tax(stock), Taxed.tax(items), Taxed.tax(:nothing), Taxed.tax(%{})])
    IO.inspect({Taxed.impl_for(stock), Taxed.impl_for([]), Taxed.impl_for(1), Taxed.impl_for!(%Item{sku: 1, price: 2}), Taxed.__protocol__(:functions)})
    IO.inspect(for i <- stock, :food in i.tags, into: %Stock{}, do: i)
    IO.puts(Enum.map_join(stock, "; ", &"#{&1.sku}: #{&1.price}"))
    IO.inspect(Money.new(-5), syntax_colors: [number: :red])
    IO.inspect([Money.new(5), Money.new(100_000, :USD)], width: 10)
    for f <- [fn -> Money.add(Money.new(1), Money.new(1, :USD)) end, fn -> struct!(Item, sku: 1) end, fn -> struct!(Money, nope: 1, cents: 1) end, fn -> %{hd(items) | nope: 1} end, fn -> hd(items)[:sku] end, fn -> Enum.slice(stock, 0, 1) |> length() end, fn -> to_string(hd(items)) end, fn -> stock.nope end, fn -> Enum.into([1], hd(items)) end] do
      IO.inspect(try do f.() rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd() |> String.slice(0, 110)} end)
    end
    IO.inspect(struct(Item, sku: "a", nope: 1))
    IO.inspect(Map.from_struct(Money.new(3)))
    IO.inspect(hd(items) |> Map.take([:sku, :tags]))
    IO.inspect(match?(%Item{tags: [:food | _]}, hd(items)))
    IO.inspect(%Stock{} = %{stock | order: []})
  end
end
