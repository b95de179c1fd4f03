defmodule LogAnalyser do
  @moduledoc """
  Counts what is in a log, line by line. An ordinary Elixir GenServer; its neighbours are Rust actors.

  | from | message | answer |
  |---|---|---|
  | reader | `{:line, number, text}` as call | `{:ack, last}`: the last line that is counted |
  | reader | `{:line, number, text}` as cast or plain message | none |
  | anyone | `:ack` as call | `{:ack, last}` |
  | anyone | `:progress` as call | `{:progress, last, distinct, warnings, errors}` |
  | anyone | `:report` as call | `{:report, lines, [{:row, section, key, count}]}` |
  | anyone | `:table` as call | `{:table, text}` |
  | tests, `--crash-at` | `{:crash_at, number}` as cast | none: raises before that line is counted |

  It asks `:index` (`{:lookup, key}`, answered by `{:class, category, severity}`, severity 0 to 3), and every
  K lines gives `:store` a `{:checkpoint, last, counts}`. When it starts it asks `:store` for the last one
  (`:restore`, answered in the same form) and goes on from there.

  Lines count once: a line that is not the one after the last is dropped, be it a repetition or one that
  was on its way when the predecessor died. The reader sees in `{:ack, last}` where to go on.
  """
  use GenServer

  # Keys come from the log; the answers are kept, up to this many.
  @most_classes 10_000

  @doc """
  Starts it. Options: `:checkpoint_every` (lines, 500), `:crash_at` (a line number), `:name` (`:analyser`),
  `:index` and `:store` (whom to ask; `:index` and `:store`). A bare integer is `:checkpoint_every`.
  """
  @spec start_link(keyword | pos_integer) :: GenServer.on_start()
  def start_link(every) when is_integer(every), do: start_link(checkpoint_every: every)
  def start_link(options), do: GenServer.start_link(__MODULE__, options, name: Keyword.get(options, :name, :analyser))

  @impl true
  def init(options) do
    store = Keyword.get(options, :store, :store)
    {:checkpoint, last, counts} = GenServer.call(store, :restore)

    {:ok,
     %{
       last: last,
       counts: counts,
       classes: %{},
       every: Keyword.get(options, :checkpoint_every, 500),
       crash_at: Keyword.get(options, :crash_at),
       index: Keyword.get(options, :index, :index),
       store: store
     }}
  end

  @impl true
  def handle_call({:line, number, text}, _from, state) do
    state = line(number, text, state)
    {:reply, {:ack, state.last}, state}
  end

  def handle_call(:ack, _from, state), do: {:reply, {:ack, state.last}, state}

  def handle_call(:progress, _from, %{counts: counts} = state) do
    warnings = LogCounts.get(counts, "severity", "warning")
    errors = LogCounts.get(counts, "severity", "error")
    {:reply, {:progress, state.last, map_size(counts), warnings, errors}, state}
  end

  def handle_call(:report, _from, %{counts: counts} = state) do
    {:reply, {:report, LogCounts.get(counts, "total", "lines"), LogReport.rows(counts)}, state}
  end

  def handle_call(:table, _from, state), do: {:reply, {:table, LogReport.table(state.counts)}, state}

  @impl true
  def handle_cast({:line, number, text}, state), do: {:noreply, line(number, text, state)}
  def handle_cast({:crash_at, number}, state), do: {:noreply, %{state | crash_at: number}}

  @impl true
  def handle_info({:line, number, text}, state), do: {:noreply, line(number, text, state)}
  def handle_info(_, state), do: {:noreply, state}

  defp line(number, _text, %{crash_at: number}), do: raise("told to crash at line #{number}")

  defp line(number, text, %{last: last} = state) when number == last + 1 do
    parsed = LogLine.parse(text)
    {class, state} = classify(parsed, state)
    checkpoint(%{state | last: number, counts: LogCounts.add(state.counts, parsed, class)})
  end

  defp line(_number, _text, state), do: state

  # The gravest class of the line's action and state, or of its words.
  defp classify(%LogLine{action: nil, words: words}, state), do: gravest(words, state)
  defp classify(%LogLine{action: action, state: nil}, state), do: gravest([action], state)
  defp classify(%LogLine{action: action, state: package_state}, state), do: gravest([action, package_state], state)

  defp gravest(keys, state) do
    Enum.reduce(keys, {{"other", 0}, state}, fn key, {{_, worst} = class, state} ->
      case lookup(key, state) do
        {{_, severity} = graver, state} when severity > worst -> {graver, state}
        {{category, ^worst}, state} when elem(class, 0) == "other" -> {{category, worst}, state}
        {_, state} -> {class, state}
      end
    end)
  end

  defp lookup(key, %{classes: classes} = state) do
    case classes do
      %{^key => class} ->
        {class, state}

      _ ->
        {:class, category, severity} = GenServer.call(state.index, {:lookup, key})
        class = {category, severity |> max(0) |> min(3)}
        classes = if map_size(classes) < @most_classes, do: Map.put(classes, key, class), else: classes
        {class, %{state | classes: classes}}
    end
  end

  defp checkpoint(%{last: last, every: every} = state) when rem(last, every) == 0 do
    GenServer.call(state.store, {:checkpoint, last, state.counts})
    state
  end

  defp checkpoint(state), do: state
end
