%% stage: c. Built-in functions of processes with arguments that are wrong: every call with every value of a pool, results and the texts of errors.
-module(poke_processes).
-export([main/0]).

main() -> lists:foreach(fun({M, F, Pools}) -> poke(M, F, Pools, []) end, calls()).

poke(M, F, [], Args) ->
    A = lists:reverse(Args),
    io:format("~0tp:~0tp(~ts) -> ~0tP~n", [M, F, lists:join(", ", [short(X) || X <- A]), call(M, F, A), 60]);
poke(M, F, [Pool | Pools], Args) -> lists:foreach(fun(V) -> poke(M, F, Pools, [V | Args]) end, Pool).

call(M, F, A) ->
    try apply(M, F, A)
    catch C:R:S -> {C, R, explain(R, S)}
    end.

explain(R, [{M, _, _, Info} | _] = S) ->
    case proplists:get_value(error_info, Info) of
        undefined -> none;
        Map ->
            try (maps:get(module, Map, M)):(maps:get(function, Map, format_error))(R, S) of
                Texts -> [{K, unicode:characters_to_list(T)} || {K, T} <- lists:sort(maps:to_list(Texts))]
            catch _:_ -> no_text
            end
    end;
explain(_, []) -> no_frame.

short(X) -> string:slice(io_lib:format("~0tP", [X, 20]), 0, 60).

calls() ->
    X = [a_name_of_nobody, 5, "s", {a, b}],
    [{erlang, F, [X]} || F <- [exit_nothing, unlink, link, is_process_alive, whereis, unregister, process_info, garbage_collect, suspend_process, resume_process, monitor_node, cancel_timer, read_timer, demonitor, unalias, group_leader, process_display, check_process_code, port_info, port_close, port_connect]] ++
    [{erlang, register, [[self_not, undefined, 5, "x"], [5, a, list_to_pid("<0.4711.0>")]]}, {erlang, process_info, [X, [status, links, x]]}, {erlang, process_flag, [[trap_exit, priority, save_calls, message_queue_data, min_heap_size, x], [zz, -1]]}, {erlang, exit, [X, [r]]}, {erlang, send, [X, [m]]}, {erlang, send, [[nobody_at_all, 5], [m], [[], [nosuspend], [x], y]]},
     {erlang, monitor, [[process, port, time_offset, x], X]}, {erlang, monitor, [[process], [5], [[], [{tag, a}], [x], y]]}, {erlang, demonitor, [[5, a], [[flush], [x]]]}, {erlang, send_after, [[-1, a, 1 bsl 80], [5, self_not], [m]]}, {erlang, start_timer, [[-1, 0], [5, "x"], [m], [[], [{abs, x}], y]]}, {erlang, cancel_timer, [[5], [[], [{info, false}], [x]]]},
     {erlang, spawn, [[5, m], [f, 6], [[], x, [a | b]]]}, {erlang, spawn, [[5, a]]}, {erlang, spawn_opt, [[fun() -> ok end, 5], [[x], y, [{priority, z}], [{min_heap_size, -1}], [{fullsweep_after, a}], [{max_heap_size, #{size => -1}}], [monitor | link]]]}, {erlang, spawn_link, [[5], [f], [[]]]}, {erlang, hibernate, [[5], [f], [[], x]]},
     {erlang, apply, [[5, lists, a_module_of_nobody], [reverse, 5], [[[1]], x, [1 | 2]]]}, {erlang, apply, [[5, fun(A) -> A end], [[1], [], x]]}, {erlang, error, [[r], [none, [1], x]]}, {erlang, raise, [[error, x], [r], [[], y, [{m, f, 1, []}], [{m}]]]}, {erlang, halt, [[x, -1, {}]]}, {erlang, put, [[k], [v]]}, {erlang, get, [[k, nokey]]}, {erlang, erase, [[k, nokey]]}, {erlang, group_leader, [[5], [6]]},
     {erlang, make_fun, [[m, 5], [f, 6], [1, -1, 256, a]]}, {erlang, fun_info, [[fun erlang:abs/1, 5], [arity, env, module, name, type, new_index, x]]}, {erlang, function_exported, [[lists, 5], [reverse, 6], [1, -1, a]]}, {erlang, module_loaded, [[lists, 5, nobody_mod]]}, {erlang, system_flag, [[x, backtrace_depth], [zz]]}, {erlang, system_info, [[x, {a, b}, 5, wordsize, otp_release, schedulers_nothing]]}, {erlang, statistics, [[x, 5]]},
     {erlang, binary_to_term, [[<<131>>, <<>>, a, <<131, 97>>, <<131, 100, 0, 1, $a>>, <<131, 97, 1, 2>>], [[], [safe], [used], [x], y]]}, {erlang, term_to_binary, [[a, 1.5], [[], [compressed], [{compressed, 10}], [{minor_version, 0}], [{minor_version, 3}], [deterministic], [x], y]]}, {erlang, phash2, [[a, 1], [1, 0, -1, 1 bsl 32, 1 bsl 33, b]]}, {erlang, phash, [[a], [1, 0, b]]}, {erlang, decode_packet, [[raw, line, 1, 4], [<<"ab\ncd">>, <<0, 1, 2>>, a], [[], [x], y]]}, {erlang, unique_integer, [[[x], y]]}, {erlang, monotonic_time, [[x, 0, a]]}, {erlang, md5, [["abc", a, [256]]]}, {erlang, crc32, [[<<"abc">>, a, [256]]]}, {erlang, crc32, [[1, a, -1], [<<"abc">>]]}, {erlang, adler32, [["abc", b]]}, {erlang, crc32_combine, [[1, a], [2], [3, -1]]}, {erlang, external_size, [[a, [1, 2]]]}, {erlang, display_string, [[5]]}, {erlang, purge_module, [[5]]}, {erlang, delete_module, [[5, nobody_mod]]}, {erlang, get_module_info, [[5, nobody_mod]]}, {erlang, trace, [[5, all, new], [true, x], [[x], y]]}, {erlang, trace_pattern, [[5, {a, b}, {lists, a, 1}], [true, x], [[], [x]]]}, {erlang, trace_info, [[5, {lists, nofun, 1}], [flags, x, all]]}].
