defmodule LogCounts do
  @moduledoc """
  The counts of a log: one flat map from `"SECTION/KEY"` to how often it was seen. Flat, so that it crosses
  to Rust as a map from strings to integers.
  """

  @type t :: %{String.t() => non_neg_integer}
  @type class :: {category :: String.t(), severity :: 0..3}

  @severities {"routine", "notice", "warning", "error"}
  # A log of random words must not fill memory: past this many keys new words share one.
  @most_keys 50_000

  @doc "The counts with one more line."
  @spec add(t, LogLine.t(), class) :: t
  def add(counts, line, {category, severity}) do
    counts
    |> bump("total", "lines")
    |> bump("severity", elem(@severities, severity))
    |> bump("category", category)
    |> bump_some("day", line.day)
    |> bump_some("hour", line.hour)
    |> bump_some("action", line.action)
    |> bump_some("state", line.state)
    |> then(&Enum.reduce(line.subjects, &1, fn name, counts -> bump_bounded(counts, "subject", name) end))
    |> then(&Enum.reduce(line.words, &1, fn word, counts -> bump_bounded(counts, "word", word) end))
  end

  @doc "One count."
  @spec get(t, String.t(), String.t()) :: non_neg_integer
  def get(counts, section, key), do: Map.get(counts, section <> "/" <> key, 0)

  @doc "All counts of a section, the most frequent first, equals by name."
  @spec section(t, String.t()) :: [{String.t(), pos_integer}]
  def section(counts, section) do
    prefix = section <> "/"

    for {key, count} <- counts, String.starts_with?(key, prefix) do
      {binary_part(key, byte_size(prefix), byte_size(key) - byte_size(prefix)), count}
    end
    |> Enum.sort_by(fn {key, count} -> {-count, key} end)
  end

  defp bump_some(counts, _section, nil), do: counts
  defp bump_some(counts, section, key), do: bump(counts, section, key)

  defp bump_bounded(counts, section, key) do
    if map_size(counts) < @most_keys or Map.has_key?(counts, section <> "/" <> key) do
      bump(counts, section, key)
    else
      bump(counts, section, "(others)")
    end
  end

  defp bump(counts, section, key), do: Map.update(counts, section <> "/" <> key, 1, &(&1 + 1))
end
