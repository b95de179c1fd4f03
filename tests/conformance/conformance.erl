%% Runs the cases of one of OTP's own test suites, one process a case, and writes what became of each.
%%
%% This is a small part of what common_test does: `suite/0', `all/0', `groups/0', the init and end functions of suites,
%% groups and cases, and time limits. Groups run in order, whatever their properties ask for. `ct' and `test_server'
%% beside this module answer what the suites call.
%%
%% The results are lines of fields separated by tabs, written before the next thing happens, so that a crash of the
%% runtime names the case that it came in:
%%
%%     plan CASE | started CASE | passed CASE | failed CASE REASON | skipped CASE REASON | end
%%
%% A case is named by the groups around it: `t_exit_2/self_exit'. Cases that the file knows already are passed over, so
%% a run goes on where an earlier one crashed.
-module(conformance).
-export([run/1]).

-record(run, {suite, results, device, known, skips, limit}).

%% Keys: `suite'; `only', a case by its name here, or "" for all; `data' and `private', folders of the suite; `results' and `log', files to append to; `skips', a map of
%% case to reason; `limit', the most milliseconds of one case.
run(#{suite := Suite, data := Data, private := Private, results := Results, log := Log, skips := Skips, limit := Limit} = Options) ->
    {module, Suite} = code:ensure_loaded(Suite),
    Known = known(Results),
    {ok, Device} = file:open(Results, [append, raw, binary]),
    group_leader(conformance_io:start(Log), self()),
    register(conformance, self()),
    %% Some cases take the first of `erlang:ports()': there is one.
    open_port({spawn, "cat"}, [out]),
    Run = #run{suite = Suite, results = Results, device = Device, known = Known, skips = Skips, limit = suite_limit(Suite, Limit)},
    Tree = only(maps:get(only, Options, ""), resolve(Suite:all(), optional(Suite, groups, [], []), [])),
    [write(Run, ["plan\t", Case]) || {'case', Case, _} <- flatten(Tree), not is_map_key(Case, Known)],
    Config = [{data_dir, Data}, {priv_dir, Private}],
    within(Run, {init_per_suite, []}, {end_per_suite, []}, Tree, Config),
    write(Run, "end"),
    ok.

%% The last thing that an earlier run's file says of each case.
known(Results) ->
    case file:read_file(Results) of
        {ok, Text} ->
            Lines = [binary:split(Line, <<"\t">>, [global]) || Line <- binary:split(Text, <<"\n">>, [global])],
            maps:from_list([{unicode:characters_to_list(Case), Event} || [Event, Case | _] <- Lines]);
        {error, enoent} -> #{}
    end.

%% ---------------------------------------------------------------------------------------------------------------------
%% The tree of groups and cases
%% ---------------------------------------------------------------------------------------------------------------------

resolve({skip, Reason}, _Groups, _Path) -> [{skip, Reason}];
resolve(Members, Groups, Path) -> lists:flatmap(fun(Member) -> member(Member, Groups, Path) end, Members).

member({group, Name}, Groups, Path) -> member({group, Name, default}, Groups, Path);
member({group, Name, Properties, _Inner}, Groups, Path) -> member({group, Name, Properties}, Groups, Path);
member({group, Name, Given}, Groups, Path) ->
    {Name, Own, Members} = normal(lists:keyfind(Name, 1, Groups)),
    Properties = if Given =:= default -> Own; true -> Given end,
    [{group, Name, Properties, resolve(Members, Groups, [atom_to_list(Name) | Path])}];
member({testcase, Case, _Properties}, Groups, Path) -> member(Case, Groups, Path);
member({Name, _Members} = Group, Groups, Path) -> member({group, Name}, [Group | Groups], Path);
member({Name, _Properties, _Members} = Group, Groups, Path) -> member({group, Name}, [Group | Groups], Path);
member(Case, _Groups, Path) when is_atom(Case) ->
    [{'case', lists:append(lists:join("/", lists:reverse(Path, [atom_to_list(Case)]))), Case}].

normal({Name, Members}) -> {Name, [], Members};
normal({_Name, _Properties, _Members} = Group) -> Group.

only("", Tree) -> Tree;
only(Case, Tree) ->
    lists:append([case Member of
        {group, Name, Properties, Inner} -> [{group, Name, Properties, Left} || Left <- [only(Case, Inner)], Left =/= []];
        {'case', Named, _} -> [Member || Named =:= Case];
        Other -> [Other]
    end || Member <- Tree]).

flatten(Tree) -> lists:flatmap(fun({group, _, _, Inner}) -> flatten(Inner); (Leaf) -> [Leaf] end, Tree).

%% ---------------------------------------------------------------------------------------------------------------------
%% Running
%% ---------------------------------------------------------------------------------------------------------------------

%% The members between the two functions of a suite or a group.
within(#run{suite = Suite} = Run, {Init, Arguments}, {End, _}, Members, Config) ->
    case open_cases(Run, Members) of
        false -> ok;
        true ->
            case apart(Run, fun() -> optional(Suite, Init, Arguments ++ [Config], Config) end) of
                {returned, {skip, Reason}} -> [finish(Run, Case, skipped, Reason) || {'case', Case, _} <- flatten(Members)];
                {returned, {skipped, Reason}} -> [finish(Run, Case, skipped, Reason) || {'case', Case, _} <- flatten(Members)];
                {returned, Inner} when is_list(Inner) ->
                    [step(Run, Member, Inner) || Member <- Members],
                    apart(Run, fun() -> optional(Suite, End, Arguments ++ [Inner], ok) end);
                Other -> [finish(Run, Case, failed, {Init, Other}) || {'case', Case, _} <- flatten(Members)]
            end
    end,
    ok.

open_cases(#run{known = Known}, Members) ->
    lists:any(fun({'case', Case, _}) -> maps:get(Case, Known, <<"plan">>) =:= <<"plan">>; (_) -> false end, flatten(Members)).

step(Run, {group, Name, Properties, Members}, Config) ->
    Inner = lists:keystore(tc_group_properties, 1, Config, {tc_group_properties, [{name, Name} | Properties]}),
    within(Run, {init_per_group, [Name]}, {end_per_group, [Name]}, Members, Inner);
step(_Run, {skip, _Reason}, _Config) -> ok;
step(#run{known = Known, skips = Skips} = Run, {'case', Case, Function}, Config) ->
    case {Known, Skips} of
        {#{Case := Event}, _} when Event =/= <<"plan">> -> ok;
        {_, #{Case := Reason}} -> finish(Run, Case, skipped, Reason);
        _ ->
            write(Run, ["started\t", Case]),
            conformance_io:heading(group_leader(), Case),
            Names = registered(),
            {Outcome, Reason} = run_case(Run, Function, [{tc_name, Function} | Config]),
            settle_names(Names, 50),
            finish(Run, Case, Outcome, Reason)
    end.

run_case(#run{suite = Suite, limit = Limit} = Run, Case, Config) ->
    %% The case's own `suite'-like information, `Case()', may hold a time limit.
    Own = case erlang:function_exported(Suite, Case, 0) of
              true -> case catch Suite:Case() of Info when is_list(Info) -> time(proplists:get_value(timetrap, Info, Limit), Limit); _ -> Limit end;
              false -> Limit
          end,
    Body = fun() ->
        case optional(Suite, init_per_testcase, [Case, Config], Config) of
            {skip, Reason} -> {skipped, Reason};
            {skipped, Reason} -> {skipped, Reason};
            {fail, Reason} -> {failed, Reason};
            Inner ->
                Outcome = outcome(fun() -> Suite:Case(Inner) end),
                ending(Outcome, outcome(fun() -> optional(Suite, end_per_testcase, [Case, with_status(Outcome, Inner)], ok) end))
        end
    end,
    case apart(Run#run{limit = Own}, Body) of
        {returned, {Outcome, _} = Result} when Outcome =:= passed; Outcome =:= skipped; Outcome =:= failed -> Result;
        {Class, _} = Why when Class =:= exited; Class =:= timetrap ->
            apart(Run, fun() -> optional(Suite, end_per_testcase, [Case, with_status({failed, Why}, Config)], ok) end),
            {failed, Why}
    end.

outcome(Fun) ->
    try Fun() of
        {skip, Reason} -> {skipped, Reason};
        {skipped, Reason} -> {skipped, Reason};
        {skip_and_save, Reason, _} -> {skipped, Reason};
        {fail, Reason} -> {failed, Reason};
        {failed, Reason} -> {failed, Reason};
        {'EXIT', Reason} -> {failed, Reason};
        _ -> {passed, none}
    catch
        exit:{test_case_failed, Reason}:_ -> {failed, {test_case_failed, Reason}};
        throw:{skip, Reason}:_ -> {skipped, Reason};
        throw:{skipped, Reason}:_ -> {skipped, Reason};
        throw:_:_ -> {passed, none};
        exit:Reason:Stack -> {failed, {exit, Reason, theirs(Stack)}};
        error:Reason:Stack -> {failed, {Reason, theirs(Stack)}}
    end.

%% A trace without this module's frames.
theirs(Stack) -> [Frame || Frame <- Stack, element(1, Frame) =/= ?MODULE].

%% An `end_per_testcase' may fail a case; if it crashes, the case keeps its outcome, as in common_test.
ending({passed, _}, {failed, {Reason, Stack}}) when is_list(Stack) -> {passed, {ended_badly, Reason}};
ending({passed, _}, {failed, Reason}) -> {failed, Reason};
ending(Outcome, _) -> Outcome.

with_status({passed, _}, Config) -> [{tc_status, ok} | Config];
with_status({Outcome, Reason}, Config) -> [{tc_status, {Outcome, Reason}} | Config].

%% Calls `Fun' in a process of its own, which ends abnormally, as common_test's do: what it is linked to goes with it.
apart(#run{limit = Limit}, Fun) ->
    Runner = self(),
    Leader = group_leader(),
    {Pid, Monitor} = spawn_monitor(fun() ->
        group_leader(Leader, self()),
        put(conformance, Runner),
        Value = Fun(),
        {links, Links} = process_info(self(), links),
        exit({conformance, Value, [Pid || Pid <- Links, is_pid(Pid)]})
    end),
    await(Pid, Monitor, erlang:monotonic_time(millisecond), Limit, Limit).

await(Pid, Monitor, Since, Limit, Most) ->
    Left = max(0, Since + Limit - erlang:monotonic_time(millisecond)),
    receive
        {'DOWN', Monitor, process, Pid, {conformance, Value, Links}} ->
            [settle(Link) || Link <- Links],
            {returned, Value};
        {'DOWN', Monitor, process, Pid, Reason} -> {exited, Reason};
        {timetrap, Asked} -> await(Pid, Monitor, erlang:monotonic_time(millisecond), time(Asked, Most), Most);
        {timetrap_info, From, Reference} ->
            From ! {Reference, Limit},
            await(Pid, Monitor, Since, Limit, Most)
    after Left ->
        Stack = case process_info(Pid, current_stacktrace) of
                    {current_stacktrace, Frames} -> theirs(Frames);
                    undefined -> []
                end,
        exit(Pid, kill),
        receive {'DOWN', Monitor, process, Pid, _} -> ok end,
        {timetrap, {Limit, Stack}}
    end.

%% Waits a moment for the end of what was linked to a case: its names are wanted by the next one.
settle(Pid) ->
    Monitor = monitor(process, Pid),
    receive {'DOWN', Monitor, process, Pid, _} -> ok after 2000 -> demonitor(Monitor, [flush]) end.

%% Waits a moment for the end of what a case told to stop: common_test itself takes its time between cases, and the
%% next case wants the names.
settle_names(_Names, 0) -> ok;
settle_names(Names, Times) ->
    case registered() -- Names of
        [] -> ok;
        _ -> timer:sleep(10), settle_names(Names, Times - 1)
    end.

suite_limit(Suite, Most) -> time(proplists:get_value(timetrap, optional(Suite, suite, [], []), Most), Most).

%% A time limit in milliseconds, at most `Most'.
time({seconds, N}, Most) -> time(N * 1000, Most);
time({minutes, N}, Most) -> time(N * 60000, Most);
time({hours, N}, Most) -> time(N * 3600000, Most);
time(N, Most) when is_number(N) -> min(round(N), Most);
time(_, Most) -> Most.

optional(Module, Function, Arguments, Default) ->
    case erlang:function_exported(Module, Function, length(Arguments)) of
        true -> apply(Module, Function, Arguments);
        false -> Default
    end.

%% ---------------------------------------------------------------------------------------------------------------------
%% Results
%% ---------------------------------------------------------------------------------------------------------------------

finish(#run{known = Known} = Run, Case, Outcome, Reason) ->
    case Known of
        #{Case := Event} when Event =/= <<"plan">> -> ok;
        _ when Outcome =:= passed -> write(Run, ["passed\t", Case]);
        _ -> write(Run, [atom_to_list(Outcome), "\t", Case, "\t", line(Reason)])
    end.

line(Reason) ->
    Text = case is_list(Reason) andalso (catch unicode:characters_to_list(Reason)) of
               [_ | _] = Chars -> Chars;
               _ -> io_lib:format("~0tP", [Reason, 60])
           end,
    Flat = [if C < $\s -> $\s; true -> C end || C <- lists:flatten(Text)],
    string:slice(Flat, 0, 2000).

write(#run{device = Device}, Line) -> ok = file:write(Device, unicode:characters_to_binary([Line, $\n])).
