%% stage: b. `~p` of long terms: where OTP's pretty printer breaks lines, indents, abbreviates and finds strings.
-module(io_pretty).
-export([main/0]).

main() ->
    p(lists:seq(1, 60)), p([{I, list_to_atom("item_" ++ integer_to_list(I))} || I <- lists:seq(1, 15)]),
    p({config, [{host, "localhost"}, {port, 8080}, {paths, ["/usr/local/bin", "/usr/bin", "/opt/something/long/enough"]}], #{retries => 3, timeout => 5000, backoff => {exponential, 100, 10000}}}),
    p(maps:from_list([{list_to_atom("key" ++ integer_to_list(I)), lists:seq(1, I)} || I <- lists:seq(1, 12)])), p(lists:duplicate(8, "a string that is somewhat long")),
    p([[[[[[[[[[deep, [nested, [list, [with, [many, [levels, ['of', [brackets, ['and', [words]]]]]]]]]]]]]]]]]]]), p(tree(6)), p(<<"a binary that is quite long so that it must be broken somewhere near the right margin of the page">>),
    p(list_to_binary(lists:seq(0, 60))), p("a string that is quite long so that it must be broken somewhere near the right margin of the page"), p({"short", [1, 2 | tail], {}, [], #{}}),
    io:format("prefix ~p suffix~n", [[{some, term, "that", is, long}, {some, term, "that", is, long}, {some, term, "that", is, long}]]), io:format("~20p~n", [[{a, b}, {c, d}, {e, f}]]), io:format("~P~n", [tree(8), 30]), io:format("~40p~n", [#{alpha => [1, 2, 3], beta => "text", gamma => {x, y, z}}]),
    p([{very_long_tag_name_number_one, 123456789012345678901234567890, 1.2345678901234e-20}, {very_long_tag_name_number_two, [], <<>>}]), p({tuple, {with, {nested, {tuples, {going, {deeper, {and_deeper, {until, {it, {breaks, here}}}}}}}}}}), p([a | lists:seq(100, 130)]), p(lists:seq(32, 126)), p([0 | lists:seq(32, 126)]).

p(T) -> io:format("~p~n", [T]).

tree(0) -> leaf;
tree(N) -> {node, N, tree(N - 1), N * N}.
