# stage: e. A DSL of macros: __using__, accumulating attributes, before_compile and on_definition hooks, overridable functions, behaviours with optional callbacks.
defmodule ExDsl.Router do
  defmacro __using__(opts) do
    quote do
      import ExDsl.Router
      Module.register_attribute(__MODULE__, :routes, accumulate: true)
      @prefix unquote(opts[:prefix] || "")
      @before_compile ExDsl.Router
      @on_definition {ExDsl.Router, :defined}
      def not_found(path), do: {404, path}
      defoverridable not_found: 1
    end
  end

  for method <- [:get, :post, :delete] do
    defmacro unquote(method)(path, do: body), do: route(unquote(method), path, body)
  end

  defp route(method, path, body) do
    segments = String.split(path, "/", trim: true)
    pattern = Enum.map(segments, fn ":" <> name -> Macro.var(String.to_atom(name), nil); "*" <> name -> {:rest, Macro.var(String.to_atom(name), nil)}; s -> s end)
    pattern = case Enum.split_while(pattern, &(not match?({:rest, _}, &1))) do
      {all, []} -> all
      {[], [{:rest, v}]} -> v
      {first, [{:rest, v}]} -> List.foldr(first, v, fn s, acc -> quote(do: [unquote(s) | unquote(acc)]) end)
    end
    quote do
      @routes {unquote(method), unquote(path), __ENV__.line > 0}
      def handle(unquote(method), unquote(pattern)), do: {200, unquote(body)}
    end
  end

  defmacro __before_compile__(env) do
    routes = Module.get_attribute(env.module, :routes) |> Enum.reverse() |> Enum.map(fn {m, p, _} -> {m, p} end)
    quote do
      def handle(_, path), do: not_found(path)
      def routes, do: unquote(routes)
      def prefix, do: @prefix
      def dispatch(method, path), do: handle(method, path |> String.trim_leading(@prefix) |> String.split("/", trim: true))
    end
  end

  def defined(env, kind, name, args, guards, body) do
    count = Module.get_attribute(env.module, :count) || []
    Module.put_attribute(env.module, :count, [{kind, name, length(args), length(guards), body != nil} | count])
  end
end

defmodule ExDsl.App do
  use ExDsl.Router, prefix: "/api"
  get "/users/:id" do {:user, id} end
  get "/files/*path" do {:file, Enum.join(path, "/")} end
  post "/users" do :created end
  delete "/users/:id/tags/:tag" do {id, tag} end
  def not_found(path), do: {404, super(path)}
  def helper(x) when is_integer(x) when is_float(x), do: x
  @counted Enum.reverse(@count)
  def counted, do: @counted
end

defmodule ExDsl.Shape do
  @callback area(t :: term) :: number
  @callback name() :: String.t()
  @callback describe(term) :: String.t()
  @optional_callbacks describe: 1
  def describe(module, x), do: if(function_exported?(module, :describe, 1), do: module.describe(x), else: "#{module.name()} of area #{module.area(x)}")
end

defmodule ExDsl.Square do
  @behaviour ExDsl.Shape
  @impl true
  def area(x), do: x * x
  @impl true
  def name, do: "square"
end

defmodule ExDsl.Circle do
  @behaviour ExDsl.Shape
  @impl ExDsl.Shape
  def area(r), do: Float.round(3.14159 * r * r, 3)
  @impl ExDsl.Shape
  def name, do: "circle"
  @impl ExDsl.Shape
  def describe(r), do: "a circle, radius #{r}"
end

defmodule ExDsl.Unit do
  defmacro unit(name, factor) do
    quote bind_quoted: [name: name, factor: factor] do
      def unquote(:"to_#{name}")(x), do: x / unquote(factor)
      def unquote(:"from_#{name}")(x), do: x * unquote(factor)
      @units {name, factor}
    end
  end
end

defmodule ExDsl.Length do
  require ExDsl.Unit
  Module.register_attribute(__MODULE__, :units, accumulate: true, persist: true)
  for {n, f} <- [km: 1000, cm: 0.01, inch: 0.0254], do: ExDsl.Unit.unit(n, f)
  @external_resource "nothing"
  @doc false
  def all, do: @units |> Enum.reverse()
end

defmodule ExDsl do
  alias ExDsl.{App, Length}

  def main do
    for {m, p} <- [get: "/api/users/7", get: "/api/files/a/b/c", post: "/api/users", delete: "/users/1/tags/x", get: "/api/nope", put: "/api/users", get: "/api/files"], do: IO.inspect({m, p, App.dispatch(m, p)})
    IO.inspect({App.routes(), App.prefix()})
    IO.inspect(App.counted())
    IO.inspect(App.__info__(:functions))
    for {m, x} <- [{ExDsl.Square, 3}, {ExDsl.Circle, 2}], do: IO.puts(ExDsl.Shape.describe(m, x))
    IO.inspect({ExDsl.Shape.behaviour_info(:callbacks), ExDsl.Shape.behaviour_info(:optional_callbacks)})
    IO.inspect(ExDsl.Square.__info__(:attributes)[:behaviour])
    IO.inspect({Length.to_km(2500), Length.from_inch(2), Length.all(), Length.__info__(:attributes) |> Keyword.get_values(:units) |> List.flatten()})
    IO.inspect({Module.concat(["A", "B.C"]), Module.concat(A, :b), Module.split(ExDsl.Length), Module.safe_concat(["ExDsl", "App"])})
    IO.inspect({function_exported?(App, :handle, 2), macro_exported?(ExDsl.Router, :get, 2), Code.ensure_loaded?(ExDsl.Nope), Code.ensure_compiled(ExDsl.Nope)})
    IO.inspect(ExDsl.Router.__info__(:macros))
    {:module, made, _, result} = Module.create(ExDsl.Made, quote(do: (def(x, do: unquote(Macro.escape(%{a: 1}))); :last)), Macro.Env.location(__ENV__))
    IO.inspect({made, result, made.x()})
    for bad <- ["defmodule ExDsl.Bad1 do def f(x), do: y end", "defmodule ExDsl.Bad2 do use Nope end", "defmodule ExDsl.Bad3 do def f(1), do: 1; def g, do: 2; def f(2), do: 3 end", "defmodule ExDsl.Bad4 do @impl true; def f, do: 1 end", "defmodule ExDsl.Bad5 do defoverridable f: 0 end", "defmodule ExDsl.Bad6 do import ExDsl.Length, only: [nope: 1] end", "defmodule ExDsl.Bad7 do defstruct [:a]; def f, do: %__MODULE__{b: 1} end"] do
      IO.inspect(try do Code.eval_string(bad) |> elem(0) |> elem(1) rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd() |> String.slice(0, 120)} end)
    end
  end
end
