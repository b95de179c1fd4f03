# What the shop keeps in Mnesia: OTP's own database, as it is installed.
defmodule Stock do
  @doc "Makes the table, in memory."
  @spec create([{String.t(), non_neg_integer}]) :: :ok
  def create(items) do
    {:atomic, :ok} = :mnesia.create_table(:stock, attributes: [:item, :count])
    Enum.each(items, fn {item, count} -> :mnesia.dirty_write({:stock, item, count}) end)
  end

  @type refusal :: {:short, String.t()}

  @doc "Takes all of these items, or none."
  @spec take([{String.t(), pos_integer}]) :: :ok | {:error, refusal}
  def take(order) do
    taken = fn -> Enum.each(order, fn {item, count} -> take_one(item, count) end) end

    case :mnesia.transaction(taken) do
      {:atomic, :ok} -> :ok
      {:aborted, reason} -> {:error, reason}
    end
  end

  @doc "What is left, by item."
  @spec left() :: [{String.t(), non_neg_integer}]
  def left do
    {:atomic, rows} = :mnesia.transaction(fn -> :mnesia.match_object({:stock, :_, :_}) end)
    rows |> Enum.map(fn {:stock, item, count} -> {item, count} end) |> Enum.sort()
  end

  defp take_one(item, count) do
    case :mnesia.read(:stock, item, :write) do
      [{:stock, ^item, there}] when there >= count -> :mnesia.write({:stock, item, there - count})
      _ -> :mnesia.abort({:short, item})
    end
  end
end
