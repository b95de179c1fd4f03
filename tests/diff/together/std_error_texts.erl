%% stage: b. What erl_error says of failed operators, built-in functions of numbers, binaries, maps, tuples and atoms, and of binaries that cannot be built; guards that fail quietly on the same values.
-module(std_error_texts).
-export([main/0]).

main() ->
    [io:format("~ts~n", [told(F)]) || F <- operators() ++ numbers() ++ binaries() ++ built() ++ structures() ++ texts() ++ modules()],
    quiet(), shaped(), raised().

id(X) -> X.

%% The lines up to the frame of this module.
told(F) ->
    try F() of V -> io_lib:format("value ~0tp", [V])
    catch C:R:S -> erl_error:format_exception(C, R, [Frame || {M, _, _, _} = Frame <- lists:sublist(S, 2), M =/= ?MODULE], #{column => 3})
    end.

operators() ->
    [fun() -> id(1) + id("x") end, fun() -> id(a) - 2 end, fun() -> id(2.0) * {} end, fun() -> 7 / id(0) end, fun() -> id(7) div 0.0 end, fun() -> 7 rem id(0) end, fun() -> -id(x) end, fun() -> +id([]) end, fun() -> bnot id(1.0) end,
     fun() -> id(1) band 2.0 end, fun() -> id(x) bor 1 end, fun() -> 1 bxor id(<<>>) end, fun() -> id(1) bsl a end, fun() -> 1.5 bsr id(1) end, fun() -> 1 bsl id(1 bsl 62) end, fun() -> not id(1) end, fun() -> id(true) and 5 end, fun() -> id(x) or true end, fun() -> id(1) xor true end,
     fun() -> id(x) andalso true end, fun() -> id([1]) ++ (id(2) ++ [3]) end, fun() -> id([1 | 2]) -- [1] end, fun() -> id([1]) -- x end, fun() -> nobody_of_this_name ! id(hello) end, fun() -> id("to") ! m end].

numbers() ->
    [fun() -> erlang:F(id(A)) end || {F, A} <- [{abs, a}, {float, "1"}, {trunc, x}, {round, <<>>}, {ceil, {}}, {floor, []}, {float, 1 bsl 1024}, {integer_to_list, 1.0}, {integer_to_binary, a}, {float_to_list, 1}, {float_to_binary, x}, {list_to_integer, "12a"}, {list_to_integer, [1 | 2]}, {binary_to_integer, <<"">>}, {binary_to_integer, <<1:3>>}, {list_to_float, "1"}, {binary_to_float, <<"1.0x">>}, {length, [1 | 2]}, {size, []}, {bit_size, a}, {byte_size, "s"}]] ++
    [fun() -> erlang:F(id(A), B) end || {F, A, B} <- [{integer_to_list, 5, 1}, {integer_to_binary, x, 40}, {list_to_integer, "9", 8}, {binary_to_integer, <<"z">>, 10}, {float_to_list, 1.0, [x]}, {float_to_binary, 1, [{decimals, 4}]}, {float_to_list, 1.0, [{decimals, 300}]}, {phash2, a, 0}, {make_tuple, -1, x}]] ++
    [fun() -> math:F(id(A)) end || {F, A} <- [{sqrt, -1}, {log, 0}, {log2, a}, {acos, 2}, {exp, 1000}, {sin, []}, {acosh, 0.5}, {ceil, x}]] ++
    [fun() -> math:pow(id(-1), 0.5) end, fun() -> math:fmod(5, id(0)) end, fun() -> math:atan2(a, id(b)) end, fun() -> math:pow(0, id(-1)) end].

binaries() ->
    [fun() -> erlang:F(id(A)) end || {F, A} <- [{binary_to_list, a}, {binary_to_list, <<1:2>>}, {bitstring_to_list, 1}, {list_to_binary, [256]}, {list_to_binary, [a]}, {list_to_bitstring, [1 | a]}, {iolist_to_binary, [<<1:1>>]}, {iolist_size, [x]}, {binary_to_term, <<0>>}, {binary_to_term, a}, {split_nothing, 1}]] ++
    [fun() -> erlang:F(id(A), B) end || {F, A, B} <- [{split_binary, <<1>>, 2}, {split_binary, a, 0}, {binary_part, <<1, 2>>, {1, 2}}, {binary_part, x, {0, 1}}, {binary_part, <<1>>, y}, {binary_to_term, <<131, 97, 1>>, [bad]}, {term_to_binary, a, [{compressed, 11}]}, {iolist_to_iovec, 1, 2}]] ++
    [fun() -> binary_part(id(<<1, 2, 3>>), 2, 2) end, fun() -> binary_part(<<>>, id(-1), a) end, fun() -> binary_to_list(id(<<1, 2>>), 0, 1) end, fun() -> binary_to_list(<<1, 2>>, id(2), 1) end] ++
    [fun() -> apply(binary, F, A) end || {F, A} <- [{at, [<<1>>, 1]}, {first, [<<>>]}, {last, [a]}, {part, [<<1>>, 0, 5]}, {copy, [<<1>>, -1]}, {copy, [a]}, {match, [<<"a">>, <<>>]}, {match, [<<"a">>, []]}, {matches, [<<"a">>, [<<"b">>, x]]}, {match, [<<"abc">>, <<"c">>, [{scope, {0, 9}}]]}, {split, [a, <<"b">>]}, {replace, [<<"a">>, <<"a">>, x]}, {compile_pattern, [<<>>]}, {longest_common_prefix, [[]]}, {longest_common_suffix, [[a]]}, {encode_unsigned, [-1]}, {encode_unsigned, [1, middle]}, {decode_unsigned, [<<1:1>>]}, {bin_to_list, [<<1>>, {0, 2}]}, {list_to_bin, [[a]]}, {referenced_byte_size, [<<1:3>>]}, {encode_hex, [a]}, {decode_hex, [<<"abc">>]}, {decode_hex, [<<"zz">>]}]].

%% Each says which segment it was.
built() ->
    [fun() -> <<1, (id(a))>> end, fun() -> <<1, 2, (id(1.0)):16>> end, fun() -> <<(id("s")):8/little>> end, fun() -> <<(id(x))/float>> end, fun() -> <<0, (id(1.0e39)):32/float>> end, fun() -> <<(id(1 bsl 1024))/float>> end, fun() -> <<1.0:(id(7))/float>> end,
     fun() -> <<(id(5))/binary>> end, fun() -> <<1, (id(<<1:3>>))/binary>> end, fun() -> <<(id(<<1>>)):(id(2))/binary>> end, fun() -> <<(id(<<1>>)):9/bits>> end, fun() -> <<(id([]))/bits>> end, fun() -> <<(id(<<1:5>>))/binary-unit:4>> end,
     fun() -> <<1:(id(-1))>> end, fun() -> <<"ab", 1:(id(a))>> end, fun() -> <<(id(<<1>>)):(id(-1))/binary>> end, fun() -> <<1:(id(1 bsl 65))>> end, fun() -> <<1:(id(2.0))/unit:8>> end,
     fun() -> <<(id(16#d800))/utf8>> end, fun() -> <<"x", (id(-1))/utf16>> end, fun() -> <<(id(a))/utf32>> end, fun() -> <<(id(16#110000))/utf8>> end, fun() -> B = id(<<1:1>>), <<B/binary, 1>> end, fun() -> B = id(x), <<B/bits, 1>> end, fun() -> << <<(id(X)):4>> || X <- [1, y] >> end].

structures() ->
    [fun() -> element(id(A), B) end || {A, B} <- [{0, {a}}, {2, {a}}, {a, {a}}, {1, []}]] ++ [fun() -> setelement(id(A), B, c) end || {A, B} <- [{0, {a}}, {3, {a}}, {x, y}]] ++
    [fun() -> erlang:F(id(A)) end || {F, A} <- [{hd, []}, {tl, x}, {tuple_size, []}, {tuple_to_list, a}, {list_to_tuple, [a | b]}, {map_size, {}}]] ++
    [fun() -> erlang:apply(erlang, F, A) end || {F, A} <- [{map_get, [k, #{}]}, {map_get, [k, x]}, {is_map_key, [k, []]}, {insert_element, [3, {a}, b]}, {insert_element, [1, a, b]}, {delete_element, [2, {a}]}, {append_element, [a, b]}, {make_tuple, [2, x, [{3, y}]]}, {make_tuple, [2, x, [y]]}, {make_tuple, [a, x, []]}]] ++
    [fun() -> apply(maps, F, A) end || {F, A} <- [{get, [k, #{}]}, {get, [k, x, d]}, {find, [k, x]}, {keys, [1]}, {values, [a]}, {to_list, [[]]}, {from_list, [[{a}]]}, {from_list, [[{a, b} | c]]}, {from_keys, [x, v]}, {merge, [#{}, 1]}, {put, [k, v, 1]}, {update, [k, v, #{}]}, {remove, [k, 1]}, {take, [k, []]}, {is_key, [k, 1]}, {filter, [x, #{}]}, {filter, [fun(_) -> true end, #{}]}, {map, [fun(K, _) -> K end, 1]}, {fold, [fun(_, _, A) -> A end, 0, x]}, {with, [a, #{}]}, {without, [[a | b], #{}]}, {iterator, [1]}, {next, [x]}, {update_with, [k, fun(V) -> V end, #{}]}, {update_with, [k, a, #{k => 1}]}, {groups_from_list, [1, []]}]] ++
    [fun() -> (id(#{a => 1}))#{b := 2} end, fun() -> (id([]))#{b => 2} end, fun() -> maps:get(id("long key with ünicode"), #{1 => 2}) end].

texts() ->
    [fun() -> erlang:F(id(A)) end || {F, A} <- [{atom_to_list, "a"}, {atom_to_binary, 1}, {list_to_atom, [a]}, {list_to_atom, [16#110000]}, {list_to_existing_atom, "no such atom at all"}, {binary_to_atom, x}, {binary_to_existing_atom, <<"no such atom either">>}, {pid_to_list, a}, {ref_to_list, 1}, {fun_to_list, x}, {list_to_pid, "<x>"}, {list_to_ref, "r"}, {list_to_port, a}]] ++
    [fun() -> erlang:F(id(A), B) end || {F, A, B} <- [{atom_to_binary, a, utf9}, {binary_to_atom, <<255>>, utf8}, {binary_to_existing_atom, <<"a">>, x}, {decode_packet_nothing, a, b}]] ++
    [fun() -> list_to_atom(lists:duplicate(256, $x)) end, fun() -> binary_to_atom(binary:copy(<<"y">>, 300)) end] ++
    [fun() -> apply(unicode, F, A) end || {F, A} <- [{characters_to_list, [a]}, {characters_to_binary, [[a]]}, {characters_to_binary, [<<"x">>, bad]}, {characters_to_list, ["x", 5]}, {characters_to_nfc_list, [x]}, {characters_to_nfd_binary, [1]}]] ++
    [fun() -> apply(string, F, A) end || {F, A} <- [{length, [a]}, {slice, ["abc", -1]}, {pad, ["a", x]}, {uppercase, [{}]}, {to_integer, [a]}]].

modules() ->
    [fun() -> apply(lists, F, A) end || {F, A} <- [{reverse, [a]}, {reverse, [[1 | 2], []]}, {member, [x, y]}, {keyfind, [a, 0, []]}, {keymember, [a, 1, x]}, {keysearch, [a, b, []]}, {nth, [0, [a]]}, {seq, [3, a]}, {seq, [1, 5, 0]}, {sort, [x]}, {zip, [[1], []]}, {sublist, [[1], -1]}, {nthtail, [5, [1]]}, {duplicate, [-1, x]}]] ++
    [fun() -> apply(persistent_term, get, [{std_error_texts, none}]) end, fun() -> atomics:new(0, []) end, fun() -> atomics:add(id(a), 1, 1) end, fun() -> counters:new(1, [x]) end, fun() -> ets:insert(no_table_of_this_name, {a}) end, fun() -> ets:new(t, id([{keypos, 0}])) end,
     fun() -> erlang:apply(id(1), f, []) end, fun() -> apply(id(m), f, [a | b]) end, fun() -> erlang:make_fun(m, f, id(-1)) end, fun() -> erlang:fun_info(id(x)) end, fun() -> erlang:fun_info(id(fun erlang:abs/1), what) end, fun() -> re:run(id(a), "x") end, fun() -> re:compile("x", [bad]) end, fun() -> io_lib:format("~q", [1]) end, fun() -> io_lib:format("~w", []) end, fun() -> erlang:crc32(id([a])) end, fun() -> erlang:md5(id(x)) end, fun() -> erlang:adler32(1, id(a)) end].

%% The same in guards: no error, no match.
quiet() ->
    G = fun(X) when length(X) > 0 -> list; (X) when byte_size(X) rem 2 =:= 0 -> even; (X) when element(1, X) =:= 1 -> one; (X) when map_get(k, X) =:= v -> map; (X) when trunc(X) =:= 2 -> two; (X) when abs(X) > 9, X band 1 =:= 1 -> odd; (X) when bit_size(X) =:= 3 -> bits; (X) when not X -> false; (X) when X; is_atom(X) -> atom; (_) -> none end,
    io:format("~w~n", [[G(X) || X <- [[], [1], [1 | 2], <<>>, <<1>>, <<1:3>>, {}, {1}, {2}, #{}, #{k => v}, 2, 2.9, -11, -11.5, 10, false, true, other, self(), fun id/1, 1 bsl 70]]]),
    io:format("~w~n", [[if hd(X) + 1 > 2; tl(X) =:= [] -> a; tuple_size(X) > 0 orelse X =:= x -> b; tuple_size(X) =:= 0; round(X) < 0 -> c; true -> d end || X <- [[], [2], [x], [x, y], {}, {1}, x, -2, 2, "a"]]]).

%% Values that are long are cut to the column and the depth.
shaped() ->
    Big = {lists:seq(1, 100), #{text => lists:duplicate(40, $t), bin => binary:copy(<<"b">>, 90)}, lists:duplicate(5, {nested, [atoms, "strings"]})},
    [io:format("~ts~n", [catch_it(Big, O)]) || O <- [#{}, #{column => 20}, #{format_fun => fun(T, _) -> io_lib:format("~0tP", [T, 12]) end}, #{stack_trim_fun => fun(_, F, _) -> F =:= element end}]].
catch_it(Big, O) -> try element(id(9), Big) catch C:R:S -> erl_error:format_exception(C, R, lists:sublist(S, 1), O) end.

raised() ->
    [io:format("~ts~n", [erl_error:format_exception(C, R, [], #{})]) || {C, R} <- [{error, R} || R <- [badarg, badarith, {badarity, {fun id/1, [1, 2]}}, {badfun, 5}, {badkey, "k"}, {badmap, []}, {badmatch, {a}}, {badrecord, r}, {case_clause, 1.0}, function_clause, if_clause, noproc, notalive, system_limit, timeout_value, {try_clause, x}, undef, {nocatch, b}, {unbound, 'X'}, {undef_record, y}, {bad_generator, z}, {bad_filter, 1}, {bad_bitstring_generator, q}, {else_clause, w}, {own, #{reason => 1}}]] ++ [{exit, {undef, []}}, {throw, "text"}, {exit, kill}]].
