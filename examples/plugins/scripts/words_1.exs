# Counts words.
defmodule Words do
  def version, do: "words 1"
  def start, do: 0

  def handle(text, count) do
    count = count + length(String.split(text))
    {"#{count} words", count}
  end
end
