defmodule Dala.Stream do
  @moduledoc """
  What Rust publishes, a pipeline's frames for one, by the names that it gave the streams (`dala_gpu::Natives::stream`).

      :ok = Dala.Stream.subscribe("speech")

      receive do
        {:stream_frame, "speech", %Dala.Tensor{} = probabilities, number, microseconds} -> ...
      end

  `number` counts what the stream's source gave, and `microseconds` is how long ago that was. A subscriber that ends is
  forgotten.
  """

  @doc "From now on this process gets the stream's frames. Raises if there is no such stream."
  @spec subscribe(String.t()) :: :ok
  def subscribe(_name), do: :erlang.nif_error(:not_loaded)

  @doc "From now on it does not."
  @spec unsubscribe(String.t()) :: :ok
  def unsubscribe(_name), do: :erlang.nif_error(:not_loaded)
end
