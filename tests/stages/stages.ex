# The Elixir stages of tests/tests/interop_pipeline.rs.
defmodule Sums do
  @moduledoc "Sends the sum so far, and the number, of each even number; at the end the sum."
  use Dala.Stage

  @impl true
  def init(start), do: {:ok, start}

  @impl true
  def handle_frame(13, _frame, _sum), do: raise("an unlucky number")
  def handle_frame(n, _frame, sum) when rem(n, 2) == 0, do: {[sum + n, n], sum + n}
  def handle_frame(n, _frame, sum), do: {[], sum + n}

  @impl true
  def finish(sum), do: [sum]
end

defmodule Gate do
  @moduledoc "Holds the first number up until it is told `:go`."
  use Dala.Stage

  @impl true
  def init(_), do: {:ok, :closed}

  @impl true
  def handle_frame(n, %{micros: micros}, :closed) when micros >= 0 do
    receive do
      :go -> {[n], :open}
    end
  end

  def handle_frame(n, _frame, :open), do: {[n], :open}
end

defmodule Halves do
  @moduledoc "Cuts tensors into halves."
  use Dala.Stage
  alias Dala.Tensor

  @impl true
  def init(_), do: {:ok, nil}

  @impl true
  def handle_frame(tensor, _frame, state) do
    [2, _] = Tensor.shape(tensor)
    {[Tensor.slice(tensor, 0, 0, 1), Tensor.slice(tensor, 0, 1, 1)], state}
  end
end

defmodule Wrong do
  @moduledoc "Sends what is no number."
  use Dala.Stage

  @impl true
  def init(_), do: {:ok, nil}

  @impl true
  def handle_frame(_n, _frame, state), do: {[:none], state}
end

defmodule Plain do
  @moduledoc "A function for each number, without a process that stays."
  def twice(13), do: raise("an unlucky number")
  def twice(n), do: [2 * n]
end
