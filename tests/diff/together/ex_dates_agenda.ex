# stage: e. An agenda: repeating events over calendars, working days, overlaps, durations said in words, time zones by fixed offsets, ages, Easter, ISO weeks.
defmodule ExDatesAgenda do
  def easter(y) do
    {a, b, c} = {rem(y, 19), div(y, 100), rem(y, 100)}
    {d, e} = {div(b, 4), rem(b, 4)}
    g = div(8 * b + 13, 25)
    h = rem(19 * a + b - d - g + 15, 30)
    {i, k} = {div(c, 4), rem(c, 4)}
    l = rem(32 + 2 * e + 2 * i - h - k, 7)
    m = div(a + 11 * h + 19 * l, 433)
    n = div(h + l - 7 * m + 90, 25)
    Date.new!(y, n, rem(h + l - 7 * m + 33 * n + 19, 32))
  end

  def repeat(%Date{} = from, :monthly), do: Stream.iterate(0, &(&1 + 1)) |> Stream.map(&shift_months(from, &1))
  def repeat(%Date{} = from, {:weekly, days}), do: Stream.iterate(from, &Date.add(&1, 1)) |> Stream.filter(&(Date.day_of_week(&1) in days))
  def repeat(%Date{} = from, {:nth, n, weekday}), do: Stream.iterate(0, &(&1 + 1)) |> Stream.map(fn k -> from |> Date.beginning_of_month() |> shift_months(k) |> nth(n, weekday) end) |> Stream.filter(&(&1 && Date.compare(&1, from) != :lt))
  defp nth(first, n, weekday), do: Date.range(first, Date.end_of_month(first)) |> Enum.filter(&(Date.day_of_week(&1) == weekday)) |> Enum.at(n)
  def shift_months(date, n) do
    total = date.year * 12 + date.month - 1 + n
    first = Date.new!(div(total, 12), rem(total, 12) + 1, 1)
    %{first | day: min(date.day, Date.days_in_month(first))}
  end

  def working_days(from, to, holidays), do: Date.range(from, to) |> Enum.count(&(Date.day_of_week(&1) < 6 and &1 not in holidays))
  def age(born, on), do: on.year - born.year - if({on.month, on.day} < {born.month, born.day}, do: 1, else: 0)

  def overlaps(events), do: for({a, i} <- Enum.with_index(events), b <- Enum.drop(events, i + 1), NaiveDateTime.compare(a.from, b.to) == :lt and NaiveDateTime.compare(b.from, a.to) == :lt, do: {a.name, b.name})

  def in_words(seconds) do
    [{"week", 604_800}, {"day", 86_400}, {"hour", 3600}, {"minute", 60}, {"second", 1}]
    |> Enum.map_reduce(seconds, fn {unit, size}, left -> {{div(left, size), unit}, rem(left, size)} end)
    |> elem(0)
    |> Enum.reject(&match?({0, _}, &1))
    |> Enum.map(fn {1, u} -> "1 #{u}"; {n, u} -> "#{n} #{u}s" end)
    |> case do
      [] -> "no time"
      [one] -> one
      parts -> Enum.join(Enum.drop(parts, -1), ", ") <> " and " <> List.last(parts)
    end
  end

  def month(year, month) do
    first = Date.new!(year, month, 1)
    cells = List.duplicate("  ", Date.day_of_week(first) - 1) ++ Enum.map(1..Date.days_in_month(first), &String.pad_leading("#{&1}", 2))
    [String.pad_leading(Calendar.strftime(first, "%B %Y"), 17), "Mo Tu We Th Fr Sa Su" | cells |> Enum.chunk_every(7) |> Enum.map(&Enum.join(&1, " "))]
  end

  def main do
    IO.inspect(Enum.map([1818, 1961, 2000, 2019, 2024, 2038, 2285], &easter/1))
    IO.inspect(repeat(~D[2023-01-31], :monthly) |> Enum.take(14))
    IO.inspect(repeat(~D[2024-02-27], {:weekly, [1, 4]}) |> Enum.take(5))
    IO.inspect(repeat(~D[2024-01-15], {:nth, -1, 5}) |> Enum.take(4))
    IO.inspect(repeat(~D[2024-01-15], {:nth, 4, 3}) |> Enum.take(4))
    IO.inspect({working_days(~D[2024-12-20], ~D[2025-01-06], [~D[2024-12-25], ~D[2024-12-26], ~D[2025-01-01]]), working_days(~D[2024-01-06], ~D[2024-01-07], [])})
    IO.inspect(Enum.map([~D[2024-02-28], ~D[2024-02-29], ~D[2023-02-28], ~D[2023-03-01]], &age(~D[2000-02-29], &1)))
    events = [%{name: :a, from: ~N[2024-01-01 09:00:00], to: ~N[2024-01-01 10:30:00]}, %{name: :b, from: ~N[2024-01-01 10:00:00], to: ~N[2024-01-01 11:00:00]}, %{name: :c, from: ~N[2024-01-01 11:00:00], to: ~N[2024-01-01 12:00:00]}, %{name: :d, from: ~N[2024-01-01 08:00:00], to: ~N[2024-01-01 12:00:00.001]}]
    IO.inspect(overlaps(events))
    IO.inspect(Enum.map([0, 1, 61, 3600, 90_061, 1_209_605], &in_words/1))
    for m <- [2, 9], do: IO.puts(Enum.join(month(2024, m), "\n"))
    IO.inspect(for y <- 2015..2026, do: (weeks = :calendar.iso_week_number({y, 12, 28}) |> elem(1); {y, weeks}))
    utc = ~U[2024-03-10 23:30:00Z]
    for {zone, offset} <- [utc: 0, ist: 19_800, hst: -36_000, nst: -12_600], do: IO.puts("#{zone} #{utc |> DateTime.add(offset) |> DateTime.to_naive() |> Calendar.strftime("%a %d %b %H:%M")}")
    IO.inspect(DateTime.from_naive(~N[2024-01-01 00:00:00], "Europe/Berlin"))
    IO.inspect({DateTime.shift_zone(utc, "Etc/UTC"), DateTime.now("Nowhere/City")})
    IO.inspect(%DateTime{year: 2024, month: 3, day: 1, hour: 1, minute: 2, second: 3, zone_abbr: "CET", utc_offset: 3600, std_offset: 0, time_zone: "Europe/Berlin"} |> then(&{to_string(&1), inspect(&1), DateTime.to_unix(&1), DateTime.to_iso8601(&1, :basic)}))
    birthdays = [{"x", ~D[1990-12-31]}, {"y", ~D[1985-01-02]}, {"z", ~D[2000-06-15]}]
    today = ~D[2024-12-30]
    IO.inspect(birthdays |> Enum.map(fn {n, d} -> (next = %{d | year: today.year}; next = if(Date.compare(next, today) == :lt, do: %{next | year: today.year + 1}, else: next); {Date.diff(next, today), n, age(d, next)}) end) |> Enum.sort())
    IO.inspect(Date.range(~D[2024-01-01], ~D[2024-12-31]) |> Enum.frequencies_by(&Date.quarter_of_year/1))
    IO.inspect(Date.range(~D[2024-01-01], ~D[2024-12-31]) |> Enum.filter(&(&1.day == 13 and Date.day_of_week(&1) == 5)))
    IO.inspect({Date.range(~D[2024-01-01], ~D[2024-01-10], 3) |> Enum.map(& &1.day), Enum.slice(Date.range(~D[2024-01-01], ~D[2024-02-10]), 30, 3), Date.range(~D[2024-01-01], ~D[2024-01-03]) |> inspect()})
  end
end
