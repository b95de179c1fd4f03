# Logs by Elixir's macros; see `tests/tracing.rs`.
defmodule Logging do
  require Logger

  def main do
    Logger.warning("tea is #{:ready}")
    Enum.sort(:logger.get_handler_ids())
  end
end
