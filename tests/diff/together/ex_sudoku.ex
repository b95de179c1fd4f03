# stage: e. Sudoku by constraint propagation and search: maps of sets, throw out of a search, a puzzle without a solution.
defmodule ExSudoku do
  @cells for(r <- 0..8, c <- 0..8, do: {r, c})
  @peers Map.new(@cells, fn {r, c} = cell ->
           box = for(i <- 0..2, j <- 0..2, do: {div(r, 3) * 3 + i, div(c, 3) * 3 + j})
           {cell, (for(i <- 0..8, do: {r, i}) ++ for(i <- 0..8, do: {i, c}) ++ box) |> Enum.uniq() |> List.delete(cell)}
         end)

  def solve(text) do
    all = Map.new(@cells, &{&1, MapSet.new(1..9)})
    text = String.replace(text, ~r/[^0-9.]/, "")
    given = for {<<c>>, cell} <- Enum.zip(for(<<c <- text>>, do: <<c>>), @cells), c in ?1..?9, do: {cell, c - ?0}

    with {:ok, board} <- Enum.reduce_while(given, {:ok, all}, fn {cell, n}, {:ok, board} -> next(assign(board, cell, n)) end),
         do: search(board)
  end

  defp next({:ok, _} = ok), do: {:cont, ok}
  defp next(error), do: {:halt, error}

  defp assign(board, cell, n) do
    board[cell] |> MapSet.delete(n) |> Enum.reduce_while({:ok, board}, fn other, {:ok, board} -> next(eliminate(board, cell, other)) end)
  end

  defp eliminate(board, cell, n) do
    options = board[cell]

    if n not in options do
      {:ok, board}
    else
      left = MapSet.delete(options, n)
      board = Map.put(board, cell, left)

      case MapSet.size(left) do
        0 -> {:contradiction, cell}
        1 -> ([last] = MapSet.to_list(left); Enum.reduce_while(@peers[cell], {:ok, board}, fn peer, {:ok, board} -> next(eliminate(board, peer, last)) end))
        _ -> {:ok, board}
      end
    end
  end

  defp search(board) do
    case board |> Enum.filter(fn {_, options} -> MapSet.size(options) > 1 end) |> Enum.min_by(fn {cell, options} -> {MapSet.size(options), cell} end, fn -> nil end) do
      nil -> {:ok, board}
      {cell, options} ->
        Enum.find_value(options, :none, fn n ->
          with {:ok, board} <- assign(board, cell, n), {:ok, done} <- search(board), do: {:ok, done}, else: (_ -> nil)
        end)
    end
  end

  def show({:ok, board}), do: for(r <- 0..8, do: IO.puts(Enum.map_join(0..8, " ", fn c -> Enum.join(board[{r, c}]) end)))
  def show(other), do: IO.inspect(other)

  def main do
    show(solve("530070000600195000098000060800060003400803001700020006060000280000419005000080079"))
    show(solve("..9748...7.........2.1.9.....7...24..64.1.59..98...3.....8.3.2.........6...2759.."))
    show(solve("550070000600195000098000060800060003400803001700020006060000280000419005000080079"))
    show(solve(String.duplicate(".", 81)))
  end
end
