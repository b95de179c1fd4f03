defmodule Dala.Model do
  @moduledoc """
  Models that Rust serves, by the names that it gave them (`dala_gpu::Natives::model`).

      [probabilities] = Dala.Model.run("file types", [bytes], within: 50)

  The process waits for the answer; no scheduler thread does. Requests of many processes share runs of the model. If the
  process ends meanwhile, its request is not run.

  A model with state, such as one for speech, is asked through a stream, which belongs to whoever has it:

      stream = Dala.Model.open("speech")
      [probability] = Dala.Model.step(stream, [frame])

  Options: `within: milliseconds`, after which an answer is of no use (a request that would take longer is refused at once),
  and `priority: :low | :normal | :high`. Whatever goes wrong raises `RuntimeError` with a text that says what.
  """
  alias Dala.Tensor

  @type name :: String.t()
  @type option :: {:within, non_neg_integer} | {:priority, :low | :normal | :high}
  @opaque stream :: reference

  @doc "Asks a model. The inputs' first axis counts rows."
  @spec run(name, [Tensor.t()], [option]) :: [Tensor.t()]
  def run(name, inputs, options \\ []) do
    {within, priority} = given(options)
    ask(name, inputs, within, priority)
  end

  @doc "What it takes: name, type and sizes of each input; a size of `nil` is any."
  @spec inputs(name) :: [{String.t(), Tensor.type(), [non_neg_integer | nil]}]
  def inputs(_name), do: :erlang.nif_error(:not_loaded)

  @doc """
  What it did so far, in all its sessions: requests that were `answered` (`late` ones after their time), `refused`, `throttled`, `expired`, `abandoned` or
  `failed`, that are `queued`; `runs`, their `rows`, those on a scheduler thread (`inline_runs`); `sessions`, and how many of
  them are `running`; how many microseconds half of the requests, and 99 of a hundred, waited at most (`wait_p50_us`,
  `wait_p99_us`).
  """
  @spec stats(name) :: keyword(non_neg_integer)
  def stats(_name), do: :erlang.nif_error(:not_loaded)

  @doc """
  What runs it, and where: the backend, the execution provider that was chosen, and those that were asked for before it
  with why not, as in `{"ONNX Runtime", :cpu, [cuda: "the library has none"]}`.
  """
  @spec placement(name) :: {String.t(), atom, [{atom, String.t()}]}
  def placement(_name), do: :erlang.nif_error(:not_loaded)

  @doc "A stream of a model: requests in order, with the model's state between them. It starts with zeros."
  @spec open(name) :: stream
  def open(_name), do: :erlang.nif_error(:not_loaded)

  @doc "The next step of a stream. One step at a time."
  @spec step(stream, [Tensor.t()], [option]) :: [Tensor.t()]
  def step(stream, inputs, options \\ []) do
    {within, priority} = given(options)
    take_step(stream, inputs, within, priority)
  end

  defp given(options) do
    options = Keyword.validate!(options, within: nil, priority: :normal)
    {options[:within], options[:priority]}
  end

  @doc false
  def ask(_name, _inputs, _within, _priority), do: :erlang.nif_error(:not_loaded)

  @doc false
  def take_step(_stream, _inputs, _within, _priority), do: :erlang.nif_error(:not_loaded)
end
