%% stage: d. Handlers of logger that write files: logger_std_h with rotation, logger_disk_log_h, changes of configuration, filters by domain and level, sync, removal, refusals.
-module(otp_logger_files).
-export([main/0]).

main() ->
    Dir = "/tmp/otp_logger_files.dir", _ = file:del_dir_r(Dir), ok = filelib:ensure_dir(filename:join(Dir, "x")),
    F = fun(N) -> filename:join(Dir, N) end, {ok, #{level := Shown}} = logger:get_handler_config(default), logger:set_handler_config(default, level, none), Old = logger:get_primary_config(), ok = logger:set_primary_config(level, debug),
    Form = {logger_formatter, #{single_line => true, template => [level, ":", msg, "\n"]}},
    p(logger:add_handler(olf_plain, logger_std_h, #{level => info, config => #{file => F("plain.log")}, formatter => Form, filters => [{mine, {fun only/2, ?MODULE}}], filter_default => stop})),
    p(logger:add_handler(olf_turn, logger_std_h, #{config => #{file => F("turn.log"), max_no_bytes => 100, max_no_files => 2}, formatter => Form, filters => [{mine, {fun only/2, ?MODULE}}], filter_default => stop})),
    p(logger:add_handler(olf_disk, logger_disk_log_h, #{config => #{file => F("disk.log"), type => halt}, formatter => Form, filters => [{d, {fun logger_filters:domain/2, {log, sub, [olf]}}}], filter_default => stop})),
    [logger:log(L, "number ~w of ~ts", [N, "nine"], #{mine => ?MODULE, domain => [olf, part]}) || {N, L} <- lists:zip(lists:seq(1, 9), [debug, info, notice, warning, error, critical, alert, emergency, info])],
    logger:info("not told"), logger:info(#{a => 1, b => "two"}, #{mine => ?MODULE}), logger:info([{k, v}, {l, [1, 2]}], #{mine => ?MODULE}),
    p([H:filesync(N) || {H, N} <- [{logger_std_h, olf_plain}, {logger_std_h, olf_turn}, {logger_disk_log_h, olf_disk}]]),
    [show(F(N)) || N <- ["plain.log", "turn.log", "turn.log.0", "turn.log.1", "turn.log.2", "disk.log"]],
    {ok, C} = logger:get_handler_config(olf_plain), p(maps:with([sync_mode_qlen, drop_mode_qlen, flush_qlen, burst_limit_enable, burst_limit_max_count, type, modes, file_check, max_no_bytes, max_no_files, compress_on_rotate, filesync_repeat_interval], maps:get(config, C))), p(maps:with([id, level, module, filter_default], C)),
    p([catch logger:update_handler_config(olf_plain, config, X) || X <- [#{sync_mode_qlen => 2}, #{drop_mode_qlen => 1}, #{file => F("other.log")}, #{nonsense => 1}, #{burst_limit_enable => false}]]),
    p([logger:set_handler_config(olf_plain, level, L) || L <- [error, nonsense]]), logger:info("hidden", #{mine => ?MODULE}), logger:error("shown ~p", [{a, "b"}], #{mine => ?MODULE}), logger_std_h:filesync(olf_plain), show(F("plain.log")),
    p([logger:add_handler(olf_plain, logger_std_h, #{}), logger:add_handler(olf_x, logger_std_h, #{config => #{file => 7}}), logger:add_handler(olf_x, logger_std_h, #{config => #{type => nonsense}}), logger:add_handler(olf_x, no_such_module_h, #{}), logger:add_handler(olf_x, lists, #{})]),
    p([logger:add_handler_filter(olf_plain, f2, {fun only/2, x}), logger:add_handler_filter(olf_plain, f2, {fun only/2, x}), logger:remove_handler_filter(olf_plain, f2), logger:remove_handler_filter(olf_plain, f2), logger:add_handler_filter(olf_plain, f3, nonsense)]),
    p([logger:remove_handler(N) || N <- [olf_plain, olf_turn, olf_disk, olf_disk]]), p(whereis(logger_std_h_olf_plain)),
    p(logger:add_handler(olf_raw, logger_std_h, #{config => #{file => F("raw.log"), modes => [raw, append, delayed_write]}, formatter => {logger_formatter, #{legacy_header => true, time_offset => "Z", template => [{mine, ["<", mine, ">"], ["none"]}, " ", msg, "\n"]}}, filters => [{mine, {fun only/2, ?MODULE}}], filter_default => stop})),
    [logger:notice(M, #{mine => ?MODULE}) || M <- ["plain text", "line\nbreaks\n here"]], logger:notice("~p", [lists:seq(1, 40)], #{mine => ?MODULE}), logger:notice("bad ~d", [x], #{mine => ?MODULE}), logger_std_h:filesync(olf_raw), show(F("raw.log")), logger:remove_handler(olf_raw),
    logger:set_primary_config(Old), logger:set_handler_config(default, level, Shown), file:del_dir_r(Dir).

only(#{meta := #{mine := M}} = E, M) -> E;
only(_, _) -> ignore.

show(F) -> io:format("~ts: ~0tp~n", [filename:basename(F), file:read_file(F)]).
p(T) -> io:format("~0tp~n", [T]).
