# The Elixir side of tests/tests/interop_reports.rs: what is logged goes to an observer, and things that go wrong.
defmodule Reports do
  # A handler of OTP's logger.
  def log(event, %{config: observer}) do
    text = :logger_formatter.format(event, %{single_line: false, template: [:msg]})
    send(observer, {:told, IO.iodata_to_binary(text)})
  end

  def observe(observer), do: :logger.add_handler(:reports, Reports, %{config: observer})

  # A process that lets the crash of whom it calls be its own.
  def buy({actor, what}), do: price(actor, what) + 1

  defp price(actor, what) do
    price = GenServer.call(actor, {:crash, what})
    price * 2
  end

  # One that does not.
  def try_to_buy({actor, what}) do
    buy({actor, what})
  catch
    :exit, {{:panic, message, place}, {GenServer, :call, [^actor | _]}} -> {message, place}
  end

  # By OTP's protocol, without its functions.
  def ask_by_hand({actor, what}) do
    reference = Process.monitor(actor)
    send(actor, {:"$gen_call", {self(), reference}, {:crash, what}})

    receive do
      {:DOWN, ^reference, :process, ^actor, reason} -> elem(reason, 0)
    end
  end

  # A Rust actor under an Elixir supervisor, which starts it again.
  def supervise({actor, what}) do
    Process.flag(:trap_exit, true)
    children = [%{id: :peer, start: {Border, :start_peer, [actor]}}]
    {:ok, supervisor} = Supervisor.start_link(children, strategy: :one_for_one)
    [{:peer, first, :worker, _}] = Supervisor.which_children(supervisor)
    send(first, {:crash, what})
    reference = Process.monitor(first)
    receive do: ({:DOWN, ^reference, _, _, _} -> :ok)
    Supervisor.stop(supervisor)
  end

  # What a function called by Rust prints goes where a program's output goes.
  def print(text), do: {IO.write(text), Process.group_leader() == Process.whereis(:user)}

  def digest(text), do: Fast.Digest.digest(text)

  # What a shell would print.
  def printed(text) do
    digest(text)
  rescue
    error -> Exception.format(:error, error, __STACKTRACE__)
  end
end

defmodule Reports.Till do
  use GenServer

  @impl true
  def init(nil), do: {:ok, nil}

  @impl true
  def handle_call({:add, a, b}, _from, state), do: {:reply, a + b, state}
  def handle_call({:fail, text}, _from, _state), do: raise(text)
  def handle_call({:digest, text}, _from, state), do: {:reply, Fast.Digest.digest(text), state}
end
