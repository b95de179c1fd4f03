%% stage: b. Module calendar over years and its local-free conversions.
-module(std_calendar).
-export([main/0]).

main() ->
    Ds = [{Y, M, 28} || Y <- [0, 1900, 1970, 2000, 2023, 2024, 2100, 9999], M <- [1, 2, 12]],
    p([{D, calendar:date_to_gregorian_days(D), calendar:day_of_the_week(D), calendar:iso_week_number(D), calendar:last_day_of_the_month(element(1, D), element(2, D))} || D <- Ds]),
    p([calendar:gregorian_days_to_date(N) || N <- [0, 1, 59, 60, 366, 719528, 738945, 3652424]]),
    p([{S, calendar:gregorian_seconds_to_datetime(S), calendar:system_time_to_rfc3339(S - 62167219200, [{offset, "Z"}])} || S <- [62167219200, 63876515459, 63902908800]]),
    p([calendar:seconds_to_daystime(S) || S <- [0, 1, 86399, 86400, -1, -86401]]), p([calendar:seconds_to_time(S) || S <- [0, 3661, 86399]]), p(calendar:time_to_seconds({23, 59, 59})),
    p({calendar:time_difference({{2000, 1, 1}, {0, 0, 0}}, {{2001, 1, 1}, {1, 2, 3}}), calendar:valid_date(2024, 2, 30), calendar:valid_date({2024, 2, 29})}),
    p([calendar:rfc3339_to_system_time(T, [{unit, U}]) || {T, U} <- [{"1985-04-12T23:20:50.52Z", millisecond}, {"1996-12-19T16:39:57-08:00", second}, {"1990-12-31T23:59:60Z", second}, {"2018-02-01T16:17:58+01:00", nanosecond}]]),
    p([calendar:system_time_to_rfc3339(T, O) || {T, O} <- [{543503257127, [{unit, millisecond}, {offset, "Z"}]}, {543503257, [{offset, "+02:30"}]}, {0, [{offset, -3600}]}, {1, [{unit, microsecond}, {offset, "Z"}, {time_designator, $\s}]}]]),
    p([try F() catch C:R -> {C, R} end || F <- [fun() -> calendar:date_to_gregorian_days(2024, 13, 1) end, fun() -> calendar:day_of_the_week({2024, 2, 31}) end, fun() -> calendar:time_to_seconds({24, 0, 0}) end, fun() -> calendar:is_leap_year(a) end, fun() -> calendar:rfc3339_to_system_time("x") end]]).

p(T) -> io:format("~0tp~n", [T]).
