# What runs a plugin: a process that compiles its script, and keeps its state when a new version comes.
defmodule Plugins.Runner do
  use GenServer

  @impl true
  def init(_) do
    # One version takes the place of the other.
    Code.compiler_options(ignore_module_conflict: true)
    {:ok, nil}
  end

  # `{:ok, version}`, or what the compiler says; the old version goes on then.
  @impl true
  def handle_call({:load, file, source}, _from, plugin) do
    case compile(source, file) do
      {:ok, module} ->
        state = if plugin, do: elem(plugin, 1), else: module.start()
        {:reply, {:ok, module.version()}, {module, state}}

      {:error, message} ->
        {:reply, {:error, message}, plugin}
    end
  end

  def handle_call({:handle, event}, _from, {module, state}) do
    {reply, state} = module.handle(event, state)
    {:reply, reply, {module, state}}
  end

  defp compile(source, file) do
    case Code.compile_string(source, file) do
      [{module, _} | _] -> {:ok, module}
      [] -> {:error, "#{file}: no module"}
    end
  rescue
    error -> {:error, Exception.message(error)}
  catch
    :exit, {{{:not_granted, grant}, _stack}, _call} -> {:error, "#{file}: not granted: #{grant}"}
  end
end
