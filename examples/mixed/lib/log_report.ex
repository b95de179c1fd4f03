defmodule LogReport do
  @moduledoc "The counts as a table to read, and as rows to send."

  @width 72
  @sections [
    {"severity", "Severity", 4},
    {"category", "Category", 8},
    {"action", "Action", 12},
    {"state", "Package state", 12},
    {"day", "Busiest days", 10},
    {"hour", "Busiest hours", 8},
    {"subject", "Most named packages and files", 15},
    {"word", "Most frequent words", 15}
  ]

  @doc "Rows `{:row, section, key, count}`, sections in reading order."
  @spec rows(LogCounts.t()) :: [{:row, String.t(), String.t(), pos_integer}]
  def rows(counts) do
    for {section, _title, most} <- @sections, {key, count} <- counts |> LogCounts.section(section) |> Enum.take(most) do
      {:row, section, key, count}
    end
  end

  @doc "The table, as text."
  @spec table(LogCounts.t()) :: String.t()
  def table(counts) do
    sections = for {section, title, most} <- @sections, do: part(title, LogCounts.section(counts, section), most)

    [["#{LogCounts.get(counts, "total", "lines")} lines\n"] | sections] |> IO.iodata_to_binary()
  end

  defp part(_title, [], _most), do: []

  defp part(title, [{_, largest} | _] = all, most) do
    {shown, rest} = Enum.split(all, most)
    name_width = shown |> Enum.map(fn {key, _} -> String.length(key) end) |> Enum.max() |> min(32)
    count_width = largest |> Integer.to_string() |> String.length()

    [
      ["\n", title, "\n"],
      for({key, count} <- shown, do: row(key, count, largest, name_width, count_width)),
      if(rest == [], do: [], else: ["  ... and #{length(rest)} more\n"])
    ]
  end

  defp row(key, count, largest, name_width, count_width) do
    name = key |> String.slice(0, name_width) |> String.pad_trailing(name_width)
    number = count |> Integer.to_string() |> String.pad_leading(count_width)
    room = @width - name_width - count_width - 6
    bar = String.duplicate("#", max(1, div(count * room, largest)))
    ["  ", name, "  ", number, "  ", bar, "\n"]
  end
end
