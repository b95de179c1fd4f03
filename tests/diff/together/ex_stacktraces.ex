# stage: e. Stack traces of Elixir code: tail calls, anonymous functions, comprehensions, macros, protocols.
defmodule ExStacktraces do
  defprotocol Deep do
    def go(x)
  end
  defimpl Deep, for: Integer do
    def go(x), do: [x | ExStacktraces.fail(x)]
  end
  def main do
    for f <- [&a/1, &b/1, &c/1, &d/1, &e/1, &g/1, &h/1, &k/1] do
      try do
        f.(3)
      catch
        kind, value -> IO.puts(inspect({kind, value})); show(__STACKTRACE__)
      end
    end
  end
  defp show(trace), do: Enum.each(trace, fn {m, f, a, l} -> IO.puts("  " <> Exception.format_mfa(m, f, if(is_list(a), do: a, else: a)) <> " #{Keyword.get(l, :line, "-")} #{Path.basename(to_string(l[:file] || ""))}") end)
  def a(x), do: 1 + fail(x)
  def b(x), do: fail(x)
  def c(x), do: Enum.map([x], fn y -> 1 + fail(y) end)
  def d(x), do: for(y <- [x], do: [fail(y)])
  def e(0), do: 1 + fail(0)
  def e(x), do: 1 + e(x - 1)
  def g(x), do: [Deep.go(x)]
  def h(x), do: [1, x] |> Enum.reduce(0, fn v, acc -> acc + v + fail(v) end)
  def k(x), do: [String.to_integer("#{x}x")]
  def fail(x) when x >= 0, do: :erlang.error({:failed, x})
end
