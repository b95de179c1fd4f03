%% stage: c. What random modules found, again: character data that is wrong twice, digits beyond a byte, sums of digits
%% as floats, frames of funs that are none and of tail calls, lines behind tail calls.
-module(found_by_random_again).
-export([main/0, id/1]).

main() ->
    [p({X, got(fun() -> unicode:characters_to_list(X) end), got(fun() -> unicode:characters_to_binary(X) end),
        got(fun() -> unicode:characters_to_list(X, latin1) end), got(fun() -> unicode:characters_to_binary(X, utf8, latin1) end),
        got(fun() -> unicode:characters_to_list(X, {utf16, little}) end)}) || X <- data()],
    [p({X, got(fun() -> list_to_integer(X) end), got(fun() -> list_to_integer(X, 16) end), got(fun() -> string:list_to_integer(X) end),
        got(fun() -> string:to_integer(X) end), got(fun() -> list_to_float("1.5" ++ X) end)}) || X <- digits()],
    [p({N, trunc(float(N)), N / 128, -N * 1.0}) || N <- sums()],
    rand:seed(exsss, 4),
    [p(trunc(float(rand:uniform(1 bsl (64 * K))))) || K <- [2, 3, 4, 5, 9], _ <- lists:seq(1, 40)],
    [p({T, V, trace(fun() -> F(V) end)}) || V <- [5, a, 1 bsl 70, fun(A, B) -> {A, B} end, fun erlang:hd/1, fun ?MODULE:nope/1, fun nomod:f/1], {T, F} <- calls()],
    [p({N, [trace(fun() -> F(N, X) end) || F <- [fun applied/2, fun tail/2, fun body/2, fun named/2, fun named_body/2]]})
     || {N, X} <- [{error, 1}, {exit, 1}, {throw, 1}, {atom_to_list, 1}, {length, a}, {list_to_binary, a}]],
    [p({N, trace(fun() -> F({1, 2}, 2) end)}) || {N, F} <- lines()].

data() ->
    [[-1], [-76, a], [-76, <<5:3>>], [-76 | a], [<<255>>, a], [<<255>>, [a]], [16#d800, a], [16#110000 | a], [1 bsl 70, a], [[1 bsl 70], a], [[-1], a],
     [[-1 | b], a], [[1, -1], {}], [<<16#e2>>, {}], [<<16#e2>> | a], [<<255>> | {}], [[<<255>>], [b]], [<<255>>, <<1:3>>], [-1, -1], [<<1:3>>], [16#d800, 5, 1 bsl 62, a],
     [-1 | -1], [[[-1], 5], 5 | {}], [16#d800 | 5], [-1, 1.0], [1 bsl 70 | a], [<<16#e2>>, 1 bsl 70, a], [<<16#e2>>, 5, a], [1.0, 1 bsl 70], [1 bsl 70 | <<1:1>>],
     [<<255>> | <<1:1>>], [300, <<2:4>>], [300 | a], [300], [<<1>>, -5, a], [256, <<1:3>>]].

digits() ->
    [[-202], [310], [-202, 310], [(1 bsl 59) - 202], [(1 bsl 60) + 54], [$- + 256, $5], [$-, 310], [$+, 310], [$1, 310 | a], [310, a], [310, $x], [$1, 310, 1000],
     lists:duplicate(30, 310), [97 + 256], [$1, 97 + 256], [$1 | 310], [$-], [$- | a], [$-, a]].

sums() ->
    [10475187038664686499531684221060565900192978315171397808044, (1 bsl 128) + (1 bsl 75) + (1 bsl 64) - 1, (1 bsl 128) + (1 bsl 75) + 1, (1 bsl 64) - 1, (1 bsl 127) - 1,
     -((1 bsl 192) + (1 bsl 139) + (1 bsl 128) - 1)].

calls() ->
    [{tail, fun(F) -> t1(F) end}, {body, fun(F) -> b1(F) end}, {caught, fun(F) -> c1(F) end}, {two, fun(F) -> b2(F) end}, {applied, fun(F) -> a1(F, [1]) end},
     {applied_tail, fun(F) -> a2(F, [1]) end}, {list, fun(F) -> l1(F, [1, 2]) end}, {recursive, fun(F) -> r1(F, 3) end}, {sorted, fun(F) -> lists:sort(F, [2, 1]) end}].

t1(F) -> F(1).
b1(F) -> [F(1)].
b2(F) -> {F(1, 2)}.
c1(F) -> (catch F(1)).
a1(F, L) -> [apply(F, L)].
a2(F, L) -> apply(F, L).
l1(F, L) -> [F(X) || X <- L].
r1(F, 0) -> [F(1)];
r1(F, N) -> [r1(F, N - 1)].

applied(N, X) -> apply(fun erlang:N/1, [X]).
tail(N, X) -> F = fun erlang:N/1, F(X).
body(N, X) -> F = fun erlang:N/1, [F(X)].
named(N, X) -> erlang:N(X).
named_body(N, X) -> [erlang:N(X)].

id(X) -> X.

got(F) -> try F() catch _:R -> R end.

trace(F) ->
    try F() of
        {'EXIT', {R, S}} -> {caught, R, frames(S)};
        V -> V
    catch C:R:S -> {C, R, frames(S)}
    end.

frames(S) -> [{M, F, if is_list(A) -> length(A); true -> A end, proplists:get_value(line, I)} || {M, F, A, I} <- S, M =/= together, M =/= init, F =/= trace].

p(T) -> io:format("~0tp~n", [T]).

lines() ->
    [{r_ext_b, fun r_ext_b/2},
     {r_ext_t, fun r_ext_t/2},
     {r_ext_hd, fun r_ext_hd/2},
     {r_ext_plus, fun r_ext_plus/2},
     {r_ext_fun, fun r_ext_fun/2},
     {r_ext_ext, fun r_ext_ext/2},
     {r_ext_m, fun r_ext_m/2},
     {r_e1_b, fun r_e1_b/2},
     {r_e1_t, fun r_e1_t/2},
     {r_e1_hd, fun r_e1_hd/2},
     {r_e1_plus, fun r_e1_plus/2},
     {r_e1_fun, fun r_e1_fun/2},
     {r_e1_ext, fun r_e1_ext/2},
     {r_e1_m, fun r_e1_m/2},
     {r_sn_b, fun r_sn_b/2},
     {r_sn_t, fun r_sn_t/2},
     {r_sn_hd, fun r_sn_hd/2},
     {r_sn_plus, fun r_sn_plus/2},
     {r_sn_fun, fun r_sn_fun/2},
     {r_sn_ext, fun r_sn_ext/2},
     {r_sn_m, fun r_sn_m/2},
     {r_ets_b, fun r_ets_b/2},
     {r_ets_t, fun r_ets_t/2},
     {r_ets_hd, fun r_ets_hd/2},
     {r_ets_plus, fun r_ets_plus/2},
     {r_ets_fun, fun r_ets_fun/2},
     {r_ets_ext, fun r_ets_ext/2},
     {r_ets_m, fun r_ets_m/2},
     {r_hd_b, fun r_hd_b/2},
     {r_hd_t, fun r_hd_t/2},
     {r_hd_hd, fun r_hd_hd/2},
     {r_hd_plus, fun r_hd_plus/2},
     {r_hd_fun, fun r_hd_fun/2},
     {r_hd_ext, fun r_hd_ext/2},
     {r_hd_m, fun r_hd_m/2},
     {r_lst_b, fun r_lst_b/2},
     {r_lst_t, fun r_lst_t/2},
     {r_lst_hd, fun r_lst_hd/2},
     {r_lst_plus, fun r_lst_plus/2},
     {r_lst_fun, fun r_lst_fun/2},
     {r_lst_ext, fun r_lst_ext/2},
     {r_lst_m, fun r_lst_m/2},
     {r_bin_b, fun r_bin_b/2},
     {r_bin_t, fun r_bin_t/2},
     {r_bin_hd, fun r_bin_hd/2},
     {r_bin_plus, fun r_bin_plus/2},
     {r_bin_fun, fun r_bin_fun/2},
     {r_bin_ext, fun r_bin_ext/2},
     {r_bin_m, fun r_bin_m/2},
     {r_loc_b, fun r_loc_b/2},
     {r_loc_t, fun r_loc_t/2},
     {r_loc_hd, fun r_loc_hd/2},
     {r_loc_plus, fun r_loc_plus/2},
     {r_loc_fun, fun r_loc_fun/2},
     {r_loc_ext, fun r_loc_ext/2},
     {r_loc_m, fun r_loc_m/2},
     {r_twol_b, fun r_twol_b/2},
     {r_twol_t, fun r_twol_t/2},
     {r_twol_hd, fun r_twol_hd/2},
     {r_twol_plus, fun r_twol_plus/2},
     {r_twol_fun, fun r_twol_fun/2},
     {r_twol_ext, fun r_twol_ext/2},
     {r_twol_m, fun r_twol_m/2}].

r_ext_b(A, B) ->
    receive _ -> lists:nope(A) after 0 -> [erlang:delete_element(3, {B})] end.
r_ext_t(A, B) ->
    receive _ -> lists:nope(A) after 0 -> erlang:delete_element(3, {B}) end.
r_ext_hd(A, B) ->
    receive _ -> lists:nope(A) after 0 -> hd(B) end.
r_ext_plus(A, B) ->
    receive _ -> lists:nope(A) after 0 -> [a + B] end.
r_ext_fun(A, B) ->
    receive _ -> lists:nope(A) after 0 -> [B(1)] end.
r_ext_ext(A, B) ->
    receive _ -> lists:nope(A) after 0 -> [lists:nope(B)] end.
r_ext_m(A, B) ->
    receive _ -> lists:nope(A) after 0 -> {a, a} = B end.
r_e1_b(A, B) ->
    receive _ -> erlang:nope(A) after 0 -> [erlang:delete_element(3, {B})] end.
r_e1_t(A, B) ->
    receive _ -> erlang:nope(A) after 0 -> erlang:delete_element(3, {B}) end.
r_e1_hd(A, B) ->
    receive _ -> erlang:nope(A) after 0 -> hd(B) end.
r_e1_plus(A, B) ->
    receive _ -> erlang:nope(A) after 0 -> [a + B] end.
r_e1_fun(A, B) ->
    receive _ -> erlang:nope(A) after 0 -> [B(1)] end.
r_e1_ext(A, B) ->
    receive _ -> erlang:nope(A) after 0 -> [lists:nope(B)] end.
r_e1_m(A, B) ->
    receive _ -> erlang:nope(A) after 0 -> {a, a} = B end.
r_sn_b(A, B) ->
    receive _ -> erlang:send_nosuspend(A, 1) after 0 -> [erlang:delete_element(3, {B})] end.
r_sn_t(A, B) ->
    receive _ -> erlang:send_nosuspend(A, 1) after 0 -> erlang:delete_element(3, {B}) end.
r_sn_hd(A, B) ->
    receive _ -> erlang:send_nosuspend(A, 1) after 0 -> hd(B) end.
r_sn_plus(A, B) ->
    receive _ -> erlang:send_nosuspend(A, 1) after 0 -> [a + B] end.
r_sn_fun(A, B) ->
    receive _ -> erlang:send_nosuspend(A, 1) after 0 -> [B(1)] end.
r_sn_ext(A, B) ->
    receive _ -> erlang:send_nosuspend(A, 1) after 0 -> [lists:nope(B)] end.
r_sn_m(A, B) ->
    receive _ -> erlang:send_nosuspend(A, 1) after 0 -> {a, a} = B end.
r_ets_b(A, B) ->
    receive _ -> ets:nope(A) after 0 -> [erlang:delete_element(3, {B})] end.
r_ets_t(A, B) ->
    receive _ -> ets:nope(A) after 0 -> erlang:delete_element(3, {B}) end.
r_ets_hd(A, B) ->
    receive _ -> ets:nope(A) after 0 -> hd(B) end.
r_ets_plus(A, B) ->
    receive _ -> ets:nope(A) after 0 -> [a + B] end.
r_ets_fun(A, B) ->
    receive _ -> ets:nope(A) after 0 -> [B(1)] end.
r_ets_ext(A, B) ->
    receive _ -> ets:nope(A) after 0 -> [lists:nope(B)] end.
r_ets_m(A, B) ->
    receive _ -> ets:nope(A) after 0 -> {a, a} = B end.
r_hd_b(A, B) ->
    receive _ -> hd(A) after 0 -> [erlang:delete_element(3, {B})] end.
r_hd_t(A, B) ->
    receive _ -> hd(A) after 0 -> erlang:delete_element(3, {B}) end.
r_hd_hd(A, B) ->
    receive _ -> hd(A) after 0 -> hd(B) end.
r_hd_plus(A, B) ->
    receive _ -> hd(A) after 0 -> [a + B] end.
r_hd_fun(A, B) ->
    receive _ -> hd(A) after 0 -> [B(1)] end.
r_hd_ext(A, B) ->
    receive _ -> hd(A) after 0 -> [lists:nope(B)] end.
r_hd_m(A, B) ->
    receive _ -> hd(A) after 0 -> {a, a} = B end.
r_lst_b(A, B) ->
    receive _ -> [lists:nope(A)] after 0 -> [erlang:delete_element(3, {B})] end.
r_lst_t(A, B) ->
    receive _ -> [lists:nope(A)] after 0 -> erlang:delete_element(3, {B}) end.
r_lst_hd(A, B) ->
    receive _ -> [lists:nope(A)] after 0 -> hd(B) end.
r_lst_plus(A, B) ->
    receive _ -> [lists:nope(A)] after 0 -> [a + B] end.
r_lst_fun(A, B) ->
    receive _ -> [lists:nope(A)] after 0 -> [B(1)] end.
r_lst_ext(A, B) ->
    receive _ -> [lists:nope(A)] after 0 -> [lists:nope(B)] end.
r_lst_m(A, B) ->
    receive _ -> [lists:nope(A)] after 0 -> {a, a} = B end.
r_bin_b(A, B) ->
    receive _ -> binary:nope(1) after 0 -> [erlang:delete_element(3, {B})] end.
r_bin_t(A, B) ->
    receive _ -> binary:nope(1) after 0 -> erlang:delete_element(3, {B}) end.
r_bin_hd(A, B) ->
    receive _ -> binary:nope(1) after 0 -> hd(B) end.
r_bin_plus(A, B) ->
    receive _ -> binary:nope(1) after 0 -> [a + B] end.
r_bin_fun(A, B) ->
    receive _ -> binary:nope(1) after 0 -> [B(1)] end.
r_bin_ext(A, B) ->
    receive _ -> binary:nope(1) after 0 -> [lists:nope(B)] end.
r_bin_m(A, B) ->
    receive _ -> binary:nope(1) after 0 -> {a, a} = B end.
r_loc_b(A, B) ->
    receive _ -> id(A) after 0 -> [erlang:delete_element(3, {B})] end.
r_loc_t(A, B) ->
    receive _ -> id(A) after 0 -> erlang:delete_element(3, {B}) end.
r_loc_hd(A, B) ->
    receive _ -> id(A) after 0 -> hd(B) end.
r_loc_plus(A, B) ->
    receive _ -> id(A) after 0 -> [a + B] end.
r_loc_fun(A, B) ->
    receive _ -> id(A) after 0 -> [B(1)] end.
r_loc_ext(A, B) ->
    receive _ -> id(A) after 0 -> [lists:nope(B)] end.
r_loc_m(A, B) ->
    receive _ -> id(A) after 0 -> {a, a} = B end.
r_twol_b(A, B) ->
    receive _ -> begin id(z),
        lists:nope(A) end after 0 -> [erlang:delete_element(3, {B})] end.
r_twol_t(A, B) ->
    receive _ -> begin id(z),
        lists:nope(A) end after 0 -> erlang:delete_element(3, {B}) end.
r_twol_hd(A, B) ->
    receive _ -> begin id(z),
        lists:nope(A) end after 0 -> hd(B) end.
r_twol_plus(A, B) ->
    receive _ -> begin id(z),
        lists:nope(A) end after 0 -> [a + B] end.
r_twol_fun(A, B) ->
    receive _ -> begin id(z),
        lists:nope(A) end after 0 -> [B(1)] end.
r_twol_ext(A, B) ->
    receive _ -> begin id(z),
        lists:nope(A) end after 0 -> [lists:nope(B)] end.
r_twol_m(A, B) ->
    receive _ -> begin id(z),
        lists:nope(A) end after 0 -> {a, a} = B end.
