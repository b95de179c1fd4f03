# The Elixir half of examples/mixed on OTP, with stand-ins for its Rust neighbours:
#   elixirc -o EBIN examples/mixed/lib/*.ex && elixir -pa EBIN examples/mixed/test/log_analyser_test.exs
ExUnit.start()

defmodule StoreStandIn do
  use GenServer
  def init(_), do: {:ok, {{:checkpoint, 0, %{}}, 0}}
  def handle_call(:restore, _, {saved, n}), do: {:reply, saved, {saved, n}}
  def handle_call({:checkpoint, _, _} = saved, _, {_, n}), do: {:reply, :ok, {saved, n + 1}}
  def handle_call(:count, _, {_, n} = s), do: {:reply, n, s}
end

defmodule IndexStandIn do
  use GenServer
  @classes %{
    "install" => {"change", 1}, "upgrade" => {"change", 1}, "remove" => {"change", 2}, "purge" => {"change", 2},
    "configure" => {"progress", 0}, "status" => {"progress", 0}, "half-configured" => {"progress", 0},
    "half-installed" => {"progress", 1}, "error" => {"problem", 3}, "failed" => {"problem", 3}, "warning" => {"problem", 2}
  }
  def init(_), do: {:ok, 0}

  def handle_call({:lookup, key}, _, n) do
    {category, severity} = Map.get(@classes, key, {"other", 0})
    {:reply, {:class, category, severity}, n + 1}
  end

  def handle_call(:count, _, n), do: {:reply, n, n}
end

defmodule LogAnalyserTest do
  use ExUnit.Case

  @lines [
    "2025-06-24 14:36:25 startup archives unpack",
    "2025-06-24 14:36:25 install libc6:amd64 <none> 2.36-9",
    "2025-06-24 14:36:25 status half-installed libc6:amd64 2.36-9",
    "2025-06-24 15:36:26 status installed libc6:amd64 2.36-9",
    "2025-06-25 15:00:00 remove gcc:amd64 12 <none>",
    "Jun 24 14:36:25 host sshd[12]: Failed password for root (error: denied)",
    "update-alternatives 2025-06-24 14:36:53: link group pager updated to point to /usr/bin/less",
    "Setting up libfoo:amd64 (1.2) ...",
    "Install: a-pkg:amd64 (1.0), b-pkg:amd64 (2.0, automatic)",
    "plain words without a date: warning, all is lost",
    "",
    <<255, 254, 0, 1>>
  ]

  setup do
    store = start_supervised!(%{id: :store, start: {GenServer, :start_link, [StoreStandIn, nil, [name: :store]]}})
    index = start_supervised!(%{id: :index, start: {GenServer, :start_link, [IndexStandIn, nil, [name: :index]]}})
    %{store: store, index: index}
  end

  defp send_from(first, lines), do: for({text, n} <- Enum.with_index(lines, 1), n >= first, do: GenServer.call(:analyser, {:line, n, text}))
  defp report(lines, options \\ []) do
    {:ok, pid} = LogAnalyser.start_link(options)
    send_from(1, lines)
    report = GenServer.call(:analyser, :report)
    GenServer.stop(pid)
    report
  end

  test "a line of each known log says when, what and to what" do
    assert %LogLine{day: "2025-06-24", hour: "14", action: "install", subjects: ["libc6"]} = LogLine.parse(Enum.at(@lines, 1))
    assert %LogLine{action: "status", state: "half-installed", subjects: ["libc6"]} = LogLine.parse(Enum.at(@lines, 2))
    assert %LogLine{day: "Jun 24", hour: "14", action: nil, words: words} = LogLine.parse(Enum.at(@lines, 5))
    assert "failed" in words and "error" in words
    assert %LogLine{action: "link", subjects: ["pager"], hour: "14"} = LogLine.parse(Enum.at(@lines, 6))
    assert %LogLine{action: "configure", subjects: ["libfoo"]} = LogLine.parse(Enum.at(@lines, 7))
    assert %LogLine{action: "install", subjects: ["a-pkg", "b-pkg"]} = LogLine.parse(Enum.at(@lines, 8))
    assert %LogLine{action: "unreadable"} = LogLine.parse(List.last(@lines))
    assert %LogLine{day: "2024-01-02", hour: "03", words: ["service", "started"]} = LogLine.parse("2024-01-02T03:04:05Z service started x86_64")
  end

  test "the report counts lines, severities, categories and subjects" do
    assert {:report, 12, rows} = report(@lines)
    assert {:row, "severity", "error", 1} in rows
    assert {:row, "severity", "warning", 2} in rows
    assert {:row, "category", "change", 3} in rows
    assert {:row, "subject", "libc6", 3} in rows
    assert {:row, "day", "2025-06-24", 5} in rows
    assert {:row, "action", "unreadable", 1} in rows
  end

  test "each key is looked up once", %{index: index} do
    report(List.duplicate("2025-06-24 14:36:25 install libc6:amd64 <none> 2.36-9", 50))
    assert GenServer.call(index, :count) == 1
  end

  test "checkpoints are made every K lines", %{store: store} do
    report(@lines, checkpoint_every: 5)
    assert GenServer.call(store, :count) == 2
    assert {:checkpoint, 10, counts} = GenServer.call(store, :restore)
    assert counts["total/lines"] == 10
  end

  test "repeated and early lines are dropped, and the acknowledgement says where to go on" do
    {:ok, _} = LogAnalyser.start_link([])
    assert GenServer.call(:analyser, {:line, 1, "one"}) == {:ack, 1}
    assert GenServer.call(:analyser, {:line, 1, "one"}) == {:ack, 1}
    assert GenServer.call(:analyser, {:line, 3, "three"}) == {:ack, 1}
    send(:analyser, {:line, 2, "two"})
    GenServer.cast(:analyser, {:line, 3, "three"})
    assert GenServer.call(:analyser, :ack) == {:ack, 3}
  end

  test "killed at any line, the report equals that of an uncrashed run" do
    Process.flag(:trap_exit, true)
    expected = report(@lines, checkpoint_every: 1000)

    for every <- [1, 3, 5, 100], at <- 1..length(@lines) do
      stop_supervised!(:store)
      start_supervised!(%{id: :store, start: {GenServer, :start_link, [StoreStandIn, nil, [name: :store]]}})
      {:ok, pid} = LogAnalyser.start_link(checkpoint_every: every, crash_at: at)
      ExUnit.CaptureLog.capture_log(fn ->
        catch_exit(send_from(1, @lines))
        assert_receive {:EXIT, ^pid, {%RuntimeError{}, _}}
      end)
      {:ok, again} = LogAnalyser.start_link(every)
      {:ack, last} = GenServer.call(:analyser, :ack)
      assert last == div(at - 1, every) * every
      send_from(last + 1, @lines)
      assert GenServer.call(:analyser, :report) == expected, "crash at #{at}, checkpoint every #{every}"
      GenServer.stop(again)
      assert_receive {:EXIT, ^again, :normal}
    end
  end

  test "the table is text with a bar for each row" do
    {:ok, _} = LogAnalyser.start_link([])
    send_from(1, @lines)
    {:table, text} = GenServer.call(:analyser, :table)
    assert text =~ "12 lines"
    assert text =~ "  libc6   3  ####"
    assert {:progress, 12, _, 2, 1} = GenServer.call(:analyser, :progress)
  end
end
