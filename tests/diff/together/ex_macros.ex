# stage: e. Macros: hygiene, unquote splicing, use, defguard, attributes, callbacks at compile time.
defmodule ExMacros.Lib do
  defmacro twice(e), do: quote(do: (unquote(e); unquote(e)))
  defmacro hygienic(e) do
    quote do
      x = 10
      unquote(e) + x
    end
  end
  defmacro leak(v), do: quote(do: var!(leaked) = unquote(v))
  defmacro sum(list), do: Enum.reduce(list, 0, fn e, acc -> quote(do: unquote(acc) + unquote(e)) end)
  defmacro deffuns(names) do
    for {n, i} <- Enum.with_index(names) do
      quote do
        def unquote(n)(), do: unquote(i)
      end
    end
  end
  defmacro my_if(c, do: a, else: b), do: quote(do: (case unquote(c) do x when x in [nil, false] -> unquote(b); _ -> unquote(a) end))
  defmacro show(e), do: quote(do: {unquote(Macro.to_string(e)), unquote(e)})
  defmacro caller_info, do: Macro.escape({__CALLER__.module, __CALLER__.function, __CALLER__.line > 0})
  defmacro __using__(opts) do
    quote bind_quoted: [opts: opts] do
      @opts opts
      @before_compile ExMacros.Lib
      Module.register_attribute(__MODULE__, :items, accumulate: true)
      import ExMacros.Lib, only: [item: 1]
      def opts, do: @opts
    end
  end
  defmacro item(x), do: quote(do: @items unquote(x))
  defmacro __before_compile__(_), do: quote(do: (def items, do: Enum.reverse(@items)))
  defguard is_small(n) when is_integer(n) and n in 0..9
end
defmodule ExMacros.User do
  use ExMacros.Lib, a: 1
  require ExMacros.Lib
  item :one
  item {:two, 2}
  ExMacros.Lib.deffuns([:zero, :one, :two])
  @moduledoc false
  @const 5
  def const, do: {@const, __MODULE__, __ENV__.function}
  @const 6
  def const2, do: @const
  @doc since: "1"
  @spec add(integer, integer) :: integer
  def add(a, b \\ 1), do: a + b
  def multi(a, b \\ 2, c \\ 3), do: {a, b, c}
  defp hidden, do: 1
  def pub, do: hidden()
  defdelegate up(s), to: String, as: :upcase
end
defmodule ExMacros do
  require ExMacros.Lib
  import ExMacros.Lib
  def main do
    x = 1
    p twice(Process.put(:n, Process.get(:n, 0) + 1))
    p {Process.get(:n), hygienic(x), x, sum([1, 2, x]), my_if(nil, do: 1, else: 2), show(1 + x), caller_info()}
    leak(42)
    p {leaked, classify(5), classify(50), classify(:a)}
    u = ExMacros.User
    p {u.opts, u.items, u.zero, u.two, u.const, u.const2, u.add(1), u.multi(1), u.multi(1, 9), u.pub, u.up("a")}
    p {u.__info__(:functions), u.__info__(:macros), u.__info__(:module), function_exported?(u, :hidden, 0), ExMacros.Lib.__info__(:macros)}
    q = quote do
      a = unquote(x)
      f(unquote_splicing([1, 2]), b: unquote(x + 1))
    end
    IO.puts Macro.to_string(q)
    IO.puts Macro.to_string(quote(unquote: false, do: unquote(z) + 1))
    IO.puts Macro.to_string(Macro.expand_once(quote(do: my_if(a, do: 1, else: 2)), __ENV__))
    p (for op <- [:+, :-, :*], do: Code.eval_quoted({op, [], [7, 3]}) |> elem(0))
  end
  defp classify(n) when is_small(n), do: :small
  defp classify(n) when is_integer(n), do: :large
  defp classify(_), do: :other
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
