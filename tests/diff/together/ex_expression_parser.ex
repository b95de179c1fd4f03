# stage: e. A recursive descent parser and an evaluator: binaries matched byte by byte, errors with places, an environment.
defmodule ExExpressionParser.Error do
  defexception [:at, :expected, :got]
  @impl true
  def message(%{at: at, expected: expected, got: nil}), do: "end of input at #{at}, expected #{expected}"
  def message(%{at: at, expected: expected, got: got}), do: "#{inspect(<<got::utf8>>)} at #{at}, expected #{expected}"
end

defmodule ExExpressionParser do
  alias ExExpressionParser.Error

  def parse(text) do
    {tree, rest, at} = sum(skip(text, 0))
    if rest == "", do: {:ok, tree}, else: fail(rest, at, "an operator")
  rescue
    e in Error -> {:error, Exception.message(e)}
  end

  defp fail("", at, expected), do: raise(Error, at: at, expected: expected, got: nil)
  defp fail(<<c::utf8, _::binary>>, at, expected), do: raise(Error, at: at, expected: expected, got: c)

  defp skip(<<c, rest::binary>>, at) when c in ' \t\n', do: skip(rest, at + 1)
  defp skip(rest, at), do: {rest, at}

  defp sum({text, at}), do: chain(product({text, at}), [?+, ?-], &product/1)
  defp product({text, at}), do: chain(power({text, at}), [?*, ?/, ?%], &power/1)

  defp chain({left, <<c, rest::binary>>, at} = done, operators, next) do
    if c in operators do
      {right, rest, at} = next.(skip(rest, at + 1))
      chain({{<<c>>, left, right}, rest, at}, operators, next)
    else
      done
    end
  end

  defp chain(done, _, _), do: done

  defp power({text, at}) do
    case atom(skip(text, at)) do
      {base, "^" <> rest, at} -> ({exponent, rest, at} = power(skip(rest, at + 1)); {{"^", base, exponent}, rest, at})
      other -> other
    end
  end

  defp atom({"-" <> rest, at}), do: ({x, rest, at} = atom(skip(rest, at + 1)); {{:negate, x}, rest, at})

  defp atom({"(" <> rest, at}) do
    case sum(skip(rest, at + 1)) do
      {x, ")" <> rest, at} -> after_skip(x, rest, at + 1)
      {_, rest, at} -> fail(rest, at, "a closing parenthesis")
    end
  end

  defp atom({<<c, _::binary>> = text, at}) when c in ?0..?9, do: number(text, at, 0)
  defp atom({<<c, _::binary>> = text, at}) when c in ?a..?z or c == ?_, do: name(text, at, "")
  defp atom({text, at}), do: fail(text, at, "a value")

  defp number(<<c, rest::binary>>, at, n) when c in ?0..?9, do: number(rest, at + 1, n * 10 + c - ?0)
  defp number(rest, at, n), do: after_skip(n, rest, at)

  defp name(<<c, rest::binary>>, at, name) when c in ?a..?z or c == ?_, do: name(rest, at + 1, name <> <<c>>)
  defp name(rest, at, name), do: after_skip({:name, name}, rest, at)

  defp after_skip(x, rest, at), do: ({rest, at} = skip(rest, at); {x, rest, at})

  def value(n, _) when is_integer(n), do: n
  def value({:negate, x}, env), do: -value(x, env)
  def value({:name, name}, env), do: Map.fetch!(env, name)
  def value({"^", a, b}, env), do: Integer.pow(value(a, env), value(b, env))

  def value({operator, a, b}, env) do
    {a, b} = {value(a, env), value(b, env)}

    case operator do
      "+" -> a + b
      "-" -> a - b
      "*" -> a * b
      "/" -> div(a, b)
      "%" -> rem(a, b)
    end
  end

  def show(n) when is_integer(n), do: "#{n}"
  def show({:name, name}), do: name
  def show({:negate, x}), do: "(- #{show(x)})"
  def show({operator, a, b}), do: "(#{operator} #{show(a)} #{show(b)})"

  def main do
    env = %{"x" => 7, "big_one" => Integer.pow(3, 60)}

    for text <- ["1 + 2*3", " (1+2) * 3 ", "2^3^2", "-2^2", "x * x - -x", "big_one / 1000 % 97", "7 / (x - 7)", "y + 1", "1 +", "(1 + 2", "1 2", "2 * é", "", "2 ^ (0 - 1)", "((((5))))", "10 - 3 - 2 - 1"] do
      case parse(text) do
        {:ok, tree} ->
          result = try do {:ok, value(tree, env)} rescue e -> {e.__struct__, Exception.message(e)} end
          IO.puts("#{String.pad_trailing(text, 22)} #{show(tree)} => #{inspect(result)}")

        {:error, message} ->
          IO.puts("#{String.pad_trailing(text, 22)} #{message}")
      end
    end

    deep = String.duplicate("(", 2000) <> "1" <> String.duplicate("+1)", 2000)
    {:ok, tree} = parse(deep)
    IO.inspect(value(tree, %{}))
    IO.inspect(parse("1+(2*(3-4"))
  end
end
