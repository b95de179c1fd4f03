# stage: e. Access: nested data read and written by keys, functions and filters.
defmodule ExAccess do
  defmodule User do
    defstruct [:name, langs: []]
  end
  def main do
    d = %{users: [%{name: "a", tags: [:x]}, %{name: "b", tags: []}], meta: %{n: 1}, kw: [k: 1]}
    p {get_in(d, [:meta, :n]), get_in(d, [:none, :n]), get_in(d, [:users, Access.all(), :name]), get_in(d, [:users, Access.at(0), :tags]), get_in(d, [:users, Access.at(9)]), get_in(d, [:users, Access.at(-1), :name]), d[:kw][:k]}
    p put_in(d, [:meta, :n], 2).meta
    p put_in(d.meta[:new], 5).meta
    p update_in(d, [:users, Access.all(), :name], &String.upcase/1).users
    p update_in(d.meta.n, &(&1 + 1)).meta
    p get_and_update_in(d, [:meta, :n], &{&1, &1 * 10}) |> then(fn {v, m} -> {v, m.meta} end)
    p get_and_update_in(d.users, [Access.all(), :tags], &{length(&1), [:t | &1]}) |> elem(0)
    p pop_in(d, [:users, Access.at(0), :name]) |> then(fn {v, m} -> {v, m.users} end)
    p pop_in(d, [:users, Access.filter(&(&1.name == "b"))]) |> then(fn {v, m} -> {v, m.users} end)
    p {get_in(d, [:users, Access.filter(&(&1.tags != [])), :name]), get_in({1, {2, 3}}, [Access.elem(1), Access.elem(0)]), put_in({1, 2}, [Access.elem(0)], :z), get_in([a: 1], [Access.key(:a)] |> then(fn _ -> [:a] end))}
    u = %User{name: "n", langs: ["ex"]}
    p {get_in(u, [Access.key(:langs), Access.at(0)]), put_in(u.name, "m"), update_in(u, [Access.key!(:langs)], &["erl" | &1]), get_in(%{}, [Access.key(:a, %{}), Access.key(:b, 7)])}
    p {get_in([1, 2, 3, 4], [Access.slice(1..2)]), update_in([1, 2, 3, 4], [Access.slice(1..2)], &(&1 * 10)), get_in([[1, 2], [3]], [Access.all(), Access.at(1)]), get_in(%{a: nil}, [:a, :b, :c]), Access.fetch(%{a: 1}, :a), Access.get([a: 1], :b, 2), Access.pop([a: 1], :a), Access.get_and_update(%{a: 1}, :a, fn _ -> :pop end)}
    for f <- [fn -> u[:name] end, fn -> get_in(1, [:a]) end, fn -> put_in(d, [], 1) end, fn -> get_in(d, [:users, :name]) end, fn -> update_in(%{}, [:a, :b], & &1) end, fn -> get_in(%{}, [Access.key!(:z)]) end, fn -> [1, 2][:a] end, fn -> get_in([], [Access.elem(0)]) end, fn -> get_in(%{a: 1}, [Access.all()]) end], do: p error(f)
  end
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
