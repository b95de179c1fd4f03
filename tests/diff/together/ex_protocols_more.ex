# stage: e. Protocols: fallback, derive, all built-in types, Enumerable, Collectable, Inspect and String.Chars of one's own.
defprotocol ExShape do
  @fallback_to_any true
  @doc "size"
  def size(x)
  def name(x, prefix)
end
defimpl ExShape, for: [Integer, Float], do: (def size(x), do: x; def name(_, p), do: p <> "number")
defimpl ExShape, for: BitString, do: (def size(x), do: bit_size(x); def name(_, p), do: p <> "bits")
defimpl ExShape, for: List, do: (def size(x), do: Enum.sum(Enum.map(x, &ExShape.size/1)); def name(_, p), do: p <> "list")
defimpl ExShape, for: Any do
  defmacro __deriving__(module, struct, opts) do
    quote do
      defimpl ExShape, for: unquote(module) do
        def size(s), do: {map_size(s), unquote(opts), unquote(Macro.escape(struct)) == struct(unquote(module))}
        def name(_, p), do: p <> "derived"
      end
    end
  end
  def size(_), do: :any
  def name(x, p), do: p <> inspect(x)
end
defmodule ExDerived do
  @derive {ExShape, w: 1}
  @derive {Inspect, only: [:a]}
  defstruct a: 1, b: 2
end
defmodule ExStack do
  defstruct items: []
  defimpl Enumerable do
    def count(s), do: {:ok, length(s.items)}
    def member?(s, x), do: {:ok, x in s.items}
    def slice(_), do: {:error, __MODULE__}
    def reduce(s, acc, f), do: Enumerable.List.reduce(s.items, acc, f)
  end
  defimpl Collectable do
    def into(s), do: {s, fn st, {:cont, x} -> %{st | items: [x | st.items]}; st, :done -> st; _, :halt -> :ok end}
  end
  defimpl Inspect do
    import Inspect.Algebra
    def inspect(s, opts), do: concat(["#Stack<", to_doc(s.items, opts), ">"])
  end
  defimpl String.Chars, do: (def to_string(s), do: "stack of #{length(s.items)}")
end
defmodule ExProtoNone do
  defprotocol P, do: (def f(x))
end
defmodule ExProtocolsMore do
  def main do
    for v <- [1, 2.5, "ab", <<1::3>>, [1, [2, "c"]], :atom, {1}, %{}, %ExDerived{}, self() |> is_pid(), nil], do: p {ExShape.size(v), ExShape.name(v, "a ")}
    p %ExDerived{}
    s = Enum.into([1, 2, 3], %ExStack{})
    p {s, Enum.map(s, & &1), Enum.count(s), 2 in s, Enum.slice(s, 0..1), "#{s}", Enum.zip(s, s), Enum.reduce(s, 0, &+/2), Enum.at(s, 2), for(x <- s, into: %ExStack{}, do: x)}
    p {ExShape.impl_for(1), ExShape.impl_for(:x), ExShape.__protocol__(:functions), ExShape.__protocol__(:module), ExShape.impl_for!([]), ExProtoNone.P.impl_for(1), ExShape.Integer.__impl__(:for), ExShape.Integer.__impl__(:protocol), Enumerable.impl_for(%{}), Enumerable.impl_for(MapSet.new()), Collectable.impl_for(1), String.Chars.impl_for(nil), List.Chars.impl_for(1), Inspect.impl_for(s)}
    p (try do ExProtoNone.P.f(1) rescue e -> {e.__struct__, Exception.message(e)} end)
    p (try do Enum.count(5) rescue e -> {e.__struct__, e.protocol, e.value} end)
    p (try do "#{%ExDerived{}}" rescue e -> Exception.message(e) end)
    p {Protocol.assert_protocol!(ExShape), Protocol.assert_impl!(ExShape, Integer), inspect(%ExDerived{}, structs: false), inspect(s, limit: 2), inspect([s, s], pretty: true, width: 10)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
