# stage: e. What happens around compilation: __using__, before_compile, after_compile, on_definition, accumulated attributes, overridable functions, tracers, macros with context.
defmodule ExMacrosHooks.Plug do
  defmacro __using__(opts) do
    quote do
      @behaviour ExMacrosHooks.Plug
      import ExMacrosHooks.Plug, only: [plug: 1, plug: 2]
      Module.register_attribute(__MODULE__, :plugs, accumulate: true)
      @options unquote(opts)
      @before_compile ExMacrosHooks.Plug
      @after_compile ExMacrosHooks.Plug
      @on_definition ExMacrosHooks.Plug
      def init(x), do: {:default, x}
      defoverridable init: 1
    end
  end
  @callback init(term) :: term
  @callback call(term, term) :: term
  @optional_callbacks call: 2
  defmacro plug(name, opts \\ []), do: quote(do: @plugs({unquote(name), unquote(opts), __ENV__.line > 0}))
  defmacro __before_compile__(env) do
    plugs = Module.get_attribute(env.module, :plugs) |> Enum.reverse()
    body = Enum.reduce(Enum.reverse(plugs), quote(do: acc), fn {name, opts, _}, rest -> quote(do: (acc = unquote(name)(acc, unquote(opts)); unquote(rest))) end)
    quote do
      def run(acc), do: unquote(body)
      def plugs, do: unquote(for {n, _, _} <- plugs, do: n)
      def options, do: @options
      def defined, do: @seen_defs
    end
  end
  def __after_compile__(env, bytecode), do: IO.inspect({:compiled, env.module, is_binary(bytecode), env.function})
  def __on_definition__(env, kind, name, args, guards, body) do
    seen = Module.get_attribute(env.module, :seen_defs) || []
    Module.put_attribute(env.module, :seen_defs, [{kind, name, length(args), length(guards), body != nil} | seen])
  end
end

defmodule ExMacrosHooks.App do
  use ExMacrosHooks.Plug, level: 3
  plug :double
  plug :add, 5
  plug :log
  def init(x), do: {:overridden, super(x)}
  def double(x, _), do: x * 2
  def add(x, n) when is_integer(n), do: x + n
  defp log(x, _), do: [x]
  @deprecated "use add/2"
  def old(x), do: x
end

defmodule ExMacrosHooks.Hygiene do
  defmacro swap_var, do: quote(do: (x = 10; x))
  defmacro set_var, do: quote(do: var!(x) = 20)
  defmacro unless_zero(n, do: block), do: quote(bind_quoted: [n: n, block: Macro.escape(block)], do: (if n == 0, do: :zero, else: {n, block}))
  defmacro caller, do: Macro.escape({__CALLER__.module, __CALLER__.function, __CALLER__.context})
  defmacro counted(name) do
    n = (Module.get_attribute(__CALLER__.module, :count) || 0) + 1
    Module.put_attribute(__CALLER__.module, :count, n)
    quote(do: def(unquote(name)(), do: unquote(n)))
  end
  defmacro defgetters(fields), do: for(f <- fields, do: quote(do: def(unquote(:"get_#{f}")(map), do: Map.fetch!(map, unquote(f)))))
  defmacro debug(expr), do: quote(do: IO.puts(unquote(Macro.to_string(expr)) <> " = " <> inspect(unquote(expr))))
end

defmodule ExMacrosHooks.Uses do
  require ExMacrosHooks.Hygiene, as: H
  H.counted(:first)
  H.counted(:second)
  H.defgetters([:a, :b])
  for {name, value} <- [one: 1, two: 2], do: def(unquote(name)(unquote(value) = x), do: {unquote(name), x})
  def vars do
    x = 1
    y = H.swap_var()
    z = x
    H.set_var()
    {y, z, x}
  end
  def who, do: H.caller()
  def zero(n), do: H.unless_zero(n, do: a + b)
  def shown, do: H.debug(Enum.sum([1, 2]) * 3)
end

defmodule ExMacrosHooks.Tracer do
  def trace(event, env) do
    case event do
      {kind, _, m, f, a} when kind in [:remote_function, :remote_macro] and m in [Enum, String, Kernel] -> send(:ex_macros_hooks, {kind, m, f, a, env.line}) && :ok
      {:alias_reference, _, m} -> send(:ex_macros_hooks, {:alias, m}) && :ok
      {kind, _, f, a} when kind in [:local_function, :local_macro] -> send(:ex_macros_hooks, {kind, f, a}) && :ok
      _ -> :ok
    end
  end
end

defmodule ExMacrosHooks do
  alias ExMacrosHooks.{App, Uses, Tracer}
  def main do
    p({App.run(4), App.plugs(), App.options(), App.init(1), App.__info__(:deprecated)})
    p(App.defined() |> Enum.sort())
    p({Uses.first(), Uses.second(), Uses.get_a(%{a: 1}), Uses.get_b(%{b: 2}), Uses.one(1), Uses.two(2), Uses.vars(), Uses.who(), Uses.zero(0)})
    p(Uses.zero(3) |> elem(1) |> Macro.to_string())
    Uses.shown()
    Process.register(self(), :ex_macros_hooks)
    Code.put_compiler_option(:tracers, [Tracer])
    Code.compile_string("defmodule ExMacrosHooks.Traced do\n  def f(x), do: Enum.map(x, &String.upcase/1)\n  def g(x), do: h(f(x))\n  defp h(x), do: x\nend")
    Code.put_compiler_option(:tracers, [])
    p(seen() |> Enum.uniq())
    Process.unregister(:ex_macros_hooks)
    p(try do Code.compile_string("defmodule ExMacrosHooks.Bad do\n  use ExMacrosHooks.Plug\n  plug :missing\nend") rescue e -> {e.__struct__, e.description} end)
    p(try do Code.compile_string("defmodule ExMacrosHooks.Bad2 do\n  use Missing.Thing\nend") rescue e -> {e.__struct__, Exception.message(e)} end)
    for m <- [ExMacrosHooks.Traced], do: (:code.purge(m); :code.delete(m))
  end
  defp seen do
    receive do
      m -> [m | seen()]
    after
      0 -> []
    end
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 150)
end
