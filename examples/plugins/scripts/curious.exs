# Tries what it may not do, and says how that went.
defmodule Curious do
  def version, do: "curious"
  def start, do: nil

  def handle(wish, state) do
    {do_it(wish), state}
  rescue
    error in ErlangError -> {inspect(error.original), state}
  catch
    # What a server of OTP's was asked for.
    :exit, {{{:not_granted, _} = refused, _stack}, _call} -> {inspect(refused), state}
  end

  defp do_it("compute"), do: inspect(Enum.sum(1..10))
  defp do_it("read a file"), do: inspect(File.read("/etc/hostname"))
  defp do_it("ask the file server"), do: inspect(send(:file_server_2, {:read_file, "/etc/hostname"}))
  defp do_it("run a program"), do: inspect(Port.open({:spawn, "true"}, []))
  defp do_it("stop the program"), do: System.halt(1)
end
