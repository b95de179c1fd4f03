defmodule Till do
  @moduledoc "Adds up what is sold."
  use GenServer

  @impl true
  def init(sold), do: {:ok, sold}

  @impl true
  def handle_call({:sell, item, price}, _from, sold) do
    sold = Map.update(sold, item, price, &(&1 + price))
    {:reply, sold |> Map.values() |> Enum.sum(), sold}
  end

  def handle_call(:receipt, _from, sold) do
    lines = for {item, sum} <- Enum.sort(sold), do: String.pad_trailing(item, 8) <> Integer.to_string(sum)
    {:reply, lines, sold}
  end
end
