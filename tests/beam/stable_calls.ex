# The Elixir side of tests/tests/interop_stable.rs: processes that share a value of Rust.
defmodule Stable.Calls do
  # Each of three processes reads the value where it lies, and so does this one.
  def shared(routes) do
    own = Stable.Routes.address(routes)
    parent = self()

    for key <- 1..3 do
      spawn_link(fn ->
        send(parent, {key, Stable.Routes.host(routes, key), Stable.Routes.address(routes)})
      end)
    end

    for key <- 1..3 do
      receive do
        {^key, host, address} -> {host, address == own}
      end
    end
  end

  # Gives it back as it came, once as a message and once as a reply.
  def kept(routes), do: {routes, [routes]}

  def misfit(value) do
    try do
      Stable.Routes.address(value)
    rescue
      error -> Exception.message(error)
    end
  end
end
