# A shop's orders: a state machine of OTP's that has its prices computed in Rust.
defmodule Pricing do
  @moduledoc "Functions in Rust (`examples/orders/pricing.rs`), which take the place of these: here are their types."

  @type line :: %{sku: String.t(), count: pos_integer}
  @type price :: %{net: pos_integer, discount: non_neg_integer, tax: non_neg_integer, total: pos_integer}

  @spec price([line], String.t() | nil) ::
          {:ok, price} | {:error, :empty | {:unknown_item, String.t()} | {:no_voucher, String.t()}}
  def price(_lines, _voucher), do: :erlang.nif_error(:not_loaded)
end

defmodule Order do
  @moduledoc "cart -> placed -> paid -> shipped, and cancelled from the first two. Amounts are cents."
  @behaviour :gen_statem

  def start_link(id), do: :gen_statem.start_link(__MODULE__, id, [])

  def add(order, sku, count), do: :gen_statem.call(order, {:add, sku, count})
  def place(order, voucher \\ nil), do: :gen_statem.call(order, {:place, voucher})
  def pay(order, amount), do: :gen_statem.call(order, {:pay, amount})
  def ship(order), do: :gen_statem.call(order, :ship)
  def cancel(order), do: :gen_statem.call(order, :cancel)

  @impl true
  def callback_mode, do: :state_functions

  @impl true
  def init(id), do: {:ok, :cart, %{id: id, lines: [], due: 0}}

  def cart({:call, from}, {:add, sku, count}, order) do
    {:keep_state, %{order | lines: [%{sku: sku, count: count} | order.lines]}, {:reply, from, :ok}}
  end

  def cart({:call, from}, {:place, voucher}, order) do
    case Pricing.price(Enum.reverse(order.lines), voucher) do
      {:ok, price} -> {:next_state, :placed, %{order | due: price.total}, {:reply, from, {:ok, price}}}
      {:error, reason} -> {:keep_state_and_data, {:reply, from, {:error, reason}}}
    end
  end

  def cart({:call, from}, request, order), do: otherwise(from, request, :cart, order)

  def placed({:call, from}, {:pay, amount}, %{due: amount} = order) do
    {:next_state, :paid, %{order | due: 0}, {:reply, from, :ok}}
  end

  def placed({:call, from}, {:pay, _}, %{due: due}), do: {:keep_state_and_data, {:reply, from, {:error, {:due, due}}}}
  def placed({:call, from}, request, order), do: otherwise(from, request, :placed, order)

  def paid({:call, from}, :ship, order), do: {:next_state, :shipped, order, {:reply, from, :ok}}
  def paid({:call, from}, request, order), do: otherwise(from, request, :paid, order)

  def shipped({:call, from}, request, order), do: otherwise(from, request, :shipped, order)
  def cancelled({:call, from}, request, order), do: otherwise(from, request, :cancelled, order)

  defp otherwise(from, :cancel, state, order) when state in [:cart, :placed] do
    {:next_state, :cancelled, order, {:reply, from, :ok}}
  end

  defp otherwise(from, _request, state, _order), do: {:keep_state_and_data, {:reply, from, {:error, {:is, state}}}}
end

defmodule Orders do
  @moduledoc "Some orders and what becomes of them, a line each."

  def run do
    {:ok, first} = Order.start_link(1)
    {:ok, second} = Order.start_link(2)

    [
      step("place an empty cart", Order.place(first)),
      step("add 3 teas", Order.add(first, "tea", 3)),
      step("add 2 cups", Order.add(first, "cup", 2)),
      step("pay before it is placed", Order.pay(first, 1)),
      step("place with a voucher that is none", Order.place(first, "FREE")),
      step("place with a voucher", Order.place(first, "TEN")),
      step("pay too little", Order.pay(first, 100)),
      step("pay", Order.pay(first, 3373)),
      step("ship", Order.ship(first)),
      step("cancel what is shipped", Order.cancel(first)),
      step("add a spaceship", Order.add(second, "spaceship", 1)),
      step("place it", Order.place(second)),
      step("cancel", Order.cancel(second)),
      step("a wrong argument", wrong())
    ]
  end

  defp step(what, result), do: "#{what}: #{inspect(result)}"

  # What Rust cannot read is an exception where the function was called, and nothing else.
  defp wrong do
    Pricing.price([%{sku: "tea", count: -1}], nil)
  rescue
    error in ArgumentError -> Exception.message(error)
  end
end
