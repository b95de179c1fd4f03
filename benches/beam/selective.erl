%% A selective receive behind 100,000 messages that it does not match; prints microseconds for each. Runs alike on OTP and on Dala:
%% `erlc selective.erl`, then `erl -noshell -run selective main -run init stop`, and `dala run --pa . selective`.
-module(selective).
-export([main/0]).

-define(BEFORE, 100000).
-define(ROUNDS, 3000).

main() ->
    [self() ! {other, I} || I <- lists:seq(1, ?BEFORE)],
    _ = rounds(20),
    Start = erlang:monotonic_time(),
    ?ROUNDS = rounds(?ROUNDS),
    Nanoseconds = erlang:convert_time_unit(erlang:monotonic_time() - Start, native, nanosecond),
    {message_queue_len, ?BEFORE} = process_info(self(), message_queue_len),
    io:format("~.2f us a receive behind ~p messages~n", [Nanoseconds / 1000 / ?ROUNDS, ?BEFORE]).

rounds(N) -> rounds(N, 0).
rounds(0, Got) -> Got;
rounds(N, Got) -> self() ! {wanted, N}, receive {wanted, N} -> rounds(N - 1, Got + 1) end.
