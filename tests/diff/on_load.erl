%% stage: c. -on_load functions: run once, before anybody can call the module, in a process of their own; what fails is undef.
-module(on_load).
-export([main/0]).
-on_load(init/0).

init() -> persistent_term:put(on_load_ran_in, self()), persistent_term:put(on_load_sum, lists:sum([local(I) || I <- [1, 2, 3]])), ok.
local(I) -> I * I.

main() ->
    P = persistent_term:get(on_load_ran_in), p({is_pid(P), P =:= self(), is_process_alive(P), persistent_term:get(on_load_sum)}),
    [p({Switch, failing(Switch)}) || Switch <- [{return, no}, {return, {error, "text"}}, {return, "ok"}, crash, exit]],
    waiting(), replaced().

p(T) -> io:format("~p~n", [T]).
switch(To) -> persistent_term:put(on_load_switch, To).

failing(Switch) ->
    switch(Switch),
    Called = try on_load_switch:value() catch error:undef:St -> {M, F, A, _} = hd(St), {undef, M, F, A} end,
    {Called, code:ensure_loaded(on_load_switch), code:load_file(on_load_switch), erlang:module_loaded(on_load_switch), erlang:function_exported(on_load_switch, value, 0)}.

%% All who need the module wait for the one run of its function.
waiting() ->
    switch({ask, self()}), Me = self(),
    Ps = [spawn(fun() -> Me ! {called, self(), on_load_switch:value()} end) || _ <- [1, 2, 3]] ++ [spawn(fun() -> Me ! {called, self(), code:ensure_loaded(on_load_switch)} end)],
    Loader = receive {loading, L} -> L end,
    p({receive {called, _, V} -> V after 20 -> nobody end, receive {loading, _} -> twice after 0 -> once end, erlang:module_loaded(on_load_switch)}),
    Loader ! go, p([receive {called, P, R} -> R end || P <- Ps]), p(receive {loading, _} -> twice after 0 -> once end), p(on_load_switch:value()).

%% A version that refuses leaves the one before it in place.
replaced() ->
    {_, Binary, File} = code:get_object_code(on_load_switch),
    switch({return, refused}), p(code:load_binary(on_load_switch, File, Binary)), p(on_load_switch:value()), p(erlang:check_old_code(on_load_switch)),
    switch(ok), p(code:load_binary(on_load_switch, File, Binary)), p(on_load_switch:value()), p(erlang:check_old_code(on_load_switch)).
