# What a confined process tries in tests/tests/interop_sandbox.rs.
defmodule Confined do
  # What came of it, as text.
  def attempt(what) do
    inspect(act(what))
  rescue
    error in SystemLimitError -> inspect(error.__struct__)
    error in ErlangError -> inspect(error.original)
  catch
    # `gen_server:call/2` makes an exit of what goes wrong in it.
    :exit, {{{:not_granted, _} = refused, _stack}, {:gen_server, :call, _}} -> inspect(refused)
  end

  defp act("compute"), do: Enum.sum(1..10)
  defp act("talk"), do: Task.await(Task.async(fn -> receive(do: (:never -> 1), after: (0 -> 2)) end))
  defp act("print"), do: IO.write(:stderr, "")
  defp act("read"), do: File.exists?("/")
  defp act("read raw"), do: elem(:prim_file.list_dir(~c"/"), 0)
  defp act("apply"), do: elem(apply(Enum.random([:prim_file]), :list_dir, [~c"/"]), 0)
  defp act("capture"), do: elem(Enum.map([~c"/"], &:prim_file.list_dir/1) |> hd(), 0)
  defp act("server"), do: send(:file_server_2, :x)
  defp act("server by pid"), do: send(Process.whereis(:file_server_2), :x)
  defp act("server by node"), do: send({:file_server_2, node()}, :x)
  defp act("server later"), do: is_reference(:erlang.send_after(0, :file_server_2, :x))
  defp act("child"), do: Task.await(Task.async(fn -> attempt("read raw") end))
  defp act("grandchild"), do: Task.await(Task.async(fn -> act("child") end))
  defp act("environment"), do: is_map(System.get_env())
  defp act("program"), do: is_port(Port.open({:spawn, "true"}, []))
  defp act("halt"), do: :erlang.halt(7)
  defp act("application"), do: Application.stop(:no_such_application)
  defp act("persistent term"), do: :persistent_term.put(:confined, 1)
  defp act("code path"), do: :code.add_path(~c"/")
  defp act("trace"), do: :erlang.trace(:new, false, [:call])
  defp act("list"), do: is_list(Process.list())
  defp act("make a pid"), do: is_pid(:erlang.list_to_pid(:erlang.pid_to_list(self())))
  defp act("end another"), do: Process.exit(Process.whereis(:confined_victim), :kill)
  defp act("link with another"), do: Process.link(Process.whereis(:confined_victim))
  defp act("end a child"), do: Process.exit(spawn(fn -> Process.sleep(:infinity) end), :kill)

  defp act("supervise") do
    {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_one)
    Supervisor.stop(supervisor)
  end

  defp act("compile") do
    Code.compiler_options(ignore_module_conflict: true)
    source = "defmodule ConfinedScript do\n  def x, do: 1\nend"
    [{module, _}] = Code.compile_string(source)
    {module, apply(module, :x, []), length(Code.compile_string(source))}
  end

  defp act("compile the program's"), do: Code.compile_string("defmodule Confined do\nend")
  defp act("native"), do: Confined.Native.double(4)
  defp act("actor"), do: Dala.Actor.start(actor: :nobody, args: [])

  defp act("load new"), do: load(:confined_new)
  defp act("load again"), do: {load(:confined_again), :code.purge(:confined_again), load(:confined_again)}
  defp act("load a library's"), do: load(:lists)
  defp act("load the program's"), do: load(Confined)
  defp act("delete the program's"), do: :code.delete(Confined)

  defp act("end itself") do
    {pid, monitor} = spawn_monitor(fn -> Process.exit(self(), :mine) end)
    receive(do: ({:DOWN, ^monitor, :process, ^pid, reason} -> reason))
  end

  defp act("many processes") do
    Enum.map(1..10, fn _ -> spawn(fn -> Process.sleep(:infinity) end) end) |> length()
  end

  defp act("many atoms") do
    made = Enum.reduce_while(1..100, 0, fn n, made ->
      try do
        String.to_atom("confined_#{System.unique_integer()}_#{n}")
        {:cont, made + 1}
      rescue
        SystemLimitError -> {:halt, made}
      end
    end)

    # What exists is no new atom.
    {made, String.to_atom("confined") == :confined, attempt("another atom")}
  end

  defp act("another atom"), do: String.to_atom("confined_#{System.unique_integer()}")
  defp act("grow"), do: grow([])

  defp load(module) do
    forms = [{:attribute, 1, :module, module}]
    {:ok, ^module, binary} = :compile.noenv_forms(forms, [])
    elem(:code.load_binary(module, ~c"nowhere", binary), 0)
  end

  defp grow(list), do: grow([list | list])

  # For the command line.
  def tell do
    IO.puts(Enum.map_join(["read raw", "environment", "compute"], " ", &attempt/1))
  end

  # Starts an application of Confined.App, and stops it; what it told.
  def application(name) do
    {:ok, [^name]} = Application.ensure_all_started(name)
    told = Agent.get(Confined.App, & &1)
    {told, Application.stop(name), Process.whereis(Confined.App)}
  end

  # A process that is not confined.
  def victim do
    Process.register(spawn(fn -> Process.sleep(:infinity) end), :confined_victim)
    :ok
  end

  # Uses at least so many reductions.
  def use_up(0), do: :ok
  def use_up(n), do: use_up(n - 1)
end

# A server that somebody free starts.
defmodule Confined.Server do
  use GenServer

  def start, do: elem(GenServer.start(__MODULE__, nil), 1)
  def init(_), do: {:ok, nil}
  def handle_call({:attempt, what}, _from, state), do: {:reply, Confined.attempt(what), state}
end

# An application that tries things as it starts, and keeps what came of them.
defmodule Confined.App do
  use Application

  def start(:normal, attempts) do
    told = Enum.map(attempts, &Confined.attempt(Atom.to_string(&1)))
    Supervisor.start_link([%{id: 1, start: {Agent, :start_link, [fn -> told end, [name: __MODULE__]]}}], strategy: :one_for_one)
  end
end

defmodule Confined.Native do
  def double(_), do: :erlang.nif_error(:not_there)
end
