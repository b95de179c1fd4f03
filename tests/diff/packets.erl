%% stage: d. erlang:decode_packet/3 in all formats: good packets, cut off at every place, with wrong bytes, within bounds, and behind odd bits.
-module(packets).
-export([main/0]).

main() ->
    [p({Format, decode(Format, Bytes, [])}) || {Format, Bytes} <- samples()],
    [cuts(Format, Bytes) || {Format, Bytes} <- samples()],
    bounds(), options(), odd(), mutated(), requests(), streams().

p(T) -> io:format("~0p~n", [T]).
decode(Format, Bytes, Options) -> try erlang:decode_packet(Format, Bytes, Options) catch error:R -> R end.

formats() -> [raw, 0, 1, 2, 4, asn1, sunrm, cdr, fcgi, line, tpkt, ssl_tls, http, http_bin, httph, httph_bin].

samples() ->
    [{raw, <<>>}, {raw, <<"abc">>}, {0, <<"abc">>},
     {1, <<3, "abcd">>}, {1, <<0>>}, {1, <<0, 1>>}, {2, <<0, 3, "abcd">>}, {4, <<0, 0, 0, 2, "abcd">>}, {4, <<255, 255, 255, 255>>}, {4, <<127, 255, 255, 255>>}, {4, <<127, 255, 255, 251>>}, {4, <<128, 0, 0, 0>>},
     {sunrm, <<128, 0, 0, 3, "abcd">>}, {sunrm, <<0, 0, 0, 3, "abcd">>}, {sunrm, <<255, 255, 255, 255, "abcd">>},
     {asn1, <<16#30, 3, 1, 2, 3, 4>>}, {asn1, <<16#3f, 1, 2, "abc">>}, {asn1, <<16#3f, 16#81, 16#82, 3, 2, "abc">>}, {asn1, <<16#30, 16#81, 3, "abcd">>}, {asn1, <<16#30, 16#82, 0, 3, "abcd">>}, {asn1, <<16#30, 16#83, 0, 0, 2, "abcd">>},
     {asn1, <<16#30, 16#84, 0, 0, 0, 2, "abcd">>}, {asn1, <<16#30, 16#84, 255, 0, 0, 2, "abcd">>}, {asn1, <<16#30, 16#85, 0, 0, 0, 0, 2, "abcd">>}, {asn1, <<16#30, 16#80, "abcd">>}, {asn1, <<16#3f, 16#80, 16#80>>}, {asn1, <<16#1f, 16#ff, 16#ff, 16#ff, 16#7f, 1, $a, $b>>},
     {cdr, <<"GIOP", 1, 2, 0, 0, 0, 0, 0, 3, "abcd">>}, {cdr, <<"GIOP", 1, 2, 1, 0, 3, 0, 0, 0, "abcd">>}, {cdr, <<"GIOQ", 1, 2, 1, 0, 3, 0, 0, 0, "abcd">>}, {cdr, <<"GIOP", 1, 2, 3, 0, 255, 255, 255, 255, "abcd">>},
     {fcgi, <<1, 1, 0, 1, 0, 3, 2, 0, "abcxxrest">>}, {fcgi, <<1, 1, 0, 1, 0, 0, 0, 0, "rest">>}, {fcgi, <<2, 1, 0, 1, 0, 3, 2, 0, "abcxxrest">>},
     {line, <<"one\ntwo\n">>}, {line, <<"one\r\ntwo">>}, {line, <<"\n">>}, {line, <<>>},
     {tpkt, <<3, 0, 0, 7, "abcd">>}, {tpkt, <<3, 0, 0, 4>>}, {tpkt, <<3, 0, 0, 3, "abcd">>}, {tpkt, <<3, 0, 0, 0>>}, {tpkt, <<2, 0, 0, 7, "abcd">>},
     {ssl_tls, <<22, 3, 1, 0, 3, "abcd">>}, {ssl_tls, <<16#80, 8, 1, 3, 1, "abcdefgh">>}, {ssl_tls, <<16#80, 1, 1, 3, 1, "abcdefgh">>}, {ssl_tls, <<16#ff, 255, 1, 3, 1, "abcdefgh">>}, {ssl_tls, <<23, 3, 3, 0, 0>>}, {ssl_tls, <<16#80, 3, 1, 2, 3>>}]
    ++ [{F, B} || F <- [http, http_bin], B <- lines()] ++ [{F, B} || F <- [httph, httph_bin], B <- headers()].

lines() ->
    [<<"GET / HTTP/1.1\r\nHost: x\r\n">>, <<"POST /a/b?c=d#e HTTP/1.0\n">>, <<"OPTIONS * HTTP/1.1\r\n">>, <<"FETCH http://host HTTP/1.1\r\n">>, <<"get HTTP://Host:8080/path HTTP/1.1\r\n">>, <<"GET https://h:0/ HTTP/1.1\r\n">>, <<"GET https://h:12x/ HTTP/1.1\r\n">>, <<"GET https://h:99999999999/ HTTP/1.1\r\n">>, <<"GET http://:1 HTTP/1.1\r\n">>,
     <<"GET http:// HTTP/1.1\r\n">>, <<"CONNECT host:443 HTTP/1.1\r\n">>, <<"GET urn:a:b HTTP/1.1\r\n">>, <<"GET strange HTTP/1.1\r\n">>, <<"GET x HTTP/1.1\r\n">>, <<"GET : HTTP/1.1\r\n">>, <<"GET /\r\n">>, <<"GET /  \r\n">>, <<"GET\r\n">>, <<"GET \r\n">>, <<" GET / HTTP/1.1\r\n">>, <<"GET / HTTP/1\r\n">>, <<"GET / HTTP/1.\r\n">>, <<"GET / HTTP/.1\r\n">>, <<"GET / HTTP/1.1 x\r\n">>, <<"GET / HTTQ/1.1\r\n">>,
     <<"GET / http/1.1\r\n">>, <<"GET\t/\tHTTP/12.34\r\n">>, <<"G(T / HTTP/1.1\r\n">>, <<"G", 128, "T / HTTP/1.1\r\n">>, <<"G", 127, "T / HTTP/1.1\r\n">>, <<"GET /", 129, 0, " HTTP/1.1\r\n">>, <<"TRACE / HTTP/1.1\rx">>, <<"TRACE / HTTP/1.1\r\n\r\n">>, <<"\r\n">>, <<"\n">>, <<"\r">>, <<>>, <<"x">>, <<"\r\nGET / HTTP/1.1\r\n">>,
     <<"HTTP/1.1 200 OK\r\n">>, <<"HTTP/1.1 200\r\n">>, <<"HTTP/1.1 200 \r\n">>, <<"HTTP/1.1 OK\r\n">>, <<"HTTP/1.1  404  Not Found \n">>, <<"HTTP/1.1\r\n">>, <<"HTTP/1.1 200x\r\n">>, <<"HTTP/11.22 99999999999 x\r\n">>, <<"HTTP/1 200 OK\r\n">>, <<"HTTP/\r\n">>, <<"HTTP/ 1.1\r\n">>, <<"HTTP/x.1\r\n">>, <<"HTTP / HTTP/1.1\r\n">>].

headers() ->
    [<<"Host: example.org\r\nX">>, <<"host:x\r\n\r\n">>, <<"HOST:\tx \r\nA">>, <<"content-md5: x\r\n.">>, <<"Www-Authenticate: x\r\n.">>, <<"x-forwarded-for: 1,\r\n 2,\r\n\t3\r\nA: b\r\n">>, <<"a-b--c-D: x\r\n.">>, <<"-a: x\r\n.">>, <<"Connection : x\r\n.">>, <<": x\r\n.">>, <<"nothing\r\n.">>, <<"a b: x\r\n.">>, <<"a", 128, ": x\r\n.">>, <<"\r\nrest">>, <<"\n">>, <<"\r\n">>, <<"\nx">>, <<" x: y\r\n.">>, <<>>, <<"a:\r\n.">>, <<"a:\n.">>, <<"a: b\rx\n.">>,
     <<"\r\n \r\nx">>, <<"\n x\ny">>, <<"Set-Cookie2: a=b; c=\"d\"\r\n.">>, <<(binary:copy(<<"n">>, 50))/binary, ": x\r\n.">>, <<(binary:copy(<<"n">>, 51))/binary, ": x\r\n.">>, <<(binary:copy(<<"N-">>, 40))/binary, ": x\r\n.">>, <<"Date: Mon, 30 Nov 2026 04:00:00 GMT\r\nServer: x\r\n">>, <<"Proxy-Connection: ", (binary:copy(<<"v">>, 300))/binary, "\r\n\r\n">>].

%% Every beginning of a packet, as one digest and the kinds of answers.
cuts(Format, Bytes) ->
    All = [decode(Format, binary:part(Bytes, 0, N), []) || N <- lists:seq(0, byte_size(Bytes))],
    p({Format, erlang:phash2(All), kinds(All)}).

kinds(All) -> maps:to_list(lists:foldl(fun(A, M) -> maps:update_with(kind(A), fun(N) -> N + 1 end, 1, M) end, #{}, All)).
kind({ok, P, _}) when is_tuple(P) -> element(1, P);
kind({ok, _, _}) -> ok;
kind({more, N}) when is_integer(N) -> more_by;
kind(T) -> T.

bounds() ->
    Limits = [[], [{packet_size, 0}]] ++ [[{packet_size, N}] || N <- [1, 2, 3, 4, 5, 8, 15, 16, 17, 4294967295]] ++ [[{line_length, N}] || N <- [0, 1, 3, 4, 5, 16]] ++ [[{line_length, 3}, {packet_size, 5}], [{packet_size, 4}, {line_length, 20}]],
    [p({Format, Options, [kind(decode(Format, B, Options)) || {F, B} <- samples(), F =:= Format]}) || Format <- formats(), Options <- Limits],
    [p(decode(line, B, O)) || B <- [<<"abc">>, <<"abcd">>, <<"abc\n">>, <<"abcde\nf">>], O <- Limits],
    [p({D, decode(line, <<"ab;cd", 0, 129, "e\n">>, [{line_delimiter, D}])}) || D <- [$;, 0, 129, $\n, $z]],
    p(decode(line, <<"ab;cd\n">>, [{line_delimiter, $;}, {line_delimiter, $c}, {line_length, 2}])).

options() ->
    [p({F, B, O, decode(F, B, O)}) || {F, B, O} <- [{3, <<1>>, []}, {x, <<1>>, []}, {"raw", <<1>>, []}, {raw, x, []}, {raw, <<1>>, x}, {raw, <<1>>, [x]}, {raw, <<1>>, [{packet_size, -1}]}, {raw, <<1>>, [{packet_size, x}]}, {raw, <<1>>, [{packet_size, 1 bsl 32}]}, {raw, <<1>>, [{packet_size, 1, 2}]}, {raw, <<1>>, [{line_delimiter, 10}]}, {line, <<1>>, [{line_delimiter, 256}]}, {line, <<1>>, [{other, 1}]}, {x, x, x}, {http, <<1>>, [{line_delimiter, 1}]}, {1 bsl 70, <<>>, []}, {-1, <<>>, []}]].

%% Bits before and behind the bytes.
odd() ->
    [begin
         <<_:3, Shifted/bits>> = <<5:3, B/binary>>, p({F, decode(F, Shifted, []) =:= decode(F, B, []), decode(F, <<B/binary, 5:3>>, [])})
     end || {F, B} <- [{raw, <<"abc">>}, {1, <<2, "abc">>}, {2, <<0, 2, "ab">>}, {line, <<"abc\nd">>}, {http_bin, <<"GET /a/long/path/that/is/no/heap/binary HTTP/1.1\r\n">>}, {httph, <<"A: b\r\n\r\n">>}, {ssl_tls, <<22, 3, 1, 0, 3, "abcd">>}, {fcgi, <<1, 1, 0, 1, 0, 3, 2, 0, "abcxxrest">>}, {tpkt, <<3, 0, 0, 7, "abcd">>}, {raw, <<>>}, {1, <<0>>}]].

%% Wrong bytes by a seed.
mutated() ->
    S0 = rand:seed_s(exsss, {7, 8, 9}),
    lists:foldl(
        fun({Format, Bytes}, S) ->
            {All, S2} = lists:mapfoldl(fun(_, S1) -> {B, S3} = mutate(Bytes, S1), {F, S4} = pick([Format, Format | formats()], S3), {{F, B, decode(F, B, [])}, S4} end, S, lists:seq(1, 60)),
            p({Format, erlang:phash2(All), kinds([A || {_, _, A} <- All])}), S2
        end, S0, samples()).

mutate(<<>>, S) -> {N, S2} = rand:uniform_s(256, S), {<<(N - 1)>>, S2};
mutate(Bytes, S) ->
    {At, S2} = rand:uniform_s(byte_size(Bytes), S), {What, S3} = rand:uniform_s(4, S2), {Value, S4} = rand:uniform_s(256, S3),
    <<Before:(At - 1)/binary, Byte, After/binary>> = Bytes,
    {Odd, S5} = pick([$\r, $\n, $\s, $\t, $:, $/, $., 0, 255, 128], S4),
    {case What of 1 -> <<Before/binary, (Value - 1), After/binary>>; 2 -> <<Before/binary, After/binary>>; 3 -> <<Before/binary, Odd, Byte, After/binary>>; 4 -> <<Before/binary, Odd, After/binary>> end, S5}.

pick(List, S) -> {N, S2} = rand:uniform_s(length(List), S), {lists:nth(N, List), S2}.

%% Whole messages, as servers and clients read them.
requests() ->
    Request = <<"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nX-Long: 1\r\n\t2\r\n\r\nabc">>,
    p(message(http, httph, Request, [])), p(message(http_bin, httph_bin, Request, [])), p(message(http, httph, <<"HTTP/1.1 404 Not there\nServer: s\n\nbody">>, [])).

message(First, Rest, Bytes, Parts) ->
    case erlang:decode_packet(First, Bytes, []) of
        {ok, http_eoh, Body} -> lists:reverse([Body, http_eoh | Parts]);
        {ok, Part, Left} -> message(Rest, Rest, Left, [Part | Parts])
    end.

streams() ->
    p(stream(2, <<0, 1, $a, 0, 0, 0, 3, "bcd", 0, 9, "rest">>)), p(stream(line, <<"a\n\nbc\nd">>)), p(stream(asn1, <<2, 1, 5, 16#30, 2, 1, 0, 4>>)).

stream(Format, Bytes) ->
    case erlang:decode_packet(Format, Bytes, []) of
        {ok, Packet, Rest} -> [Packet | stream(Format, Rest)];
        Other -> [Other]
    end.
