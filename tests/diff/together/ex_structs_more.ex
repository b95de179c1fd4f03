# stage: e. Structs: enforced keys, updates, patterns, conversion, comparison, nesting.
defmodule ExPoint do
  @enforce_keys [:x, :y]
  defstruct [:x, :y, z: 0, meta: %{}]
  def new(x, y), do: %__MODULE__{x: x, y: y}
  def dist(%__MODULE__{x: x, y: y}), do: :math.sqrt(x * x + y * y)
end
defmodule ExLine do
  defstruct from: nil, to: %{}
end
defmodule ExStructsMore do
  alias ExPoint, as: P
  def main do
    a = P.new(3, 4)
    p {a, P.dist(a), %{a | x: 0}, %P{a | z: 9}, a.x, Map.get(a, :z), is_struct(a), is_struct(a, P), is_struct(a, ExLine), is_map(a), a.__struct__}
    p {Map.from_struct(a), struct(a, x: 7, nope: 1), struct(P, x: 1), Map.keys(a), P.__struct__() |> Map.get(:z), P.__struct__(x: 1, y: 2)}
    p (case a do %P{x: 3} = q -> {:three, q.y}; %{__struct__: m} -> m end)
    p (case a do %m{y: 4} -> m end)
    %{x: x, meta: %{}} = a
    p {x, match?(%ExLine{}, a), a == P.new(3, 4), a == P.new(3.0, 4), a === P.new(3.0, 4), a < P.new(4, 0)}
    l = %ExLine{from: a, to: %{p: P.new(1, 1)}}
    p l
    p put_in(l.from.x, 100)
    p inspect(l, pretty: true, width: 20)
    p {Map.put(a, :x, 5), Map.put(a, :extra, 1) |> inspect(), Map.delete(a, :z) |> inspect(), %{a | meta: %{k: [1]}}, inspect(%{__struct__: Nope, a: 1}), inspect(%{__struct__: 5})}
    for f <- [fn -> struct!(P, x: 1) end, fn -> struct!(a, q: 1) end, fn -> Code.eval_string("%ExPoint{x: 1}") end, fn -> Code.eval_string("%ExPoint{x: 1, y: 2, q: 3}") end, fn -> Code.eval_string("%{%ExPoint{x: 1, y: 2} | q: 1}") end, fn -> Code.eval_string("%No{}") end, fn -> P.dist(%{x: 1, y: 1}) end, fn -> Enum.map(a, & &1) end, fn -> a[:x] end, fn -> %P{l | x: 1} end] do
      p (try do f.() rescue e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()} end)
    end
    p Enum.sort([P.new(2, 1), P.new(1, 9), P.new(1, 2)])
    p Enum.group_by([P.new(1, 2), P.new(1, 3), P.new(2, 2)], & &1.x, & &1.y)
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
