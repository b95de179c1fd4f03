%% What scripts/conformance.sh calls: a suite by its name, with the folders and files that the script uses.
-module(conformance_main).
-export([run/6, tsv/1]).

%% Runs the suite `Name' of the folder `Sources'; results and log go under `Out'. With a case, only that one.
run(Name, Sources, Out, SkipFile, Seconds, Only) ->
    Suite = list_to_atom(Name ++ "_SUITE"),
    conformance:run(#{
        suite => Suite,
        only => Only,
        data => filename:join(Sources, atom_to_list(Suite) ++ "_data") ++ "/",
        private => filename:join(Out, "private") ++ "/",
        results => filename:join(Out, "results"),
        log => filename:join(Out, "log"),
        skips => maps:from_list([{Case, Reason} || [Of, Case, Reason | _] <- tsv(SkipFile), Of =:= Name]),
        limit => Seconds * 1000
    }).

%% The fields of a table's lines; lines with # are comments.
tsv(File) ->
    {ok, Bytes} = file:read_file(File),
    [string:split(Line, "\t", all) || Line <- string:split(unicode:characters_to_list(Bytes), "\n", all), Line =/= [], hd(Line) =/= $#].
