# The Elixir side of tests/tests/interop_native.rs: a module some of whose functions are Rust's, and their callers.
defmodule Fast.Hash do
  # Each of these is replaced by the Rust function of its name, also where this module calls it.
  def sum(_bytes, _seed), do: :erlang.nif_error(:not_loaded)
  def late(_value), do: :erlang.nif_error(:not_loaded)

  def twice(bytes), do: {sum(bytes, 0), sum(bytes, 1)}
end

defmodule Native.Calls do
  def ways(bytes) do
    capture = &Fast.Hash.sum/2

    {Fast.Hash.sum(bytes, 0), apply(Fast.Hash, :sum, [bytes, 0]), capture.(bytes, 0), Fast.Hash.twice(bytes),
     function_exported?(Fast.Hash, :sum, 2), Enum.map([<<1>>, <<2>>], &Fast.Hash.sum(&1, 0))}
  end

  # `call` is `{function, arguments}` of `Fast.Hash`.
  def caught({function, arguments}) do
    try do
      apply(Fast.Hash, function, arguments)
    rescue
      error ->
        [{module, name, given, _} | _] = __STACKTRACE__
        {error.__struct__, Exception.message(error), {module, name, given}}
    end
  end

  def raised({function, arguments}) do
    try do
      apply(Fast.Hash, function, arguments)
    catch
      class, reason -> {class, reason}
    end
  end

  def call({function, arguments}), do: apply(Fast.Hash, function, arguments)

  # What comes while the call waits stays in the mailbox, in order.
  def mail({function, arguments}) do
    send(self(), 1)
    value = apply(Fast.Hash, function, arguments)
    {value, Process.info(self(), :messages)}
  end

  def cost({function, arguments}) do
    {:reductions, before} = Process.info(self(), :reductions)
    apply(Fast.Hash, function, arguments)
    {:reductions, later} = Process.info(self(), :reductions)
    later - before
  end

  # Many calls, with garbage between them: what they return is on this process's heap.
  def churn(count) do
    Enum.reduce(1..count, 0, fn number, sum ->
      list = Fast.Hash.list(number)
      sum + length(list) + byte_size(Fast.Hash.text(number))
    end)
  end
end
