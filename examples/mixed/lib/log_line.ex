defmodule LogLine do
  @moduledoc """
  What one line of a log says: when, what was done, to what.

  Knows the logs that Debian's package tools write (`dpkg.log`, `alternatives.log`, apt's `history.log`
  and `term.log`, `bootstrap.log`); of any other log it takes the time, if there is one, and the words.
  """

  defstruct day: nil, hour: nil, action: nil, state: nil, subjects: [], words: []

  @type t :: %__MODULE__{
          day: String.t() | nil,
          hour: String.t() | nil,
          action: String.t() | nil,
          state: String.t() | nil,
          subjects: [String.t()],
          words: [String.t()]
        }

  @months ~w(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)
  @dpkg ~w(install upgrade remove purge configure trigproc disappear)
  @apt %{
    "Install:" => "install",
    "Upgrade:" => "upgrade",
    "Remove:" => "remove",
    "Purge:" => "purge",
    "Reinstall:" => "reinstall",
    "Downgrade:" => "downgrade",
    "Error:" => "error"
  }
  # Longer words are hashes, paths and numbers: as keys they would only fill memory.
  @longest_word 24
  @words_a_line 24
  @plain ~w(the and for with from that this not are was has have been will its)

  @doc "Reads one line. Never fails: what is not text is `unreadable`."
  @spec parse(binary) :: t
  def parse(text) do
    if String.valid?(text) do
      text |> String.split() |> tokens()
    else
      %__MODULE__{action: "unreadable"}
    end
  end

  defp tokens([]), do: %__MODULE__{action: "empty"}

  defp tokens([<<_::binary-4, "-", _::binary-2, "-", _::binary-2>> = day, time, action | rest]) do
    dated(day, time, action, rest)
  end

  defp tokens(["update-alternatives", day, time, "link", "group", name | _]) do
    at(%__MODULE__{action: "link", subjects: [name]}, day, time)
  end

  defp tokens(["update-alternatives", day, time, verb | _]), do: at(%__MODULE__{action: verb}, day, time)
  defp tokens(["Start-Date:", day, time]), do: at(%__MODULE__{action: "transaction"}, day, time)
  defp tokens(["Log", "started:", day, time]), do: at(%__MODULE__{action: "transaction"}, day, time)
  defp tokens(["Log", "ended:" | _]), do: %__MODULE__{action: "end"}
  defp tokens(["End-Date:" | _]), do: %__MODULE__{action: "end"}
  defp tokens(["Commandline:", command | _]), do: %__MODULE__{action: "command", subjects: [Path.basename(command)]}
  defp tokens(["Requested-By:" | _]), do: %__MODULE__{action: "request"}

  defp tokens([verb | packages]) when is_map_key(@apt, verb) do
    names = for token <- packages, String.contains?(token, ":"), not String.starts_with?(token, "("), do: package(token)
    %__MODULE__{action: @apt[verb], subjects: names}
  end

  defp tokens(["Setting", "up", name | _]), do: on("configure", name)
  defp tokens(["Unpacking", name | _]), do: on("unpack", name)
  defp tokens(["Removing", name | _]), do: on("remove", name)
  defp tokens(["Purging", "configuration", "files", "for", name | _]), do: on("purge", name)
  defp tokens(["Processing", "triggers", "for", name | _]), do: on("trigproc", name)
  defp tokens(["Selecting", "previously", "unselected", "package", name | _]), do: on("select", String.trim_trailing(name, "."))
  defp tokens(["Preparing", "to", "unpack" | _]), do: %__MODULE__{action: "prepare"}
  defp tokens(["(Reading", "database" | _]), do: %__MODULE__{action: "read"}

  defp tokens([month, day, time | rest]) when month in @months do
    %{at(words(rest), month <> " " <> String.pad_leading(day, 2), time) | action: nil}
  end

  defp tokens([<<day::binary-10, "T", time::binary>> | rest] = all) do
    if date?(day), do: at(words(rest), day, time), else: words(all)
  end

  defp tokens(all), do: words(all)

  defp dated(day, time, action, rest) do
    case {date?(day) and clock?(time), action, rest} do
      {true, "status", [state, name | _]} -> at(%{on("status", name) | state: state}, day, time)
      {true, "startup", _} -> at(%__MODULE__{action: "startup"}, day, time)
      {true, "conffile", _} -> at(%__MODULE__{action: "conffile"}, day, time)
      {true, verb, [name | _]} when verb in @dpkg -> at(on(verb, name), day, time)
      {true, _, _} -> at(words([action | rest]), day, time)
      {false, _, _} -> if date?(day), do: %{words([time, action | rest]) | day: day}, else: words([day, time, action | rest])
    end
  end

  defp on(action, name), do: %__MODULE__{action: action, subjects: [package(name)]}

  # `libc6:amd64` and `libc6` are one package.
  defp package(token), do: token |> String.split(":", parts: 2) |> hd()

  defp at(line, day, time), do: %{line | day: day, hour: if(clock?(time), do: binary_part(time, 0, 2))}

  defp date?(<<y::binary-4, "-", m::binary-2, "-", d::binary-2>>), do: digits?(y) and digits?(m) and digits?(d)
  defp date?(_), do: false

  defp clock?(<<h::binary-2, ":", m::binary-2, _::binary>>), do: digits?(h) and digits?(m)
  defp clock?(_), do: false

  defp digits?(text), do: for(<<c <- text>>, do: c in ?0..?9) |> Enum.all?()

  defp words(tokens) do
    words =
      tokens
      |> Stream.map(&word/1)
      |> Stream.filter(&(byte_size(&1) in 3..@longest_word and &1 not in @plain))
      |> Enum.take(@words_a_line)

    %__MODULE__{words: words}
  end

  # Letters only, in lower case: `Error:` and `(error)` are `error`; `x86_64` is none.
  defp word(token) do
    trimmed = token |> String.trim_leading("(") |> String.trim_leading("[") |> trim_end()
    if for(<<c <- trimmed>>, do: c in ?a..?z or c in ?A..?Z or c == ?-) |> Enum.all?(), do: String.downcase(trimmed), else: ""
  end

  defp trim_end(token) do
    case token do
      "" -> ""
      _ -> if :binary.last(token) in ':,.;!?)]"', do: trim_end(binary_part(token, 0, byte_size(token) - 1)), else: token
    end
  end
end
