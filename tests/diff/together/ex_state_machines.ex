# stage: e. gen_statem from Elixir: a turnstile, a traffic light on timeouts, postponed events, replies later, state functions.
defmodule ExStateMachines.Turnstile do
  @behaviour :gen_statem
  def callback_mode, do: [:state_functions, :state_enter]
  def init(price), do: {:ok, :locked, %{price: price, paid: 0, log: []}}
  def locked(:enter, old, data), do: {:keep_state, log(data, {:enter, old, :locked})}
  def locked({:call, from}, {:coin, n}, %{paid: paid, price: price} = data) when paid + n >= price,
    do: {:next_state, :open, %{data | paid: paid + n - price}, [{:reply, from, {:open, paid + n - price}}]}
  def locked({:call, from}, {:coin, n}, data), do: {:keep_state, %{data | paid: data.paid + n}, [{:reply, from, {:missing, data.price - data.paid - n}}]}
  def locked({:call, _}, :push, data), do: {:keep_state, log(data, :postponed), [:postpone]}
  def locked(type, event, data), do: handle(type, event, :locked, data)
  def open(:enter, old, data), do: {:keep_state, log(data, {:enter, old, :open})}
  def open({:call, from}, :push, data), do: {:next_state, :locked, data, [{:reply, from, :through}]}
  def open(type, event, data), do: handle(type, event, :open, data)
  defp handle({:call, from}, :log, state, data), do: {:keep_state_and_data, [{:reply, from, {state, Enum.reverse(data.log)}}]}
  defp handle({:call, from}, event, _, _), do: {:keep_state_and_data, [{:reply, from, {:not_now, event}}]}
  defp handle(:cast, :stop, _, data), do: {:stop, :normal, data}
  defp log(data, entry), do: %{data | log: [entry | data.log]}
  def terminate(reason, state, data), do: IO.inspect({:terminate, reason, state, data.paid})
end

defmodule ExStateMachines.Light do
  @behaviour :gen_statem
  def callback_mode, do: :handle_event_function
  def init(watcher), do: {:ok, :red, watcher, [{:state_timeout, 30, :next}]}
  def handle_event(:state_timeout, :next, :red, watcher), do: go(:green, watcher)
  def handle_event(:state_timeout, :next, :green, watcher), do: go(:yellow, watcher)
  def handle_event(:state_timeout, :next, :yellow, watcher), do: (send(watcher, {:light, :done}); :stop)
  def handle_event({:timeout, name}, content, _state, watcher), do: (send(watcher, {:timeout, name, content}); :keep_state_and_data)
  def handle_event(:cast, {:timer, name, ms}, _, _), do: {:keep_state_and_data, [{{:timeout, name}, ms, :rang}]}
  def handle_event(:cast, {:cancel, name}, _, _), do: {:keep_state_and_data, [{{:timeout, name}, :cancel}]}
  def handle_event(:internal, :told, state, watcher), do: (send(watcher, {:light, state}); :keep_state_and_data)
  def handle_event(:info, message, _state, watcher), do: (send(watcher, {:info, message}); :keep_state_and_data)
  defp go(state, watcher), do: {:next_state, state, watcher, [{:next_event, :internal, :told}, {:state_timeout, 40, :next}]}
end

defmodule ExStateMachines do
  alias ExStateMachines.{Light, Turnstile}

  def main do
    {:ok, pid} = :gen_statem.start_link(Turnstile, 5, [])
    me = self()
    spawn_link(fn -> send(me, {:pushed, :gen_statem.call(pid, :push)}) end)
    Process.sleep(10)
    for coin <- [2, 2, 3], do: IO.inspect(:gen_statem.call(pid, {:coin, coin}))
    receive do message -> IO.inspect(message) end
    IO.inspect(:gen_statem.call(pid, {:coin, 1}))
    IO.inspect(:gen_statem.call(pid, :dance))
    IO.inspect(:gen_statem.call(pid, :log))
    IO.inspect(:sys.get_state(pid) |> elem(0))
    monitor = Process.monitor(pid)
    :gen_statem.cast(pid, :stop)
    receive do {:DOWN, ^monitor, _, _, reason} -> IO.inspect(reason) end

    {:ok, light} = :gen_statem.start(Light, self(), [])
    :gen_statem.cast(light, {:timer, :a, 1})
    :gen_statem.cast(light, {:timer, :b, 5000})
    :gen_statem.cast(light, {:cancel, :b})
    send(light, :hello)
    collect([]) |> Enum.sort() |> Enum.each(&IO.inspect/1)
    IO.inspect(catch_exit(fn -> :gen_statem.call(light, :anything, 50) end))
    IO.inspect(:gen_statem.start(Turnstile.Missing, [], []) |> elem(0))
  end

  defp collect(seen) do
    receive do
      {:light, :done} -> seen
      other -> collect([other | seen])
    end
  end

  defp catch_exit(fun) do
    fun.()
  catch
    :exit, {reason, _} -> {:exit, reason}
  end
end
