# stage: e. for with all its options, with, cond, case, pipes, guards, pattern matching, recursion, sigils, operators, macros.
defmodule ExControl.Macros do
  defmacro unless_nil(x, do: block) do
    quote do
      case unquote(x) do
        nil -> :was_nil
        var!(it) -> unquote(block)
      end
    end
  end

  defmacro count_args(args), do: length(args)
end

defmodule ExControl do
  import ExControl.Macros
  require Integer
  @attr [1, 2, 3]
  @table %{a: 1, b: 2}

  for {name, value} <- [one: 1, two: 2, three: 3] do
    def unquote(name)(), do: unquote(value)
  end

  defguard is_small(n) when is_integer(n) and n in 0..9

  def main do
    p(for x <- 1..4, y <- [:a, :b], do: {x, y})
    p(for x <- 1..20, rem(x, 3) == 0, x > 5, do: x)
    p(for {:ok, v} <- [{:ok, 1}, :error, {:ok, 2}], do: v)
    p(for x <- [1, 2, 2, 3], uniq: true, do: x * 10)
    p(for x <- 1..5, reduce: %{} do acc -> Map.put(acc, x, x * x) end)
    p(for <<r::8, g::8, b::8 <- <<1, 2, 3, 4, 5, 6>> >>, do: {r, g, b})
    p(for {k, v} <- %{a: 1, b: 2}, into: %{}, do: {v, k})
    p(for c <- 'hello', into: "", do: <<c - 32>>)
    p(for a <- 1..13, b <- a..14, c <- b..15, a * a + b * b == c * c, do: {a, b, c})
    p({checkout(%{user: "u", cart: [1, 2]}), checkout(%{user: "u", cart: []}), checkout(%{cart: [1]}), checkout(:bad)})
    p(for n <- [-5, 0, 5, 50, 500, "x", nil, 2.5], do: {size(n), kind(n)})
    p({one(), two(), three(), @attr, @table.b})
    p({unless_nil(5, do: it * 2), unless_nil(nil, do: it), count_args([1, 2, 3])})
    p([1, 2, 3] |> Enum.map(&(&1 + 1)) |> Enum.sum() |> then(&(&1 * 2)) |> tap(&IO.puts("tapped #{&1}")))
    p({if(true, do: 1), if(false, do: 1), unless(false, do: 2), nil || :default, nil && 1, false or true, !nil, not true, 1 in [1, 2], 3 not in [1, 2], "a" in ["b"]})
    p({1 == 1.0, 1 === 1.0, div(-7, 2), rem(-7, 2), Integer.mod(-7, 2), Integer.floor_div(-7, 2), 7 / 2, 2 ** 10, 2 ** -1, [1] ++ [2], [1, 2, 1] -- [1], "a" <> "b", 5 |> max(3), abs(-3), round(2.5), trunc(-2.7)})
    p({Integer.digits(1234), Integer.undigits([1, 2, 3]), Integer.gcd(12, 18), Integer.pow(3, 4), Integer.is_odd(3), Integer.to_charlist(7), Integer.extended_gcd(240, 46), Float.round(3.14159, 2), Float.ceil(1.2), Float.floor(-1.2), Float.ratio(0.75), Float.to_string(1.0e5)})
    [a, {b, %{c: [c | _]}}, <<d, _::binary>>] = [1, {2, %{c: [3, 4]}}, "xyz"]
    ^a = 1
    {x, y} = then({1, 2}, fn {p, q} -> {q, p} end)
    p({a, b, c, d, x, y, match?({_, ^a}, {5, 1}), match?([_ | _], [])})
    p({~w(a b), ~w(a b)a, ~s(it's #{1}), ~S(no #{x}), ~c(abc), ~D[2024-01-31], ~T[01:02:03], ~N[2024-01-31 01:02:03]})
    p({fact(20), fib(50), flatten([1, [2, [3, []]]]), quicksort([3, 1, 2, 3]), hanoi(3), ackermann(2, 3), gcd(48, 18), sum_digits(98765)})
    p({(&(&1 + &2)).(1, 2), (&String.upcase/1).("a"), Enum.map([1, 2], &{&1, &1}), apply(Kernel, :+, [1, 2]), (fn 0 -> :zero; n when n > 0 -> :pos; _ -> :neg end).(-1), Function.identity(3), is_function(&one/0, 0)})
    p(case {1, [2, 3]} do {n, [h | _]} when n < h -> {:lt, n, h}; _ -> :other end)
    p(cond do 1 > 2 -> :no; nil -> :nil; :otherwise -> :yes end)
    p({Range.new(1, 10, 3) |> Enum.to_list(), Range.size(1..10//3), Range.disjoint?(1..3, 4..5), 1..3 |> Enum.map(& &1), Tuple.to_list({1, 2}), Tuple.append({1}, 2), Tuple.insert_at({:a}, 0, :z), put_elem({1, 2}, 0, :x), elem({1, 2}, 1), tuple_size({})})
    p({List.first([]), List.last([1, 2]), List.flatten([1, [2]]), List.insert_at([1, 3], 1, 2), List.delete_at([1, 2], 0), List.replace_at([1, 2], 0, 9), List.zip([[1, 2], [3, 4]]), List.foldr([1, 2], [], &[&1 | &2]), List.wrap(nil), List.wrap(1), List.keyfind([a: 1], :a, 0), List.duplicate(:x, 2), List.starts_with?([1, 2], [1]), List.myers_difference([1, 2], [1, 3]), List.pop_at([1, 2, 3], 1), List.update_at([1], 0, &(&1 + 1)), List.keystore([a: 1], :b, 0, {:b, 2}), List.to_tuple([1]), List.improper?([1 | 2])})
    p({Date.add(~D[2024-02-28], 2), Date.diff(~D[2024-03-01], ~D[2024-02-01]), Date.day_of_week(~D[2024-02-29]), Date.leap_year?(~D[2024-01-01]), Date.to_iso8601(~D[2024-12-25]), Date.from_iso8601("2024-13-01"), Date.compare(~D[2024-01-01], ~D[2023-01-01]), Time.add(~T[23:59:59], 2), NaiveDateTime.diff(~N[2024-01-02 00:00:00], ~N[2024-01-01 00:00:00]), Date.range(~D[2024-01-30], ~D[2024-02-02]) |> Enum.map(&to_string/1), DateTime.from_unix!(0)})
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, width: 100)

  defp checkout(order) do
    with %{cart: cart} when is_list(cart) <- order,
         {:ok, user} <- Map.fetch(order, :user),
         [_ | _] <- cart,
         total = Enum.sum(cart) do
      {:ok, user, total}
    else
      :error -> {:error, :no_user}
      [] -> {:error, :empty}
      other -> {:error, {:bad, other}}
    end
  end

  defp size(n) when is_small(n), do: :small
  defp size(n) when is_number(n) and n > 100, do: :huge
  defp size(n) when is_number(n), do: :number
  defp size(_), do: :other
  defp kind(nil), do: :null
  defp kind(n) when is_integer(n) and Integer.is_even(n), do: :even
  defp kind("x" <> _), do: :x
  defp kind(_), do: :rest

  defp fact(0), do: 1
  defp fact(n), do: n * fact(n - 1)
  defp fib(n), do: fib(n, 0, 1)
  defp fib(0, a, _), do: a
  defp fib(n, a, b), do: fib(n - 1, b, a + b)
  defp flatten([]), do: []
  defp flatten([h | t]) when is_list(h), do: flatten(h) ++ flatten(t)
  defp flatten([h | t]), do: [h | flatten(t)]
  defp quicksort([]), do: []
  defp quicksort([h | t]), do: quicksort(for(x <- t, x < h, do: x)) ++ [h] ++ quicksort(for(x <- t, x >= h, do: x))
  defp hanoi(0), do: 0
  defp hanoi(n), do: 2 * hanoi(n - 1) + 1
  defp ackermann(0, n), do: n + 1
  defp ackermann(m, 0), do: ackermann(m - 1, 1)
  defp ackermann(m, n), do: ackermann(m - 1, ackermann(m, n - 1))
  defp gcd(a, 0), do: a
  defp gcd(a, b), do: gcd(b, rem(a, b))
  defp sum_digits(n) when n < 10, do: n
  defp sum_digits(n), do: rem(n, 10) + sum_digits(div(n, 10))
end
