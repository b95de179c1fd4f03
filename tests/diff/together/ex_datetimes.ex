# stage: e. DateTime in UTC, conversions of units, and Calendar.strftime.
defmodule ExDatetimes do
  def main do
    d = ~U[2024-02-29 13:05:09.045Z]
    p {d, DateTime.add(d, 86400), DateTime.add(d, -3, :hour), DateTime.to_unix(d), DateTime.to_unix(d, :microsecond), DateTime.diff(d, ~U[2023-02-28 00:00:00Z]), DateTime.to_naive(d), DateTime.to_date(d)}
    p {DateTime.from_unix(0), DateTime.from_unix(-1), DateTime.from_unix(1_700_000_000_123, :millisecond), DateTime.from_unix(10 ** 15), DateTime.from_unix!(253_402_300_799)}
    p Enum.map(["2024-01-01T00:00:00Z", "2024-01-01T00:00:00+05:30", "2024-01-01T00:00:00-00:00", "2024-01-01T00:00:00", "2024-01-01 00:00:00.123456Z", "bad"], &DateTime.from_iso8601/1)
    p {DateTime.to_iso8601(d), DateTime.to_iso8601(d, :basic), DateTime.to_string(d), DateTime.truncate(d, :second), DateTime.compare(d, ~U[2024-02-29 13:05:09Z]), DateTime.from_naive(~N[2024-01-01 00:00:00], "Etc/UTC"), DateTime.from_naive(~N[2024-01-01 00:00:00], "Europe/Paris")}
    for f <- ["%Y-%m-%d %H:%M:%S", "%y %B %b %A %a", "%I:%M %p %P", "%j %q %u %w", "%f %-d %_d %5Y", "%c|%x|%X", "%s %Z %z %%", "%-m/%-d/%y", "%10A|%-H|%^a"] do
      p {f, try do Calendar.strftime(d, f) rescue e -> {e.__struct__, Exception.message(e)} end}
    end
    p Calendar.strftime(~D[2024-12-01], "%A %d %B", day_of_week_names: fn n -> elem({"Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"}, n - 1) end, month_names: fn n -> "M#{n}" end)
    p {Calendar.ISO.valid_date?(2023, 2, 29), Calendar.ISO.naive_datetime_to_string(2015, 2, 23, 13, 50, 7, {0, 6}), Calendar.truncate({123456, 6}, :millisecond), Calendar.ISO.day_rollover_relative_to_midnight_utc(), Calendar.ISO.parse_date("2015-01-23"), Calendar.ISO.parse_time("23:50:07.0123456")}
    p {DateTime.new(~D[2024-01-01], ~T[00:00:00]), DateTime.shift_zone(d, "Etc/UTC"), DateTime.shift_zone(d, "America/New_York"), Calendar.get_time_zone_database(), d.zone_abbr, d.utc_offset}
    p for f <- [fn -> DateTime.from_unix!(-999_999_999_999_999) end, fn -> DateTime.new!(~D[2024-01-01], ~T[00:00:00], "Nope/Zone") end, fn -> Calendar.strftime(~D[2024-01-01], "%H") end], do: error(f)
    p Enum.map(0..11, fn m -> Calendar.strftime(Date.new!(2024, m + 1, 1), "%b %a") end)
  end
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
