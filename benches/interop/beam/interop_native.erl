%% The function in C: the least that a NIF can do. On Dala a function in Rust has its name.
-module(interop_native).
-export([add/2]).
-on_load(load/0).

load() -> erlang:load_nif(filename:rootname(code:which(?MODULE)), 0).

add(_, _) -> erlang:nif_error(not_loaded).
