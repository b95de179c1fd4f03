# stage: e. The code formatter on sources of every shape: operators, pipes, calls, blocks, comments, strings, structs, line lengths.
defmodule ExCodeFormat do
  @sources [
    "x=1+2*  3", "foo   bar,baz", "if   x,do: y,else: z", "if x do\ny\nelse\nz end", "fn x->x+1 end", "fn x,y when x>y->x\n_,_->0 end",
    "case x do\n{:ok,v}->v\n{:error,_}=e->e\nend", "%{a: 1,  \"b\"=>2}", "%Foo{bar|baz: 1}", "[1,2|rest]", "<<x::8,y::binary-size(3)>>",
    "defmodule A do\n@moduledoc \"x\"\n\n\n\ndef a(x) when is_integer(x) and x>0,do: x\nend", "a|>b()|>c(1)|>Enum.map(&(&1+1))",
    "with {:ok,a}<-f(),{:ok,b}<-g(a) do\na+b\nelse\n:error->nil end", "for x<-1..10,rem(x,2)==0,into: %{},do: {x,x}", "not  x  and !y or z in [1]",
    "'charlist'", "~w(a b  c)a", "~s{x}", "\"a\#{b}c\"", "\"\"\"\n  a\n  b\n  \"\"\"", "# comment\nx # trailing\n\n\n# more\ny", "0xABcd+1_000_000+1000000", "1.0e10 + ?a + ?\\n",
    "&Foo.bar/2", "&(&1+&2)", "x . y . z ( 1 )", "@spec f(integer,  [atom])::{:ok,any}|:error", "try do\na\nrescue\ne in [A,B]->e\ncatch\n:exit,_->1\nafter\nc\nend",
    "receive do\n:a->1\nafter 10->2\nend", "unless x do y end", "a = b = c", "^x = y", "x..y//2", "-x + +y - -1", "foo(fn -> 1 end,\n 2)", "[\na: 1,\nb: 2\n]", "{ a,b }", "f.()", "f.(1,2)",
    "really_long_function_name(argument_number_one, argument_number_two, argument_number_three, argument_number_four)",
    "%{first_long_key: first_long_value, second_long_key: second_long_value, third_long_key: third_long_value, x: 1}",
    "a_long_variable_name = another_function(1) || yet_another_function_with_long_name(2) || the_last_function_in_the_row(3)",
    "value |> first_function(with: :option) |> second_function(with: :another_option) |> third_function(:x) |> fourth()",
    "\"long string that is interpolated \#{with(some, long, expression)} and goes on \#{and_on(and_on)} for ever and ever and ever\"",
    "def f(a, b \\\\ [], %{c: c} = d) when a > 1 when b == [], do: {a, b, c, d}", "a <> b <> c", "[h|t]=list", "import Foo,only: [a: 1,b: 2]", "alias Foo.{Bar,Baz}",
    "quote do: unquote(x)", "if(x, do: (y; z))", "x; y; z", "()", "", ":\"quoted atom\"", ":\"plain\"", "[\"key\": 1, \"a b\": 2]", "@attr [1,\n2]", "~r/a\\/b/iu", "a in b", "a not in b", "not(a in b)", "!(a == b)", "fn -> end",
    "case a do\n  # nothing\n  _ -> 1\n\n  # two\n  :b -> 2\nend"
  ]

  def main do
    for source <- @sources do
      IO.puts("--- #{inspect(source)}")

      try do
        formatted = source |> Code.format_string!() |> IO.iodata_to_binary()
        IO.puts(formatted)
        again = formatted |> Code.format_string!() |> IO.iodata_to_binary()
        if again != formatted, do: IO.puts("NOT STABLE")
      rescue
        e -> IO.puts(Exception.message(e))
      end
    end

    IO.puts(Code.format_string!("foo bar, baz(1, 2, 3)", locals_without_parens: [foo: 2], line_length: 10))
    IO.puts(Code.format_string!("assert x == 1; assert(y)", locals_without_parens: [assert: :*]))
    IO.puts(Code.format_string!("a(b(c(d(e(f(g(h(i(j(k))))))))))", line_length: 12))
    IO.puts(Code.format_string!("foo(\n  1\n)", force_do_end_blocks: true))
    IO.puts(Code.format_string!("if x, do: y, else: z", force_do_end_blocks: true))

    for bad <- ["x +", "foo(", "[1, 2", "end", "fn ->", "\"abc", "%{a: }", "1 2", "def do", "a\n  b )"] do
      IO.puts(try do Code.format_string!(bad) rescue e -> inspect(e.__struct__) <> " " <> Exception.message(e) end)
    end
  end
end
