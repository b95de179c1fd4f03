# Wants all memory.
defmodule Greedy do
  def version, do: "greedy"
  def start, do: []
  def handle(text, state), do: handle(text, [text | state])
end
