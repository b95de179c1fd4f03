# stage: e. What modules know of themselves: __info__, docs of structs, exports, attributes, captures, apply by name, dynamic modules, purge and redefine.
defmodule ExModuleReflection.Sample do
  @moduledoc "sample"
  @vsn "1.2"
  Module.register_attribute(__MODULE__, :tag, accumulate: true, persist: true)
  @tag :one
  @tag {:two, 2}
  defstruct [:a, b: 2]
  @type t :: %__MODULE__{a: term, b: integer}
  @doc "adds"
  @spec add(integer, integer) :: integer
  def add(a, b \\ 1), do: a + b
  def variadic(a \\ 1, b, c \\ 3), do: {a, b, c}
  defp hidden(x), do: x
  def call_hidden(x), do: hidden(x)
  defmacro mac(x), do: quote(do: unquote(x) * 2)
  defguard is_small(x) when is_integer(x) and x < 10
  defdelegate reverse(list), to: Enum
  defdelegate up(text), to: String, as: :upcase
  def unquote(:"odd name!?")(), do: :odd
  for {n, v} <- [zero: 0, one: 1], do: def(unquote(n)(), do: unquote(v))
end

defmodule ExModuleReflection do
  alias ExModuleReflection.Sample
  require Sample
  import Sample, only: [is_small: 1, add: 2]

  def main do
    IO.inspect(Sample.__info__(:functions))
    IO.inspect(Sample.__info__(:macros))
    IO.inspect(Sample.__info__(:module))
    IO.inspect(Sample.__info__(:attributes) |> Keyword.take([:vsn, :tag]))
    IO.inspect(Sample.__info__(:struct))
    IO.inspect(Sample.module_info(:exports) |> Enum.sort() |> Enum.take(6))
    IO.inspect(Sample.__struct__() |> Map.keys())
    IO.inspect({Sample.add(1), Sample.variadic(:x), Sample.variadic(:x, :y), Sample.variadic(:x, :y, :z), Sample.mac(21), is_small(3), add(1, 1)})
    IO.inspect({Sample.reverse([1, 2]), Sample.up("é"), apply(Sample, :"odd name!?", []), Sample."odd name!?"(), Sample.zero() + Sample.one()})
    for f <- [&Sample.add/2, &add(&1, 10), &Sample.hidden/1, fn -> :x end, &String.upcase/1, &(&1 + &2)], do: IO.inspect({Function.info(f, :arity), Function.info(f, :type), Function.info(f) |> Keyword.take([:module]), is_function(f, 2)})
    IO.inspect({Function.capture(Sample, :add, 2).(2, 3), Function.identity(:i), inspect(&Sample.add/2), inspect(Function.capture(Sample, :"odd name!?", 0))})
    IO.inspect(for {m, f, a} <- [{Sample, :add, [1, 2]}, {Sample, :add, [1]}, {:erlang, :max, [1, 2]}, {Kernel, :+, [1, 2]}], do: apply(m, f, a))
    for {m, f, a} <- [{Sample, :hidden, [1]}, {Sample, :nope, []}, {Nope, :f, [1]}, {Sample, :add, ["a", 1]}, {Sample, :mac, [1]}, {:lists, :nope, [1, 2]}, {Enum, :mapp, [[], 1]}] do
      IO.inspect(try do apply(m, f, a) rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd()} end)
    end
    IO.inspect({function_exported?(Sample, :add, 1), function_exported?(Sample, :hidden, 1), macro_exported?(Sample, :mac, 1), function_exported?(Sample, :mac, 1)})
    IO.inspect({Code.ensure_loaded?(Sample), Code.ensure_loaded(Nope), Module.open?(Sample), is_list(Sample.module_info(:compile))})
    IO.inspect(try do Module.get_attribute(Sample, :tag) rescue e -> Exception.message(e) end)
    IO.inspect(%{__struct__: Sample, a: 1, b: 2} == %Sample{a: 1})
    IO.inspect(try do Code.eval_string("%ExModuleReflection.Sample{c: 1}") rescue e -> e.__struct__ end)
    IO.inspect({__MODULE__, __ENV__.function, __ENV__.module, __ENV__.aliases, __ENV__.line > 0, Path.basename(__ENV__.file), __DIR__ |> is_binary()})
    IO.inspect({Macro.Env.in_guard?(__ENV__), Macro.Env.in_match?(__ENV__), Macro.Env.has_var?(__ENV__, {:x, nil}), __ENV__.requires |> Enum.member?(Sample)})

    Code.compiler_options(ignore_module_conflict: true)
    for n <- 1..3 do
      [{module, code}] = Code.compile_string("defmodule ExModuleReflection.Changing do\n def version, do: #{n}\n def me, do: __MODULE__\nend", "made_#{n}.ex")
      IO.inspect({module, is_binary(code), apply(module, :version, []), apply(module, :me, [])})
    end
    IO.inspect({:code.purge(ExModuleReflection.Changing), :code.delete(ExModuleReflection.Changing), Code.ensure_loaded?(ExModuleReflection.Changing)})
    IO.inspect(try do apply(ExModuleReflection.Changing, :version, []) rescue e -> Exception.message(e) end)
    {value, binding} = Code.eval_string("a = 1; b = a + c; {a, b}", [c: 5])
    IO.inspect({value, Enum.sort(binding)})
    IO.inspect(Code.eval_string("__ENV__.file <> \":\" <> inspect(__ENV__.line)", [], file: "given.ex", line: 7) |> elem(0))
    {f, _} = Code.eval_string("fn x -> x * y end", y: 3)
    IO.inspect({f.(4), is_function(f, 1)})
    IO.inspect(Code.string_to_quoted!("x + 1") |> Code.eval_quoted([x: 1]) |> elem(0))
    IO.inspect(is_map(Code.compiler_options()))
    IO.inspect(Protocol.assert_impl!(Enumerable, List))
    IO.inspect(try do Protocol.assert_impl!(Enumerable, Integer) rescue e -> Exception.message(e) end)
    IO.inspect({Protocol.consolidated?(Enumerable), Protocol.extract_protocols([]), Enumerable.impl_for(%{}), Inspect.impl_for(1), String.Chars.impl_for({})})
  end
end
