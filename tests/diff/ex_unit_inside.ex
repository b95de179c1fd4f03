# stage: e. ExUnit run by a program: passing, failing, skipped and tagged tests, setups, diffs, captures, a formatter of our own that shows what it is told.
defmodule ExUnitInside.Shown do
  use GenServer
  def init(_), do: {:ok, []}
  def handle_cast({:test_finished, t}, s), do: {:noreply, [{t.module, t.name, state(t.state)} | s]}
  def handle_cast({:module_finished, m}, s), do: {:noreply, [{:module, m.name, state(m.state)} | s]}
  def handle_cast({:suite_finished, _}, s) do
    for line <- Enum.sort(s), do: IO.puts(inspect(line, limit: :infinity, width: 200, printable_limit: :infinity))
    {:noreply, []}
  end
  def handle_cast(_, s), do: {:noreply, s}
  defp state(nil), do: :passed
  defp state({:failed, failures}) do
    {:failed, for({kind, error, _} <- failures, do: {kind, if(is_exception(error), do: text(error), else: inspect(error))})}
  end
  defp state({:invalid, m}), do: {:invalid, m.name}
  defp state(other), do: other
  defp text(%ExUnit.AssertionError{} = e), do: {e.message, e.expr && e.expr != ExUnit.AssertionError.no_value() && Macro.to_string(e.expr), value(e.left), value(e.right)}
  defp text(%ExUnit.MultiError{errors: errors}), do: for({_, e, _} <- errors, do: text(e))
  defp text(e), do: {e.__struct__, Exception.message(e)}
  defp value(v), do: if(v == ExUnit.AssertionError.no_value(), do: :none, else: v)
end

defmodule ExUnitInside do
  def main do
    {:ok, _} = Application.ensure_all_started(:logger)
    ExUnit.start(autorun: false, formatters: [ExUnitInside.Shown], seed: 0, max_cases: 1, exclude: [:slow], capture_log: true)
    Code.compile_string(tests())
    IO.inspect(ExUnit.run())
  end

  defp tests do
    ~S"""
    defmodule Inside.FirstTest do
      use ExUnit.Case, async: true
      import ExUnit.CaptureIO
      setup_all do: {:ok, shared: 1}
      setup %{shared: s} = context do
        on_exit(fn -> send(:erlang.whereis(:nobody) |> then(fn :undefined -> self() end), :done) end)
        if context[:mine], do: [mine: s + 1], else: :ok
      end
      test "passes", %{shared: s}, do: assert s == 1
      @tag :mine
      test "has a setup by tag", c, do: assert c.mine == 2
      test "compares" do
        assert [1, %{a: 2}] == [1, %{a: 3}]
      end
      test "matches" do
        x = 3
        assert {:ok, ^x, _} = {:ok, 4, :any}
      end
      test "refutes", do: refute 1 + 1 == 2
      test "raises" do
        assert_raise ArgumentError, "other", fn -> raise ArgumentError, "this" end
      end
      test "raises rightly" do
        assert_raise RuntimeError, ~r/bo+m/, fn -> raise "booom" end
      end
      test "receives" do
        send(self(), {:hello, 1})
        assert_receive {:hello, n} when n > 0
        assert n == 1
        refute_received {:hello, _}
        assert_receive :never, 5, "own text"
      end
      test "captures" do
        assert capture_io(fn -> IO.puts("out") end) == "out\n"
        assert capture_io(:stderr, fn -> IO.puts(:stderr, "err") end) =~ "err"
        assert capture_io("line\n", fn -> IO.write(IO.gets("? ")) end) == "? line\n"
      end
      @tag :skip
      test "is skipped", do: flunk("never")
      @tag skip: "why"
      test "is skipped with a reason", do: flunk("never")
      @tag :slow
      test "is excluded", do: flunk("never")
      test "flunks", do: flunk("by hand")
      test "exits", do: exit(:gone)
      test "throws", do: throw(:ball)
      test "errors", do: :erlang.error(:badarith)
      test "in delta" do
        assert_in_delta 1.0, 1.05, 0.1
        assert_in_delta 1.0, 2.0, 0.5
      end
      @tag timeout: 20
      test "is too slow", do: Process.sleep(5000)
      test "catches", do: assert catch_throw(throw(1)) + catch_exit(exit(2)) == 3
      test "links" do
        spawn_link(fn -> exit(:from_link) end)
        Process.sleep(1000)
      end
      describe "in a group" do
        setup do: [group: true]
        test "knows it", c, do: assert c.group and c.describe == "in a group"
        test "is not written"
      end
    end
    defmodule Inside.BrokenTest do
      use ExUnit.Case
      setup_all do: raise "no setup"
      test "never runs", do: :ok
    end
    defmodule Inside.SupervisedTest do
      use ExUnit.Case
      test "starts and stops" do
        pid = start_supervised!({Agent, fn -> 7 end})
        assert Agent.get(pid, & &1) == 7
        assert :ok = stop_supervised(Agent)
        refute Process.alive?(pid)
      end
      for n <- 1..3 do
        test "generated #{n}", do: assert unquote(n) < 3
      end
    end
    """
  end
end
