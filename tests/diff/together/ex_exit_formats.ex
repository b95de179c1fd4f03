# stage: e. How Elixir words exits, errors and stacks: reasons nested in reasons of calls, supervisors and tasks; real exits of agents, tasks and linked processes as format_exit and blame tell them; process dictionaries, ancestors and callers; messages of exceptions of one's own.
defmodule ExExitFormats.Quota do
  defexception [:used, :limit, kind: :soft]
  @impl true
  def message(%{used: u, limit: l, kind: k}), do: "#{inspect(k)} quota: #{u} of #{l}"
  @impl true
  def exception({u, l}), do: %__MODULE__{used: u, limit: l, kind: :hard}
  def exception(opts), do: super(opts)
  @impl true
  def blame(e, [{m, f, a, _} | _] = stack), do: {%{e | kind: {:blamed, m, f, if(is_list(a), do: length(a), else: a)}}, stack}
  def blame(e, []), do: {%{e | kind: :unknown}, []}
end

defmodule ExExitFormats.Plain do
  defexception message: "by default", extra: 1
end

defmodule ExExitFormats do
  alias ExExitFormats.{Quota, Plain}

  def main do
    Process.flag(:trap_exit, true)
    nested(); children(); banners(); stacks(); own(); agents(); tasks(); linked(); dictionaries(); blamed(); normalized()
    Process.flag(:trap_exit, false)
    p Process.info(self(), :messages)
  end

  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 110))
  defp line(t), do: IO.puts(t |> String.replace(~r/#PID<[\d.]+>/, "#PID<..>") |> String.replace(~r/#Reference<[\d.]+>/, "#Ref<..>") |> String.replace(~r/#Function<(\d+)\.\d+/, "#Function<\\1.N"))
  # Without the frames of what is beneath: their lines are of the version.
  defp shown(t), do: t |> String.split("\n") |> Enum.reject(&(&1 =~ ~r/^\s+\((stdlib|elixir) [\d.]+\)/)) |> Enum.join("\n") |> line()
  defp next, do: (receive do m -> m after 10_000 -> :nothing end)
  defp down(f), do: ({pid, ref} = spawn_monitor(f); receive do {:DOWN, ^ref, :process, ^pid, r} -> r end)
  defp exit_of(f) do
    f.()
  catch
    :exit, r -> r
  end

  defp nested do
    stack = [{M, :f, 1, [file: 'lib/m.ex', line: 3]}, {:"Elixir.A.B", :"-g/2-fun-0-", 2, [file: 'lib/b.ex', line: 14]}]
    call = fn r -> {r, {GenServer, :call, [:server, {:get, 1}, 5000]}} end
    reasons = [
      :normal, :shutdown, {:shutdown, {:x, 1}}, :noproc, :killed, :noconnection, :timeout, "binary", 42, [], {}, {:a}, {:a, :b, :c}, %{a: 1}, {:nodedown, :"a@b"},
      call.(:noproc), call.(:normal), call.({:shutdown, :s}), call.(:timeout), call.(:calling_self), call.({:nodedown, :"a@b"}), call.({:badmatch, 1}), call.(call.(:timeout)), call.(call.(call.(:killed))),
      {%RuntimeError{message: "boom"}, stack}, {{:nocatch, :ball}, stack}, {{:badmatch, {:error, :enoent}}, stack}, {:undef, [{No, :such, [1, 2], []}]}, {:function_clause, [{M, :f, [:a], []}]}, {:badarith, stack}, {{:case_clause, 7}, []}, {:anything, stack},
      call.({%ArgumentError{message: "in server"}, stack}), call.({:undef, [{:no_mod, :no_fun, [], []} | stack]}), call.({{:bad_return_value, :odd}, {GenServer, :call, [:inner, :q, :infinity]}}),
      {:bad_return_value, {:reply, 1}}, {:bad_call, {:unknown, 1}}, {:bad_cast, :x}, {:EXIT, :inner}, {:EXIT, {:badarith, stack}}, {:EXIT, call.(:noproc)}, {:bad_return, {Mod, :init, :oops}}, {:bad_return, {Mod, {:EXIT, {:undef, []}}}}, {:already_started, :pid_or_name},
      {%Quota{used: 1, limit: 2}, []}, {%Plain{}, stack}, {:stop, %Plain{message: "in tuple"}}, {:normal, {M, :f, [1, :two, "three", [4], %{five: 5}]}}, {{:shutdown, :z}, {:erl, :f, 3}}, {:noproc, {:gen_statem, :call, [:m, :q, :infinity]}}, {{:EXIT, {:timeout, {GenServer, :call, [:a, :b, 1]}}}, {Task, :await, [:t, 5]}}
    ]
    for r <- reasons, do: line("#{inspect(r) |> String.slice(0, 60)}\n  #{Exception.format_exit(r) |> String.replace("\n", "\n  ")}")
  end

  # What a supervisor says of a child that did not start.
  defp children do
    old = {:child, :undefined, :id, {M, :start_link, [1]}, :permanent, false, 5000, :worker, [M]}
    for r <- [:why, {:EXIT, :x}, {%RuntimeError{message: "no start"}, []}, {:already_started, self()}, {:shutdown, {:failed_to_start_child, :inner, :deep}}, {:bad_return_value, 1}, {:invalid_mfa, :x}] do
      line Exception.format_exit({:shutdown, {:failed_to_start_child, Worker, r}})
    end
    for r <- [{:start_spec, {:invalid_mfa, 1}}, {:start_spec, {:invalid_child_type, :x}}, {:start_spec, {:duplicate_child_name, :twice}}, {:supervisor_data, {:invalid_strategy, :some}}, {:supervisor_data, {:invalid_intensity, -1}}, {:supervisor_data, {:invalid_period, 0}}, {:supervisor_data, {:invalid_type, 1}}, {:start_spec, {:invalid_shutdown, -2}}, {:start_spec, {:invalid_child_spec, {1, 2}}}, {:invalid_child_spec, old}, {:start_spec, {:invalid_restart_type, :rarely}}, {:start_spec, {:invalid_modules, 5}}, {:start_spec, {:invalid_module, 5}}, {:start_spec, :unheard_of}, {:supervisor_data, :unheard_of}], do: line(Exception.format_exit(r))
    for specs <- [[{Agent, fn -> raise "in agent" end}], [%{id: :a, start: {Agent, :start_link, [fn -> exit(:early) end]}}], [%{id: :b, start: {NoSuchModule, :start_link, []}}], [{Agent, fn -> 1 end}, {Agent, fn -> 2 end}], [%{id: 1}], [:"Elixir.No.Child"], [%{id: :c, start: {Kernel, :send, [self(), :not_a_start]}}]] do
      case (try do Supervisor.start_link(specs, strategy: :one_for_one) rescue e -> {:raised, e} end) do
        {:error, r} -> (receive do {:EXIT, _, _} -> shown(Exception.format_exit(r)) end)
        {:raised, e} -> shown(Exception.message(e))
      end
    end
    drain()
  end
  defp drain, do: (receive do _ -> drain() after 50 -> :ok end)

  defp banners do
    for {k, r} <- [error: %RuntimeError{message: "m\nn"}, error: :badarg, error: {:badmatch, 1}, error: :odd, exit: :normal, exit: {:shutdown, 1}, throw: {:a, 1}, error: %Quota{used: 5, limit: 4}, error: %KeyError{key: :k, term: [a: 1]}, error: {:EXIT, self()}, exit: {%Plain{}, []}] do
      line Exception.format_banner(k, r)
      line Exception.format(k, r, [{M, :f, ["arg", :b], []}, {Enum, :map, 2, [file: 'lib/enum.ex', line: 1]}])
    end
    line Exception.format_banner({:EXIT, self()}, :linked_reason)
    line Exception.format({:EXIT, self()}, {%Plain{}, [{M, :f, 0, []}]}, [])
  end

  defp stacks do
    line Exception.format_stacktrace([{M, :f, [1, :b, "c", %{d: [e: 1]}, fn -> 1 end, self()], [file: 'm.ex', line: 1]}, {M, :"MACRO-m", 3, [file: 'm.ex', line: 2]}, {:lists, :map, 2, []}, {M, :__struct__, 1, [file: 'm.ex']}, {M, :"a b", [], [line: 5]}, {M, :+, 2, []}, {M, :ok?, 1, []}, {M, :"-inlined-__info__/1-", 1, []}, {M, :"-f/1-lc$^0/1-0-", 1, []}, {M, :"-f!/2-fun-3-", 2, [file: 'x.ex', line: 9]}, {:erl_eval, :expr, 5, []}, {nil, :f, 1, []}, {M, :__MODULE__, 0, [file: 'm.ex', line: 3]}, {:elixir_compiler_0, :__FILE__, 1, []}])
    for {m, f, a} <- [{A, :f, 1}, {:a, :"b c", 2}, {A, :"-g/1-fun-2-", 3}, {A, nil, 0}, {A, :<>, 2}, {A, :"MACRO-x", 2}, {:"Odd atom", :f, [1]}], do: line(Exception.format_mfa(m, f, a))
    line Exception.format_file_line("f.ex", 0) <> "|" <> Exception.format_file_line("f.ex", 3, "!") <> "|" <> Exception.format_file_line_column("f.ex", 3, 4) <> "|" <> Exception.format_file_line_column("f.ex", nil, 4)
    line Exception.format_fa(&String.length/1, 1)
    line Exception.format_stacktrace_entry({&Enum.map/2, 2, []})
    line Exception.format_stacktrace_entry({M, :f, 3, [file: 'f', line: 2, error_info: %{}]})
  end

  defp own do
    for f <- [fn -> raise Quota, {9, 8} end, fn -> raise Quota, used: 1, limit: 0 end, fn -> raise %Quota{used: 3} end, fn -> raise Plain end, fn -> raise Plain, "text" end, fn -> raise Plain, extra: 2 end, fn -> raise Plain, nope: 2 end, fn -> raise :not_a_module end, fn -> raise [] end, fn -> reraise Plain, [message: "again"], [] end, fn -> raise ErlangError, original: {:x, 1} end, fn -> raise UndefinedFunctionError, module: M, function: :f, arity: 1 end, fn -> raise FunctionClauseError, module: M, function: :f, arity: 1 end, fn -> raise Protocol.UndefinedError, protocol: P, value: 1 end, fn -> raise File.Error, reason: :enoent, action: "open", path: "p" end, fn -> raise BadMapError, term: 1 end, fn -> raise WithClauseError, term: :w end, fn -> raise Enum.OutOfBoundsError end, fn -> raise SystemLimitError end] do
      try do
        f.()
      rescue
        e -> line("#{inspect(e.__struct__)}: #{Exception.message(e)} #{Exception.exception?(e)}")
      end
    end
  end

  defp agents do
    {:ok, a} = Agent.start_link(fn -> %{n: 1} end)
    for {f, i} <- Enum.with_index([fn -> Agent.get(a, & &1.missing) end, fn -> Agent.update(:ex_no_agent, & &1) end, fn -> Agent.stop(a, :odd) end, fn -> Agent.get(a, & &1) end]) do
      r = exit_of(f)
      if is_tuple(r), do: shown(Exception.format_exit(r) |> String.split("\n") |> Enum.take(2) |> Enum.join("\n")), else: p(r)
      if i == 0, do: receive(do: ({:EXIT, ^a, why} -> shown(Exception.format_exit(why) |> String.split("\n") |> hd())))
    end
    {:ok, b} = Agent.start_link(fn -> 0 end, name: :ex_exit_agent)
    p {Agent.get_and_update(b, fn n -> {n, n + 1} end), Agent.cast(b, fn n -> n * 10 end), Agent.get(:ex_exit_agent, & &1), exit_of(fn -> Agent.get(b, fn _ -> Process.sleep(:infinity) end, 10) end) |> elem(0), Process.unlink(b), Process.exit(b, :kill), Process.monitor(b) |> then(fn r -> receive(do: ({:DOWN, ^r, _, _, _} -> Process.whereis(:ex_exit_agent))) end)}
    line Exception.format_exit(down(fn -> Agent.start_link(fn -> raise Quota, {2, 1} end) |> elem(1) |> exit() end)) |> String.split("\n") |> hd()
  end

  defp tasks do
    for f <- [fn -> raise "in task" end, fn -> exit({:shutdown, :t}) end, fn -> throw(:t) end, fn -> :erlang.error(:raw) end] do
      r = exit_of(fn -> Task.async(f) |> Task.await(30_000) end)
      shown(Exception.format_exit(put_elem(r, 1, {Task, :await, [:task, 30_000]})) |> String.split("\n") |> Enum.take(3) |> Enum.join("\n"))
      {:EXIT, _, why} = next()
      p elem(why, 0)
    end
    r = exit_of(fn -> Task.async(fn -> Task.async(fn -> Process.sleep(:infinity) end) |> Task.await(5) end) |> Task.await(30_000) end)
    line(Exception.format_exit(r) |> String.replace(~r/%Task\{.*?\}/s, "%Task{..}") |> String.split("\n") |> Enum.take(4) |> Enum.join("\n"))
    next()
  end

  # Reasons on their way through links.
  defp linked do
    for r <- [:normal, :shutdown, :kill, {:shutdown, [1]}, {:bad, "x"}] do
      pid = spawn_link(fn -> Process.flag(:trap_exit, true); child = spawn_link(fn -> exit(r) end); receive do {:EXIT, ^child, why} -> exit({:child, why}) end end)
      line(receive do {:EXIT, ^pid, why} -> Exception.format_exit(why) end)
    end
    p for(f <- [fn -> spawn_link(fn -> exit(:inner) end); Process.sleep(:infinity) end, fn -> Process.exit(self(), :normal); :lived end, fn -> Process.exit(self(), :brutal) end, fn -> spawn_link(fn -> Process.exit(self(), :kill) end); Process.sleep(:infinity) end], do: down(f))
  end

  defp dictionaries do
    me = self()
    p {Process.put(:a, 1), Process.put(:a, 2), Process.get(:b, :none), Process.get_keys(2), Process.delete(:a), Process.delete(:a), Process.get(:a)}
    task = Task.async(fn -> {Process.get(:"$callers") == [me], Process.get(:"$ancestors") |> hd() == me, Process.get(:a), Task.async(fn -> length(Process.get(:"$callers")) end) |> Task.await(30_000), Process.put(:in_task, 1)} end)
    p {Task.await(task, 30_000), Process.get(:in_task)}
    {:ok, agent} = Agent.start_link(fn -> Process.put(:mine, :agents); Process.get(:"$ancestors") |> hd() == me end)
    p {Agent.get(agent, &{&1, Process.get(:mine), Process.get(:"$initial_call")}), Process.info(agent, :dictionary) |> elem(1) |> Keyword.keys() |> Enum.sort(), Agent.stop(agent)}
    for _ <- 1..2, do: next()
  end

  def fun(x) when is_integer(x) and x > 10, do: x
  def fun(%{a: a}) when is_list(a) or is_map(a), do: a
  defp blamed do
    for f <- [fn -> fun(1) end, fn -> fun(%{a: 1}) end, fn -> apply(__MODULE__, :funn, [1]) end, fn -> apply(Enun, :map, []) end, fn -> raise Quota, {1, 1} end, fn -> Map.fetch!(%{name: 1}, :nmae) end, fn -> String.to_existing_atom("ex_exit_formats_no_such") end, fn -> Integer.parse(:x) end, fn -> apply(fn x, y -> x + y end, [1]) end, fn -> nil.name end, fn -> apply(String, :upcas, ["x"]) end] do
      try do
        f.()
      catch
        kind, r ->
          {e, stack} = Exception.blame(kind, r, __STACKTRACE__)
          line(Exception.format_banner(kind, e, stack))
      end
    end
    node = fn e -> Macro.to_string(Macro.prewalk(e, fn %{node: n} -> n; n -> n end)) end
    {:ok, kind, clauses} = Exception.blame_mfa(__MODULE__, :fun, [1])
    p {kind, for({args, guards} <- clauses, do: {Enum.map(args, &{node.(&1.node), &1.match?}), Enum.map(guards, node)}), Exception.blame_mfa(__MODULE__, :none, [1]), Exception.blame_mfa(:lists, :none, [1])}
  end

  defp normalized do
    for r <- [:badarg, :badarith, :system_limit, :undef, :function_clause, {:badarity, {&fun/1, [1, 2]}}, {:badfun, 1}, {:badstruct, S, %{}}, {:badmatch, 1}, {:badmap, 1}, {:badbool, :and, 1}, {:badkey, :k}, {:badkey, :k, %{}}, {:case_clause, 1}, {:with_clause, 1}, {:try_clause, 1}, {:cond_clause, 1}, :cond_clause, :if_clause, {:nocatch, 1}, :other, {:other, 2}, %Plain{}, {:badarg, [1]}] do
      e = Exception.normalize(:error, r, [{M, :f, 1, []}])
      line("#{inspect(r)} -> #{inspect(e.__struct__)}: #{Exception.message(e)}")
    end
    p {Exception.normalize(:exit, :x), Exception.normalize(:throw, %Plain{}), is_exception(%Plain{}), is_exception(%Plain{}, Quota), is_exception(%{__exception__: true})}
  end
end
