defmodule Dala.Stage do
  @moduledoc """
  A stage of a pipeline of Rust actors, in Elixir: `source -> window -> infer -> this -> sink`.

      defmodule Loud do
        use Dala.Stage

        @impl true
        def init(limit), do: {:ok, limit}

        @impl true
        def handle_frame(level, frame, limit) when level > limit, do: {[{frame.number, level}], limit}
        def handle_frame(_level, _frame, limit), do: {[], limit}
      end

  It is a `GenServer`, whose `init/1` gets what Rust gave the `ServerSpec`, and which Rust calls with one frame after the other (`dala_gpu::pipeline::ServerStage`):

      let loud = ServerSpec::new(&system, "Elixir.Loud", &0.5);
      let loud = pipeline.stage("loud", &levels, Edge::drop_oldest(16), move || {
          ServerStage::<f64, (u64, f64)>::starting(|| loud.start().map(|pid| loud.server(pid)))
      });

  While it works, frames wait before the stage, and the edge there says how many and what becomes of more. When it crashes,
  the pipeline's supervisor starts the stage anew, with `init/1`; the frame that it had is gone, and the next one comes.
  """

  @typedoc "The number of a frame, counted by its source from 0, and how many microseconds ago the source gave it."
  @type frame :: %{number: non_neg_integer, micros: non_neg_integer}

  @doc "What to send on of a value: none, one or many, and the next state."
  @callback handle_frame(value :: term, frame, state :: term) :: {[term], state :: term}

  @doc "No frame comes any more: what is left to send. Nothing, unless defined."
  @callback finish(state :: term) :: [term]

  defmacro __using__(_) do
    quote do
      use GenServer
      @behaviour Dala.Stage

      @impl GenServer
      def handle_call({:frame, value, number, micros}, _from, state) do
        {values, state} = handle_frame(value, %{number: number, micros: micros}, state)
        {:reply, values, state}
      end

      def handle_call(:finish, _from, state), do: {:reply, finish(state), state}

      @impl Dala.Stage
      def finish(_state), do: []

      defoverridable finish: 1
    end
  end
end
