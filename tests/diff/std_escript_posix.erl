%% stage: d. escript archives made and read, erl_posix_msg and file:format_error, inet addresses as text, http dates and urls of inets, erl_anno, erl_internal, edlin_expand.
-module(std_escript_posix).
-export([main/0]).

main() -> escripts(), posix(), addresses(), inets_texts(), annos(), internals(), expanding().

p(T) -> io:format("~0tp~n", [T]).
caught(F) -> try F() catch C:R -> {C, R} end.

escripts() ->
    Source = "main(Args) -> io:format(\"~p~n\", [Args]).\n",
    {ok, Script} = escript:create(binary, [shebang, {comment, "a comment"}, {emu_args, "+S 1 -x y"}, {source, list_to_binary(Source)}]),
    io:put_chars(Script),
    File = "/tmp/std_escript_posix.esc",
    ok = file:write_file(File, Script),
    p(escript:extract(File, [])),
    {ok, Archive} = escript:create(binary, [{shebang, "/usr/bin/env escript"}, {archive, [{"a/b.txt", <<"text">>}, {"c.erl", <<"code">>}], [{compress, []}]}]),
    ok = file:write_file(File, Archive),
    {ok, [{shebang, S}, _, _, {archive, Zip}]} = escript:extract(File, []),
    p([S, [{N, B} || {N, B} <- element(2, zip:extract(Zip, [memory]))]]),
    p([escript:create(binary, [{bad, 1}]), escript:extract("no/such/file", []), caught(fun() -> escript:script_name() end) =/= x]),
    file:delete(File).

posix() ->
    Codes = [eperm, enoent, eintr, eio, e2big, ebadf, eagain, enomem, eacces, eexist, exdev, enotdir, eisdir, einval, emfile, enospc, erofs, epipe, edom, erange, edeadlk, enametoolong, enosys, enotempty, eloop, etimedout, econnrefused, ehostunreach, nxdomain, einprogress, ealready, estale, edquot, unknown_code],
    [p({C, erl_posix_msg:message(C), lists:flatten(file:format_error(C))}) || C <- Codes],
    p([lists:flatten(file:format_error(E)) || E <- [badarg, system_limit, terminated, {3, file, undefined_script}, {7, erl_parse, ["syntax error before: ", "x"]}, "text"]]),
    p([lists:flatten(inet:format_error(E)) || E <- [einval, timeout, closed, exbadport, nxdomain]]).

addresses() ->
    [p({T, inet:parse_address(T), inet:parse_ipv4_address(T), inet:parse_ipv6_address(T), inet:parse_strict_address(T)}) || T <- ["127.0.0.1", "1.2.3", "256.1.1.1", "0x7f.1", "::1", "fe80::1%eth0", "2001:db8::ff00:42:8329", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "1::2::3", "", "host", "01.02.03.04", "::", "1.2.3.4.5"]],
    p([inet:ntoa(A) || A <- [{127, 0, 0, 1}, {0, 0, 0, 0, 0, 0, 0, 1}, {16#2001, 16#db8, 0, 0, 1, 0, 0, 1}, {0, 0, 0, 0, 0, 16#ffff, 258, 772}, {1, 2, 3}, {0, 0, 0, 0, 0, 0, 0, 0}, {256, 0, 0, 0}, x]]),
    p([inet:is_ip_address({1, 2, 3, 4}), inet:is_ipv4_address({1, 2, 3, 4}), inet:is_ipv6_address({1, 2, 3, 4}), inet:ipv4_mapped_ipv6_address({1, 2, 3, 4}), inet:ipv4_mapped_ipv6_address({0, 0, 0, 0, 0, 16#ffff, 258, 772})]),
    p([inet_parse:domain(D) || D <- ["a.b", "", "-x"]]),
    p([inet_parse:visible_string("abc"), inet_parse:visible_string([1]), inet_parse:dots("a.b.c")]).

inets_texts() ->
    T = {{2024, 2, 29}, {12, 30, 45}},
    p([httpd_util:rfc1123_date(T), httpd_util:convert_request_date("Sun, 06 Nov 1994 08:49:37 GMT"), httpd_util:convert_request_date("Sunday, 06-Nov-94 08:49:37 GMT"), httpd_util:convert_request_date("nonsense"), httpd_util:day(1), httpd_util:month(12)]),
    p([httpd_util:reason_phrase(C) || C <- [100, 200, 204, 301, 304, 400, 404, 418, 500, 503, 999]]),
    p([httpd_util:decode_hex("a%20b%zz"), httpd_util:suffix("a/b.tar.gz"), httpd_util:flatlength(["ab", <<"c">>, [$d]]), httpd_util:split_path("/a/b?c=d"), httpd_util:split("a,b,c", ",", 2), httpd_util:strip("  x "), httpd_util:uniq([a, a, b]), httpd_util:hexlist_to_integer("fF"), httpd_util:integer_to_hexlist(255)]),
    p([uri_string:parse("http://u@h:80/p?q#f")]),
    p([http_util:to_lower("ABC"), http_util:to_upper("abc"), http_util:timestamp() > 0, http_util:convert_netscapecookie_date("Wdy, 05-Jan-2024 11:12:13 GMT")]),
    p([http_chunk:encode("hello"), http_chunk:encode_last(), ok]).

annos() ->
    A = erl_anno:set_file("f.erl", erl_anno:set_generated(true, erl_anno:new({3, 7}))),
    p([A, erl_anno:line(A), erl_anno:column(A), erl_anno:location(A), erl_anno:file(A), erl_anno:generated(A), erl_anno:text(A), erl_anno:end_location(erl_anno:set_text("ab\nc", A)), erl_anno:to_term(A), erl_anno:from_term(5), erl_anno:is_anno(A), erl_anno:is_anno(x), erl_anno:new(0), erl_anno:set_record(true, erl_anno:new(1))]),
    p([caught(fun() -> erl_anno:new(x) end), caught(fun() -> erl_anno:line(x) end) =/= y]),
    p([erl_parse:map_anno(fun(_) -> 0 end, {op, 3, '+', {integer, 3, 1}, {var, 3, 'X'}}), erl_parse:fold_anno(fun(L, S) -> [erl_anno:line(L) | S] end, [], {tuple, 1, [{atom, 2, a}]}), erl_parse:anno_to_term({atom, erl_anno:new(2), x}), erl_parse:new_anno({atom, 4, x})]).

internals() ->
    p([{N, A, erl_internal:bif(N, A), erl_internal:guard_bif(N, A), erl_internal:old_bif(N, A)} || {N, A} <- [{length, 1}, {self, 0}, {is_map_key, 2}, {apply, 2}, {spawn, 1}, {nothing, 0}, {element, 2}, {date, 0}]]),
    p([{O, A, catch erl_internal:op_type(O, A), erl_internal:arith_op(O, A), erl_internal:bool_op(O, A), erl_internal:comp_op(O, A), erl_internal:list_op(O, A), erl_internal:send_op(O, A)} || {O, A} <- [{'+', 2}, {'not', 1}, {'=:=', 2}, {'++', 2}, {'!', 2}]]),
    p([erl_internal:is_type(integer, 0), erl_internal:is_type(nothing, 0), erl_internal:type_test(is_atom, 1), erl_internal:old_type_test(atom, 1)]),
    p([erl_bits:set_bit_type(8, [integer, little, signed]), erl_bits:set_bit_type(default, [binary]), erl_bits:set_bit_type(3, [binary, {unit, 4}]), erl_bits:set_bit_type(default, [utf8]), erl_bits:set_bit_type(8, [float, binary])]).

expanding() ->
    Expand = fun(S) -> case edlin_expand:expand(lists:reverse(S)) of {Yes, Add, Matches} -> {Yes, Add, length(Matches) > 0} end end,
    p([{S, Expand(S)} || S <- ["list", "lists:rev", "lists:reverse", "nomod_x", "lists:nothing_", "erlang:list_to_ato", "x = gen_serv", "io:for"]]).
