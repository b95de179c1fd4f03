%% stage: c. uri_string on URIs, parts and queries: every call with every value of a pool, results and the texts of errors.
-module(poke_uri).
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
    U = ["http://u@h:80/p?q=1#f", "//h", "p/q", "", "http://[::1]/", "a:b", "http://h:x/", "http://ä/", <<"HTTP://H/%7e/../a">>, "?q", "#f", "http://h/%zz", 5],
    [{uri_string, F, [U]} || F <- [parse, normalize, dissect_query, percent_decode, quote, unquote, is_host_nothing]] ++ [{uri_string, recompose, [[#{}, #{scheme => "http", host => "h", path => "/p"}, #{path => "a", query => "q"}, #{host => "h", path => "a"}, #{port => 80, path => ""}, x]]}, {uri_string, resolve, [["../x", "//y", "?z", ""], ["http://a/b/c"]]}, {uri_string, compose_query, [[[], [{"a", "b c"}, {"å", true}], [{"a", 5}], x]]}, {uri_string, transcode, [["a%C3%A5"], [[{in_encoding, utf8}, {out_encoding, utf8}], [x]]]}, {uri_string, allowed_characters_nothing, []}].
