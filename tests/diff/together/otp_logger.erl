%% stage: d. Logger: handlers of our own, levels, filters, metadata, formatters with templates, reports and their callbacks, process metadata.
-module(otp_logger).
-export([main/0, log/2, adding_handler/1, removing_handler/1, changing_config/3, filter_config/1]).
-include_lib("kernel/include/logger.hrl").

main() ->
    #{level := Before} = logger:get_primary_config(),
    ok = logger:set_primary_config(level, all),
    _ = logger:set_handler_config(default, level, none),
    Me = self(),
    p(logger:add_handler(mine, ?MODULE, #{config => #{to => Me}, level => debug, filter_default => log, filters => []})),
    p(logger:add_handler(mine, ?MODULE, #{})),
    ok = logger:set_process_metadata(#{request => 7}),
    logger:info("plain ~p", [1]),
    logger:error(#{what => report, n => 2}, #{extra => yes}),
    logger:notice("string only"),
    logger:log(warning, [{a, 1}, {b, "two"}]),
    logger:debug(fun(X) -> {"lazy ~p", [X]} end, arg),
    ?LOG_ALERT("macro ~w", [x], #{domain => [a, b]}),
    logger:update_process_metadata(#{request => 8, more => true}),
    logger:critical("after update"),
    p(logger:get_process_metadata()),
    logger:unset_process_metadata(),
    [p(E) || E <- events(7)],
    p(logger:set_handler_config(mine, level, error)),
    logger:warning("not shown"),
    logger:emergency("shown"),
    [p(E) || E <- events(1)],
    p(none()),
    p(logger:set_handler_config(mine, level, all)),
    p(logger:add_handler_filter(mine, only_reports, {fun(#{msg := {report, _}} = E, _) -> E; (_, X) -> X end, stop})),
    logger:info("stopped"),
    logger:info(#{passed => true}),
    [p(E) || E <- events(1)],
    p(logger:remove_handler_filter(mine, only_reports)),
    p(logger:remove_handler_filter(mine, only_reports)),
    p(logger:set_module_level(?MODULE, error)),
    ?LOG_INFO("module level hides"),
    ?LOG_ERROR("module level lets through"),
    [p(E) || E <- events(1)],
    p({logger:get_module_level(?MODULE), logger:unset_module_level(?MODULE), logger:get_module_level(?MODULE)}),
    p({logger:allow(debug, ?MODULE), logger:compare_levels(error, info), logger:compare_levels(debug, debug)}),
    {ok, #{level := L, module := M, id := I}} = logger:get_handler_config(mine),
    p({L, M, I}),
    p(logger:update_handler_config(mine, config, #{to => Me, more => 1})),
    p([logger:set_handler_config(mine, level, nope), logger:set_handler_config(nobody, level, all), logger:add_handler(x, no_such_module, #{}), logger:add_handler(y, ?MODULE, not_a_map)]),
    p(logger:remove_handler(mine)),
    receive {removed, Id} -> p({removed, Id}) after 1000 -> p(nothing) end,
    _ = flush(),
    p(logger:remove_handler(mine)),
    ok = logger:set_primary_config(level, Before),
    formats(),
    filters().

formats() ->
    Time = 1_600_000_000_123_456,
    Meta = #{time => Time, pid => self(), gl => group_leader(), mfa => {m, f, 1}, line => 12, file => "m.erl", domain => [otp], key => #{nested => v}},
    Events = [#{level => info, msg => {"text ~s\n second", ["x"]}, meta => Meta}, #{level => error, msg => {report, #{a => 1, b => [1, 2]}}, meta => Meta}, #{level => error, msg => {report, [{label, x}, {"s", <<"b">>}]}, meta => Meta},
        #{level => notice, msg => {string, ["chars", <<"bin">>, $!]}, meta => Meta}, #{level => debug, msg => {report, #{r => 1}}, meta => Meta#{report_cb => fun(R) -> {"cb ~p", [R]} end}},
        #{level => debug, msg => {report, #{r => 1}}, meta => Meta#{report_cb => fun(R, O) -> io_lib:format("cb2 ~p ~p", [R, lists:sort(maps:to_list(O))]) end}}, #{level => error, msg => {"bad ~p", []}, meta => Meta}, #{level => error, msg => {string, [bad]}, meta => Meta}],
    Configs = [#{time_offset => "Z"}, #{single_line => false, time_offset => "Z"}, #{template => [level, " ", msg, "\n"]}, #{template => [time, "|", mfa, "|", line, "|", domain, "|", [key, nested], "|", missing, {missing, ["yes"], ["no"]}, {line, ["L", line], []}, "\n"], time_offset => "Z", time_designator => $_},
        #{template => [msg, "\n"], max_size => 12}, #{template => [msg, "\n"], chars_limit => 9}, #{template => [msg, "\n"], depth => 2}, #{template => [file, ":", msg, "\n"], legacy_header => false, time_offset => "+02:00"}],
    [io:put_chars([unicode:characters_to_list(logger_formatter:format(E, C)), $\n]) || C <- Configs, E <- Events],
    p([logger_formatter:check_config(C) || C <- [#{}, #{depth => a}, #{single_line => maybe}, #{template => [1]}, #{what => 1}, #{max_size => 0}, #{time_offset => "x"}]]),
    p([logger:format_report(R) || R <- [#{a => 1}, [{a, 1}], "string", [1, 2]]]).

filters() ->
    E = fun(D) -> #{level => info, msg => {string, "x"}, meta => D} end,
    p([logger_filters:domain(E(#{domain => D}), {log, How, [a, b]}) =/= ignore || How <- [super, sub, equal, not_equal], D <- [[a], [a, b], [a, b, c], [x]]]),
    p(logger_filters:domain(E(#{}), {stop, undefined, []})),
    p([is_map(logger_filters:level(E(#{}), {log, Op, L})) || {Op, L} <- [{eq, info}, {neq, info}, {gt, debug}, {lt, error}, {gteq, notice}]]),
    p(logger_filters:remote_gl(E(#{gl => self()}), stop)),
    p(logger_filters:progress(#{level => info, msg => {report, #{label => {application_controller, progress}}}, meta => #{}}, stop)).

adding_handler(#{config := _} = C) -> {ok, C};
adding_handler(_) -> {error, no_config}.

removing_handler(#{id := Id, config := #{to := To}}) -> To ! {removed, Id}, ok.

changing_config(_, _, New) -> {ok, New}.

filter_config(C) -> C.

log(#{level := L, msg := M, meta := Meta}, #{config := #{to := To}}) ->
    To ! {event, L, message(M), maps:with([request, more, extra, domain], Meta), maps:is_key(time, Meta) andalso maps:get(pid, Meta) =:= To, maps:is_key(line, Meta)}.

message({report, R}) -> {report, R};
message({string, S}) -> {string, unicode:characters_to_list(S)};
message({F, A}) -> lists:flatten(io_lib:format(F, A)).

events(0) -> [];
events(N) -> receive {event, _, _, _, _, _} = E -> [E | events(N - 1)] after 1000 -> [missing] end.

flush() -> receive _ -> flush() after 0 -> ok end.

none() -> receive M -> M after 10 -> none end.

p(T) -> io:format("~0tp~n", [T]).
