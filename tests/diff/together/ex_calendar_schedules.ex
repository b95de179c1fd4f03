# stage: e. Schedules: cron lines and when they come next, ISO 8601 durations and repeating intervals, Julian days, moons and decimal years, shifts in local time over a zone that changes its clock, buckets of time, ranges merged and cut, stamps in many formats read back.
defmodule ExCalendarSchedules.Zone do
  # One hour forward from the last Sunday of March to the last of October, at 01:00 UTC.
  @behaviour Calendar.TimeZoneDatabase
  def change(year, month), do: (last = Date.end_of_month(Date.new!(year, month, 1)); NaiveDateTime.new!(Date.add(last, -rem(Date.day_of_week(last), 7)), ~T[01:00:00]))
  defp summer?(naive), do: NaiveDateTime.compare(naive, change(naive.year, 3)) != :lt and NaiveDateTime.compare(naive, change(naive.year, 10)) == :lt
  defp period(true), do: %{std_offset: 3600, utc_offset: 3600, zone_abbr: "SUM"}
  defp period(false), do: %{std_offset: 0, utc_offset: 3600, zone_abbr: "WIN"}
  def time_zone_period_from_utc_iso_days(iso_days, "Test/Zone") do
    {y, mo, d, h, mi, s, us} = Calendar.ISO.naive_datetime_from_iso_days(iso_days)
    {:ok, period(summer?(%NaiveDateTime{year: y, month: mo, day: d, hour: h, minute: mi, second: s, microsecond: us}))}
  end
  def time_zone_period_from_utc_iso_days(_, "Etc/UTC"), do: {:ok, %{std_offset: 0, utc_offset: 0, zone_abbr: "UTC"}}
  def time_zone_period_from_utc_iso_days(_, _), do: {:error, :time_zone_not_found}
  def time_zone_periods_from_wall_datetime(wall, "Test/Zone") do
    wall = NaiveDateTime.new!(wall.year, wall.month, wall.day, wall.hour, wall.minute, wall.second, wall.microsecond)
    case Enum.filter([true, false], &(summer?(NaiveDateTime.add(wall, if(&1, do: -7200, else: -3600))) == &1)) do
      [one] -> {:ok, period(one)}
      [true, false] -> {:ambiguous, period(true), period(false)}
      [] -> {:gap, {period(false), NaiveDateTime.add(change(wall.year, 3), 3600)}, {period(true), NaiveDateTime.add(change(wall.year, 3), 7200)}}
    end
  end
  def time_zone_periods_from_wall_datetime(_, "Etc/UTC"), do: {:ok, %{std_offset: 0, utc_offset: 0, zone_abbr: "UTC"}}
  def time_zone_periods_from_wall_datetime(_, _), do: {:error, :time_zone_not_found}
end

defmodule ExCalendarSchedules.Cron do
  @ranges [minute: 0..59, hour: 0..23, day: 1..31, month: 1..12, weekday: 0..6]
  def parse(line) do
    fields = String.split(line)
    if length(fields) != 5, do: throw({:fields, length(fields)})
    for {{name, range}, text} <- Enum.zip(@ranges, fields), into: %{}, do: {name, {text == "*", text |> String.split(",") |> Enum.flat_map(&part(&1, range, name)) |> MapSet.new()}}
  catch
    reason -> {:error, reason}
  end
  defp part(text, first..last = range, name) do
    {body, step} = case String.split(text, "/") do [b, s] -> {b, String.to_integer(s)}; [b] -> {b, 1} end
    values = case String.split(body, "-") do
      ["*"] -> first..last//step
      [a, b] -> String.to_integer(a)..String.to_integer(b)//step
      [a] -> if step == 1, do: [String.to_integer(a)], else: String.to_integer(a)..last//step
    end
    for v <- values, do: if(v in range or (name == :weekday and v == 7), do: rem(v, if(name == :weekday, do: 7, else: 100)), else: throw({name, v}))
  end
  def next(cron, from), do: seek(cron, from |> NaiveDateTime.truncate(:second) |> then(&NaiveDateTime.add(&1, 60 - &1.second)), 5000)
  defp seek(_, _, 0), do: :never
  defp seek(c, t, n) do
    cond do
      not has(c.month, t.month) -> seek(c, t |> NaiveDateTime.to_date() |> Date.end_of_month() |> Date.add(1) |> NaiveDateTime.new!(~T[00:00:00]), n - 1)
      not day?(c, t) -> seek(c, %{t | hour: 0, minute: 0} |> NaiveDateTime.add(1, :day), n - 1)
      not has(c.hour, t.hour) -> seek(c, NaiveDateTime.add(%{t | minute: 0}, 1, :hour), n - 1)
      not has(c.minute, t.minute) -> seek(c, NaiveDateTime.add(t, 1, :minute), n - 1)
      true -> t
    end
  end
  defp has({_, set}, v), do: v in set
  defp day?(%{day: {true, _}, weekday: w}, t), do: has(w, rem(Date.day_of_week(t), 7))
  defp day?(%{day: d, weekday: {true, _}}, t), do: has(d, t.day)
  defp day?(%{day: d, weekday: w}, t), do: has(d, t.day) or has(w, rem(Date.day_of_week(t), 7))
end

defmodule ExCalendarSchedules do
  alias ExCalendarSchedules.{Cron, Zone}
  def main do
    crons(); durations(); days(); zones(); buckets(); ranges(); stamps(); edges()
  end

  defp crons do
    for line <- ["*/15 * * * *", "0 9-17/4 * * 1-5", "30 2 29 2 *", "0 0 1,15 * 0", "5 4 31 4 *", "59 23 31 12 *", "0 12 * 1-3 7", "60 * * * *", "* * *", "0 0 13 * 5"] do
      cron = Cron.parse(line)
      p({line, if(is_map(cron), do: Stream.iterate(~N[2023-12-31 23:50:31.5], &if(&1 == :never, do: :never, else: Cron.next(cron, &1))) |> Stream.drop(1) |> Enum.take(if(cron.day == {false, MapSet.new([31])} or line =~ "29 2", do: 1, else: 4)), else: cron)})
    end
  end

  @units [Y: :year, M: :month, W: :week, D: :day]
  defp duration(text) do
    case Regex.named_captures(~r/^(?<sign>-?)P(?<date>(?:\d+[YMWD])*)(?:T(?<time>(?:\d+(?:[.,]\d+)?[HMS])+))?$/, text) do
      nil -> :error
      %{"date" => "", "time" => ""} -> :error
      %{"sign" => s, "date" => d, "time" => t} ->
        sign = if s == "-", do: -1, else: 1
        date = for [_, n, u] <- Regex.scan(~r/(\d+)([YMWD])/, d), do: {@units[String.to_existing_atom(u)], sign * String.to_integer(n)}
        time = for [_, n, u] <- Regex.scan(~r/([\d.,]+)([HMS])/, t), do: {:microsecond, sign * round((n |> String.replace(",", ".") |> Float.parse() |> elem(0)) * %{"H" => 3.6e9, "M" => 6.0e7, "S" => 1.0e6}[u])}
        date ++ time
    end
  end
  defp shift(t, parts) do
    Enum.reduce(parts, t, fn
      {:year, n}, t -> shift(t, month: n * 12)
      {:month, n}, t -> (total = t.year * 12 + t.month - 1 + n; {y, m} = {Integer.floor_div(total, 12), Integer.mod(total, 12) + 1}; %{t | year: y, month: m, day: min(t.day, Calendar.ISO.days_in_month(y, m))})
      {:week, n}, t -> NaiveDateTime.add(t, n * 7, :day)
      {unit, n}, t -> NaiveDateTime.add(t, n, unit)
    end)
  end
  defp durations do
    for d <- ["P1Y2M3DT4H5M6S", "-P1M", "PT0.5S", "P2W", "PT36H", "P", "PT", "P1H", "-P1Y1DT1,5H", "P13M"], do: p({d, duration(d), if(duration(d) != :error, do: shift(~N[2024-01-31 12:00:00], duration(d)))})
    ["R4", start, step] = String.split("R4/2024-01-31T08:00:00Z/P1M", "/")
    p({DateTime.from_iso8601(start), for(i <- 0..4, do: Enum.reduce(1..i//1, duration(step), fn _, d -> Enum.map(d, fn {u, n} -> {u, n + 1} end) end)), for(i <- 0..4, do: shift(~N[2024-01-31 08:00:00], month: i))})
  end

  defp days do
    jd = fn d -> Date.to_gregorian_days(d) + 1_721_060 end
    p(for d <- [~D[2000-01-01], ~D[1858-11-17], ~D[-4713-11-24], ~D[9999-12-31], ~D[0000-03-01]], do: {d, jd.(d), rem(jd.(d), 7) + 1 == Date.day_of_week(d), Date.from_gregorian_days(Date.to_gregorian_days(d)) == d})
    moon = fn d -> Float.round(:math.fmod(Date.diff(d, ~D[2000-01-06]) / 29.530588853, 1.0) * 8, 2) end
    p(for d <- [~D[2000-01-21], ~D[2024-04-08], ~D[2024-04-23]], do: {d, moon.(d)})
    decimal = fn t -> (from = NaiveDateTime.new!(t.year, 1, 1, 0, 0, 0); to = NaiveDateTime.new!(t.year + 1, 1, 1, 0, 0, 0); t.year + NaiveDateTime.diff(t, from) / NaiveDateTime.diff(to, from)) end
    p({decimal.(~N[2024-07-02 00:00:00]), decimal.(~N[2023-07-02 12:00:00]), for(y <- 2020..2026, do: {y, Date.day_of_year(Date.new!(y, 12, 31)), Date.day_of_week(Date.new!(y, 1, 1), :sunday)}), for(m <- 1..12, do: Date.days_in_month(Date.new!(2100, m, 1)))})
    fourth = fn y -> Date.range(Date.new!(y, 11, 1), Date.new!(y, 11, 30)) |> Enum.filter(&(Date.day_of_week(&1) == 4)) |> Enum.at(3) end
    p(for(y <- 2018..2025, do: fourth.(y).day))
  end

  defp zones do
    p(for y <- [2023, 2024], m <- [3, 10], do: Zone.change(y, m))
    for wall <- [~N[2024-03-31 01:59:59], ~N[2024-03-31 02:30:00], ~N[2024-03-31 03:00:00], ~N[2024-10-27 02:30:00.25], ~N[2024-10-27 03:00:00], ~N[2024-07-01 00:00:00]], do: p({wall, DateTime.from_naive(wall, "Test/Zone", Zone)})
    t = DateTime.from_naive!(~N[2024-03-30 02:30:00], "Test/Zone", Zone)
    p({DateTime.add(t, 86_400, :second, Zone), DateTime.add(t, 1, :day, Zone) |> DateTime.to_iso8601(), DateTime.add(t, 23, :hour, Zone) |> to_string(), DateTime.add(t, -1_500, :millisecond, Zone) |> Calendar.strftime("%c %Z %z %f"), DateTime.shift_zone!(t, "Etc/UTC", Zone), DateTime.diff(DateTime.shift_zone!(~U[2024-10-27 01:30:00Z], "Test/Zone", Zone), t, :hour)})
    {:ambiguous, a, b} = DateTime.new(~D[2024-10-27], ~T[02:15:00], "Test/Zone", Zone)
    p({DateTime.compare(a, b), DateTime.diff(b, a), DateTime.to_unix(b) - DateTime.to_unix(a), Enum.sort([b, a], DateTime) == [a, b], DateTime.to_iso8601(a, :basic), DateTime.to_iso8601(b, :extended, 0), inspect(a), DateTime.to_time(a), DateTime.to_date(a), %{a | std_offset: 0} == b})
    p(for(h <- 0..4, do: ~U[2024-03-30 23:00:00Z] |> DateTime.add(h, :hour) |> DateTime.shift_zone!("Test/Zone", Zone) |> Calendar.strftime("%H:%M %Z")))
    p({DateTime.from_iso8601("2024-03-31T02:30:00+02:00"), DateTime.shift_zone(t, "No/Where", Zone), DateTime.from_naive(~N[2024-01-01 00:00:00], "Etc/UTC", Zone), DateTime.add(~U[2024-01-01 00:00:00.1Z], 1, :nanosecond)})
  end

  defp buckets do
    stamps = for i <- 0..40, do: NaiveDateTime.add(~N[2024-02-28 22:00:00], i * i * 137)
    p(stamps |> Enum.group_by(&{NaiveDateTime.to_date(&1), div(&1.hour, 6)}) |> Enum.map(fn {k, v} -> {k, length(v)} end) |> Enum.sort())
    floor_to = fn t, seconds -> (s = NaiveDateTime.diff(t, ~N[2000-01-01 00:00:00]); NaiveDateTime.add(~N[2000-01-01 00:00:00], s - Integer.mod(s, seconds))) end
    p({floor_to.(~N[2024-02-29 12:34:56], 900), floor_to.(~N[1999-12-31 23:59:59], 3600), stamps |> Enum.chunk_by(&Date.beginning_of_month/1) |> Enum.map(&length/1), stamps |> Enum.map(&Date.day_of_week/1) |> Enum.dedup()})
    p({NaiveDateTime.to_gregorian_seconds(~N[2024-02-29 12:34:56.789]), NaiveDateTime.from_gregorian_seconds(-1), NaiveDateTime.truncate(~N[2024-02-29 12:34:56.789], :second), Time.diff(~T[00:00:00.000001], ~T[23:59:59.999999], :microsecond), Time.add(~T[00:00:00], -1, :microsecond), Time.to_seconds_after_midnight(~T[01:01:01.5]), Time.from_seconds_after_midnight(86_399, {1, 1})})
  end

  defp ranges do
    merge = fn spans -> spans |> Enum.sort_by(&elem(&1, 0), NaiveDateTime) |> Enum.reduce([], fn {a, b}, [{c, d} | rest] -> (if NaiveDateTime.compare(a, d) == :gt, do: [{a, b}, {c, d} | rest], else: [{c, Enum.max([b, d], NaiveDateTime)} | rest]); s, [] -> [s] end) |> Enum.reverse() end
    at = fn h, m -> NaiveDateTime.new!(2024, 5, 1, h, m, 0) end
    busy = merge.([{at.(9, 0), at.(10, 30)}, {at.(13, 0), at.(14, 0)}, {at.(10, 15), at.(11, 0)}, {at.(14, 0), at.(14, 1)}, {at.(16, 0), at.(16, 30)}])
    free = Enum.zip([at.(8, 0) | Enum.map(busy, &elem(&1, 1))], Enum.map(busy, &elem(&1, 0)) ++ [at.(18, 0)])
    p({busy, free, for({a, b} <- free, n = div(NaiveDateTime.diff(b, a, :minute), 45), i <- 0..(n - 1)//1, do: a |> NaiveDateTime.add(i * 45, :minute) |> Calendar.strftime("%H:%M"))})
    r = Date.range(~D[2024-02-26], ~D[2024-03-10], 3)
    p({Enum.to_list(r), Enum.count(r), ~D[2024-03-03] in r, Enum.slice(r, -2..-1), Enum.random(Date.range(~D[2024-01-01], ~D[2024-01-01])), Enum.zip(r, 1..3), inspect(r), Enum.chunk_every(Date.range(~D[2024-02-01], ~D[2024-02-29]), 7) |> Enum.map(&{hd(&1), List.last(&1)}), Enum.reduce_while(Date.range(~D[2024-12-30], ~D[2030-01-01]), 0, fn d, n -> if d.day == 1, do: {:halt, {d, n}}, else: {:cont, n + 1} end)})
  end

  defp stamps do
    t = ~U[2024-03-09 07:05:03.040Z]
    for f <- ["%Y%m%dT%H%M%SZ", "%a, %d %b %Y %H:%M:%S GMT", "%A the %-d. of %B, %-I:%M %p", "%y/%-m/%-d %_H|%3H|%010S", "%j/%q %u", "%%%%Y %f %6f", "%-y %_m %0e"], do: p(try do Calendar.strftime(t, f) rescue e -> {f, e.__struct__} end)
    months = ~w(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)
    http = Calendar.strftime(t, "%a, %d %b %Y %H:%M:%S GMT")
    [_, d, m, y, time] = Regex.run(~r/^\w{3}, (\d\d) (\w{3}) (\d{4}) (\S+) GMT$/, http)
    p({DateTime.new(Date.new!(String.to_integer(y), Enum.find_index(months, &(&1 == m)) + 1, String.to_integer(d)), Time.from_iso8601!(time)), Calendar.strftime(~D[2024-03-09], "%x"), Calendar.strftime(~T[17:05:03], "%X %I%P"), Calendar.strftime(t, "%B", month_names: fn m -> Enum.at(months, m - 1) |> String.upcase() end)})
    p(for s <- ["2024-03-09T07:05:03.04Z", "2024-03-09 07:05:03,999999999+00:00", "-0001-03-09T07:05:03Z", "2024-03-09T07:05Z", "2024-3-9T07:05:03Z", "2024-03-09T07:05:03+24:00", "2024-03-09T07:05:03-0130"], do: {s, DateTime.from_iso8601(s), NaiveDateTime.from_iso8601(s)})
  end

  defp edges do
    for f <- [fn -> Date.new!(2023, 2, 29) end, fn -> Date.from_iso8601!("2023-02-30") end, fn -> NaiveDateTime.new!(2023, 1, 1, 24, 0, 0) end, fn -> Time.new!(1, 60, 0) end, fn -> DateTime.from_unix!(1 <<< 60) end, fn -> Date.add(~D[9999-12-31], 1) end, fn -> NaiveDateTime.add(~N[2000-01-01 00:00:00], 1, :year) end, fn -> DateTime.from_naive!(~N[2024-03-31 02:30:00], "Test/Zone", Zone) end, fn -> DateTime.from_naive!(~N[2024-10-27 02:30:00], "Test/Zone", Zone) end, fn -> Date.compare(1, 2) end, fn -> Date.range(~D[2024-01-01], ~D[2024-01-02], 0) end, fn -> Date.day_of_week(~D[2024-01-01], :noday) end, fn -> Time.add(~T[00:00:00], 1.5) end, fn -> Calendar.strftime(~D[2024-01-01], "%H") end], do: p(try do f.() rescue e -> {e.__struct__, e |> Exception.message() |> String.split("\n") |> hd()} end)
  end
  defp a <<< b, do: Bitwise.bsl(a, b)
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, printable_limit: :infinity, width: 160))
end
