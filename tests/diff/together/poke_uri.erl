%% stage: c. uri_string on URIs, parts and queries: every call with every value of a pool, results and the texts of errors.
-module(poke_uri).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    U = ["http://u@h:80/p?q=1#f", "//h", "p/q", "", "http://[::1]/", "a:b", "http://h:x/", "http://ä/", <<"HTTP://H/%7e/../a">>, "?q", "#f", "http://h/%zz", 5],
    [{uri_string, F, [U]} || F <- [parse, normalize, dissect_query, percent_decode, quote, unquote, is_host_nothing]] ++ [{uri_string, recompose, [[#{}, #{scheme => "http", host => "h", path => "/p"}, #{path => "a", query => "q"}, #{host => "h", path => "a"}, #{port => 80, path => ""}, x]]}, {uri_string, resolve, [["../x", "//y", "?z", ""], ["http://a/b/c"]]}, {uri_string, compose_query, [[[], [{"a", "b c"}, {"å", true}], [{"a", 5}], x]]}, {uri_string, transcode, [["a%C3%A5"], [[{in_encoding, utf8}, {out_encoding, utf8}], [x]]]}, {uri_string, allowed_characters_nothing, []}].
