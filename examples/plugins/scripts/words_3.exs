# Does not compile.
defmodule Words do
  def version, do: "words 3"
  def handle(text, count), do: {"#{count", count}
end
