# stage: e. Time and NaiveDateTime with microseconds of different precision.
defmodule ExTimes do
  def main do
    t = ~T[23:59:58.123]
    p {t, Time.add(t, 5), Time.add(t, 1500, :millisecond), Time.diff(t, ~T[00:00:00]), Time.diff(t, ~T[00:00:00], :microsecond), Time.truncate(t, :second), Time.to_iso8601(t, :basic), Time.to_seconds_after_midnight(t)}
    p Enum.map(["24:00:00", "12:60:00", "23:59:60", "12:30", "T10:11:12", "10:11:12.123456789", "10:11:12Z", "10:11:12,5"], &Time.from_iso8601/1)
    p {Time.new(1, 2, 3, {4, 6}), Time.new(1, 2, 3, {4000, 3}), Time.new(25, 0, 0), Time.compare(~T[10:00:00], ~T[10:00:00.000]), ~T[10:00:00] == ~T[10:00:00.000], Time.from_seconds_after_midnight(3725)}
    n = ~N[2024-01-31 22:30:00]
    p {n, NaiveDateTime.add(n, 3600 * 2), NaiveDateTime.add(n, -1, :day), NaiveDateTime.add(n, 1, :millisecond), NaiveDateTime.diff(~N[2024-03-01 00:00:00], n), NaiveDateTime.diff(~N[2024-03-01 00:00:00], n, :day)}
    p {NaiveDateTime.to_date(n), NaiveDateTime.to_time(n), NaiveDateTime.to_iso8601(n), NaiveDateTime.to_string(n), NaiveDateTime.to_erl(n)}
    p Enum.map(["2024-01-01 10:00:00", "2024-01-01T10:00:00.5", "2024-01-01T10:00:00Z", "2024-01-01T10:00:00+02:00", "2024-01-01", "2024-02-30 00:00:00"], &NaiveDateTime.from_iso8601/1)
    p {NaiveDateTime.new(2024, 1, 1, 0, 0, 0), NaiveDateTime.new(~D[2024-01-01], ~T[01:02:03.000004]), NaiveDateTime.from_gregorian_seconds(63_871_200_000), NaiveDateTime.to_gregorian_seconds(n), NaiveDateTime.truncate(~N[2024-01-01 00:00:00.987654], :millisecond)}
    p Enum.sort([~N[2024-01-01 00:00:01], ~N[2023-01-01 00:00:09], ~N[2024-01-01 00:00:00.5]], NaiveDateTime)
    p {inspect(t), to_string(n), "#{t}", n.microsecond, Map.from_struct(t)}
    p for f <- [fn -> Time.new!(1, 2, 99) end, fn -> NaiveDateTime.from_iso8601!("2024") end, fn -> Time.add(t, 1, :fortnight) end, fn -> Time.truncate(t, :day) end], do: error(f)
    p {System.convert_time_unit(1500, :millisecond, :second), System.convert_time_unit(-1500, :millisecond, :second), System.convert_time_unit(3, :second, :native) > 0, :timer.hms(1, 2, 3)}
  end
  defp error(f) do
    f.()
  rescue
    e -> {e.__struct__, Exception.message(e) |> String.split("\n") |> hd()}
  end
  defp p(x), do: IO.puts(inspect(x, limit: :infinity, width: 100))
end
