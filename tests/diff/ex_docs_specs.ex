# stage: e. Docs and types of modules: Code.fetch_docs and Code.Typespec of modules compiled here, behaviours and callbacks, @doc metadata, IEx-like listings, deprecations.
defmodule ExDocsSpecs do
  @source ~S'''
  defmodule ExDocsSpecs.Sample do
    @moduledoc "A *sample*.\n\n    iex> 1 + 1\n    2\n"
    @moduledoc since: "1.0", authors: ["a"]
    @typedoc "A count."
    @typedoc since: "0.9"
    @type count :: non_neg_integer()
    @typep hidden :: {:h, count}
    @opaque secret(a) :: %{required(:k) => a, optional(atom) => hidden}
    @type tree(x) :: {x, [tree(x)]} | nil
    @type fun1 :: (integer -> boolean)
    @type when_ok :: :ok
    @callback run(term, keyword) :: {:ok, term} | :error
    @macrocallback mac(Macro.t()) :: Macro.t()
    @optional_callbacks mac: 1
    @doc "Adds.\nTwo lines."
    @doc group: "math", since: "1.1"
    @spec add(integer, integer) :: integer
    @spec add(float, float) :: float
    def add(a, b \\ 1), do: a + b
    @doc false
    def not_shown, do: 1
    def no_doc(%{a: _} = map, [h | _t], _, {x, y}), do: {map, h, x, y}
    @doc "A guard"
    defguard is_big(x) when is_integer(x) and x > 100
    @doc "A macro"
    defmacro twice(x), do: quote(do: unquote(x) * 2)
    @deprecated "use add/2"
    @spec old(a) :: [a] when a: var, a: atom
    def old(x), do: [x]
    @doc delegate_to: {String, :upcase, 1}
    defdelegate up(s), to: String, as: :upcase
    @spec same(x) :: x when x: term
    def same(x), do: x
    defp private(_), do: 1
    def use_private, do: private(1)
    defstruct [:name, age: 0]
    @type t :: %__MODULE__{name: String.t() | nil, age: count}
  end
  defmodule ExDocsSpecs.Impl do
    @behaviour ExDocsSpecs.Sample
    @moduledoc false
    @impl true
    def run(x, _), do: {:ok, x}
    @impl ExDocsSpecs.Sample
    defmacro mac(x), do: x
  end
  '''
  def main do
    Code.put_compiler_option(:docs, true)
    mods = Code.compile_string(@source, "sample.ex")
    Code.put_compiler_option(:docs, false)
    [{sample, beam}, {impl, impl_beam}] = Enum.sort_by(mods, fn {m, _} -> m != ExDocsSpecs.Sample end)
    p({sample, impl})
    docs(beam); docs(impl_beam)
    {:ok, types} = Code.Typespec.fetch_types(beam)
    for {kind, t} <- Enum.sort(types), do: IO.puts("@#{kind} #{Macro.to_string(Code.Typespec.type_to_quoted(t))}")
    {:ok, specs} = Code.Typespec.fetch_specs(beam)
    for {{name, _}, list} <- Enum.sort(specs), s <- list, do: IO.puts("@spec #{Macro.to_string(Code.Typespec.spec_to_quoted(name, s))}")
    {:ok, callbacks} = Code.Typespec.fetch_callbacks(beam)
    for {{name, a}, list} <- Enum.sort(callbacks), s <- list, do: IO.puts("@callback #{inspect({name, a})} #{Macro.to_string(Code.Typespec.spec_to_quoted(name, s))}")
    p({Code.Typespec.fetch_types(NoSuch.Module), Code.fetch_docs(NoSuch.Module), elem(Code.fetch_docs(ExDocsSpecs), 0)})
    p({sample.behaviour_info(:callbacks), sample.behaviour_info(:optional_callbacks), sample.__info__(:deprecated), sample.__info__(:macros), sample.__struct__(name: "x")})
    p({impl.__info__(:attributes)[:behaviour], impl.run(1, 2), sample.up("abc")})
    errors()
    for m <- [sample, impl], do: (:code.purge(m); :code.delete(m))
  end

  defp docs(beam) do
    {:ok, {_, [{'Docs', chunk}]}} = :beam_lib.chunks(beam, ['Docs'])
    {:docs_v1, anno, lang, format, moduledoc, meta, docs} = :erlang.binary_to_term(chunk)
    p({:erl_anno.line(anno), lang, format, moduledoc, meta})
    for d <- Enum.sort(docs), do: p(d)
  end

  defp errors do
    for body <- ["@type t :: unknown", "@spec f(integer) :: atom", "@type t(a) :: integer", "@spec f :: integer\n def f(x), do: x", "@type t :: 1\n @type t :: 2", "@callback c :: integer | 1..0", "@type t :: %Unknown{}", "@typep p :: 1", "@spec f(x) :: y when x: term\n def f(x), do: x", "@type string :: String.t\n @opaque o", "@impl true\n def f, do: 1", "@behaviour NoSuchBehaviour", "@type t :: <<_::8, _::_*3>> | [a: 1, b: 2] | %{a: 1} | fun | (... -> 1)"] do
      p({body, try do Code.compile_string("defmodule ExDocsSpecs.Bad do\n #{body}\nend") |> length() rescue e -> Exception.message(e) |> String.split("\n") |> hd() end})
      :code.purge(ExDocsSpecs.Bad); :code.delete(ExDocsSpecs.Bad)
    end
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, printable_limit: :infinity, width: 200)
end
