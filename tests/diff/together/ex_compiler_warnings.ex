# stage: e. What the compiler warns of and refuses: unused things, shadowed clauses, types that cannot match, deprecations, undefined functions, as it prints it.
defmodule ExCompilerWarnings do
  import ExUnit.CaptureIO
  def main do
    {:ok, _} = Application.ensure_all_started(:ex_unit)
    for {code, i} <- Enum.with_index(codes()) do
      send(self(), :nothing)
      text = capture_io(:stderr, fn ->
        r = try do
          mods = Code.compile_string(code, "file#{i}.ex")
          for {m, _} <- mods do
            :code.purge(m)
            :code.delete(m)
          end
          Enum.map(mods, &elem(&1, 0))
        rescue
          e -> {e.__struct__, Exception.message(e)}
        end
        send(self(), {:result, r})
      end)
      receive do
        {:result, r} -> IO.inspect(r, width: 120)
      end
      IO.puts(text)
    end
  end
  defp codes do
    [
      "defmodule CwA do\n  def f(x, y), do: x\n  def g(_z), do: _z\nend",
      "defmodule CwB do\n  alias String, as: S\n  import List\n  require Logger\n  def f, do: 1\nend",
      "defmodule CwC do\n  def f(_), do: 1\n  def f(2), do: 2\nend",
      "defmodule CwD do\n  defp unused(x), do: x\n  defp other(1), do: other(0)\n  @attr 1\n  def f, do: 1\nend",
      "defmodule CwE do\n  def f(x) do\n    x = 1\n    case 2 do\n      y -> 3\n    end\n  end\nend",
      "defmodule CwF do\n  def f, do: Strin.upcase(\"a\")\n  def g, do: String.no_such(\"a\")\n  def h, do: :erlang.no_such(1)\nend",
      "defmodule CwG do\n  def f(x) when is_integer(x) and is_binary(x), do: x\n  def g(%{a: 1} = x) do\n    x + 1\n  end\n  def h(<<a, b::binary>>), do: a <> b\nend",
      "defmodule CwH do\n  @deprecated \"use other/0\"\n  def old, do: 1\nend\ndefmodule CwH2 do\n  def f, do: CwH.old()\nend",
      "defmodule CwI do\n  @behaviour CwINone\n  @behaviour GenServer\n  @impl true\n  def handle_call(_, _, s), do: {:noreply, s}\n  @impl GenServer\n  def nope, do: 1\nend",
      "defmodule CwJ do\n  def f, do: 1\n  def g, do: 2\n  def f(x), do: x\n  def g(x), do: x\n  def f(), do: 3\nend",
      "defmodule CwK do\n  def f do\n    1\n    :atom\n    \"x\"\n    y = 2\n    [1, 2]\n    f = fn -> 1 end\n    nil\n  end\nend",
      "defmodule CwL do\n  def f(x), do: undefined_thing(x)\nend",
      "defmodule CwM do\n  def f, do: unknown_variable\nend",
      "defmodule CwN do\n  def f(\nend",
      "defmodule CwO do\n  def f, do: %{a: 1, a: 2}\n  def g(x), do: %{x | a: 1}\n  def h, do: [a: 1, a: 2]\nend",
      "defmodule CwP do\n  @doc \"one\"\n  @doc \"two\"\n  def f, do: 1\n  @doc \"private\"\n  defp g, do: f()\n  @moduledoc false\n  def h, do: g()\nend",
      "defmodule CwQ do\n  @spec f(integer) :: integer\n  def g(x), do: x\nend",
      "defmodule CwR do\n  @type t :: unknown_type\n  @typep u :: atom\n  def f, do: 1\nend",
      "defmodule CwS do\n  defmacro m(x), do: x\n  def f, do: m(1)\nend",
      "defmodule CwT do\n  def f(x) do\n    if x == 1 do\n      y = 2\n    end\n    y\n  end\nend",
      "defmodule CwU do\n  def f, do: 'abc' ++ \"d\"\n  def g, do: length(%{})\n  def h, do: hd([])\n  def i, do: 1 / 0\nend",
      "defmodule CwV do\n  defstruct [:a]\n  def f, do: %CwV{b: 1}\nend",
      "defmodule CwW do\n  use NoSuchModule\nend",
      "defmodule CwX do\n  import String, only: [no_fun: 1]\nend",
      "x = 1\nx = 2\ncase x do\n  ^y -> 1\nend",
      "defmodule Enum.CwY do\n  def f(a, a), do: a\n  def g(a, b) when a, do: b\n  def h(x), do: x |> f\nend"
    ]
  end
end
