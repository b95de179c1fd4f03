# stage: e. Calendar.ISO and Date.Range by themselves: days and their parts, eras, weeks, leap years, texts of offsets, parsers and what they refuse; a calendar of our own.
defmodule ExCalendarIso do
  alias Calendar.ISO
  defmodule Tens do
    @moduledoc false
    @behaviour Calendar
    def days_in_month(_, _), do: 10
    def months_in_year(_), do: 10
    def leap_year?(_), do: false
    def valid_date?(_, m, d), do: m in 1..10 and d in 1..10
    defdelegate valid_time?(h, m, s, us), to: ISO
    def day_of_week(y, m, d, _), do: {rem(days(y, m, d), 5) + 1, 1, 5}
    def day_of_year(_, m, d), do: (m - 1) * 10 + d
    def day_of_era(y, m, d), do: {days(y, m, d) + 1, 0}
    def quarter_of_year(_, m, _), do: div(m - 1, 3) + 1
    def year_of_era(y, _, _), do: {y, 0}
    def date_to_string(y, m, d), do: "#{y}/#{m}/#{d}"
    defdelegate time_to_string(h, m, s, us), to: ISO
    def naive_datetime_to_string(y, m, d, h, mi, s, us), do: date_to_string(y, m, d) <> "@" <> time_to_string(h, mi, s, us)
    def datetime_to_string(y, m, d, h, mi, s, us, _, abbr, _, _), do: naive_datetime_to_string(y, m, d, h, mi, s, us) <> abbr
    def day_rollover_relative_to_midnight_utc, do: {0, 1}
    def naive_datetime_to_iso_days(y, m, d, h, mi, s, us), do: {days(y, m, d), ISO.time_to_day_fraction(h, mi, s, us)}
    def naive_datetime_from_iso_days({n, 0}), do: naive_datetime_from_iso_days({n, {0, 1}})
    def naive_datetime_from_iso_days({n, f}) do
      {h, mi, s, us} = ISO.time_from_day_fraction(f)
      {div(n, 100), div(rem(n, 100), 10) + 1, rem(n, 10) + 1, h, mi, s, us}
    end
    defdelegate time_to_day_fraction(h, m, s, us), to: ISO
    defdelegate time_from_day_fraction(f), to: ISO
    def iso_days_to_beginning_of_day({n, _}), do: {n, {0, 86_400_000_000}}
    def iso_days_to_end_of_day({n, _}), do: {n, {86_399_999_999, 86_400_000_000}}
    def parse_date(s), do: (case String.split(s, "/") |> Enum.map(&Integer.parse/1) do [{y, ""}, {m, ""}, {d, ""}] -> {:ok, {y, m, d}}; _ -> {:error, :invalid_format} end)
    defdelegate parse_time(s), to: ISO
    def parse_naive_datetime(_), do: {:error, :invalid_format}
    def parse_utc_datetime(_), do: {:error, :invalid_format}
    defp days(y, m, d), do: y * 100 + (m - 1) * 10 + d - 1
  end
  def main do
    for {y, m, d} <- [{0, 1, 1}, {1, 1, 1}, {1970, 1, 1}, {2000, 2, 29}, {2023, 12, 31}, {-1, 12, 31}, {9999, 12, 31}, {-9999, 1, 1}] do
      p(try_it(fn ->
        n = ISO.date_to_iso_days(y, m, d)
        {{y, m, d}, n, ISO.date_from_iso_days(n), ISO.day_of_era(y, m, d), ISO.day_of_year(y, m, d), ISO.day_of_week(y, m, d), ISO.day_of_week(y, m, d, :sunday), ISO.quarter_of_year(y, m, d), ISO.year_of_era(y), ISO.leap_year?(y), ISO.days_in_month(y, m), ISO.date_to_string(y, m, d), ISO.date_to_string(y, m, d, :basic), ISO.iso_days_to_day_of_week({n, {0, 1}})}
      end))
    end
    for f <- [{0, 1}, {1, 2}, {86_399_999_999, 86_400_000_000}, {1, 3}], do: p({f, ISO.time_from_day_fraction(f), ISO.add_day_fraction_to_iso_days({10, f}, 36, 24), ISO.add_day_fraction_to_iso_days({10, f}, -1, 1000)})
    for t <- [{0, 0, 0, {0, 0}}, {23, 59, 59, {999_999, 6}}, {12, 30, 1, {120_000, 2}}, {24, 0, 0, {0, 0}}, {1, 2, 60, {0, 0}}], {h, m, s, us} = t, do: p({ISO.valid_time?(h, m, s, us), try_it(fn -> {ISO.time_to_day_fraction(h, m, s, us), ISO.time_to_string(h, m, s, us), ISO.time_to_string(h, m, s, us, :basic)} end)})
    for {u, s, z, f} <- [{0, 0, "Etc/UTC", :extended}, {3600, 0, "Europe/X", :extended}, {-12600, 3600, "America/Y", :basic}, {5400, 0, "Etc/UTC", :basic}, {1, 1, "Odd/Zone", :extended}], do: p({ISO.offset_to_string(u, s, z, f), ISO.datetime_to_string(2020, 2, 3, 4, 5, 6, {7, 6}, z, "ABB", u, s, f)})
    for {f, texts} <- [parse_date: ["2020-02-30", "2020-2-3", "-0001-01-01", "+2020-01-01", "20200101", "x"], parse_time: ["12:00:00", "12:00:00.1234567", "12:60:00", "T12:00:00Z", "12:00", "23:59:59,5"], parse_naive_datetime: ["2020-01-01 12:00:00", "2020-01-01T12:00:00.5+01:00", "2020-01-01", "2020-13-01T00:00:00"], parse_utc_datetime: ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00+02:30", "2020-01-01T00:00:00-00:00", "2020-01-01T00:00:00", "0000-01-01T00:00:00+25:00"]], t <- texts, do: p({f, t, apply(ISO, f, [t])})
    for {f, t} <- [parse_date: "20200102", parse_time: "120000", parse_naive_datetime: "20200102T030405.6", parse_utc_datetime: "20200102T030405+0130"], do: p({t, apply(ISO, f, [t, :basic]), apply(ISO, f, [t, :extended])})
    p({ISO.from_unix(0, :second), ISO.from_unix(-1, :millisecond), ISO.from_unix(1_600_000_000_123_456, :microsecond), ISO.gregorian_seconds_to_iso_days(63_000_000_000, 5), ISO.months_in_year(5), ISO.valid_date?(2021, 2, 29)})
    r = Date.range(~D[2020-02-27], ~D[2020-03-03], 2)
    p({Enum.to_list(r), Enum.count(r), ~D[2020-03-02] in r, ~D[2020-02-28] in r, Enum.slice(r, 1..2), inspect(r), Enum.reverse(r) |> hd(), Enum.to_list(Date.range(~D[2020-01-01], ~D[2019-12-30], -1)), try_it(fn -> Date.range(~D[2020-01-01], ~D[2020-01-02], 0) end)})
    {:ok, d} = Date.new(20, 3, 4, Tens)
    p({d, to_string(d), inspect(d), Date.add(d, 17), Date.day_of_week(d), Date.day_of_year(d), Date.quarter_of_year(d), Date.convert(d, ISO), Date.convert!(~D[0005-06-30], Tens), Date.compare(d, ~D[0005-07-01]), Date.diff(d, ~D[0000-01-01]), Date.beginning_of_month(d), Date.end_of_month(d), Date.months_in_year(d), Date.from_iso8601("0005-06-26", Tens), Date.new(1, 11, 1, Tens), Date.to_iso8601(~D[0001-01-01]), try_it(fn -> Date.to_iso8601(d) end)})
    {:ok, n} = NaiveDateTime.new(20, 3, 4, 5, 6, 7, {8, 6}, Tens)
    p({n, to_string(n), NaiveDateTime.add(n, 86_400, :second), NaiveDateTime.convert(n, ISO), NaiveDateTime.diff(n, ~N[0005-06-26 00:00:00]), Date.from_gregorian_days(5000, Tens), Date.to_gregorian_days(d), NaiveDateTime.to_erl(n)})
    p({Date.from_erl!({2020, 1, 2}), NaiveDateTime.new!(2020, 1, 2, 3, 4, 5), try_it(fn -> Date.from_erl!({2020, 13, 2}) end), Date.range(d, Date.add(d, 3)) |> Enum.map(&to_string/1)})
  end
  defp try_it(f) do
    f.()
  rescue
    e -> {:raised, e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 120)
end
