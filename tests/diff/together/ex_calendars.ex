# stage: e. Calendars: Date.range, Calendar.ISO parsing and formatting, a calendar of our own, conversions between calendars, time zone databases, durations, comparisons and sorting.
defmodule ExCalendars.Ten do
  @behaviour Calendar
  # Days of ten hours, ten months of 36 days and one of five or so; counted from the same day as ISO's.
  def valid_date?(y, m, d), do: is_integer(y) and m in 1..11 and d in 1..36
  def valid_time?(h, m, s, {us, _}), do: h in 0..23 and m in 0..59 and s in 0..59 and us in 0..999_999
  def days_in_month(_, 11), do: 5
  def days_in_month(_, _), do: 36
  def months_in_year(_), do: 11
  def leap_year?(_), do: false
  def day_of_week(_, _, d, _), do: {rem(d - 1, 10) + 1, 1, 10}
  def day_of_year(_, m, d), do: (m - 1) * 36 + d
  def quarter_of_year(_, m, _), do: div(m - 1, 3) + 1
  def year_of_era(y, _, _), do: {y, 1}
  def day_of_era(y, m, d), do: {y * 365 + (m - 1) * 36 + d, 1}
  def year_of_era(y), do: {y, 1}
  def date_to_string(y, m, d), do: "#{y}~#{m}~#{d}"
  def time_to_string(h, m, s, _), do: "#{h}h#{m}m#{s}"
  def naive_datetime_to_string(y, mo, d, h, m, s, us), do: date_to_string(y, mo, d) <> " " <> time_to_string(h, m, s, us)
  def datetime_to_string(y, mo, d, h, m, s, us, tz, _, _, _), do: naive_datetime_to_string(y, mo, d, h, m, s, us) <> " " <> tz
  def naive_datetime_to_iso_days(y, mo, d, h, m, s, us), do: {y * 365 + (mo - 1) * 36 + d - 1, time_to_day_fraction(h, m, s, us)}
  def naive_datetime_from_iso_days({days, fraction}) do
    {y, rest} = {div(days, 365), rem(days, 365)}
    {h, m, s, us} = time_from_day_fraction(fraction)
    {y, div(rest, 36) + 1, rem(rest, 36) + 1, h, m, s, us}
  end
  def time_to_day_fraction(h, m, s, us), do: Calendar.ISO.time_to_day_fraction(h, m, s, us)
  def time_from_day_fraction(f), do: Calendar.ISO.time_from_day_fraction(f)
  def day_rollover_relative_to_midnight_utc, do: {0, 1}
  def parse_date("ten:" <> rest), do: (case String.split(rest, "-") |> Enum.map(&String.to_integer/1) do [y, m, d] -> {:ok, {y, m, d}}; _ -> {:error, :invalid_format} end)
  def parse_date(_), do: {:error, :invalid_format}
  def parse_time(_), do: {:error, :invalid_format}
  def parse_naive_datetime(_), do: {:error, :invalid_format}
  def parse_utc_datetime(_), do: {:error, :invalid_format}
  def iso_days_to_beginning_of_day({d, _}), do: {d, {0, 86_400_000_000}}
  def iso_days_to_end_of_day({d, _}), do: {d, {86_399_999_999, 86_400_000_000}}
end

defmodule ExCalendars.Zones do
  @behaviour Calendar.TimeZoneDatabase
  def time_zone_period_from_utc_iso_days({days, _}, "Test/Half"), do: {:ok, %{std_offset: (if days < 739_000, do: 0, else: 3600), utc_offset: 1800, zone_abbr: "HLF"}}
  def time_zone_period_from_utc_iso_days(_, _), do: {:error, :time_zone_not_found}
  def time_zone_periods_from_wall_datetime(%{year: 2000}, "Test/Half"), do: {:gap, {%{std_offset: 0, utc_offset: 1800, zone_abbr: "A"}, ~N[2000-01-01 00:00:00]}, {%{std_offset: 3600, utc_offset: 1800, zone_abbr: "B"}, ~N[2000-12-31 00:00:00]}}
  def time_zone_periods_from_wall_datetime(%{year: 2001}, "Test/Half"), do: {:ambiguous, %{std_offset: 3600, utc_offset: 1800, zone_abbr: "A"}, %{std_offset: 0, utc_offset: 1800, zone_abbr: "B"}}
  def time_zone_periods_from_wall_datetime(_, "Test/Half"), do: {:ok, %{std_offset: 0, utc_offset: 1800, zone_abbr: "HLF"}}
  def time_zone_periods_from_wall_datetime(_, _), do: {:error, :time_zone_not_found}
end

defmodule ExCalendars do
  alias ExCalendars.{Ten, Zones}
  def main do
    ranges(); iso(); own(); zones(); arithmetic()
  end

  defp ranges do
    r = Date.range(~D[2024-02-27], ~D[2024-03-02])
    p({r, Enum.count(r), ~D[2024-02-29] in r, Enum.to_list(r) |> List.last(), Enum.at(r, 2), Enum.slice(r, 1, 2), Enum.reverse(r) |> hd()})
    p({Date.range(~D[2024-01-10], ~D[2024-01-01], -3) |> Enum.to_list(), Date.range(~D[2024-01-01], ~D[2024-01-31], 7) |> Enum.map(&Date.day_of_week/1), Enum.empty?(Date.range(~D[2024-01-02], ~D[2024-01-01], 1))})
    p({Date.beginning_of_week(~D[2024-05-15]), Date.end_of_week(~D[2024-05-15], :sunday), Date.beginning_of_month(~D[2024-05-15]), Date.end_of_month(~D[2024-02-15]), Date.day_of_week(~D[2024-05-15], :thursday), Date.quarter_of_year(~D[2024-11-01]), Date.day_of_era(~D[-0001-01-01]), Date.year_of_era(~D[0000-01-01]), Date.day_of_year(~D[2024-12-31])})
    p(try do Date.range(~D[2024-01-01], 1) rescue e -> e.__struct__ end)
    p(try do Date.range(~D[2024-01-01], ~D[2024-01-02], 0) rescue e -> Exception.message(e) end)
  end

  defp iso do
    for t <- ["2024-02-29", "2023-02-29", "2024-13-01", "-2024-01-01", "+2024-01-01", "24-1-1", "20240229"], do: p({t, Date.from_iso8601(t), Calendar.ISO.parse_date(t, :basic)})
    for t <- ["23:59:59.999999", "24:00:00", "T12:30:00Z", "12:30", "123000", "12:00:00,5"], do: p({t, Time.from_iso8601(t), Calendar.ISO.parse_time(t, :basic)})
    for t <- ["2024-01-01T10:00:00+02:30", "2024-01-01 10:00:00-00:00", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00", "2024-01-01T25:00:00Z", "2024-01-01T23:59:60Z", "20240101T100000+0230"], do: p({t, DateTime.from_iso8601(t), NaiveDateTime.from_iso8601(t), DateTime.from_iso8601(t, :basic)})
    p({Date.to_iso8601(~D[2024-01-01], :basic), Time.to_iso8601(~T[01:02:03.45], :basic), NaiveDateTime.to_iso8601(~N[2024-01-01 00:00:00.1], :basic), DateTime.to_iso8601(~U[2024-01-01 00:00:00Z], :extended, 3600), DateTime.to_iso8601(~U[2024-01-01 00:00:00.000Z], :basic)})
    p({Calendar.ISO.days_in_month(1900, 2), Calendar.ISO.leap_year?(2000), Calendar.ISO.naive_datetime_to_iso_days(2000, 1, 1, 12, 0, 0, {0, 0}), Calendar.ISO.naive_datetime_from_iso_days({730_485, {1, 2}}), Calendar.ISO.day_of_week(2024, 5, 15, :default), Calendar.ISO.valid_date?(2024, 2, 30), Calendar.ISO.date_to_string(-5, 1, 2), Calendar.ISO.time_to_string(1, 2, 3, {4, 6}), Calendar.ISO.iso_days_to_unit({1, {1, 2}}, :second)})
    p({Date.to_erl(~D[2024-01-01]), Date.from_erl({2024, 2, 30}), Time.from_erl({1, 2, 3}, {5, 3}), NaiveDateTime.from_erl!({{2024, 1, 1}, {1, 2, 3}}, {1, 6}), Date.from_gregorian_days(1), Date.to_gregorian_days(~D[0001-01-01]), NaiveDateTime.from_gregorian_seconds(63_000_000_000), DateTime.to_gregorian_seconds(~U[2024-01-01 00:00:00.5Z]), Time.from_seconds_after_midnight(3661), Time.to_seconds_after_midnight(~T[01:01:01.5])})
  end

  defp own do
    d = Date.convert!(~D[2024-05-15], Ten)
    p({d, to_string(d), Date.convert!(d, Calendar.ISO), d.month, Date.day_of_week(d, :default), Date.compare(d, ~D[2024-05-15]), Date.diff(~D[2024-05-20], d), Date.add(d, 40), Date.new(2024, 12, 1, Ten), Date.new(2024, 11, 3, Ten), Date.from_iso8601("2024-01-02", Ten)})
    n = NaiveDateTime.convert!(~N[2024-05-15 10:20:30], Ten)
    p({n, to_string(n), NaiveDateTime.add(n, 86_400), NaiveDateTime.to_date(n), NaiveDateTime.compare(n, ~N[2024-05-15 10:20:30]), Time.convert!(~T[10:20:30], Ten)})
    p({DateTime.convert!(~U[2024-05-15 10:20:30Z], Ten), Calendar.compatible_calendars?(Calendar.ISO, Ten), Code.eval_string("~D[ten:7-2-3 ExCalendars.Ten]") |> elem(0), Calendar.truncate({123_456, 6}, :millisecond), Date.days_in_month(d), Date.leap_year?(d), Date.months_in_year(d)})
    p(try do Code.eval_string("~D[x ExCalendars.Ten]") rescue e -> Exception.message(e) end)
  end

  defp zones do
    p({DateTime.new(~D[1999-01-01], ~T[10:00:00], "Test/Half", Zones), DateTime.new(~D[2000-06-01], ~T[10:00:00], "Test/Half", Zones), DateTime.new(~D[2001-06-01], ~T[10:00:00], "Test/Half", Zones), DateTime.new(~D[1999-01-01], ~T[10:00:00], "No/Zone", Zones), DateTime.new(~D[1999-01-01], ~T[10:00:00], "Test/Half")})
    {:ok, dt} = DateTime.shift_zone(~U[2024-05-15 10:00:00Z], "Test/Half", Zones)
    p({dt, to_string(dt), DateTime.to_unix(dt), DateTime.to_naive(dt), DateTime.shift_zone(dt, "Etc/UTC", Zones), DateTime.add(dt, 1, :day, Zones), DateTime.diff(dt, ~U[2024-05-15 09:00:00Z], :minute), DateTime.compare(dt, ~U[2024-05-15 10:00:00Z]), DateTime.to_iso8601(dt), DateTime.truncate(dt, :second) == dt})
    p({DateTime.from_naive(~N[2001-01-01 00:00:00], "Test/Half", Zones) |> elem(0), try(do: DateTime.from_naive!(~N[2000-01-01 00:00:00], "Test/Half", Zones), rescue: (e -> Exception.message(e))), try(do: DateTime.shift_zone!(~U[2024-05-15 10:00:00Z], "X", Zones), rescue: (e -> Exception.message(e)))})
    Calendar.put_time_zone_database(Zones)
    p({Calendar.get_time_zone_database(), DateTime.shift_zone!(~U[2000-01-01 00:00:00Z], "Test/Half"), DateTime.now("Test/Half") |> elem(0)})
    Calendar.put_time_zone_database(Calendar.UTCOnlyTimeZoneDatabase)
  end

  defp arithmetic do
    p({Time.add(~T[23:00:00], 7200), Time.diff(~T[01:00:00], ~T[23:00:00], :minute), NaiveDateTime.add(~N[2024-02-28 23:59:59.9], 200, :millisecond), NaiveDateTime.diff(~N[2024-01-01 00:00:00], ~N[2023-01-01 00:00:00], :day), DateTime.add(~U[2024-01-01 00:00:00Z], -1, :microsecond), Time.truncate(~T[01:02:03.456789], :millisecond)})
    p({Enum.sort([~D[2024-01-10], ~D[2023-12-31], ~D[2024-01-02]], Date), Enum.max([~T[01:00:00], ~T[00:59:59]], Time), Enum.sort_by([%{d: ~D[2024-01-10]}, %{d: ~D[2023-12-31]}], & &1.d, {:desc, Date}), Enum.min_max_by([~U[2024-01-01 00:00:00Z], ~U[2023-01-01 00:00:00Z]], & &1, DateTime)})
    p({DateTime.from_unix(0), DateTime.from_unix(-1, :millisecond), DateTime.from_unix(253_402_300_800), DateTime.from_unix!(1_700_000_000_123_456, :microsecond), DateTime.to_unix(~U[1969-12-31 23:59:59.5Z], :millisecond), System.convert_time_unit(1500, :millisecond, :second), System.convert_time_unit(-1, :native, :second)})
  end
  defp p(x), do: IO.inspect(x, limit: :infinity, width: 200)
end
