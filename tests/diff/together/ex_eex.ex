# stage: e. EEx: templates with assigns, loops, comments, trims, nested blocks, engines of our own, compile-time functions, errors with places.
defmodule ExEex.Upper do
  @behaviour EEx.Engine
  def init(_opts), do: %{parts: []}
  def handle_begin(state), do: %{state | parts: []}
  def handle_end(state), do: handle_body(state)
  def handle_body(%{parts: parts}), do: quote(do: Enum.join(unquote(Enum.reverse(parts)), "|"))
  def handle_text(%{parts: parts} = s, _meta, text), do: %{s | parts: [String.upcase(text) | parts]}
  def handle_expr(%{parts: parts} = s, "=", expr), do: %{s | parts: [quote(do: "<" <> to_string(unquote(expr)) <> ">") | parts]}
  def handle_expr(s, "", expr), do: %{s | parts: [quote(do: (unquote(expr); "")) | s.parts]}
  def handle_expr(s, marker, expr), do: EEx.Engine.handle_expr(s, marker, expr)
end

defmodule ExEex.Views do
  require EEx
  EEx.function_from_string(:def, :greet, "Hello <%= name %>, <%= if n > 1 do %>you have <%= n %> things<% else %>one thing<% end %>.", [:name, :n])
  EEx.function_from_string(:def, :list, """
  <ul>
  <%= for {item, i} <- Enum.with_index(items) do %>
    <li class="<%= if rem(i, 2) == 0, do: "even", else: "odd" %>"><%= item %></li>
  <% end %>
  </ul>
  """, [:items], trim: true)
end

defmodule ExEex do
  alias ExEex.{Upper, Views}
  def main do
    IO.puts(Views.greet("Ann", 1))
    IO.puts(Views.greet("Bob", 7))
    IO.puts(Views.list(["a", "<b>", 3]))
    p(EEx.eval_string("a <%= @x %> b <%= @missing %>", assigns: [x: 1]))
    p(EEx.eval_string("x=<%= x %>, y=<%= y + 1 %>", x: 1, y: 2))
    p(EEx.eval_string("1 <%# gone %> 2 <%% literal %> 3 3 <%!-- also gone --%>4", []))
    p(EEx.eval_string("<%= case x do %><% 1 -> %>one<% 2 -> %>two<% _ -> %>many<% end %>", x: 2))
    p(EEx.eval_string("<%= Enum.map(xs, fn x -> %>[<%= x %>]<% end) %>", xs: [1, 2, 3]))
    p(EEx.eval_string("<% y = x * 2 %><%= y %> and <%= y %>", x: 4))
    p(EEx.eval_string("<%= cond do %><% x > 5 -> %>big<% true -> %>small<% end %>", x: 2))
    for trim <- [true, false], do: p(EEx.eval_string("a\n  <% x = 1 %>\n  <%= x %>\n\n<%= if true do %>\n  in\n<% end %>\nz\n", [], trim: trim))
    p(EEx.eval_string("a <%= 1 + 1 %> b <% :hidden %> c", [], engine: Upper))
    p(EEx.eval_string("<%= for x <- [1, 2] do %>n<%= x %><% end %>", [], engine: Upper))
    p(EEx.tokenize("a<%= b %>\n<% c do %>d<% end %>"))
    p(EEx.compile_string("a <%= x %>") |> Macro.to_string())
    p(EEx.compile_string("<%= if y do %>1<% end %>") |> Code.eval_quoted([y: true]) |> elem(0))
    for bad <- ["<%= 1", "<%= if x do %>a", "a <% end %>", "<%= ( %>", "ok\n  <%= for x do %>\n<% else", "<%= if true do %><% end %><% end %>", "<% ) %>"] do
      p(try do EEx.eval_string(bad, [x: 1], file: "page.eex", line: 10) rescue e -> {e.__struct__, Exception.message(e)} end)
    end
    p(try do EEx.eval_string("l1\n<%= raise ArgumentError, \"in a template\" %>", [], file: "t.eex") rescue e -> {e, Enum.any?(__STACKTRACE__, fn {_, _, _, l} -> l[:file] == 't.eex' and l[:line] == 2 end)} end)
    path = Path.join(System.tmp_dir!(), "ex_eex_#{System.unique_integer([:positive])}.eex")
    File.write!(path, "from a file: <%= @n %>\n")
    p(EEx.eval_file(path, assigns: %{n: 5}))
    File.rm!(path)
    p(EEx.SmartEngine.init([]) |> Map.keys() |> length() > 0)
  end

  defp p(x), do: IO.inspect(x, limit: :infinity, printable_limit: :infinity, width: 150)
end
