defmodule FileCensus do
  @moduledoc """
  Counts files by type: a process for each file asks the model that Rust serves, through a tensor that Rust made. The
  requests of all processes share the model's runs.
  """
  alias Dala.{Model, Tensor}

  @doc "How many of these files are of each class, as `{class, count}`, most first."
  def count(files) do
    files
    |> Enum.map(&Task.async(fn -> class(&1) end))
    |> Task.await_many(60_000)
    |> Enum.frequencies()
    |> Enum.sort_by(fn {class, count} -> {-count, class} end)
  end

  defp class(%Tensor{type: :i32, shape: [1, _]} = file) do
    [scores] = Model.run("file types", [file])

    {_, class} =
      scores
      |> Tensor.to_list()
      |> Enum.with_index()
      |> Enum.max()

    class
  end
end
