defmodule Conversation do
  @moduledoc """
  Keeps the state of a conversation: who speaks again within 700 ms goes on with a turn. An ordinary Elixir GenServer;
  its neighbours are Rust actors.

  | from | message | answer |
  |---|---|---|
  | the pipeline | `{:segment, number, start, stop, confidence}` as call, times in ms | `{:heard, number, turn}` |
  | anyone | `:summary` as call | `{:summary, text}` |
  | `--crash-at` | `{:crash_at, number}` as cast | none: raises when that segment comes, before it counts |

  After each segment it gives `:memory` its state, `{:remember, last, turns, spoken, stop}`; when it starts it asks for
  it (`:recall`). A segment that was counted is not counted again: who does not know whether it was heard may repeat it.
  """
  use GenServer

  # A longer silence ends a turn, in ms.
  @pause 700

  @spec start_link(term) :: GenServer.on_start()
  def start_link(_), do: GenServer.start_link(__MODULE__, nil, name: :conversation)

  @impl true
  def init(_) do
    {:remember, last, turns, spoken, stop} = GenServer.call(:memory, :recall)
    {:ok, %{last: last, turns: turns, spoken: spoken, stop: stop, crash_at: nil}}
  end

  @impl true
  def handle_call({:segment, number, _, _, _}, _from, %{crash_at: number}) do
    raise("told to crash at segment #{number}")
  end

  def handle_call({:segment, number, start, stop, _confidence}, _from, %{last: last} = state) when number == last + 1 do
    turns = if state.turns == 0 or start - state.stop > @pause, do: state.turns + 1, else: state.turns
    state = %{state | last: number, turns: turns, spoken: state.spoken + stop - start, stop: stop}
    GenServer.call(:memory, {:remember, state.last, state.turns, state.spoken, state.stop})
    {:reply, {:heard, number, turns}, state}
  end

  def handle_call({:segment, number, _, _, _}, _from, state), do: {:reply, {:heard, number, state.turns}, state}

  def handle_call(:summary, _from, state) do
    text = "the conversation: #{state.last} segments in #{state.turns} turns, #{state.spoken} ms of speech"
    {:reply, {:summary, text}, state}
  end

  @impl true
  def handle_cast({:crash_at, number}, state), do: {:noreply, %{state | crash_at: number}}
end
