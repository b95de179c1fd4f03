# stage: e. Parser combinators made of closures: sequence, choice, repetition, look-ahead, errors with places; an expression language, INI files and S-expressions on them.
defmodule ExParserCombinators do
  def main do
    for t <- ["1+2*3", "(1 + 2) * 3 - -4", "2 ** 3 ** 2", "let x = 5 in x * x", "if 1 < 2 then 10 else 20", "1 +", "(1", "abc", "10 / 0", "f(1, 2)", "max(3, min(7, 5))", ""], do: p({t, run(t)})
    p(parse(ini(), "[a]\nk = v\n; c\nn=12\n\n[b c]\nflag\n"))
    p(parse(ini(), "[a\nk = v"))
    for t <- ["(+ 1 (* 2 3))", "(quote (a b . c))", "'(1 \"two\\n\" #t)", "(define (f x) (if (< x 1) 1 (* x (f (- x 1)))))", "(unclosed", ")"], do: p({t, parse(seq([sexp(), eof()], &hd/1), t)})
  end
  defp parse(pr, t) do
    case pr.({t, 1, 1}) do
      {:ok, v, {"", _, _}} -> {:ok, v}
      {:ok, v, {rest, l, c}} -> {:rest, v, String.slice(rest, 0, 5), l, c}
      {:error, what, {_, l, c}} -> {:error, what, l, c}
    end
  end
  defp run(t) do
    with {:ok, ast} <- parse(seq([expr(), eof()], &hd/1), t), do: {:ok, ast, try_it(fn -> eval(ast, %{}) end)}
  end
  # The combinators.
  defp satisfy(what, f) do
    fn
      {<<c::utf8, rest::binary>>, l, k} = at -> if f.(c), do: {:ok, c, {rest, (if c == ?\n, do: l + 1, else: l), (if c == ?\n, do: 1, else: k + 1)}}, else: {:error, what, at}
      at -> {:error, what, at}
    end
  end
  defp char(c), do: satisfy(<<c::utf8>>, &(&1 == c))
  defp text(s), do: label(seq(Enum.map(String.to_charlist(s), &char/1), fn _ -> s end), s)
  defp label(pr, what), do: fn at -> with {:error, _, _} <- pr.(at), do: {:error, what, at} end
  defp seq(ps, f) do
    fn at ->
      Enum.reduce_while(ps, {:ok, [], at}, fn pr, {:ok, vs, at} ->
        case pr.(at) do
          {:ok, v, at} -> {:cont, {:ok, [v | vs], at}}
          e -> {:halt, e}
        end
      end)
      |> case do
        {:ok, vs, at} -> {:ok, f.(Enum.reverse(vs)), at}
        e -> e
      end
    end
  end
  # The error that came furthest wins.
  defp choice(ps), do: fn at -> Enum.reduce_while(ps, nil, fn pr, best -> case pr.(at) do {:ok, _, _} = r -> {:halt, r}; e -> {:cont, far(best, e)} end end) end
  defp far(nil, e), do: e
  defp far({:error, w1, {_, l1, c1}} = a, {:error, w2, {_, l2, c2}} = b) do
    cond do
      {l1, c1} > {l2, c2} -> a
      {l1, c1} < {l2, c2} -> b
      true -> {:error, List.flatten([w1, w2]), elem(a, 2)}
    end
  end
  defp many(pr), do: fn at -> loop(pr, at, []) end
  defp loop(pr, {_, l, c} = at, acc) do
    case pr.(at) do
      {:ok, v, at} -> loop(pr, at, [v | acc])
      {:error, _, {_, ^l, ^c}} -> {:ok, Enum.reverse(acc), at}
      e -> e
    end
  end
  defp many1(pr), do: seq([pr, many(pr)], fn [h, t] -> [h | t] end)
  defp map(pr, f), do: seq([pr], fn [v] -> f.(v) end)
  defp optional(pr, default), do: fn {_, l, c} = at -> case pr.(at) do {:error, _, {_, ^l, ^c}} -> {:ok, default, at}; r -> r end end
  defp lazy(f), do: fn at -> f.().(at) end
  defp eof, do: fn {"", _, _} = at -> {:ok, :eof, at}; at -> {:error, "end", at} end
  defp ws, do: many(satisfy("space", &(&1 in ' \n\t')))
  defp tok(pr), do: seq([pr, ws()], &hd/1)
  defp sep(pr, by), do: optional(seq([pr, many(seq([by, pr], &List.last/1))], fn [h, t] -> [h | t] end), [])
  # Expressions.
  defp number, do: tok(label(map(many1(satisfy("digit", &(&1 in ?0..?9))), &{:num, List.to_integer(&1)}), "number"))
  defp name, do: tok(label(map(many1(satisfy("letter", &(&1 in ?a..?z))), &List.to_string/1), "name"))
  defp word(w), do: fn at -> case name().(at) do {:ok, ^w, at} -> {:ok, w, at}; _ -> {:error, w, at} end end
  defp expr do
    choice([
      seq([word("let"), name(), tok(char(?=)), lazy(&expr/0), word("in"), lazy(&expr/0)], fn [_, v, _, a, _, b] -> {:let, v, a, b} end),
      seq([word("if"), lazy(&expr/0), word("then"), lazy(&expr/0), word("else"), lazy(&expr/0)], fn [_, c, _, a, _, b] -> {:if, c, a, b} end),
      left(left(left(power(), ["*", "/"]), ["+", "-"]), ["<", ">"])
    ])
  end
  defp left(pr, ops), do: seq([pr, many(seq([tok(choice(Enum.map(ops, &text/1))), pr], & &1))], fn [h, t] -> Enum.reduce(t, h, fn [op, r], l -> {op, l, r} end) end)
  defp power, do: seq([unary(), optional(seq([tok(text("**")), lazy(&power/0)], &List.last/1), nil)], fn [a, nil] -> a; [a, b] -> {"**", a, b} end)
  defp unary, do: choice([seq([tok(char(?-)), lazy(&unary/0)], fn [_, a] -> {:neg, a} end), atom()])
  defp atom, do: choice([number(), seq([name(), optional(seq([tok(char(?()), sep(lazy(&expr/0), tok(char(?,))), tok(char(?)))], &Enum.at(&1, 1)), nil)], fn [n, nil] -> {:var, n}; [n, a] -> {:call, n, a} end), seq([tok(char(?()), lazy(&expr/0), tok(char(?)))], &Enum.at(&1, 1))])
  defp eval({:num, n}, _), do: n
  defp eval({:var, v}, e), do: Map.fetch!(e, v)
  defp eval({:neg, a}, e), do: -eval(a, e)
  defp eval({:let, v, a, b}, e), do: eval(b, Map.put(e, v, eval(a, e)))
  defp eval({:if, c, a, b}, e), do: if(eval(c, e), do: eval(a, e), else: eval(b, e))
  defp eval({:call, f, as}, e), do: apply(Kernel, String.to_existing_atom(f), Enum.map(as, &eval(&1, e)))
  defp eval({op, a, b}, e), do: %{"+" => &+/2, "-" => &-/2, "*" => &*/2, "/" => &div/2, "<" => &</2, ">" => &>/2, "**" => &Integer.pow/2}[op].(eval(a, e), eval(b, e))
  # INI files and S-expressions.
  defp line(pr), do: seq([pr, many1(choice([char(?\n), seq([char(?;), many(satisfy("c", &(&1 != ?\n)))], & &1)]))], &hd/1)
  defp ini, do: many(seq([line(seq([char(?[), many1(satisfy("section", &(&1 not in ']\n'))), char(?])], &to_string(Enum.at(&1, 1)))), many(line(seq([many1(satisfy("key", &(&1 not in '=\n[; '))), many(char(?\s)), optional(seq([char(?=), many(char(?\s)), many(satisfy("value", &(&1 != ?\n)))], &to_string(List.last(&1))), true)], fn [k, _, v] -> {to_string(k), v} end)))], fn [s, kvs] -> {s, kvs} end))
  defp sexp, do: tok(choice([map(seq([tok(char(?')), lazy(&sexp/0)], & &1), fn [_, s] -> [:quote, s] end), seq([tok(char(?()), many(lazy(&sexp/0)), char(?))], &Enum.at(&1, 1)), map(many1(satisfy("digit", &(&1 in ?0..?9))), &List.to_integer/1), seq([char(?"), many(choice([seq([char(?\\), satisfy("escape", &(&1 in 'n"'))], fn [_, ?n] -> ?\n; [_, c] -> c end), satisfy("text", &(&1 not in '"\\'))])), char(?")], &to_string(Enum.at(&1, 1))), map(text("#t"), fn _ -> true end), map(many1(satisfy("symbol", &(&1 in 'abcdefghijklmnopqrstuvwxyz+-*<=.'))), &{:sym, to_string(&1)})]))
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
