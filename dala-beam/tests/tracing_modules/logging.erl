%% Logs at each level, with reports, and by crashes; see `tests/tracing.rs`.
-module(logging).
-export([main/0, handlers/0]).
-include_lib("kernel/include/logger.hrl").

main() ->
    logger:set_primary_config(level, debug),
    logger:update_process_metadata(#{domain => [shop, orders]}),
    Text = "of ~s: caf\x{e9} ~ts",
    Fish = [16#1f41f],
    ?LOG_EMERGENCY(Text, [emergency, Fish]),
    ?LOG_ALERT(Text, [alert, Fish]),
    ?LOG_CRITICAL(Text, [critical, Fish]),
    ?LOG_ERROR(Text, [error, Fish]),
    ?LOG_WARNING(Text, [warning, Fish]),
    ?LOG_NOTICE(Text, [notice, Fish]),
    ?LOG_INFO(Text, [info, Fish]),
    ?LOG_DEBUG(Text, [debug, Fish]),
    logger:set_primary_config(level, notice),
    ?LOG_INFO("unheard: below the level"),
    logger:add_primary_filter(silent, {fun(#{meta := Meta}, _) ->
                                            case Meta of #{silent := true} -> stop; _ -> ignore end
                                       end, none}),
    ?LOG_ERROR("unheard: filtered", #{silent => true}),
    ?LOG_NOTICE(#{sold => 3, what => tea},
                #{report_cb => fun(#{sold := N, what := What}) -> {"sold ~p of ~p", [N, What]} end}),
    ?LOG_NOTICE(#{stock => 7}),
    logger:error([16#110000 | 17], #{file => none, line => x, domain => 7, mfa => 3}),
    ?LOG_ERROR("behind what is no text"),
    watched(fun() -> error(out_of_tea) end),
    {Pid, Ref} = proc_lib:spawn_opt(fun() -> error(no_cups) end, [monitor]),
    receive {'DOWN', Ref, process, Pid, _} -> ok end,
    %% The logger logs what the emulator tells it, in its own process.
    %% What was sent to it before is logged when it answers.
    _ = sys:get_state(logger),
    self().

watched(Fun) ->
    {Pid, Ref} = spawn_monitor(Fun),
    receive {'DOWN', Ref, process, Pid, _} -> ok end.

handlers() -> lists:sort(logger:get_handler_ids()).
