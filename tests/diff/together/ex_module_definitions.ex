# stage: e. Modules looked at and changed while they are compiled: definitions got, deleted and overridden, attributes, derived protocols, docs and specs added by functions.
defmodule ExModuleDefinitions do
  def main do
    for {name, code} <- codes() do
      p({name, try_it(fn -> Code.eval_string(code) |> elem(0) |> result() end)})
    end
  end
  defp result({:module, m, b, last}) when is_binary(b) do
    r = {m, last, m.__info__(:functions), m.__info__(:macros), m.module_info(:attributes) |> Keyword.drop([:vsn])}
    :code.purge(m)
    :code.delete(m)
    r
  end
  defp result(x), do: x
  defp codes do
    [
      definitions: "defmodule MdA do def a(x), do: x; defp b(x, y \\\\ 2) when x > y, do: {x, y}; defmacro m(q), do: q; defmacrop n(), do: b(1); def use(), do: {b(3), n()}; IO.inspect({Module.definitions_in(__MODULE__), Module.definitions_in(__MODULE__, :defp), Module.definitions_in(__MODULE__, :defmacro), Module.defines?(__MODULE__, {:a, 1}), Module.defines?(__MODULE__, {:b, 1}, :defp), Module.defines?(__MODULE__, {:zz, 1})}) end",
      got: "defmodule MdB do def a(x) when x > 1, do: x + 1; def a(_), do: :other; IO.inspect(Module.get_definition(__MODULE__, {:a, 1}) |> Macro.prewalk(fn t -> Macro.update_meta(t, &Keyword.drop(&1, [:line])) end) |> elem(3) |> Enum.map(fn {_, a, g, b} -> {Macro.to_string(a), Enum.map(g, &Macro.to_string/1), Macro.to_string(b)} end)); IO.inspect(Module.get_definition(__MODULE__, {:z, 0})) end",
      deleted: "defmodule MdC do def a, do: 1; def b, do: 2; IO.inspect(Module.delete_definition(__MODULE__, {:a, 0})); IO.inspect(Module.delete_definition(__MODULE__, {:z, 0})) end",
      attributes: "defmodule MdD do Module.register_attribute(__MODULE__, :acc, accumulate: true, persist: true); @acc 1; @acc :two; @plain 3; IO.inspect({@acc, @plain, Module.attributes_in(__MODULE__) |> Enum.filter(& &1 in [:acc, :plain]), Module.has_attribute?(__MODULE__, :plain), Module.delete_attribute(__MODULE__, :plain), Module.has_attribute?(__MODULE__, :plain), Module.get_attribute(__MODULE__, :none, :default), Module.get_last_attribute(__MODULE__, :acc), Module.delete_attribute(__MODULE__, :none)}); Module.put_attribute(__MODULE__, :acc, 4) end",
      overridable: "defmodule MdE do def a(x), do: x; def b, do: 1; defoverridable a: 1; IO.inspect({Module.overridable?(__MODULE__, {:a, 1}), Module.overridable?(__MODULE__, {:b, 0}), Module.overridables_in(__MODULE__)}); def a(x), do: super(x) * 2; Module.make_overridable(__MODULE__, b: 0); def b, do: super() + a(5); IO.inspect(Module.overridables_in(__MODULE__)) end; MdE.b()",
      override_none: "defmodule MdF do defoverridable zz: 1 end",
      create: "Module.create(MdG, quote do def x, do: __MODULE__; def line, do: __ENV__.line end, file: \"made.ex\", line: 40); {MdG.x(), MdG.line(), MdG.module_info(:compile)[:source] |> Path.basename()}",
      docs: "defmodule MdH do Module.add_doc(__MODULE__, 1, :def, {:x, 0}, [], \"doc\") end",
      spec: "defmodule MdI do @callback cb(integer) :: atom; @spec s(a) :: a when a: term; def s(x), do: x; @type t :: integer; @opaque o :: t; IO.inspect({Module.defines_type?(__MODULE__, {:t, 0}), Module.defines_type?(__MODULE__, {:z, 0}), Module.spec_to_callback(__MODULE__, {:s, 1})}); def o(x), do: x end",
      reserved: "Module.reserved_attributes() |> Map.keys() |> Enum.sort()",
      names: "{Module.concat(A, \"B\"), Module.concat([Foo, :Bar, \"Baz\"]), Module.safe_concat(Enum, nil), Module.split(Foo.Bar), (try do Module.split(:foo) rescue e -> e.message end), (try do Module.safe_concat(NoneAtAll, \"ZzzYyy\") rescue e -> e.__struct__ end)}",
      open: "[Module.open?(Enum), (defmodule MdJ do Process.put(:open, Module.open?(__MODULE__)) end; Process.get(:open)), (try do Module.definitions_in(Enum) rescue e -> e.message end), (try do Module.put_attribute(Enum, :a, 1) rescue e -> e.message end)]",
      derive: "defmodule MdK do @derive [{Inspect, only: [:a]}]; defstruct a: 1, b: 2; end; inspect(struct(MdK, b: 3))",
      derive_bad: "defmodule MdL do @derive Enumerable; defstruct [:a] end",
      enforce: "defmodule MdM do @enforce_keys [:zz]; defstruct [:a] end",
      struct_twice: "defmodule MdN do defstruct [:a]; defstruct [:b] end",
      no_struct: "defmodule MdO do def f, do: %MdNone{} end",
      behaviour: "defmodule MdP do @callback x(integer) :: atom; @macrocallback m(term) :: Macro.t; @optional_callbacks x: 1; IO.inspect(MdP.__info__(:module)) end",
      callbacks: "defmodule MdQ do @callback x(integer) :: atom; @macrocallback m(term) :: Macro.t; @optional_callbacks x: 1 end; {MdQ.behaviour_info(:callbacks), MdQ.behaviour_info(:optional_callbacks)}",
      nested: "defmodule MdR do defmodule In do def x, do: __MODULE__ end; alias MdR.In, as: Out; def y, do: Out.x(); def z, do: {__MODULE__.In, Out} end; {MdR.y(), MdR.z()}",
      clash: "defmodule MdS do def a, do: 1; defmacro a, do: 2 end",
      defaults: "defmodule MdT do def a(x \\\\ 1), do: x; def a(x \\\\ 2), do: x end",
      defaults2: "defmodule MdU do def a(x \\\\ 1, y \\\\ 2), do: {x, y}; def a(x), do: x end",
      head: "defmodule MdV do def a(x, y \\\\ x); def a(1, y), do: y; def a(x, y), do: {x, y} end; {MdV.a(1), MdV.a(2), MdV.a(3, 4)}",
      import_clash: "defmodule MdW do import String; def length(x), do: x; def f, do: length([1]) end",
      guard: "defmodule MdX do defguard is_big(x) when is_integer(x) and x > 10; defguardp p(x) when x == 1; def f(x) when is_big(x), do: :big; def f(x) when p(x), do: :one; def f(_), do: :none; end; {MdX.f(11), MdX.f(1), MdX.f(:a)}",
      bad_guard: "defmodule MdY do defguard g(x) when IO.puts(x) end",
      on_def: "defmodule MdZ do Module.put_attribute(__MODULE__, :on_definition, {ExModuleDefinitions, :defined}); def a(x) when x > 1, do: x; defp b, do: 1; def c, do: b() end"
    ]
  end
  def defined(env, kind, name, args, guards, body), do: IO.inspect({env.module, kind, name, Macro.to_string(args), Macro.to_string(guards), body != nil})
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  catch
    k, v -> {k, v}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
