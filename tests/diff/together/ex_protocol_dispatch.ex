# stage: e. Protocols from within: implementations extracted and consolidated, Any and derive, dispatch on each kind of term, Enumerable and Collectable called directly, Inspect on what fails.
defprotocol ExProtocolDispatch.Size do
  @fallback_to_any true
  @doc "size"
  def size(x, opts \\ [])
end
defprotocol ExProtocolDispatch.Strict do
  def go(x)
end
defimpl ExProtocolDispatch.Size, for: [List, Tuple, BitString] do
  def size(x, o), do: {@for, @protocol, o, :erlang.phash2(x)}
end
defimpl ExProtocolDispatch.Size, for: Any do
  defmacro __deriving__(m, s, opts) do
    quote do
      defimpl ExProtocolDispatch.Size, for: unquote(m) do
        def size(_, o), do: {:derived, unquote(Map.keys(s) |> Enum.sort()), unquote(opts), o}
      end
    end
  end
  def size(_, _), do: :any
end
defimpl ExProtocolDispatch.Strict, for: Integer do
  def go(x), do: -x
end
defmodule ExProtocolDispatch.Der do
  @derive [{ExProtocolDispatch.Size, k: 1}]
  defstruct [:a]
end
defmodule ExProtocolDispatch.BadInspect do
  defstruct [:x]
  defimpl Inspect do
    def inspect(%{x: 1}, _), do: raise("cannot")
    def inspect(%{x: 2}, _), do: "#Bad<2>"
    def inspect(_, opts), do: Inspect.Algebra.concat(["<", Inspect.Algebra.to_doc([1, 2], opts), ">"])
  end
end
defmodule ExProtocolDispatch do
  alias ExProtocolDispatch.{Size, Strict, Der, BadInspect}
  def main do
    for x <- [[1], {1}, <<1>>, <<1::3>>, :a, nil, 1, 1.5, %{}, fn -> 1 end, self(), make_ref(), %Der{}, %BadInspect{x: 3}, 1..2], do: p({Size.impl_for(x), Size.size(x)})
    p({Size.impl_for!(1), Strict.impl_for(:a), Strict.go(4), try_it(fn -> Strict.go(:a) end), try_it(fn -> Strict.impl_for!(%Der{}) end), try_it(fn -> Strict.go(%{a: 1}) end)})
    p({Size.__protocol__(:module), Size.__protocol__(:functions), Size.__protocol__(:consolidated?), Strict.__protocol__(:impls), Size.behaviour_info(:callbacks), Protocol.assert_protocol!(Size), try_it(fn -> Protocol.assert_protocol!(Enum) end), Protocol.assert_impl!(Strict, Integer), try_it(fn -> Protocol.assert_impl!(Strict, Atom) end)})
    p(for b <- Size.Any.__info__(:functions), do: b)
    p({Size.List.__impl__(:for), Size.List.__impl__(:protocol), Size.List.__impl__(:target)})
    path = :code.lib_dir(:elixir, :ebin)
    p({Protocol.extract_protocols([path]) |> Enum.sort(), Protocol.extract_impls(Enumerable, [path]) |> Enum.sort(), Protocol.extract_impls(String.Chars, [to_string(path)]) |> Enum.sort()})
    {:ok, bin} = Protocol.consolidate(Collectable, [List, Map])
    p({is_binary(bin), Protocol.consolidate(Enum, []), Protocol.consolidated?(Size)})
    for x <- [[1, 2, 3], %{a: 1}, 1..10//3, MapSet.new([1, 2]), Stream.map([1, 2], & &1), Date.range(~D[2020-01-01], ~D[2020-01-04])] do
      p({Enumerable.count(x), Enumerable.member?(x, 2), slice(Enumerable.slice(x)), Enumerable.reduce(x, {:cont, []}, fn e, a -> {:cont, [e | a]} end), Enumerable.reduce(x, {:cont, 0}, fn e, _ -> {:halt, e} end), susp(Enumerable.reduce(x, {:suspend, 0}, fn e, _ -> {:suspend, e} end))})
    end
    for {c, es} <- [{[], [1, 2]}, {%{}, [a: 1]}, {"x", ["y", <<1>>]}, {MapSet.new([1]), [2]}, {<<1::2>>, [<<1::6>>]}] do
      {acc, f} = Collectable.into(c)
      p({Enum.reduce(es, acc, &f.(&2, {:cont, &1})) |> f.(:done), Enum.reduce(es, acc, &f.(&2, {:cont, &1})) |> f.(:halt)})
    end
    p({try_it(fn -> Enum.into([1], %{}) end), try_it(fn -> Enum.into([1], 5) end), try_it(fn -> Enum.to_list(5) end), try_it(fn -> Enum.into([:a], "") end), try_it(fn -> "#{{1}}" end), try_it(fn -> to_charlist(%{}) end), try_it(fn -> Enum.map(%Der{}, & &1) end)})
    for x <- [1, 2, 3], do: IO.puts(try_it(fn -> inspect([%BadInspect{x: x}]) end) |> text())
    for x <- [1], do: IO.puts(try_it(fn -> inspect(%BadInspect{x: x}, safe: false) end) |> text())
    p({inspect(%Der{a: 1}, structs: false), inspect(%{__struct__: None, a: 1}), inspect(%{__struct__: 5}), to_string(:a), to_string(1.0), List.Chars.to_charlist(12), String.Chars.impl_for(1.0), Inspect.impl_for({})})
  end
  defp slice({:error, m}), do: {:error, m}
  defp slice({:ok, n, f}) when is_function(f, 2), do: {:ok, n, f.(0, min(n, 2))}
  defp slice({:ok, n, f}) when is_function(f), do: {:ok, n, :fun}
  defp susp({:suspended, a, f}), do: {:suspended, a, (case f.({:cont, 1}) do {:suspended, b, g} -> {b, g.({:halt, 9})}; o -> o end)}
  defp susp(o), do: o
  defp text(s) when is_binary(s), do: s
  defp text({:raised, s, m}), do: "#{inspect(s)} #{m}" |> String.split("\n") |> Enum.take(4) |> Enum.join("|")
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
