# The Elixir side of tests/tests/interop_client.rs: a GenServer that knows nothing of Rust, and a module of functions.
defmodule Cart.Item do
  defstruct [:name, :price]
end

defmodule Cart do
  use GenServer

  @impl true
  def init(limit), do: {:ok, %{limit: limit, items: [], notes: []}}

  @impl true
  def handle_call({:add, %Cart.Item{}}, _from, %{limit: limit, items: items} = state) when length(items) == limit do
    {:reply, {:error, {:full, limit}}, state}
  end

  def handle_call({:add, %Cart.Item{} = item}, _from, state) do
    items = [item | state.items]
    {:reply, {:ok, length(items)}, %{state | items: items}}
  end

  def handle_call(:items, _from, state), do: {:reply, Enum.reverse(state.items), state}
  def handle_call(:notes, _from, state), do: {:reply, Enum.reverse(state.notes), state}
  def handle_call({:total, discount, currency}, _from, state), do: {:reply, {total(state) - discount, currency}, state}
  def handle_call(:odd, _from, state), do: {:reply, [%Cart.Item{name: "tea", price: 1}, %Cart.Item{name: :tea, price: 1}], state}
  def handle_call(:never, _from, state), do: {:noreply, state}
  def handle_call({:leave, reason}, _from, _state), do: exit(reason)
  def handle_call(:crash, _from, _state), do: raise(ArgumentError, "no more tea")

  @impl true
  def handle_cast({:note, text}, state), do: {:noreply, %{state | notes: [text | state.notes]}}

  @impl true
  def handle_info({:reminder, number}, state), do: {:noreply, %{state | notes: ["reminder #{number}" | state.notes]}}
  def handle_info(:clear_all, state), do: {:noreply, %{state | items: []}}

  defp total(state), do: state.items |> Enum.map(& &1.price) |> Enum.sum()
end

defmodule Cart.Functions do
  def gcd(a, 0), do: a
  def gcd(a, b), do: gcd(b, rem(a, b))

  def cheapest(items), do: Enum.min_by(items, & &1.price, fn -> nil end)
  def nothing, do: :ok
  def fail(text), do: raise(ArgumentError, text)
  def leave(reason), do: throw(reason)
  def odd, do: {1, [:two]}

  # `observer` learns of its end.
  def wait(observer) do
    GenServer.call(observer, {:watch, self()})
    send(observer, {:told, self()})
    Process.sleep(:infinity)
  end
end
