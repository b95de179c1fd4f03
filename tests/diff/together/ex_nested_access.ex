# stage: e. Deep data: get_in, put_in, update_in, pop_in and get_and_update_in over maps, keywords, structs and lists, with accessors of our own.
defmodule ExNestedAccess.Cart do
  defstruct items: [], owner: nil
  @behaviour Access
  def fetch(cart, key), do: Map.fetch(Map.from_struct(cart), key)
  def get_and_update(cart, key, fun), do: (case fun.(Map.get(cart, key)) do {get, new} -> {get, Map.put(cart, key, new)}; :pop -> pop(cart, key) end)
  def pop(cart, key), do: {Map.get(cart, key), Map.put(cart, key, nil)}
end

defmodule ExNestedAccess do
  alias ExNestedAccess.Cart

  def where(pred) do
    fn
      :get, data, next -> data |> Enum.filter(pred) |> Enum.map(next)
      :get_and_update, data, next ->
        {gets, datas} = data |> Enum.map(fn x -> if pred.(x), do: (case next.(x) do {g, n} -> {[g], [n]}; :pop -> {[x], []} end), else: {[], [x]} end) |> Enum.unzip()
        {Enum.concat(gets), Enum.concat(datas)}
    end
  end

  def main do
    data = %{users: [%{name: "a", langs: [elixir: 3, c: 1], tags: {:x, 1}}, %{name: "b", langs: [rust: 2], tags: {:y, 2}}], config: [db: [host: "h", port: 1]], cart: %Cart{items: [1, 2, 3], owner: %{id: 9}}}
    IO.inspect(get_in(data, [:users, Access.all(), :name]))
    IO.inspect(get_in(data, [:users, Access.at(1), :langs, :rust]))
    IO.inspect({get_in(data, [:users, Access.at(9), :name]), get_in(data, [:nope, :deeper]), get_in(nil, [:a])})
    IO.inspect(get_in(data, [:users, Access.filter(&(&1.name == "b")), :tags, Access.elem(0)]))
    IO.inspect(get_in(data, [:cart, :owner, :id]))
    IO.inspect(put_in(data.config[:db][:port], 2).config)
    IO.inspect(put_in(data, [:users, Access.at(0), :langs, :new], 1).users |> hd())
    IO.inspect(update_in(data, [:users, Access.all(), :langs, Access.all()], fn {l, n} -> {l, n * 10} end).users)
    IO.inspect(update_in(data.cart.items, &Enum.sum/1).cart)
    IO.inspect(pop_in(data, [:config, :db, :host]))
    IO.inspect(pop_in(data.config[:db]) |> elem(0))
    IO.inspect(pop_in(data, [:users, Access.at(0), :name]) |> elem(1) |> Map.get(:users) |> hd())
    IO.inspect(get_and_update_in(data, [:users, where(&(&1.name > "a")), :name], &{&1, String.upcase(&1)}) |> then(fn {g, d} -> {g, Enum.map(d.users, & &1.name)} end))
    IO.inspect(get_and_update_in(data, [:users, where(&(&1.name == "a"))], fn _ -> :pop end) |> then(fn {g, d} -> {length(g), Enum.map(d.users, & &1.name)} end))
    IO.inspect(get_and_update_in(data.cart[:items], fn items -> {hd(items), tl(items)} end) |> then(fn {g, d} -> {g, d.cart.items} end))
    IO.inspect(pop_in(data, [:cart, :owner]) |> then(fn {g, d} -> {g, d.cart} end))
    IO.inspect(get_in(data, [Access.key(:missing, %{}), Access.key(:x, :default)]))
    IO.inspect(put_in(%{}, [Access.key(:a, %{}), Access.key(:b, %{}), :c], 1))
    IO.inspect(update_in(%{n: 1}, [:m], fn nil -> :was_nil end))
    IO.inspect(get_in([1, [2, 3], [4, [5]]], [Access.at(2), Access.at(1), Access.at(0)]))
    IO.inspect({get_in([1, 2, 3, 4], [Access.at(-1)]), get_in(Enum.to_list(1..10), [Access.slice(2..4)]), update_in([1, 2, 3, 4], [Access.slice(1..2)], &(&1 * 10))})
    IO.inspect({Access.get([a: 1], :a), Access.fetch(%{a: 1}, :b), Access.pop(%{a: 1}, :a), Access.get_and_update([a: 1, a: 2], :a, fn x -> {x, x + 1} end)})
    IO.inspect(Enum.reduce([[:a, :b], [:a, :c], [:d]], %{}, fn path, acc -> put_in(acc, Enum.map(path, &Access.key(&1, %{})), Enum.join(path, ".")) end))

    for f <- [fn -> put_in(data, [:nope, :x], 1) end, fn -> get_in(data, [:users, Access.key(:a)]) end, fn -> data.cart[:nope] end, fn -> get_in(data, [:users, Access.elem(0)]) end, fn -> get_in({1}, [Access.elem(3)]) end, fn -> get_in(%{}, [Access.key!(:k)]) end, fn -> get_in(1, [:a]) end, fn -> get_in([1], [:a]) end, fn -> put_in(%{a: 1}, [:a, :b], 2) end, fn -> get_in([1], ["k"]) end, fn -> update_in([], [], & &1) end, fn -> Access.get({1}, 0) end, fn -> pop_in(data.users[0]) end, fn -> get_and_update_in(%{a: 1}, [:a], fn x -> x end) end, fn -> Access.fetch!(%{}, :z) end, fn -> Access.at(:x) end] do
      IO.inspect(try do f.() rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd() |> String.slice(0, 100)} end)
    end
  end
end
