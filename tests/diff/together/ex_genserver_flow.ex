# stage: e. GenServers in depth: continue, timeouts, deferred replies, hibernation, termination, call failures, names of every kind, state replaced.
defmodule ExGenserverFlow.Server do
  use GenServer
  def init({:stop, why}), do: {:stop, why}
  def init(:ignore), do: :ignore
  def init({:continue, to}), do: {:ok, %{to: to, log: []}, {:continue, :first}}
  def init({:timeout, to}), do: {:ok, %{to: to, log: []}, 10}
  def init(to), do: (Process.flag(:trap_exit, true); {:ok, %{to: to, log: []}})
  def handle_continue(:first, s), do: {:noreply, log(s, :first), {:continue, {:second, 2}}}
  def handle_continue({:second, n}, s), do: (send(s.to, {:continued, n}); {:noreply, log(s, n)})
  def handle_call(:log, _, s), do: {:reply, Enum.reverse(s.log), s}
  def handle_call({:later, ms}, from, s), do: (Process.send_after(self(), {:answer, from, ms}, ms); {:noreply, s})
  def handle_call(:reply_early, from, s), do: (GenServer.reply(from, :early); {:noreply, log(s, :replied)})
  def handle_call(:crash, _, _), do: raise("crashed in call")
  def handle_call(:stop, _, s), do: {:stop, :normal, :stopping, s}
  def handle_call(:stop_silent, _, s), do: {:stop, {:shutdown, :silent}, s}
  def handle_call(:hibernate, _, s), do: {:reply, :sleeping, s, :hibernate}
  def handle_call(:bad, _, _), do: :not_a_reply
  def handle_call({:idle, ms}, _, s), do: {:reply, :ok, s, ms}
  def handle_call(:throw, _, s), do: throw({:reply, :thrown, s})
  def handle_cast({:log, x}, s), do: {:noreply, log(s, x)}
  def handle_cast({:stop, why}, s), do: {:stop, why, s}
  def handle_info({:answer, from, ms}, s), do: (GenServer.reply(from, {:waited, ms}); {:noreply, s})
  def handle_info(:timeout, s), do: (send(s.to, :timed_out); {:noreply, log(s, :timeout)})
  def handle_info({:EXIT, _, why}, s), do: {:noreply, log(s, {:exit, why})}
  def handle_info(other, s), do: {:noreply, log(s, {:info, other})}
  def terminate(why, %{to: to}), do: send(to, {:terminated, shape(why)})
  def format_status(_, [_, s]), do: [data: [{'State', Map.keys(s)}]]
  def shape({%{__exception__: true} = e, _}), do: Exception.message(e)
  def shape(other), do: other
  defp log(s, x), do: %{s | log: [x | s.log]}
end

defmodule ExGenserverFlow do
  alias ExGenserverFlow.Server

  def caught(fun) do
    fun.()
  catch
    :exit, {{%{__exception__: true} = e, _}, {GenServer, :call, [_, m, t]}} -> {:exit, Exception.message(e), m, t}
    :exit, {reason, {GenServer, :call, [_, m, t]}} -> {:exit, reason, m, t}
    :exit, reason -> {:exit, reason}
  end

  def next, do: (receive do m -> m after 5000 -> :nothing end)

  def main do
    Process.flag(:trap_exit, true)
    IO.inspect([GenServer.start_link(Server, {:stop, :bad_luck}), GenServer.start_link(Server, :ignore)])
    IO.inspect(for(_ <- 1..2, do: next() |> elem(2)) |> Enum.sort())
    {:ok, p} = GenServer.start_link(Server, {:continue, self()})
    IO.inspect({next(), GenServer.call(p, :log)})
    {:ok, t} = GenServer.start_link(Server, {:timeout, self()}, name: :ex_flow_named)
    IO.inspect({next(), GenServer.call(:ex_flow_named, :log), GenServer.whereis(:ex_flow_named) == t, GenServer.start_link(Server, self(), name: :ex_flow_named) == {:error, {:already_started, t}}})
    IO.inspect({GenServer.call(t, {:idle, 5}), next()})

    {:ok, s} = GenServer.start_link(Server, self())
    IO.inspect(for ms <- [20, 5] do Task.async(fn -> GenServer.call(s, {:later, ms}) end) end |> Enum.map(&Task.await/1))
    for _ <- 1..2, do: next()
    IO.inspect({GenServer.call(s, :reply_early), GenServer.call(s, :hibernate), GenServer.call(s, :throw)})
    send(s, :a_message)
    GenServer.cast(s, {:log, :cast})
    spawn_link(fn -> Process.link(s); exit(:linked_one) end)
    next()
    Process.sleep(10)
    IO.inspect(GenServer.call(s, :log) |> Enum.reject(&match?({:exit, :normal}, &1)))
    IO.inspect(caught(fn -> GenServer.call(s, {:later, 1000}, 10) end))
    IO.inspect(caught(fn -> GenServer.call(s, :crash) end))
    IO.inspect([next(), next() |> elem(0)])
    IO.inspect(caught(fn -> GenServer.call(s, :log) end))
    IO.inspect(caught(fn -> GenServer.call(:nobody_here, :log) end))
    IO.inspect(caught(fn -> GenServer.call({:nobody, node()}, :log) end))
    IO.inspect(GenServer.cast(:nobody_here, :x))

    for {message, how} <- [stop: :call, stop_silent: :call, bad: :call, x: :cast, y: :stop, z: :kill] do
      {:ok, s} = GenServer.start_link(Server, self())
      result = case how do
        :call -> caught(fn -> GenServer.call(s, message) end)
        :cast -> GenServer.cast(s, {:stop, {:custom, message}})
        :stop -> GenServer.stop(s, :shutdown)
        :kill -> Process.exit(s, :kill)
      end
      IO.inspect({message, result})
      IO.inspect(Enum.map(1..if(how == :kill, do: 1, else: 2), fn _ -> (case next() do {:EXIT, ^s, why} -> {:EXIT, Server.shape(why)}; {:terminated, why} -> {:terminated, why}; other -> other end) end))
    end

    {:ok, _} = Registry.start_link(keys: :unique, name: ExGenserverFlow.Names)
    via = {:via, Registry, {ExGenserverFlow.Names, "k", :value}}
    {:ok, v} = GenServer.start_link(Server, self(), name: via)
    IO.inspect({GenServer.call(via, :log), Registry.lookup(ExGenserverFlow.Names, "k") == [{v, :value}], GenServer.whereis(via) == v})
    {:ok, g} = GenServer.start_link(Server, self(), name: {:global, {:ex, 1}})
    IO.inspect({GenServer.call({:global, {:ex, 1}}, :log), :global.whereis_name({:ex, 1}) == g})
    IO.inspect(caught(fn -> GenServer.call({:global, :none}, :log) end))
    IO.inspect({:sys.get_state(v).log, :sys.replace_state(v, &%{&1 | log: [:replaced]}).log, GenServer.call(v, :log)})
    {:status, _, {:module, m}, [_, :running, _, _, misc]} = :sys.get_status(v)
    IO.inspect({m, misc |> Enum.filter(&match?({:data, _}, &1)) |> List.last()})
    IO.inspect(GenServer.multi_call([node()], :ex_flow_named, :log))
    IO.inspect(GenServer.abcast([node()], :ex_flow_named, {:log, 1}))
    id = :gen_server.send_request(v, :log)
    IO.inspect(:gen_server.receive_response(id, 100))
    IO.inspect(try do GenServer.start_link(Server, 1, name: "string") rescue e -> e.__struct__ end)
    for pid <- [p, t, v, g], do: GenServer.stop(pid)
  end
end
