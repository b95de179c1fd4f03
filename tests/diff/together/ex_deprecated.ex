# stage: e. What Elixir keeps for old code: HashDict, HashSet, Dict, Behaviour, GenEvent, Supervisor.Spec and the old names of functions.
defmodule ExDeprecated do
  @compile {:no_warn_undefined, []}
  defmodule Handler do
    def init(s), do: {:ok, s}
    def handle_event({:add, x}, s), do: {:ok, [x | s]}
    def handle_event(:stop, _), do: :remove_handler
    def handle_event({:swap, to}, s), do: {:swap_handler, s, :swapped, to, :given}
    def handle_event(_, s), do: {:ok, s}
    def handle_call(:get, s), do: {:ok, Enum.reverse(s), s}
    def handle_call(:clear, s), do: {:ok, s, []}
    def handle_info(m, s), do: {:ok, [{:info, m} | s]}
    def code_change(_, s, _), do: {:ok, s}
    def terminate(reason, s) do
      IO.inspect({:terminate, reason, s})
      {:old, s}
    end
  end
  def main do
    d = apply(HashDict, :new, [])
    d = Enum.reduce(1..40, d, fn i, d -> apply(HashDict, :put, [d, i, i * i]) end)
    p({apply(HashDict, :size, [d]), apply(HashDict, :get, [d, 7]), apply(HashDict, :fetch, [d, 99]), apply(HashDict, :has_key?, [d, 3])})
    d2 = Enum.reduce(1..38, d, fn i, d -> apply(HashDict, :delete, [d, i]) end)
    p({Enum.to_list(d2), inspect(d2), apply(HashDict, :keys, [d2]), apply(HashDict, :values, [d2]), d2[39], Enum.count(d2), Enum.member?(d2, {40, 1600})})
    p(apply(HashDict, :merge, [d2, Enum.into([{39, :x}, {1, 1}], apply(HashDict, :new, []))]) |> Enum.sort())
    p({apply(HashDict, :pop, [d2, 39]) |> elem(0), apply(HashDict, :update, [d2, 40, 0, &(&1 + 1)]) |> Enum.sort(), apply(HashDict, :split, [d2, [39]]) |> Tuple.to_list() |> Enum.map(&Enum.to_list/1)})
    s = Enum.into([3, 1, 2, 3], apply(HashSet, :new, []))
    t = Enum.into([3, 4], apply(HashSet, :new, []))
    for f <- [:union, :intersection, :difference], do: p({f, apply(HashSet, f, [s, t]) |> Enum.sort()})
    p({apply(HashSet, :member?, [s, 3]), apply(HashSet, :size, [s]), apply(HashSet, :subset?, [t, s]), apply(HashSet, :disjoint?, [t, s]), apply(HashSet, :equal?, [s, s]), inspect(t), apply(HashSet, :delete, [t, 4]) |> Enum.to_list()})
    for {f, a} <- [get: [%{a: 1}, :a], put: [[b: 1], :a, 2], size: [%{a: 1}], keys: [[a: 1, b: 2]], merge: [%{a: 1}, [b: 2]], equal?: [%{a: 1}, [a: 1]], to_list: [%{z: 1}], take: [%{a: 1, b: 2}, [:a]], pop: [[a: 1], :a], update!: [%{a: 1}, :a, &(&1 * 9)], fetch!: [%{a: 1}, :b]], do: p({f, try_it(fn -> apply(Dict, f, a) end)})
    for {f, a} <- [ljust: ["ab", 5], rjust: ["ab", 5, ?*], lstrip: ["  x "], rstrip: ["  x  "], strip: ["__x_", ?_], valid_character?: ["a"], to_char_list: ["é"]], do: p({f, try_it(fn -> apply(String, f, a) end)})
    p({apply(Enum, :partition, [1..6, &(&1 > 4)]), apply(Enum, :filter_map, [1..4, &(&1 > 2), &(&1 * 2)]), apply(Stream, :filter_map, [1..4, &(&1 > 2), &(&1 * 2)]) |> Enum.to_list(), apply(Map, :size, [%{a: 1}]), apply(Keyword, :size, [[a: 1]]), apply(Atom, :to_char_list, [:ab]), apply(Integer, :to_char_list, [255, 16]), apply(Float, :to_charlist, [1.5])})
    p({apply(System, :cwd, []) == File.cwd!(), apply(Range, :range?, [1..2]), apply(Code, :ensure_compiled?, [Enum])})
    events()
    p(try_it(fn -> apply(Supervisor.Spec, :worker, [Agent, [fn -> 1 end], [restart: :transient, id: :w]]) |> Map.new() |> Map.drop([:start]) end))
    p(apply(Supervisor.Spec, :supervisor, [Task.Supervisor, [[name: :x]]]))
    p(apply(Supervisor.Spec, :supervise, [[{:w, {Agent, :start_link, [fn -> 1 end]}, :permanent, 5000, :worker, [Agent]}], [strategy: :one_for_all, max_restarts: 1]]) |> elem(0))
  end
  defp events do
    {:ok, m} = apply(GenEvent, :start, [])
    p({apply(GenEvent, :add_handler, [m, Handler, []]), apply(GenEvent, :add_handler, [m, Handler, []]), apply(GenEvent, :which_handlers, [m])})
    apply(GenEvent, :notify, [m, {:add, 1}])
    apply(GenEvent, :sync_notify, [m, {:add, 2}])
    apply(GenEvent, :ack_notify, [m, {:add, 3}])
    send(m, :plain)
    p({apply(GenEvent, :call, [m, Handler, :get]), apply(GenEvent, :call, [m, None, :get]), apply(GenEvent, :call, [m, Handler, :clear])})
    p({apply(GenEvent, :add_handler, [m, {Handler, :two}, [:b]]), apply(GenEvent, :remove_handler, [m, Handler, :why]), apply(GenEvent, :remove_handler, [m, Handler, :why])})
    apply(GenEvent, :sync_notify, [m, {:swap, Handler}])
    p(apply(GenEvent, :which_handlers, [m]))
    apply(GenEvent, :sync_notify, [m, :stop])
    p({apply(GenEvent, :which_handlers, [m]), apply(GenEvent, :stop, [m]), Process.alive?(m)})
  end
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  catch
    k, v -> {k, v}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
