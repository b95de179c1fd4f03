# A chat's rooms: GenServers under a DynamicSupervisor, under names of a Registry. Members are pids: Rust's sessions.
defmodule Chat do
  use Supervisor

  # Called by Rust in a process of its own, which ends when this returns: the tree must outlive it.
  def start do
    {:ok, supervisor} = Supervisor.start_link(__MODULE__, [], name: __MODULE__)
    Process.unlink(supervisor)
    supervisor
  end

  @impl true
  def init(_) do
    children = [
      {Registry, keys: :unique, name: Chat.Names},
      {DynamicSupervisor, name: Chat.Rooms, strategy: :one_for_one}
    ]

    Supervisor.init(children, strategy: :one_for_all)
  end

  @doc "The room of this name, which is opened if there is none."
  def room(name) do
    case DynamicSupervisor.start_child(Chat.Rooms, {Chat.Room, name}) do
      {:ok, room} -> room
      {:error, {:already_started, room}} -> room
    end
  end

  @doc "How many rooms there are."
  def rooms, do: DynamicSupervisor.count_children(Chat.Rooms).active

  @doc "Waits until all rooms have closed, as they do when their last member leaves."
  def closed do
    for {_, room, _, _} <- DynamicSupervisor.which_children(Chat.Rooms) do
      reference = Process.monitor(room)
      receive do: ({:DOWN, ^reference, _, _, _} -> :ok)
    end

    rooms()
  end
end

defmodule Chat.Room do
  use GenServer, restart: :temporary

  def start_link(name), do: GenServer.start_link(__MODULE__, name, name: {:via, Registry, {Chat.Names, name}})

  @impl true
  def init(_name), do: {:ok, %{}}

  # How many are in the room now.
  @impl true
  def handle_call({:join, member, nick}, _from, members) do
    Process.monitor(member)
    members = Map.put(members, member, nick)
    {:reply, map_size(members), members}
  end

  @impl true
  def handle_cast({:say, member, text}, members) do
    line = {:line, Map.fetch!(members, member), text}
    Enum.each(members, fn {listener, _} -> send(listener, line) end)
    {:noreply, members}
  end

  @impl true
  def handle_info({:DOWN, _, :process, member, _}, members) do
    members = Map.delete(members, member)
    if members == %{}, do: {:stop, :normal, members}, else: {:noreply, members}
  end
end
