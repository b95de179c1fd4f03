# stage: e. Application and Config: environments read and set, config files evaluated and merged, applications of our own loaded, started with phases and stopped.
defmodule ExConfigApp.App do
  use Application
  def start(type, args) do
    send(:ex_config_app, {:start, type, args})
    Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_one, name: ExConfigApp.Sup)
  end
  def start_phase(phase, type, args), do: send(:ex_config_app, {:phase, phase, type, args}) && :ok
  def prep_stop(state), do: send(:ex_config_app, :prep_stop) && state
  def stop(_), do: send(:ex_config_app, :stop)
  def config_change(c, n, r), do: send(:ex_config_app, {:change, c, n, r}) && :ok
end

defmodule ExConfigApp do
  def main do
    Process.register(self(), :ex_config_app)
    :logger.set_primary_config(:level, :none)
    envs(); configs(); apps()
    Process.unregister(:ex_config_app)
  end

  defp envs do
    p({Application.get_env(:exca, :k), Application.put_env(:exca, :k, 1), Application.get_env(:exca, :k), Application.fetch_env(:exca, :k), Application.fetch_env(:exca, :none), Application.fetch_env!(:exca, :k), Application.get_env(:exca, :none, :default)})
    p(try do Application.fetch_env!(:exca, :none) rescue e -> Exception.message(e) end)
    p(try do Application.fetch_env!(:exca_not_there, :none) rescue e -> Exception.message(e) end)
    p({Application.put_all_env(exca: [a: 1, b: [c: 2]], excb: [z: 0]), Application.get_all_env(:exca) |> Enum.sort(), Application.delete_env(:exca, :a), Application.get_all_env(:exca) |> Enum.sort(), Application.get_all_env(:none)})
    p({Application.spec(:elixir, :vsn) |> is_list(), Application.spec(:none), Application.get_application(Enum), Application.get_application(ExConfigApp), Application.app_dir(:elixir) |> Path.basename() |> is_binary(), try(do: Application.app_dir(:none), rescue: (e -> Exception.message(e)))})
    p(Application.loaded_applications() |> Enum.map(&elem(&1, 0)) |> Enum.filter(&(&1 in [:kernel, :stdlib, :elixir])) |> Enum.sort())
  end

  defp configs do
    base = """
    import Config
    config :exca, ExConfigApp.Repo, pool: 5, url: "a", nested: [x: 1, y: [z: 1]]
    config :exca, level: :info
    config :excb, [a: 1, list: [1, 2]]
    if config_env() == :test, do: config(:exca, in_test: config_target())
    import_config "more.exs"
    """
    dir = Path.join(System.tmp_dir!(), "ex_config_app_#{System.unique_integer([:positive])}")
    File.mkdir_p!(dir)
    File.write!(Path.join(dir, "config.exs"), base)
    File.write!(Path.join(dir, "more.exs"), "import Config\nconfig :exca, ExConfigApp.Repo, pool: 9, nested: [y: [w: 2]]\nconfig :excb, list: [3]\n")
    p(Config.Reader.read!(Path.join(dir, "config.exs"), env: :test, target: :host))
    {config, imports} = Config.Reader.read_imports!(Path.join(dir, "config.exs"), env: :prod)
    p({config[:exca][:in_test], Enum.map(imports, &Path.basename/1) |> Enum.sort()})
    p(Config.Reader.eval!("x.exs", "import Config\nconfig :a, b: 1\nconfig :a, :b, 2\nconfig :a, C, d: 1\nconfig :a, C, e: 2"))
    p(Config.Reader.merge([a: [x: [y: 1, z: [1]]]], a: [x: [y: 2, z: [2]], w: 1], b: [c: 1]))
    p(for text <- ["import Config\nconfig_env()", "import Config\nconfig :a, 1", ":not_a_list", "import Config\nimport_config \"none.exs\"", "[a: 1]", "[a: [b: 1]]"], do: (try do Config.Reader.eval!("x.exs", text) rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd() |> String.replace(File.cwd!(), "")} end))
    p(Config.Provider.validate_config_path!({:system, "HOME", "/x"}))
    File.rm_rf!(dir)
  end

  defp apps do
    spec = {:application, :excapp, [description: 'ours', vsn: '1.2', modules: [ExConfigApp.App], registered: [ExConfigApp.Sup], applications: [:kernel, :stdlib, :elixir], env: [given: :default, other: 1], mod: {ExConfigApp.App, [:arg]}, start_phases: [first: [1], second: []]]}
    Application.put_env(:excapp, :given, :set_before)
    p({:application.load(spec), :application.load(spec), Application.get_env(:excapp, :given), Application.get_env(:excapp, :other), Application.spec(:excapp, :vsn), Application.spec(:excapp, :modules)})
    p({Application.ensure_all_started(:excapp), Application.ensure_all_started(:excapp), Application.start(:excapp), Application.ensure_started(:excapp)})
    p(seen())
    p({Supervisor.count_children(ExConfigApp.Sup), Application.started_applications() |> Enum.any?(&match?({:excapp, 'ours', '1.2'}, &1)), Application.get_application(ExConfigApp.App)})
    p({Application.stop(:excapp), seen(), Application.stop(:excapp), Process.whereis(ExConfigApp.Sup)})
    p({Application.unload(:excapp), Application.unload(:excapp), Application.spec(:excapp), Application.start(:no_such_app), Application.ensure_all_started(:no_such_app)})
    bad = {:application, :excbad, [vsn: '1', applications: [:kernel, :no_such_dep], mod: {ExConfigApp.None, []}]}
    p({:application.load(bad), Application.start(:excbad), Application.format_error({:not_started, :x}), Application.format_error({:already_started, :x}), Application.format_error({"no such file or directory", 'none.app'}), Application.unload(:excbad)})
  end
  defp seen do
    receive do
      m -> [m | seen()]
    after
      0 -> []
    end
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 150)
end
