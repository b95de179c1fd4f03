# Does while it is compiled what it may not do.
defmodule Burglar do
  File.rm_rf!("/tmp/what-a-plugin-may-not-touch")
end
