# Made by Dala from the Rust actor Ledger: what is written here is lost.
defmodule Ledger do
  @moduledoc "Messages of the Rust actor `Ledger`."

  @typedoc "Its pid, or a name that it has."
  @type server :: GenServer.server()

  # What the actor took when this was written; compared when it is loaded.
  Module.register_attribute(__MODULE__, :dala_protocol, persist: true)
  @dala_protocol {"Ledger", [
    {"open_account", "{:open_account, owner: String.t()} :: non_neg_integer"},
    {"pay", "{:pay, number: non_neg_integer, amount: integer} :: :ok | {:error, refusal}"},
    {"find", "{:find, number: non_neg_integer} :: account | nil"},
    {"adopt", "{:adopt, account: account} :: non_neg_integer"},
    {"end", "{:end, after: 0..255, server: {number | :nan | :infinity | :\"-infinity\", boolean}} :: :ok"},
    {"type account", "%{number: non_neg_integer, owner: String.t(), history: [change]}"},
    {"type change", ":opened | {:paid, integer}"},
    {"type refusal", ":unknown | {:short, integer}"}
  ]}

  @type account :: %{number: non_neg_integer, owner: String.t(), history: [change]}

  @type change :: :opened | {:paid, integer}

  @type refusal :: :unknown | {:short, integer}

  defmodule Messages do
    @moduledoc "Messages of the Rust actor as records, to send and to match on: `require Ledger.Messages`."
    require Record

    Record.defrecord(:open_account, :open_account, owner: nil)
    @type open_account :: record(:open_account, owner: String.t())

    Record.defrecord(:pay, :pay, number: nil, amount: nil)
    @type pay :: record(:pay, number: non_neg_integer, amount: integer)

    Record.defrecord(:find, :find, number: nil)
    @type find :: record(:find, number: non_neg_integer)

    Record.defrecord(:adopt, :adopt, account: nil)
    @type adopt :: record(:adopt, account: Ledger.account)

    Record.defrecord(:message_end, :end, after: nil, server: nil)
    @type message_end :: record(:message_end, after: 0..255, server: {number | :nan | :infinity | :"-infinity", boolean})
  end

  @doc """
  Opens an account: `"\#{owner}"` in Elixir is text, \\ too.

  Its number is the reply.

  Sends `{:open_account, owner}` and waits for the reply.
  """
  @spec open_account(server, String.t(), timeout) :: non_neg_integer
  def open_account(server, owner, timeout \\ 5000), do: GenServer.call(server, {:open_account, owner}, timeout)

  @doc "Sends `{:pay, number, amount}` and waits for the reply."
  @spec pay(server, non_neg_integer, integer, timeout) :: :ok | {:error, refusal}
  def pay(server, number, amount, timeout \\ 5000), do: GenServer.call(server, {:pay, number, amount}, timeout)

  @doc "Sends `{:find, number}` and waits for the reply."
  @spec find(server, non_neg_integer, timeout) :: account | nil
  def find(server, number, timeout \\ 5000), do: GenServer.call(server, {:find, number}, timeout)

  @doc "Sends `{:adopt, account}` and waits for the reply."
  @spec adopt(server, account, timeout) :: non_neg_integer
  def adopt(server, account, timeout \\ 5000), do: GenServer.call(server, {:adopt, account}, timeout)

  @doc """
  Names that mean something in Elixir.

  Sends `{:end, after_, server_}` and waits for the reply.
  """
  @spec message_end(server, 0..255, {number | :nan | :infinity | :"-infinity", boolean}, timeout) :: :ok
  def message_end(server, after_, server_, timeout \\ 5000), do: GenServer.call(server, {:end, after_, server_}, timeout)

  @doc """
  Names that mean something in Elixir.

  Sends `{:end, after_, server_}` and does not wait.
  """
  @spec cast_message_end(server, 0..255, {number | :nan | :infinity | :"-infinity", boolean}) :: :ok
  def cast_message_end(server, after_, server_), do: GenServer.cast(server, {:end, after_, server_})
end
