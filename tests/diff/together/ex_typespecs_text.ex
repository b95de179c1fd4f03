# stage: e. Typespecs from source to text: every kind of type in @type, @spec and @callback, printed by Code.Typespec, parameters, unions broken over lines, what is wrong with bad ones.
defmodule ExTypespecsText do
  @types ["t :: any | none | pid | port | reference | tuple | float | integer | atom | list | map", "t :: 1 | :a | nil | true | 1..10 | -3..-1", "t(a, b) :: {a, b} | [a] | [] | [a, ...] | maybe_improper_list(a, b)", "t :: <<>> | <<_::8>> | <<_::_*4>> | <<_::3, _::_*8>>", "t :: (-> any) | (... -> atom) | (integer, atom -> float)", "t :: %{} | %{a: 1} | %{required(:a) => integer, optional(atom) => any} | %{String.t() => term}",
    "t :: %URI{host: nil} | %URI{} | struct", "t :: [a: integer, b: atom] | keyword | keyword(integer)", "t :: String.t() | Enum.t() | MapSet.t(integer) | GenServer.on_start()", "t :: number | timeout | node | module | mfa | iodata | charlist | nonempty_charlist | bitstring | binary | byte | char | arity | boolean | as_boolean(term) | identifier | no_return | fun", "t :: (a :: integer, b :: {x :: atom} -> result :: list)",
    "t :: integer | {:a_long_name_of_a_tag, String.t(), String.t()} | {:another_long_name_of_a_tag, [String.t()], keyword} | %{key: value :: term}", "t :: unknown", "t(a) :: integer", "t :: t(integer)", "t :: %Nope{}", "t :: 1.5", "t :: {a, b}", "t", "t :: <<_::x>>", "t :: [integer, atom]", "t :: 1..:a", "t :: __MODULE__", "any :: integer", "t :: x when x: var", "t :: (integer)", "_t :: integer", "t :: Foo.bar", "t :: foo()"]
  @specs ["f(integer) :: atom", "f(x) :: x when x: integer", "f(x, y) :: {x, y} when x: atom, y: var", "f :: any", "f(integer) :: a", "g(1) :: 2", "f(a :: integer, b: 1) :: c", "f(x) :: y when y: x", "f(integer, atom) :: (atom -> integer)", "f", "f(x) when x: integer"]
  def main do
    {:ok, _} = Application.ensure_all_started(:ex_unit)
    for {t, i} <- Enum.with_index(@types), do: p({t, compile("Elixir.ExTtT#{i}", "@type #{t}", "")})
    for {s, i} <- Enum.with_index(@specs), do: p({s, compile("Elixir.ExTtS#{i}", "@spec #{s}", "def f, do: 1; def f(x), do: x; def f(x, _), do: x")})
    for {s, i} <- Enum.with_index(["@callback c(integer) :: atom", "@macrocallback m(term) :: Macro.t()", "@callback c(x) :: x when x: atom\n@optional_callbacks c: 1", "@opaque o :: integer", "@typep p :: integer\n@type q :: p", "@typedoc \"d\"\n@type t :: 1", "@callback c", "@optional_callbacks z: 1", "@spec f :: 1\n@spec f :: 2\ndef f, do: 1", "@type t :: 1\n@type t :: 2", "@opaque t(a) :: [a]\n@type u :: t(integer)"]), do: p({s, compile("Elixir.ExTtC#{i}", s, "")})
    q = (quote do f(x, integer) :: {:ok, x} | nil when [x: term] end)
    p({Macro.to_string(q), Code.Typespec.type_to_quoted({:a, {:type, 0, :union, [{:atom, 0, :x}, {:type, 0, :nil, []}, {:user_type, 0, :b, [{:var, 0, :C}]}]}, [{:var, 0, :C}]}) |> Macro.to_string(), Code.Typespec.fetch_types(NoneAtAll), Code.Typespec.fetch_specs(:lists) |> elem(0)})
    {:ok, specs} = Code.Typespec.fetch_specs(Keyword)
    for({{n, a}, ss} <- Enum.sort(specs), n in [:get, :pop, :merge, :new], s <- ss, do: IO.puts("#{n}/#{a}: " <> (Code.Typespec.spec_to_quoted(n, s) |> Macro.to_string())))
    {:ok, types} = Code.Typespec.fetch_types(Calendar)
    for {k, t} <- Enum.sort(types), do: IO.puts("#{k} " <> (Code.Typespec.type_to_quoted(t) |> Macro.to_string()))
  end
  defp compile(name, what, body) do
    ExUnit.CaptureIO.capture_io(:stderr, fn ->
      r = try do
        [{m, b} | _] = Code.compile_string("defmodule #{name} do\n#{what}\n#{body}\nend")
        :code.purge(m)
        :code.delete(m)
        for {k, f} <- [types: :fetch_types, specs: :fetch_specs, callbacks: :fetch_callbacks], {:ok, l} <- [apply(Code.Typespec, f, [b])], l != [], do: {k, Enum.map(Enum.sort(l), &text/1)}
      rescue
        e -> {:raised, e.__struct__, Exception.message(e)}
      end
      send(self(), {:r, r})
    end)
    receive do {:r, r} -> r end
  end
  defp text({{n, _}, ss}), do: Enum.map(ss, &(Code.Typespec.spec_to_quoted(n, &1) |> Macro.to_string()))
  defp text({k, t}), do: {k, Code.Typespec.type_to_quoted(t) |> Macro.to_string()}
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
