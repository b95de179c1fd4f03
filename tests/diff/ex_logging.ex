# stage: e. Logger: levels, metadata, compile-time macros, backends of our own, formats, translations of crashes, application environment.
defmodule ExLogging.Backend do
  @behaviour :gen_event
  def init({__MODULE__, opts}), do: {:ok, Map.new(opts)}
  def handle_call({:configure, opts}, state), do: {:ok, :configured, Map.merge(state, Map.new(opts))}
  def handle_call(:state, state), do: {:ok, Map.delete(state, :to), state}
  def handle_event({level, _gl, {Logger, message, {date, time}, meta}}, %{to: to} = s) do
    true = is_tuple(date) and is_tuple(time)
    send(to, {:logged, level, IO.chardata_to_string(message), meta |> Keyword.take([:function, :user, :crash_reason, :domain, :module]) |> Keyword.update(:crash_reason, nil, &short/1) |> Enum.sort()})
    {:ok, s}
  end
  def handle_event(:flush, s), do: {:ok, s}
  def handle_info(_, s), do: {:ok, s}
  def code_change(_, s, _), do: {:ok, s}
  def terminate(_, _), do: :ok
  defp short({e, trace}) when is_list(trace), do: {e, :trace}
  defp short(e), do: e
end

defmodule ExLogging do
  require Logger
  def main do
    {:ok, _} = Application.ensure_all_started(:logger)
    Logger.remove_backend(:console)
    Logger.configure(level: :debug)
    {:ok, _} = Logger.add_backend({ExLogging.Backend, to: self(), colour: :red})
    p(Logger.add_backend({ExLogging.Backend, to: self()}))
    for level <- [:debug, :info, :notice, :warning, :error, :critical, :alert, :emergency], do: Logger.log(level, "at #{level}", user: 1)
    shown(8)
    Logger.configure(level: :warning)
    p({Logger.level(), Logger.compare_levels(:info, :error), Logger.compare_levels(:error, :error), Logger.enabled?(self())})
    Logger.info("below"); Logger.error("above"); Logger.warn("also")
    shown(2)
    Logger.configure(level: :debug)
    Logger.metadata(user: "ann", request: 5)
    p(Logger.metadata())
    Logger.info(fn -> ["lazy", ?\s, "chars"] end)
    Logger.info(fn -> {"lazy with metadata", user: "bob"} end)
    Logger.reset_metadata(user: "cy")
    Logger.debug(%{a: 1, b: [2]})
    Logger.debug(key: "word list", n: 1)
    shown(4)
    Logger.disable(self()); Logger.error("unseen"); Logger.enable(self())
    Logger.put_module_level(__MODULE__, :error); Logger.info("unseen"); p(Logger.get_module_level(__MODULE__)); Logger.delete_module_level(__MODULE__)
    p(Logger.configure_backend({ExLogging.Backend, to: self()}, colour: :blue))
    p(:gen_event.call(Logger, {ExLogging.Backend, to: self()}, :state) )
    :logger.error("from Erlang ~p", [1])
    :error_logger.warning_msg("old way ~s", ["text"])
    shown(2)
    Logger.bare_log(:info, "bare")
    shown(1)
    crashes()
    formats()
    Logger.flush()
    p(Logger.remove_backend({ExLogging.Backend, to: self()}))
    Logger.add_backend(:console)
  end

  defp crashes do
    {:ok, a} = Agent.start(fn -> 0 end)
    catch_exit(fn -> Agent.get(a, fn _ -> raise "in an agent" end) end)
    shown(1)
    {:ok, t} = Task.start(fn -> raise ArgumentError, "in a task" end)
    ref = Process.monitor(t); receive(do: ({:DOWN, ^ref, _, _, _} -> :ok))
    shown(1)
    spawn(fn -> :erlang.error(:plain) end)
    shown(1)
    # What was shown is of an earlier one, since the backend is there twice. This one's report must not find the console.
    receive(do: ({:logged, :error, "Process " <> _, _} -> :ok), after: (1000 -> :ok))
  end
  defp catch_exit(f), do: (try do f.() catch :exit, _ -> :ok end)

  defp formats do
    pattern = Logger.Formatter.compile("$time [$level] $metadata$levelpad$message|\n")
    p(pattern)
    IO.write(Logger.Formatter.format(pattern, :info, "text", {{2024, 1, 2}, {3, 4, 5, 678}}, user: :a, n: [1], list: ["x", ?y], ref: 1.5))
    IO.write(Logger.Formatter.format({__MODULE__, :own}, :warn, ["io", ?l], {{2024, 1, 2}, {3, 4, 5, 6}}, a: 1))
    p({IO.iodata_to_binary(Logger.Formatter.format_date({2024, 11, 2})), IO.iodata_to_binary(Logger.Formatter.format_time({1, 22, 3, 4})), Logger.Formatter.prune(["ok", <<255>>, "x"])})
    p(try do Logger.Formatter.compile("$unknown") rescue e -> Exception.message(e) end)
    p(Logger.Translator.translate(:debug, :error, :format, {'plain ~p', [1]}))
  end
  def own(level, message, _ts, meta), do: "#{level}/#{message}/#{inspect(meta)}\n"

  defp shown(n) do
    for _ <- 1..n do
      receive do
        {:logged, l, m, meta} -> p({l, m |> String.replace(~r/#PID<[^>]*>/, "PID") |> String.split("\n") |> hd(), meta})
      after
        1000 -> p(:nothing)
      end
    end
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 150)
end
