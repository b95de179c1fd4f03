defmodule Dala.Tensor do
  @moduledoc """
  Tensors in Dala's tensor region, which Rust actors, models and Elixir processes share without copying.

      iex> t = Dala.Tensor.from_list([1.0, 2.0, 3.0, 4.0], :f32, [2, 2])
      #Dala.Tensor<f32[2, 2]>
      iex> t |> Dala.Tensor.slice(0, 1, 1) |> Dala.Tensor.to_list()
      [3.0, 4.0]

  A tensor is immutable. Its handle is a reference: sending it to a process, on this node, shares the elements, and they
  are freed when the last process that has it ends or collects its garbage. `release/1` frees them at once: then the
  handle is stale, for everybody it was sent to as well, and using it raises `ArgumentError`.

  `type` and `shape` are for patterns: `%Dala.Tensor{type: :f32, shape: [_, 576]}`. Views (`slice/4`, `reshape/2`,
  `transpose/3`) share the elements; so does `to_binary/1`, but for views with gaps and up to 64 bytes. What is copied is
  counted by the region (`Region::copied_bytes` in Rust).

  A tensor on a GPU has a handle as well: a process can keep it, `release/1` it and send it on, to a Rust actor that computes
  there; what would look at its elements raises.

  What does not fit raises: an `ArgumentError` for what is no tensor, a `RuntimeError` that says why else. The functions
  whose body is `:erlang.nif_error/1` are Rust's (`dala_gpu::Natives`).
  """

  @enforce_keys [:type, :shape, :handle]
  defstruct [:type, :shape, :handle]

  @type type :: :f32 | :f16 | :bf16 | :i8 | :u8 | :i32 | :i64 | :bool
  @type shape :: [non_neg_integer]
  @type element :: number | boolean | :nan | :infinity | :"-infinity"
  @opaque handle :: reference
  @type t :: %__MODULE__{type: type, shape: shape, handle: handle}

  @doc "A tensor with the elements in a binary, in this machine's byte order, the last axis running fastest. One copy."
  @spec from_binary(binary, type, shape) :: t
  def from_binary(_binary, _type, _shape), do: :erlang.nif_error(:not_loaded)

  @doc "A tensor with the numbers of a flat list. Raises if one is not of the type: `300` is no `:u8`, `1.5` no `:i32`."
  @spec from_list([element], type, shape) :: t
  def from_list(_list, _type, _shape), do: :erlang.nif_error(:not_loaded)

  @doc "A vector with the numbers of a list."
  @spec from_list([element], type) :: t
  def from_list(list, type), do: from_list(list, type, [length(list)])

  @doc "The type of its elements."
  @spec type(t) :: type
  def type(%__MODULE__{type: type}), do: type

  @doc "The sizes of its axes."
  @spec shape(t) :: shape
  def shape(%__MODULE__{shape: shape}), do: shape

  @doc "The part of `length` from `start` on, along an axis."
  @spec slice(t, non_neg_integer, non_neg_integer, non_neg_integer) :: t
  def slice(_tensor, _axis, _start, _length), do: :erlang.nif_error(:not_loaded)

  @doc "The same elements in another shape."
  @spec reshape(t, shape) :: t
  def reshape(_tensor, _shape), do: :erlang.nif_error(:not_loaded)

  @doc "Two axes exchanged."
  @spec transpose(t, non_neg_integer, non_neg_integer) :: t
  def transpose(_tensor, _a, _b), do: :erlang.nif_error(:not_loaded)

  @doc "Its elements as a binary that shares them: it keeps the tensor's memory as long as it lives."
  @spec to_binary(t) :: binary
  def to_binary(_tensor), do: :erlang.nif_error(:not_loaded)

  @doc "Its elements as a flat list."
  @spec to_list(t) :: [element]
  def to_list(_tensor), do: :erlang.nif_error(:not_loaded)

  @doc "Frees it now, not when the garbage is collected. `:stale` if somebody did before."
  @spec release(t) :: :ok | :stale
  def release(_tensor), do: :erlang.nif_error(:not_loaded)

  defimpl Inspect do
    def inspect(%{type: type, shape: shape}, _options) do
      "#Dala.Tensor<#{type}[#{Enum.join(shape, ", ")}]>"
    end
  end
end
