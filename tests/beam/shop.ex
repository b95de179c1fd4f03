# What `dala gen rust` reads in tests/tests/interop_generate_rust.rs, and the server behind the client that it writes.
defmodule Shop.Item do
  @moduledoc "Something to buy."
  @enforce_keys [:name, :price]
  defstruct [:name, :price, tags: [], size: nil]

  @type t :: %__MODULE__{name: String.t(), price: non_neg_integer, tags: [atom], size: 1..100 | nil}
end

defmodule Shop do
  @moduledoc """
  A shop with a basket.

  Only the first paragraph is for Rust.
  """
  use GenServer

  @type refusal :: :closed | {:too_many, 0..255}
  @type discount :: %{percent: 0..100, code: String.t() | nil}
  @opaque receipt :: {pos_integer, [Shop.Item.t()]}

  @doc "Puts an item into the basket; how many there are."
  @spec add(GenServer.server(), Shop.Item.t(), timeout) :: {:ok, non_neg_integer} | {:error, refusal}
  def add(server, %Shop.Item{} = item, timeout \\ 5000), do: GenServer.call(server, {:add, item}, timeout)

  @doc "What is in it, at a discount."
  @spec price(GenServer.server(), discount | nil) :: non_neg_integer
  def price(server, discount), do: GenServer.call(server, {:total, discount}, 60_000)

  @doc "Takes the money."
  @spec pay(GenServer.server()) :: receipt
  def pay(server), do: GenServer.call(server, :pay)

  @spec is_empty?(GenServer.server()) :: boolean
  def is_empty?(server), do: GenServer.call(server, :empty?)

  @doc "Closes the shop; what is in the basket stays."
  @spec close(GenServer.server()) :: :ok
  def close(server), do: GenServer.cast(server, :close)

  @spec remark(pid, text :: String.t(), type :: integer) :: any
  def remark(server, text, type), do: send(server, {:remark, type, text})

  # Two messages: no method.
  @spec add_all(pid, [Shop.Item.t()]) :: :ok
  def add_all(server, items) do
    Enum.each(items, &add(server, &1))
  end

  @impl true
  def init(limit), do: {:ok, %{items: [], limit: limit, open: true}}

  @impl true
  def handle_call({:add, _}, _from, %{open: false} = state), do: {:reply, {:error, :closed}, state}

  def handle_call({:add, _}, _from, %{limit: limit, items: items} = state) when length(items) == limit do
    {:reply, {:error, {:too_many, limit}}, state}
  end

  def handle_call({:add, item}, _from, state) do
    {:reply, {:ok, length(state.items) + 1}, %{state | items: [item | state.items]}}
  end

  def handle_call({:total, nil}, _from, state), do: {:reply, total(state), state}
  def handle_call({:total, %{percent: percent}}, _from, state), do: {:reply, div(total(state) * (100 - percent), 100), state}
  def handle_call(:pay, _from, state), do: {:reply, {total(state), state.items}, %{state | items: []}}
  def handle_call(:empty?, _from, state), do: {:reply, state.items == [], state}

  @impl true
  def handle_cast(:close, state), do: {:noreply, %{state | open: false}}

  @impl true
  def handle_info({:remark, type, text}, state) do
    {:noreply, %{state | items: [%Shop.Item{name: text, price: type} | state.items]}}
  end

  defp total(state), do: state.items |> Enum.map(& &1.price) |> Enum.sum()
end

defmodule Shop.Shapes do
  @type tree :: :leaf | {:node, tree, integer, tree}
  @type shape :: {:circle, float} | {:rect, width :: float, height :: float} | :nothing
  @type pair(a) :: {a, a}

  @doc "Of the module that has it."
  @callback area(shape) :: {:ok, float} | {:error, String.t()}

  @doc "Left for right."
  @spec flip(tree) :: tree
  def flip(:leaf), do: :leaf
  def flip({:node, left, value, right}), do: {:node, flip(right), value, flip(left)}

  @doc "How often each is there."
  @spec count([String.t()]) :: %{optional(String.t()) => pos_integer}
  def count(words), do: Enum.frequencies(words)

  @spec swap(pair(x)) :: pair(x) when x: integer
  def swap({a, b}), do: {b, a}

  @spec classify(-5..300) :: :low | :high | {:exactly, 10 | 20}
  def classify(n) when n in [10, 20], do: {:exactly, n}
  def classify(n) when n < 10, do: :low
  def classify(_), do: :high

  @spec anything(keyword, (integer -> integer)) :: iodata
  def anything(_, _), do: []

  @spec area(shape) :: {:ok, float} | {:error, String.t()}
  def area({:circle, radius}), do: {:ok, radius * radius * 3.0}
  def area({:rect, width, height}), do: {:ok, width * height}
  def area(:nothing), do: {:error, "nothing has no area"}
end
