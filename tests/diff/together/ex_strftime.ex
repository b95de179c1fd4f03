# stage: e. Calendar.strftime with every directive, paddings and options; ISO weeks, days of the year, parsing both ways.
defmodule ExStrftime do
  def main do
    times = [~U[2019-08-26 13:52:06.0279Z], ~U[0001-01-01 00:00:00Z], ~U[2024-02-29 23:59:59.999999Z], ~U[1999-12-31 12:00:00.5Z]]

    for time <- times do
      IO.puts(Enum.map_join(~w(a A b B c d f H I j m M p P q S u x X y Y z Z %), " ", fn d -> d <> "=" <> Calendar.strftime(time, "%" <> d) end))
      IO.puts(Calendar.strftime(time, "%-d|%_d|%0d|%5d|%-5d|%_5H|%010Y|%-m|%_j|%3f|%6f|%-I"))
    end

    options = [
      preferred_datetime: "%H:%M %d-%m-%y", preferred_date: "%m/%d/%y", preferred_time: "%M.%H",
      am_pm_names: fn :am -> "vorm"; :pm -> "nachm" end,
      month_names: fn month -> "M#{month}" end, abbreviated_month_names: fn month -> "m#{month}" end,
      day_of_week_names: fn day -> "Tag#{day}" end, abbreviated_day_of_week_names: fn day -> "t#{day}" end
    ]

    IO.puts(Calendar.strftime(hd(times), "%c | %x | %X | %p %P | %B %b | %A %a", options))
    IO.puts(Calendar.strftime(~D[2021-03-04], "%Y-%m-%d %A"))
    IO.puts(Calendar.strftime(~T[07:08:09.012], "%H:%M:%S.%f %I %p"))
    IO.puts(Calendar.strftime(~N[2021-03-04 05:06:07], "%c"))

    for {value, format} <- [{~D[2021-03-04], "%H"}, {~T[01:02:03], "%Y"}, {hd(times), "%"}, {hd(times), "%K"}, {~N[2021-03-04 05:06:07], "%z|%Z"}, {hd(times), "%-"}] do
      IO.inspect(try do Calendar.strftime(value, format) rescue e -> {e.__struct__, Exception.message(e) |> String.slice(0, 70)} end)
    end

    for date <- [~D[2020-12-28], ~D[2021-01-03], ~D[2021-01-04], ~D[2016-01-01], ~D[0000-01-01], ~D[-0001-12-31]] do
      IO.inspect({date, Date.day_of_week(date), Date.day_of_week(date, :sunday), Date.day_of_year(date), Date.day_of_era(date), Date.quarter_of_year(date), Date.year_of_era(date), Date.leap_year?(date), Date.days_in_month(date)})
      IO.inspect({Date.beginning_of_week(date), Date.end_of_week(date, :wednesday), Date.beginning_of_month(date), Date.end_of_month(date), :calendar.iso_week_number(Date.to_erl(%{date | year: max(abs(date.year), 1)}))})
    end

    for text <- ["2019-02-29", "2020-02-29", "2020-2-29", "20200229", "-0044-03-15", "2020-02-29T10:20:30Z", "2020-13-01", "x", ""], do: IO.inspect({text, Date.from_iso8601(text)})
    for text <- ["23:59:59", "23:59:60", "T10:20", "10:20:30.123456789", "10:20:30,5", "1:2:3", "24:00:00", "10:20:30Z"], do: IO.inspect({text, Time.from_iso8601(text)})
    for text <- ["2015-01-23T23:50:07Z", "2015-01-23T23:50:07.123+02:30", "2015-01-23 23:50:07-00:00", "2015-01-23T23:50:07", "2015-01-23P23:50:07Z", "2015-01-23T23:50:07.123-99:99"], do: IO.inspect({text, DateTime.from_iso8601(text)})
    for unit <- [:second, :millisecond, :microsecond, :nanosecond], do: IO.inspect({unit, DateTime.from_unix(1_464_096_368_123_456, unit), DateTime.to_unix(hd(times), unit)})
    IO.inspect(DateTime.from_unix(-62_167_219_201))
    IO.inspect({DateTime.to_gregorian_seconds(hd(times)), DateTime.from_gregorian_seconds(63_755_511_991, {5000, 3})})
    IO.inspect({DateTime.truncate(hd(times), :millisecond), DateTime.truncate(hd(times), :second), Time.truncate(~T[01:02:03.123456], :millisecond)})
    IO.inspect(Enum.sort(times, {:desc, DateTime}))
    IO.inspect({DateTime.diff(Enum.at(times, 2), hd(times)), DateTime.diff(hd(times), Enum.at(times, 3), :millisecond), NaiveDateTime.diff(~N[2020-01-01 00:00:00.000], ~N[2019-12-31 23:59:59.999], :millisecond)})
    IO.inspect(Enum.map([1, -1, 86_400, 31_536_000], &NaiveDateTime.add(~N[2019-12-31 23:59:59], &1)))
    IO.inspect(Enum.map([{1, :second}, {-3, 2}, {1500, :millisecond}], fn {n, unit} -> Time.add(~T[23:00:00], n, unit) end))
    IO.inspect(Date.range(~D[2021-01-01], ~D[2021-01-10]) |> Enum.filter(&(Date.day_of_week(&1) in [6, 7])))
    IO.inspect({Date.range(~D[2021-01-03], ~D[2021-01-01], -1) |> Enum.to_list(), ~D[2021-01-02] in Date.range(~D[2021-01-01], ~D[2021-01-05], 2)})
    IO.inspect({Date.utc_today().__struct__, Date.new(2021, 2, 30), Time.new(1, 2, 3, {4, 5}), NaiveDateTime.new(~D[2021-01-01], ~T[01:02:03])})
    IO.inspect(Enum.map([Date, Time], fn m -> try do m.from_iso8601!("nope") rescue e -> Exception.message(e) end end))
    IO.inspect({Date.compare(~D[2021-01-01], ~D[2020-12-31]), Time.compare(~T[01:00:00.0], ~T[01:00:00]), DateTime.compare(hd(times), hd(times))})
  end
end
