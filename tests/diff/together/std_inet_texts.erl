%% stage: d. What kernel has of networks without a socket: DNS messages to bytes and back, addresses, hosts files, services, options checked, resolver records in the table of inet_db.
-module(std_inet_texts).
-export([main/0]).

main() ->
    Types = [{a, {1, 2, 3, 4}}, {aaaa, {1, 2, 3, 4, 5, 6, 7, 8}}, {ns, "ns.example.org"}, {cname, "c.example.org"}, {soa, {"m.example.org", "r.x", 1, 2, 3, 4, 5}}, {ptr, "p.example.org"}, {hinfo, {"CPU", "OS"}}, {mx, {10, "mail.example.org"}}, {srv, {1, 2, 80, "s.example.org"}}, {txt, ["one", "two"]}, {naptr, {1, 2, "u", "sip", "!x!y!", "n.example.org"}}, {uri, {1, 2, "http://x"}}, {caa, {0, "issue", "ca.org"}}, {spf, ["v=spf1"]}, {wks, {{1, 2, 3, 4}, 6, <<255>>}}, {99, <<1, 2, 3>>}],
    [begin
         RR = inet_dns:make_rr([{domain, "host.example.org"}, {type, T}, {class, in}, {ttl, 300}, {data, D}]),
         Rec = inet_dns:make_msg([{header, inet_dns:make_header([{id, 7}, {qr, true}, {opcode, query}, {rd, true}, {aa, true}, {rcode, 0}])}, {qdlist, [inet_dns:make_dns_query([{domain, "host.example.org"}, {type, T}, {class, in}])]}, {anlist, [RR]}]),
         B = try inet_dns:encode(Rec) catch C:R -> {C, R} end, p({T, B, if is_binary(B) -> same(inet_dns:decode(B)); true -> x end})
     end || {T, D} <- Types],
    p([inet_dns:decode(X) || X <- [<<>>, <<1, 2, 3>>, <<0, 1, 0:16, 0, 1, 0:48>>, <<0, 1, 0:16, 0, 1, 0:48, 192, 12, 0, 1, 0, 1>>, <<0, 1, 129, 128, 0:64>>]]),
    p([{D, inet:parse_address(D), inet:parse_strict_address(D), inet:parse_ipv4_address(D), inet:parse_ipv6_address(D)} || D <- ["1.2.3.4", "1.2", "0x10.1", "::", "::1", "fe80::1%2", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::2::3", "256.1.1.1", "g::", "", "1.2.3.4.5"]]),
    p([inet:ntoa(A) || A <- [{1, 2, 3, 4}, {0, 0, 0, 0, 0, 0, 0, 1}, {16#fe80, 0, 0, 0, 1, 0, 0, 2}, {0, 0, 0, 0, 0, 16#ffff, 258, 772}, {1, 2}, x, {1, 2, 3, 256}]]), p([inet:ipv4_mapped_ipv6_address(A) || A <- [{1, 2, 3, 4}, {0, 0, 0, 0, 0, 16#ffff, 258, 772}]]), p([inet:is_ip_address(A) || A <- [{1, 2, 3, 4}, {1}, {1, 2, 3, 4, 5, 6, 7, 8}]]),
    Dir = "/tmp/std_inet_texts.dir", ok = filelib:ensure_dir(filename:join(Dir, "x")), F = fun(N, T) -> P = filename:join(Dir, N), ok = file:write_file(P, T), P end,
    p([inet_parse:hosts(F("hosts", "# c\n127.0.0.1 localhost lo\n::1 ip6\n10.0.0.1 a.b c # x\nbad line\n")), inet_parse:services(F("services", "http 80/tcp www\ndns 53/udp # d\n")), inet_parse:protocols(F("protocols", "tcp 6 TCP\n")), inet_parse:networks(F("networks", "loop 127.0.0.0 l\n")), inet_parse:resolv(F("resolv", "nameserver 1.1.1.1\nsearch a.b c.d\ndomain e.f\noptions ndots:2\nlookup bind file\n")), inet_parse:host_conf_linux(F("hc", "order hosts,bind\nmulti on\n")), inet_parse:nsswitch_conf(F("ns", "hosts: files dns\npasswd: x\n")), inet_parse:rpc(F("rpc", "x 1 a\n")), inet_parse:netmasks(F("nm", "1.2.0.0 255.255.0.0\n"))]), file:del_dir_r(Dir),
    p([inet_parse:ntoa({1, 2, 3, 4}), inet_parse:address("1.2.3.4"), inet_parse:ipv4strict_address("1.2.3"), inet_parse:visible_string("a b"), inet_parse:visible_string("ab"), inet_parse:domain("a.b-c.d"), inet_parse:domain("a..b"), inet_parse:dots("a.b.c"), inet_parse:split_line("a  b\tc # d")]),
    p([inet:format_error(E) || E <- [econnrefused, nxdomain, exbadport, exbadseq, "x", enoent]]),
    p([inet:translate_ip(loopback, inet), inet:translate_ip(any, inet6), inet:translate_ip({1, 2, 3, 4}, inet)]), p(inet_db:tolower("AbC.ORG")).

same({ok, R}) -> [{N, inet_dns:rr(X)} || {N, L} <- inet_dns:msg(R), N =:= anlist, X <- L]; same(E) -> E.
p(T) -> io:format("~0tp~n", [T]).
