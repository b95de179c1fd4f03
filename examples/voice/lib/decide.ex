defmodule Decide do
  @moduledoc """
  Finds where speech begins and ends: a chance of a half begins it; it ends when the chance was below 0.35 for four frames
  (128 ms), and counts if it lasted for eight (256 ms). A stage of the pipeline, whose neighbours are Rust actors: rules are
  what changes most often, and these change without a compiler of Rust.

  Sends `{first, stop, mean}`: frames by their numbers, so that one that was dropped shifts nothing, and the mean chance.
  """
  use Dala.Stage

  @begins 0.5
  @ends 0.35
  @least_pause 4
  @least_speech 8

  # Chances since speech began, the last one first; the number of the first; how many of them are low.
  @silence %{speech: [], first: 0, quiet: 0}

  @impl true
  def init(_), do: {:ok, @silence}

  @impl true
  def handle_frame(chance, %{number: number}, %{speech: []}) when chance >= @begins do
    {[], %{@silence | speech: [chance], first: number}}
  end

  def handle_frame(_chance, _frame, %{speech: []} = state), do: {[], state}

  def handle_frame(chance, _frame, state) do
    quiet = if chance >= @ends, do: 0, else: state.quiet + 1
    state = %{state | speech: [chance | state.speech], quiet: quiet}
    if quiet == @least_pause, do: {segment(state), @silence}, else: {[], state}
  end

  @impl true
  def finish(state), do: segment(state)

  defp segment(%{speech: speech, first: first, quiet: quiet}) do
    speech = Enum.drop(speech, quiet)
    length = length(speech)
    if length >= @least_speech, do: [{first, first + length, Enum.sum(speech) / length}], else: []
  end
end
