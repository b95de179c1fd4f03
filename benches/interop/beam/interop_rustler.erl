%% NIFs that rustler made (`benches/rustler`): a function, and a thread that replies by a message.
-module(interop_rustler).
-export([add/2, ping/1]).
-on_load(load/0).

load() -> erlang:load_nif(filename:rootname(code:which(?MODULE)), 0).

add(_, _) -> erlang:nif_error(not_loaded).
ping(_) -> erlang:nif_error(not_loaded).
