# The Elixir side of tests/tests/interop_tensor.rs. Compiled without `Dala.Tensor` at hand, hence no struct patterns.
defmodule TensorCalls do
  alias Dala.{Model, Tensor}

  def views(_) do
    t = Tensor.from_list([1.0, 2.0, 3.0, 4.0, 5.0, 6], :f32, [2, 3])
    column = Tensor.slice(t, 1, 2, 1)
    flat = Tensor.reshape(t, [6])
    turned = Tensor.transpose(t, 0, 1)
    true = match?(%{__struct__: Tensor, type: :f32, shape: [2, 1]}, column)

    {inspect(t), Tensor.to_list(column), Tensor.shape(flat), Tensor.to_list(turned),
     Tensor.from_list([1.5, :nan, :"-infinity"], :bf16) |> Tensor.to_list(), Tensor.from_list([true, false], :bool) |> Tensor.to_list()}
  end

  # A megabyte goes from Rust through two processes and comes back as a binary.
  def shared(tensor) do
    parent = self()
    spawn_link(fn -> send(parent, {:part, Tensor.slice(tensor, 0, 1, 1)}) end)

    receive do
      {:part, %{shape: [1, size]} = part} ->
        binary = Tensor.to_binary(part)
        true = byte_size(binary) == size
        <<_::binary-size(size - 1), last>> = binary
        {last, tensor, part}
    end
  end

  def written(<<_::binary>> = binary) do
    t = Tensor.from_binary(binary, :u8, [byte_size(binary)])
    true = Tensor.to_binary(t) == binary
    t
  end

  # Makes many tensors that nobody keeps.
  def many(binary) do
    Enum.each(1..200, fn _ -> Tensor.from_binary(binary, :u8, [byte_size(binary)]) end)
  end

  # Keeps a binary while its tensor is garbage, then nothing.
  def garbage(tensor) do
    binary = Tensor.to_binary(tensor)
    {:binary.last(binary), keep(binary)}
  end

  defp keep(binary) do
    :erlang.garbage_collect()
    :binary.first(binary)
  end

  def run(_) do
    x = Tensor.from_list([0.1, 0.2, 0.3, 0.4], :f32, [1, 4])
    [y] = Model.run("tiny", [x])
    [again] = Model.run("tiny", [x], within: 10_000, priority: :high)
    stream = Model.open("tiny")
    [step] = Model.step(stream, [x])
    all = Enum.map([y, again, step], &Tensor.to_list/1)
    stats = Keyword.take(Model.stats("tiny"), [:answered, :failed, :sessions])
    {Model.inputs("tiny"), Tensor.shape(y), Enum.uniq(all) == [hd(all)], stats, Model.placement("tiny")}
  end

  def wrong(_) do
    t = Tensor.from_list([1, 2], :i64, [2])
    released = Tensor.from_list([1], :i32, [1])
    :ok = Tensor.release(released)
    :stale = Tensor.release(released)

    for call <- [
          fn -> Tensor.to_list(released) end,
          fn -> Tensor.to_binary(%{t | handle: make_ref()}) end,
          fn -> Tensor.to_list(:atom) end,
          fn -> Tensor.from_binary(<<1, 2, 3>>, :f32, [1]) end,
          fn -> Tensor.from_binary(<<>>, :f80, [0]) end,
          fn -> Tensor.from_binary(<<>>, :f32, List.duplicate(1, 9)) end,
          fn -> Tensor.from_list([1, 300], :u8) end,
          fn -> Tensor.from_list([1, :two], :i32) end,
          fn -> Tensor.slice(t, 0, 1, 2) end,
          fn -> Tensor.slice(t, 1, 0, 0) end,
          fn -> Tensor.reshape(t, [3]) end,
          fn -> Model.run("nobody", [t]) end,
          fn -> Model.run("tiny", [t]) end,
          fn -> Model.run("tiny", [Tensor.from_list([1, 2, 3, 4], :f32, [1, 4])], within: 0) end,
          fn -> Model.step(make_ref(), [t]) end,
          fn -> Dala.Stream.subscribe("none") end
        ] do
      try do
        call.()
      rescue
        error -> inspect(error.__struct__) <> ": " <> Exception.message(error)
      end
    end
  end

  # Sums what a pipeline in Rust publishes, until it has so many frames.
  def listen({count, observer}) do
    :ok = Dala.Stream.subscribe("numbers")
    send(observer, {:told, :subscribed})

    sums =
      for number <- 0..(count - 1) do
        receive do
          {:stream_frame, "numbers", %{__struct__: Tensor} = tensor, ^number, micros} when is_integer(micros) ->
            tensor |> Tensor.to_list() |> Enum.sum()
        end
      end

    :ok = Dala.Stream.unsubscribe("numbers")
    Enum.sum(sums)
  end
end
