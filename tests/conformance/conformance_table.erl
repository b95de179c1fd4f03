%% The page of docs/conformance.md, from the results of both engines and the lists of skips and failures.
-module(conformance_table).
-export([main/0]).

%% Arguments: the folder with the results, the folder of the lists, the file to write, suites. Ends the runtime, with 1
%% when a case fails that is not listed, or a listed one passes.
main() ->
    [Work, Own, Page | Suites] = init:get_plain_arguments(),
    Lists = {listed(filename:join(Own, "skips.tsv")), listed(filename:join(Own, "failures.tsv"))},
    Judged = [{Suite, judge(Suite, results(Work, "dala", Suite), results(Work, "otp", Suite), Lists)} || Suite <- Suites],
    ok = file:write_file(Page, unicode:characters_to_binary(page(Judged, Lists))),
    Surprises = [{Suite, Case, Verdict, Reason} || {Suite, Cases} <- Judged, {Case, Verdict, _, Reason} <- Cases,
                                                   Verdict =:= unlisted orelse Verdict =:= stale],
    [io:put_chars(standard_error, io_lib:format("~ts ~ts: ~ts: ~ts~n", [Suite, Case, Verdict, string:slice(Reason, 0, 300)]))
        || {Suite, Case, Verdict, Reason} <- Surprises],
    halt(case Surprises of [] -> 0; _ -> 1 end).

listed(File) -> maps:from_list([{{Suite, Case}, Text} || [Suite, Case | Text] <- conformance_main:tsv(File)]).

%% `{Case, Event, Reason}' for each planned case, in the suite's order.
results(Work, Engine, Suite) ->
    File = filename:join([Work, Engine, Suite, "results"]),
    Lines = case filelib:is_regular(File) of
                true -> conformance_main:tsv(File);
                false -> [["plan", "all"], ["failed", "all", "the suite does not compile or load"]]
            end,
    Last = maps:from_list([{Case, {Event, lists:append(lists:join(" ", Reason))}} || [Event, Case | Reason] <- Lines]),
    [begin {Event, Reason} = maps:get(Case, Last), {Case, Event, Reason} end || ["plan", Case] <- Lines].

%% `{Case, Verdict, OTP, Reason}'. Verdicts: passed; skipped (it stands on the list, or skips itself on both); both (it
%% fails on OTP here, too); failed (listed as such); unlisted (fails unlisted); stale (listed, and passes).
judge(Suite, Dala, Otp, {Skips, Failures}) ->
    [begin
         Theirs = case lists:keyfind(Case, 1, Otp) of {_, E, _} -> E; false -> "absent" end,
         Key = {Suite, Case},
         case Event of
             "passed" when is_map_key(Key, Failures) -> {Case, stale, Theirs, "stands in failures.tsv"};
             "passed" -> {Case, passed, Theirs, ""};
             "skipped" when is_map_key(Key, Skips) -> {Case, skipped, Theirs, Reason};
             "skipped" when Theirs =:= "skipped" -> {Case, skipped, Theirs, "skips itself on both: " ++ Reason};
             _ when Theirs =/= "passed" -> {Case, both, Theirs, Reason};
             _ when is_map_key(Key, Failures) -> {Case, failed, Theirs, lists:append(map_get(Key, Failures))};
             _ -> {Case, unlisted, Theirs, unlisted(Event, Reason)}
         end
     end || {Case, Event, Reason} <- Dala].

unlisted("failed", "{timetrap," ++ _) -> "took longer than the time limit";
unlisted("failed", Reason) -> "failed: " ++ Reason;
unlisted("skipped", Reason) -> "skipped itself: " ++ Reason;
unlisted(_, _) -> "was not reached within the time limit of the suite".

page(Judged, {Skips, _}) ->
    All = lists:append([Cases || {_, Cases} <- Judged]),
    Passed = count([passed, stale], All),
    Ran = Passed + count([failed, unlisted], All),
    ["# Conformance: OTP's own test suites\n\n"
     "Written by `make conformance` (`scripts/conformance.sh`), which runs the suites of OTP ", erlang:system_info(otp_release),
     " on Dala and on OTP itself, with\nthe same runner and the same time limits. "
     "A case is *skipped* when it stands on the list below or skips itself on both. Cases that\nfail or skip themselves on OTP here ",
     "(they want a compiled driver, a network or more time than the limit) stand in the last column\nand count for neither.\n\n",
     io_lib:format("Of ~b cases that run on both, ~b pass on Dala: **~.1f %**.\n\n", [Ran, Passed, 100 * Passed / max(1, Ran)]),
     "| suite | passed | failed | skipped | OTP passed | OTP failed | OTP skipped | not on OTP either |\n"
     "|---|---:|---:|---:|---:|---:|---:|---:|\n",
     [row(Suite, Cases) || {Suite, Cases} <- Judged],
     row("**all**", All),
     "\n## What fails, and why\n\n", section(Judged, [failed, unlisted]),
     "\n## What is skipped, and why\n\n"
     "`peer`: needs a second node, and Dala has no distribution. `internals`: tests internals of the C emulator.\n"
     "`driver`: needs a driver or NIF written in C.\n\n",
     skipped(Judged, Skips),
     "\n## What OTP does not pass here either\n\n", section(Judged, [both])].

row(Name, Cases) ->
    io_lib:format("| ~ts | ~b | ~b | ~b | ~b | ~b | ~b | ~b |\n",
        [Name, count([passed, stale], Cases), count([failed, unlisted], Cases), count([skipped], Cases)] ++
        [length([x || {_, _, Theirs, _} <- Cases, Theirs =:= Event]) || Event <- ["passed", "failed", "skipped"]] ++
        [count([both], Cases)]).

count(Verdicts, Cases) -> length([x || {_, Verdict, _, _} <- Cases, lists:member(Verdict, Verdicts)]).

section(Judged, Verdicts) ->
    lines([{Suite, Case, Reason} || {Suite, Cases} <- Judged, {Case, Verdict, _, Reason} <- Cases, lists:member(Verdict, Verdicts)]).

skipped(Judged, Skips) ->
    lines([{Suite, Case, lists:append(lists:join(": ", maps:get({Suite, Case}, Skips, [Reason])))}
        || {Suite, Cases} <- Judged, {Case, skipped, _, Reason} <- Cases]).

lines([]) -> "None.\n";
lines(Items) -> [io_lib:format("- `~ts` ~ts: ~ts\n", [Suite, Case, plain(Reason)]) || {Suite, Case, Reason} <- Items].

%% Reasons quote paths and pids of one machine and one run: only their beginning is of use.
plain(Reason) ->
    Short = string:slice(Reason, 0, 160),
    re:replace(Short, "[|`<>]|/[^ \"]*/", "", [global, unicode, {return, list}]).
