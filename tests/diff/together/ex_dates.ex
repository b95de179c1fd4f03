# stage: e. Date: arithmetic, weeks, leap years, ranges, parsing and its errors.
defmodule ExDates do
  def main do
    d = ~D[2024-02-29]
    p {d, Date.add(d, 366), Date.add(d, -60), Date.diff(~D[2024-12-31], d), Date.day_of_week(d), Date.day_of_year(d), Date.quarter_of_year(d), Date.leap_year?(d), Date.days_in_month(d)}
    p {Date.beginning_of_week(d), Date.end_of_week(d), Date.beginning_of_month(d), Date.end_of_month(d), Date.beginning_of_week(d, :sunday), Date.day_of_week(d, :sunday), Date.day_of_era(d), Date.year_of_era(d)}
    p Enum.map(["2024-02-30", "2023-02-29", "2024-13-01", "x", "-0001-01-01", "2024-1-1", "2024-02-29T00:00:00Z", "+2000-01-01"], &Date.from_iso8601/1)
    p {Date.to_iso8601(d), Date.to_iso8601(d, :basic), Date.to_string(d), Date.to_erl(d), Date.from_erl({2000, 1, 1}), Date.from_erl({2000, 2, 30}), Date.new(1999, 12, 31), Date.new(1999, 13, 1)}
    p {Date.compare(d, ~D[2024-03-01]), Date.compare(d, d), Enum.sort([~D[2024-01-31], ~D[2023-12-01], ~D[2024-01-02]], Date), Enum.max([~D[2024-01-31], ~D[2023-12-01]], Date)}
    r = Date.range(~D[2024-02-27], ~D[2024-03-02])
    p {r, Enum.to_list(r), Enum.count(r), ~D[2024-03-01] in r, Enum.map(Date.range(~D[2024-01-31], ~D[2024-01-01], -10), & &1.day), Enum.slice(r, 1..2)}
    p {Date.utc_today() |> is_struct(Date), Date.convert(d, Calendar.ISO)}
    p {Date.to_gregorian_days(d), Date.from_gregorian_days(0), Date.from_gregorian_days(800_000), Date.add(~D[0000-01-01], -1), Date.diff(~D[-0044-03-15], ~D[2000-01-01])}
    p for f <- [fn -> Date.new!(2023, 2, 29) end, fn -> Date.from_iso8601!("nope") end, fn -> Date.range(1, 2) end, fn -> Date.add(d, :x) end, fn -> d.hour end], do: error(f)
    p for y <- [1900, 2000, 2023, 2024, 2100], do: {y, Calendar.ISO.leap_year?(y), Calendar.ISO.days_in_month(y, 2), Calendar.ISO.day_of_week(y, 1, 1, :default)}
    p friday13(2024..2026)
  end
  defp friday13(years), do: for(y <- years, m <- 1..12, d = Date.new!(y, m, 13), Date.day_of_week(d) == 5, do: Date.to_iso8601(d))
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e)}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
