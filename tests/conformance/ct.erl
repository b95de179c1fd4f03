%% What OTP's suites call of common_test's module `ct', answered by `conformance'.
-module(ct).
-export([fail/1, fail/2, comment/1, comment/2, log/1, log/2, log/3, pal/1, pal/2, pal/3, print/1, print/2, sleep/1]).
-export([timetrap/1, get_timetrap_info/0, get_config/1, get_config/2, get_progname/0]).
-export([capture_start/0, capture_stop/0, capture_get/0]).

-spec fail(term()) -> no_return().
fail(Reason) -> exit({test_case_failed, Reason}).

-spec fail(string(), [term()]) -> no_return().
fail(Format, Arguments) -> fail(lists:flatten(io_lib:format(Format, Arguments))).

comment(Text) -> log("~ts", [Text]).
comment(Format, Arguments) -> log(Format, Arguments).

log(Format) -> log(Format, []).
log(Format, Arguments) when is_list(Format) -> io:format(Format ++ "~n", Arguments);
log(_Category, Format) -> log(Format, []).
log(_Category, Format, Arguments) -> log(Format, Arguments).

pal(Format) -> log(Format, []).
pal(Format, Arguments) -> log(Format, Arguments).
pal(_Category, Format, Arguments) -> log(Format, Arguments).

print(Format) -> log(Format, []).
print(Format, Arguments) -> log(Format, Arguments).

sleep({hours, N}) -> timer:sleep(N * 3600000);
sleep({minutes, N}) -> timer:sleep(N * 60000);
sleep({seconds, N}) -> timer:sleep(N * 1000);
sleep(Time) -> timer:sleep(Time).

%% Starts the time limit of the running case anew; the runner's own limit stays the most.
timetrap(Time) -> conformance ! {timetrap, Time}, ok.

get_timetrap_info() ->
    Reference = make_ref(),
    conformance ! {timetrap_info, self(), Reference},
    receive {Reference, Time} -> {Time, {false, 1}} end.

get_config(_Key) -> undefined.
get_config(_Key, Default) -> Default.

get_progname() -> "erl".

capture_start() -> conformance_io:capture(true).
capture_stop() -> conformance_io:capture(false).
capture_get() -> conformance_io:captured().
