# stage: e. ExUnit.Assertions: every macro passing and failing, messages, left and right, expressions as text, mailboxes, doctests of a module made here.
defmodule ExAssertions do
  import ExUnit.Assertions
  def main do
    Application.load(:ex_unit)
    ok = fn f -> p({:value, f.()}) end
    bad = fn f ->
      try do
        p({:passed, f.()})
      rescue
        e in ExUnit.AssertionError -> p({e.message, cut(e.left), cut(e.right), expr(e.expr), e.args |> args()})
        e -> p({e.__struct__, Exception.message(e)})
      end
    end
    x = 1
    ok.(fn -> assert x == 1 end)
    ok.(fn -> assert {:ok, y} = {:ok, x}; y end)
    ok.(fn -> refute x == 2 end)
    ok.(fn -> assert_in_delta 1.0, 1.05, 0.1 end)
    ok.(fn -> assert_raise ArithmeticError, fn -> div(x, 0) end end)
    ok.(fn -> assert_raise RuntimeError, ~r/o+ps/, fn -> raise "ooops" end end)
    ok.(fn -> {catch_throw(throw(:t)), catch_exit(exit(:e)), catch_error(:erlang.error(:r))} end)
    bad.(fn -> assert x == 2 end)
    bad.(fn -> assert x > 5, "own message" end)
    bad.(fn -> assert x === 1.0 end)
    bad.(fn -> assert nil end)
    bad.(fn -> assert x in [2, 3] end)
    bad.(fn -> assert Enum.empty?([x]) end)
    bad.(fn -> assert {:ok, 2} = {:ok, x} end)
    bad.(fn -> assert %{a: ^x} = %{a: 2} end)
    bad.(fn -> assert [_ | %{b: 1}] = [1, 2] end)
    bad.(fn -> assert match?({:a, _}, {:b, x}) end)
    bad.(fn -> assert "a" <> _ = "b" end)
    bad.(fn -> assert String.length("abc") == length([x]) end)
    bad.(fn -> assert "ab" =~ "c" end)
    bad.(fn -> assert not true end)
    bad.(fn -> refute x end)
    bad.(fn -> refute match?(^x, 1) end)
    bad.(fn -> refute Enum.member?([1], x) end)
    bad.(fn -> assert_in_delta 1, 3, 1 end)
    bad.(fn -> refute_in_delta 1, 1.5, 1 end)
    bad.(fn -> assert_in_delta 1, 3, -1 end)
    bad.(fn -> assert_raise ArgumentError, fn -> :fine end end)
    bad.(fn -> assert_raise ArgumentError, fn -> raise "other" end end)
    bad.(fn -> assert_raise ArgumentError, "msg", fn -> raise ArgumentError, "not msg" end end)
    bad.(fn -> assert_raise ArgumentError, ~r/x/, fn -> raise ArgumentError, "not msg" end end)
    bad.(fn -> catch_throw(:none) end)
    bad.(fn -> catch_exit(1) end)
    bad.(fn -> flunk() end)
    bad.(fn -> flunk("told") end)
    send(self(), {:hello, 1})
    send(self(), :other)
    ok.(fn -> assert_receive {:hello, n}; n end)
    ok.(fn -> assert_received :other end)
    ok.(fn -> refute_received :x end)
    bad.(fn -> assert_received {:never, _} end)
    bad.(fn -> assert_receive {:never, ^x}, 2 end)
    send(self(), {:bad, 7})
    bad.(fn -> assert_receive {:bad, ^x}, 2 end)
    bad.(fn -> refute_received {:bad, _} end)
    bad.(fn -> refute_receive {:bad, _}, 2, "no such thing" end)
    formatter()
  end
  defp formatter do
    import ExUnit.Formatter
    e = fn f ->
      try do
        f.()
        {:error, %RuntimeError{message: "nothing raised"}, []}
      rescue
        e -> {:error, e, []}
      end
    end
    fails = [e.(fn -> assert [1, 2, 3] == [1, 4, 3] end), e.(fn -> assert "hello world" == "hallo welt" end), e.(fn -> assert %{a: 1, b: %{c: 2}} == %{a: 1, b: %{c: 3}, d: 1} end), e.(fn -> assert {1, :a} = {2, :b} end), e.(fn -> assert 1.0 == 1 end), {:exit, {:timeout, {GenServer, :call, [:a, :b, 5]}}, []}, {:throw, :ball, []}, {{:EXIT, self()}, :killed, []}]
      |> Enum.map(fn {k, v, _} -> {k, v, []} end)
    for f <- fails do
      t = %ExUnit.Test{name: :"test it", module: Some.Test, tags: %{file: "/x/some_test.exs", line: 3, module: Some.Test, test: :"test it", describe: nil, test_type: :test}}
      IO.puts(format_test_failure(t, [f], 1, 80, fn
        :diff_enabled?, _ -> true
        k, v when k in [:diff_insert, :diff_delete] -> "{" <> to_string(k) <> " " <> IO.iodata_to_binary(Inspect.Algebra.format(v, 80)) <> "}"
        :blame_diff, v -> "-" <> v <> "-"
        _, v -> v
      end) |> String.replace(~r/#PID<[\d.]+>/, "PID"))
    end
    p({format_time(1500, nil), format_time(2_500_000, 1_000_000), format_filters([a: 1, b: true], :include)})
  end
  defp expr(:ex_unit_no_meaningful_value), do: :none
  defp expr(e), do: Macro.to_string(e)
  defp cut(:ex_unit_no_meaningful_value), do: :none
  defp cut(x), do: x
  defp args(:ex_unit_no_meaningful_value), do: :none
  defp args(l), do: l
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
