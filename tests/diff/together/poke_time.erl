%% stage: c. Time, dates and units: every call with every value of a pool, results and the texts of errors.
-module(poke_time).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    D = [{{2024, 2, 29}, {12, 30, 59}}, {{2023, 2, 29}, {0, 0, 0}}, {{1969, 12, 31}, {23, 59, 59}}, {{2024, 1, 1}, {24, 0, 0}}, {{2024, 13, 1}, {0, 0, 0}}, a],
    [{erlang, universaltime_to_posixtime, [D]}, {erlang, posixtime_to_universaltime, [[0, -1, 1709209859, a]]}, {calendar, datetime_to_gregorian_seconds, [D]}, {calendar, gregorian_seconds_to_datetime, [[0, 63876515459, a]]},
     {erlang, convert_time_unit, [[0, 1500, -1500, 1 bsl 70, a], [second, millisecond, 7], [second, microsecond, 1000, x]]}, {calendar, day_of_the_week, [[{2024, 2, 29}, {0, 1, 1}, {2023, 2, 29}, {1, 13, 1}]]}, {calendar, iso_week_number, [[{2024, 12, 30}, {2021, 1, 3}, {2000, 1, 1}]]},
     {calendar, last_day_of_the_month, [[2023, 2024, 1900, a], [2, 4, 13]]}, {calendar, is_leap_year, [[1900, 2000, 2024, a, -4]]}, {calendar, valid_date, [[{2023, 2, 29}, {2024, 2, 29}, {0, 0, 0}, a]]}, {calendar, seconds_to_daystime, [[0, 86400, -1, 100000, a]]}, {calendar, seconds_to_time, [[0, 86399, 86400, -1]]},
     {calendar, time_difference, [[hd(D)], [{{2025, 1, 1}, {0, 0, 0}}]]}, {calendar, rfc3339_to_system_time, [["2024-02-29T12:00:00Z", "2024-02-29T12:00:00.5+01:00", "2024-02-29t12:00:00-00:30", "bad", "2024-13-01T00:00:00Z"]]}, {calendar, system_time_to_rfc3339, [[0, 1709209859, -1], [[{offset, "Z"}], [{offset, "+05:30"}], [{unit, millisecond}, {offset, 0}], [{time_designator, $\s}, {offset, "Z"}]]]},
     {timer, hms, [[1, a], [2], [3]]}, {timer, seconds, [[1.5, 2]]}, {timer, sleep, [[0, -1, a]]}, {timer, apply_after, [[0, -1, a], [erlang], [abs], [[1], x]]}].
