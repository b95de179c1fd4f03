# stage: e. A path language compiled to access functions: keys, indexes, slices, filters and wildcards read, changed, taken out and diffed; containers of our own behind Access, lenses composed, patches applied and undone, defaults made on the way, and every accessor on what it does not fit.
defmodule ExAccessPaths.Grid do
  # Cells by {row, column}; a row by its number; absent cells are 0.
  @behaviour Access
  defstruct width: 0, cells: %{}
  def new(rows), do: %__MODULE__{width: length(hd(rows)), cells: for({r, i} <- Enum.with_index(rows), {v, j} <- Enum.with_index(r), v != 0, into: %{}, do: {{i, j}, v})}
  def fetch(g, {_, j}) when j < 0 or j >= g.width, do: :error
  def fetch(g, {_, _} = at), do: {:ok, Map.get(g.cells, at, 0)}
  def fetch(g, i) when is_integer(i), do: {:ok, for(j <- 0..(g.width - 1), do: Map.get(g.cells, {i, j}, 0))}
  def fetch(_, _), do: :error
  def get_and_update(g, {_, _} = at, fun) do
    case fun.(Map.get(g.cells, at, 0)) do
      {get, 0} -> {get, %{g | cells: Map.delete(g.cells, at)}}
      {get, new} -> {get, %{g | cells: Map.put(g.cells, at, new)}}
      :pop -> pop(g, at)
    end
  end
  def get_and_update(g, i, fun) do
    {:ok, row} = fetch(g, i)
    case fun.(row) do
      {get, new} -> {get, new |> Enum.with_index() |> Enum.reduce(g, fn {v, j}, g -> put_in(g[{i, j}], v) end)}
      :pop -> pop(g, i)
    end
  end
  def pop(g, {_, _} = at), do: {Map.get(g.cells, at, 0), %{g | cells: Map.delete(g.cells, at)}}
  def pop(g, i), do: {elem(fetch(g, i), 1), %{g | cells: Map.reject(g.cells, fn {{r, _}, _} -> r == i end)}}
end

defmodule ExAccessPaths.Path do
  def parse(text), do: parse(text, [])
  defp parse("", out), do: Enum.reverse(out)
  defp parse("." <> rest, out), do: parse(rest, out)
  defp parse("[*]" <> rest, out), do: parse(rest, [Access.all() | out])
  defp parse("*" <> rest, out), do: parse(rest, [&values/3 | out])
  defp parse("[" <> rest, out) do
    [inside, rest] = String.split(rest, "]", parts: 2)
    step = case Regex.run(~r/^(?:(-?\d+)\.\.(-?\d+)(?:\/\/(\d+))?|(-?\d+)|#(\d+)|(\w+)([=<>]+)(.+))$/, inside) do
      [_, a, b] -> Access.slice(int(a)..int(b)//1)
      [_, a, b, s] -> Access.slice(int(a)..int(b)//int(s))
      [_, "", "", "", i] -> Access.at(int(i))
      [_, "", "", "", "", i] -> Access.elem(int(i))
      [_, "", "", "", "", "", k, op, v] -> Access.filter(&compare(op, to_string(Access.get(&1, String.to_existing_atom(k))), v))
    end
    parse(rest, [step | out])
  end
  defp parse(text, out) do
    [name] = Regex.run(~r/^[^.\[*]+/, text)
    rest = String.slice(text, String.length(name)..-1//1)
    step = case name do
      "!" <> key -> Access.key!(String.to_existing_atom(key))
      "?" <> key -> Access.key(String.to_existing_atom(key), %{})
      key -> String.to_existing_atom(key)
    end
    parse(rest, [step | out])
  end
  defp int(s), do: String.to_integer(s)
  defp compare("=", a, b), do: a == b
  defp compare("<", a, b), do: a < b
  defp compare(">", a, b), do: a > b
  # All values of a map, in the order of their keys; popped ones go.
  defp values(:get, map, next), do: map |> Enum.sort() |> Enum.map(fn {_, v} -> next.(v) end)
  defp values(:get_and_update, map, next) do
    Enum.sort(map) |> Enum.reduce({[], map}, fn {k, v}, {gets, map} -> case next.(v) do {g, new} -> {[g | gets], Map.put(map, k, new)}; :pop -> {[v | gets], Map.delete(map, k)} end end) |> then(fn {g, m} -> {Enum.reverse(g), m} end)
  end
end

defmodule ExAccessPaths do
  alias ExAccessPaths.{Grid, Path}
  defmodule Conf do
    defstruct [:host, opts: [retries: 3]]
  end

  def main do
    paths(); grids(); lenses(); patches(); filters(); slices(); pops(); macros(); refused()
  end

  defp data, do: %{shop: %{name: "Q", stock: [%{id: 1, kind: "pen", price: {120, :eur}, tags: ~w(a b)}, %{id: 2, kind: "ink", price: {800, :eur}, tags: []}, %{id: 3, kind: "pen", price: {95, :usd}, tags: ~w(c)}]}, staff: [ann: %{age: 31, boss: nil}, bob: %{age: 28, boss: :ann}], conf: %Conf{host: "h"}}

  defp paths do
    for t <- ["shop.name", "shop.stock[*].id", "shop.stock[0].price[#0]", "shop.stock[-1].tags[0]", "shop.stock[kind=pen].id", "shop.stock[kind=pen].tags[*]", "shop.stock[1..2].id", "shop.stock[0..2//2].id", "staff.ann.boss", "staff.none.age", "conf.!host", "conf.?opts.retries", "shop.*", "shop.stock[id>1].price[#1]", "shop.stock[7].id", ""], do: p({t, try do get_in(data(), Path.parse(t)) rescue e -> e.__struct__ end})
    for t <- ["shop.stock[*].price[#0]", "shop.stock[kind=pen].id", "staff.bob.age", "shop.stock[0..1].id", "shop.stock[-2].id"], do: p({t, diff(data(), update_in(data(), Path.parse(t), &(&1 * 2)))})
    for t <- ["shop.stock[0]", "shop.stock[kind=pen]", "shop.name", "staff.bob", "shop.*", "shop.stock[*].tags[0]", "shop.stock[1..2].kind", "staff.none"], do: p({t, pop_in(data(), Path.parse(t)) |> then(fn {v, new} -> {v, diff(data(), new)} end)})
    p(get_and_update_in(data(), Path.parse("shop.stock[kind=pen].price[#0]"), &{{:was, &1}, div(&1, 5)}) |> then(fn {v, new} -> {v, diff(data(), new)} end))
    p(put_in(%{}, [Access.key(:a, %{}), Access.key(:b, []), :c], 1))
  end

  # What differs, as paths of keys.
  defp diff(a, a), do: []
  defp diff(%s{} = a, %s{} = b), do: diff(Map.from_struct(a), Map.from_struct(b))
  defp diff(a, b) when is_map(a) and is_map(b), do: for(k <- Enum.sort(Enum.uniq(Map.keys(a) ++ Map.keys(b))), d <- diff(Map.get(a, k, :absent), Map.get(b, k, :absent)), do: [k | d] |> flat())
  defp diff([_ | _] = a, [_ | _] = b) when length(a) == length(b), do: for({{x, y}, i} <- Enum.zip(a, b) |> Enum.with_index(), d <- diff(x, y), do: flat([i | d]))
  defp diff(a, b), do: [[{a, b}]]
  defp flat(l), do: l

  defp grids do
    g = Grid.new([[1, 0, 2], [0, 3, 0]])
    p({g[{0, 2}], g[{1, 0}], g[{5, 1}], g[{0, 9}], g[1], g[:x], get_in(g, [0, Access.at(2)]), Access.fetch(g, {0, 3}), Access.fetch!(g, {1, 1}), Access.get(g, {0, 7}, :out)})
    p({put_in(g[{1, 0}], 9).cells, update_in(g[{0, 0}], &(&1 - 1)).cells, update_in(g[1], &Enum.reverse/1)[1], put_in(g, [0], [0, 0, 7]).cells, pop_in(g[{0, 2}]), pop_in(g, [1]) |> elem(1) |> Map.get(:cells)})
    p({get_and_update_in(g[{1, 1}], fn v -> {v, v + 10} end) |> then(fn {v, g} -> {v, g[{1, 1}]} end), get_and_update_in(g, [{1, 1}], fn _ -> :pop end) |> elem(0), update_in(g, [0, Access.all()], &(&1 + 1))[0], get_in(%{grids: [g, g]}, [:grids, Access.all(), {0, 2}]), Access.pop(g, {0, 0}) |> elem(0), Access.get_and_update(g, {0, 0}, &{&1, 0}) |> elem(1) |> Map.get(:cells)})
  end

  # A lens is what an access function is; composed by nesting, made from any getter and setter.
  defp lenses do
    lens = fn get, set -> fn :get, d, next -> next.(get.(d)); :get_and_update, d, next -> (case next.(get.(d)) do {g, new} -> {g, set.(d, new)}; :pop -> {get.(d), set.(d, nil)} end) end end
    celsius = lens.(fn f -> (f - 32) * 5 / 9 end, fn _, c -> c * 9 / 5 + 32 end)
    pair = lens.(fn {a, b} -> a + b end, fn {a, _}, sum -> {a, sum - a} end)
    text = lens.(&String.to_integer/1, fn _, n -> Integer.to_string(n) end)
    p({get_in(%{t: 212}, [:t, celsius]), put_in(%{t: 212}, [:t, celsius], 0), update_in([{1, 2}, {3, 4}], [Access.all(), pair], &(&1 * 10)), update_in(%{n: "41"}, [:n, text], &(&1 + 1)), pop_in(%{t: 50}, [:t, lens.(& &1, fn _, v -> {:set, v} end)])})
    compose = fn steps -> fn op, d, next -> (case op do :get -> next.(get_in(d, steps)); :get_and_update -> get_and_update_in(d, steps, next) end) end end
    first_pen = compose.([:shop, :stock, Access.at(0), :kind])
    p({get_in(data(), [first_pen]), diff(data(), put_in(data(), [first_pen], "nib")), get_in([data(), data()], [Access.all(), first_pen])})
    both = fn a, b -> fn :get, d, next -> {next.(d[a]), next.(d[b])}; :get_and_update, d, next -> ({x, d} = Access.get_and_update(d, a, next); {y, d} = Access.get_and_update(d, b, next); {{x, y}, d}) end end
    p({get_in(%{x: 1, y: 2}, [both.(:x, :y)]), update_in([x: 1, y: 2], [both.(:x, :y)], &(&1 + 1)), get_and_update_in(%{x: [1], y: [2]}, [both.(:x, :y), Access.at(0)], &{&1, -&1})})
  end

  defp patches do
    patch = fn d, ops -> Enum.map_reduce(ops, d, fn {:put, path, v}, d -> {{:put, path, get_in(d, path)}, put_in(d, path, v)}; {:pop, path}, d -> ({v, d} = pop_in(d, path); {{:put, path, v}, d}); {:move, from, to}, d -> ({v, d} = pop_in(d, from); {{:move, to, from}, put_in(d, to, v)}) end) end
    {undo, new} = patch.(data(), [{:put, [:shop, :name], "R"}, {:pop, [:staff, :ann, :boss]}, {:move, [:staff, :bob, :age], [:shop, :age]}, {:put, [:staff, :cy], %{age: 1}}])
    p({undo, diff(data(), new)})
    {_, back} = patch.(new, Enum.reverse(undo))
    p({diff(data(), back), back.staff[:cy], Keyword.keys(back.staff)})
  end

  defp filters do
    l = [%{n: 1, on: true}, %{n: 2, on: false}, %{n: 3, on: true}]
    on = Access.filter(& &1.on)
    p({get_in(l, [on, :n]), update_in(l, [on, :n], &(-&1)), pop_in(l, [on]), pop_in(l, [on, :n]), get_and_update_in(l, [on, :on], &{&1, !&1}), get_in(l, [on, Access.key(:zz, :none)]), get_in([l, l], [Access.all(), Access.filter(&(&1.n > 2)), :n]), get_in([], [on]), get_in(l, [Access.filter(fn _ -> false end), :n]), update_in([a: 1, b: 2], [Access.filter(fn {_, v} -> v > 1 end), Access.elem(1)], &(&1 * 5)), get_in(l, [Access.all(), on |> then(fn _ -> :n end)])})
    p({get_and_update_in(l, [on], fn %{n: 1} -> :pop; m -> {m.n, %{m | n: 0}} end), get_in([[1, 2], [3]], [Access.filter(&(length(&1) > 1)), Access.filter(&(&1 > 1))])})
  end

  defp slices do
    l = Enum.to_list(0..9)
    for r <- [2..4, -3..-1, 0..20, 1..9//3, 5..4//1, 8..-1//1, 12..14], do: p({r, get_in(l, [Access.slice(r)]), update_in(l, [Access.slice(r)], &(&1 + 100)) |> Enum.filter(&(&1 > 99)), pop_in(l, [Access.slice(r)]) |> then(fn {a, b} -> {a, length(b)} end)})
    p({for(i <- [0, -1, 5, -11, 10], do: {i, get_in(l, [Access.at(i)]), put_in(l, [Access.at(i)], :x) |> Enum.find_index(&(&1 == :x))}), pop_in([1, 2, 3], [Access.at(-2)]), pop_in([1], [Access.at(4)]), get_in([[a: 1]], [Access.at(0), :a]), get_in([1], [Access.at!(0)]), get_and_update_in([[1, 2], [3, 4]], [Access.all(), Access.at(1)], &{&1, 0})})
  end

  defp pops do
    p({pop_in(%{a: %{b: 1, c: 2}}, [:a, :b]), pop_in([a: [b: 1, b: 2]], [:a, :b]), pop_in(%{a: nil}, [:a, :b]), pop_in(%{}, [:a, :b]), pop_in(%{a: [%{b: 1}, %{b: 2}]}, [:a, Access.all(), :b]), pop_in(%{a: [1, 2]}, [:a, Access.all()]), pop_in(%{a: 1}, [Access.key(:z, 5)]), pop_in(%{a: 1}, [Access.key!(:a)]), Access.pop([a: 1, a: 2], :a), Access.pop(%{}, :q), Access.pop(nil, :x) |> inspect()})
  rescue
    e -> p({e.__struct__, Exception.message(e) |> String.split("\n") |> hd()})
  end

  defp macros do
    d = data()
    key = :name
    p({put_in(d.shop[key], "Z").shop.name, update_in(d.shop.stock, &length/1).shop.stock, update_in(d.conf.opts[:retries], &(&1 + 1)).conf, put_in(d.staff[:ann].age, 99).staff[:ann], pop_in(d.shop[:stock]) |> elem(1) |> Map.get(:shop), get_and_update_in(d.staff[:bob].age, &{&1, &1 + 1}) |> elem(0), put_in(d[:shop][:new], 1).shop.new})
  end

  defp refused do
    d = data()
    for f <- [fn -> d.conf[:host] end, fn -> put_in(d.conf[:host], 1) end, fn -> pop_in(d.conf[:host]) end, fn -> get_in(d, [:shop, Access.all()]) end, fn -> get_in(d, [:shop, Access.at(0)]) end, fn -> get_in(d, [:shop, Access.filter(& &1)]) end, fn -> get_in(d, [:shop, Access.slice(0..1)]) end, fn -> get_in(d, [:staff, Access.elem(0)]) end, fn -> pop_in({1, 2}, [Access.elem(0)]) end, fn -> get_in({1}, [Access.elem(1)]) end, fn -> Access.elem(-1) end, fn -> Access.at(:a) end, fn -> Access.slice(1..2//-1) end, fn -> Access.slice(3..1) end, fn -> Access.filter(:f) end, fn -> get_in([], [Access.at!(0)]) end, fn -> update_in([1], [Access.at!(3)], & &1) end,
      fn -> get_in(d, [Access.key!(:zz)]) end, fn -> update_in(d, [Access.key!(:zz)], & &1) end, fn -> get_in([a: 1], [Access.key(:a)]) end, fn -> get_in([a: 1], [Access.key!(:a)]) end, fn -> put_in(d, [:nope, :deeper], 1) end, fn -> put_in([1], [0], :x) end, fn -> get_in("text", [:a]) end, fn -> Access.fetch!(%{}, :a) end, fn -> Access.fetch!([], :a) end, fn -> Access.fetch({}, :a) end, fn -> Access.get_and_update(%{}, :a, fn _ -> :odd end) end, fn -> Access.get_and_update([], :a, fn _ -> {1, 2, 3} end) end, fn -> get_and_update_in([1], [Access.all()], fn _ -> :what end) end, fn -> get_and_update_in([1], [Access.at(0)], fn _ -> nil end) end, fn -> update_in(d, [], & &1) end, fn -> Grid.new([[1]]) |> put_in([{0, 5}], 1) |> get_in([{0, 5}]) end] do
      p(try do {:value, f.()} rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd() |> String.slice(0, 110)} end)
    end
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, printable_limit: :infinity, width: 160))
end
