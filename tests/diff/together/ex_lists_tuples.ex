# stage: e. List, Tuple, Atom and Charlist functions and their errors.
defmodule ExListsTuples do
  def main do
    l = [1, 2, 3, 2]
    p {List.first(l), List.last([]), List.first([], :d), List.delete(l, 2), List.delete_at(l, -1), List.insert_at(l, 1, :x), List.insert_at(l, -2, :y), List.insert_at(l, 99, :z), List.replace_at(l, 0, :r), List.replace_at(l, 9, :r), List.update_at(l, 2, &(&1 * 10)), List.pop_at(l, 1), List.pop_at(l, 9, :none), List.duplicate(:a, 3)}
    p {List.flatten([1, [2, [3, []]]]), List.flatten([1, [2]], [9]), List.foldl(l, [], &[&1 | &2]), List.foldr(l, [], &[&1 | &2]), List.wrap(nil), List.wrap([1]), List.wrap(:a), List.zip([[1, 2], [:a, :b, :c]]), List.starts_with?(l, [1, 2]), List.starts_with?([], []), List.improper?([1 | 2]), List.myers_difference([1, 4, 2, 3], [1, 2, 3, 4])}
    k = [{:a, 1}, {:b, 2}, {:a, 3}]
    p {List.keyfind(k, :a, 0), List.keyfind(k, 2, 1), List.keyfind(k, :z, 0, :d), List.keyfind!(k, :b, 0), List.keymember?(k, 3, 1), List.keydelete(k, :a, 0), List.keyreplace(k, :a, 0, {:a, 9}), List.keystore(k, :c, 0, {:c, 0}), List.keysort(k, 0), List.keysort(k, 1, :desc), List.keytake(k, :b, 0), List.keytake(k, :q, 0)}
    p {List.to_tuple(l), List.to_string([?a, "b", [?c]]), List.to_atom('ok'), List.to_existing_atom('ok'), List.to_integer('-12'), List.to_integer('ff', 16), List.to_float('1.5'), List.to_charlist(["a", ?b]), List.ascii_printable?('abc'), List.ascii_printable?([300]), List.ascii_printable?('a\n\x01', 2)}
    t = {1, :b, "c"}
    p {Tuple.append(t, 4), Tuple.insert_at(t, 0, 0), Tuple.delete_at(t, 1), Tuple.to_list(t), Tuple.duplicate(:x, 3), Tuple.sum({1, 2.5}), Tuple.product({2, 3}), put_elem(t, 2, :z), elem(t, 0), tuple_size(t), {} == Tuple.delete_at({1}, 0)}
    p {Atom.to_string(:"a b"), Atom.to_charlist(:é), to_string(nil), to_charlist(:ok), to_charlist(12), Charlist |> to_string(), inspect(:"Elixir.A.b"), inspect(:"é-x"), :a < :b, is_atom(nil), is_boolean(nil), inspect([nil, true, :nil]), [1, 2] ++ 3, [1 | [2]] == [1, 2], [1, 2, 1] -- [1], hd(l), tl(l), length(l), l -- l ++ [7]}
    for f <- [fn -> List.keyfind!(k, :zz, 0) end, fn -> List.to_integer('x') end, fn -> List.to_string([:a]) end, fn -> List.to_tuple(:a) end, fn -> elem({1}, 1) end, fn -> put_elem({}, 0, 1) end, fn -> Tuple.delete_at({1}, 3) end, fn -> List.to_existing_atom('no_such_atom_here_9') end, fn -> hd([]) end, fn -> length([1 | 2]) end, fn -> [1] ++ hd([2]) -- 3 end, fn -> List.zip([1]) end, fn -> List.flatten([1 | 2]) end], do: p(try do f.() rescue e -> {e.__struct__, Exception.message(e) |> String.slice(0, 160)} end)
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100, charlists: :as_lists))
end
