%% Compares what `dala disasm` lists of compiled modules with OTP's `beam_disasm`: the operations of each module in their order,
%% and of each the registers and labels that it names. Run by scripts/listing.sh on OTP.
-module(listing).
-export([main/1]).

main([Dala | Files]) ->
    Wrong = [File || File <- Files, not agrees(Dala, File)],
    io:format("~b modules, ~b of them listed otherwise~n", [length(Files), length(Wrong)]),
    halt(case Wrong of [] when Files =/= [] -> 0; _ -> 1 end).

agrees(Dala, File) ->
    {beam_file, Module, _, _, _, Code} = beam_disasm:file(File),
    Entries = maps:from_list([{{Module, Name, Arity}, {f, Entry}} || {function, Name, Arity, Entry, _} <- Code]),
    Theirs = [theirs(entries(I, Entries)) || {function, _, _, _, Is} <- Code, I <- Is],
    Listed = os:cmd(Dala ++ " disasm " ++ File),
    Ours = [ours(L) || L <- string:split(Listed, "\n", all), is_operation(L)],
    %% beam_disasm puts the line of a function before its first label.
    [TheirLines, OurLines] = [length([l || {"line", _} <- Is]) || Is <- [Theirs, Ours]],
    [TheirRest, OurRest] = [[I || {Name, _} = I <- Is, Name =/= "line"] || Is <- [Theirs, Ours]],
    case differ(TheirRest, OurRest, 1) of
        no when TheirLines =:= OurLines -> true;
        no -> io:format("~ts: ~b lines, here ~b~n", [File, TheirLines, OurLines]), false;
        {At, T, O} -> io:format("~ts, operation ~b:~n  beam_disasm ~0tp~n  dala        ~0tp~n", [File, At, T, O]), false
    end.

differ([Same | T], [Same | O], N) -> differ(T, O, N + 1);
differ([], [], _) -> no;
differ(T, O, N) -> {N, lists:sublist(T, 1), lists:sublist(O, 1)}.

%% `{Name, Registers and labels, sorted}' of one of beam_disasm's.
theirs(I) when is_atom(I) -> {name(atom_to_list(I)), []};
theirs({test, Name, Fail, Arguments}) -> {name(atom_to_list(Name)), lists:sort(named({Fail, Arguments}))};
theirs({test, Name, Fail, Source, Arguments}) -> {name(atom_to_list(Name)), lists:sort(named({Fail, Source, Arguments}))};
theirs({test, Name, Fail, Live, Arguments, To}) -> {name(atom_to_list(Name)), lists:sort(named({Fail, Live, Arguments, To}))};
%% With the register that its exception is said to go to.
theirs({raise, Fail, Arguments, {x, 0}}) -> {"raise", lists:sort(named({Fail, Arguments}))};
theirs({label, N}) -> {"label", [N]};
theirs({line, _}) -> {"line", []};
theirs(I) -> {name(atom_to_list(element(1, I))), lists:sort(named(tl(tuple_to_list(I))))}.

%% With labels in the places of the module's own functions.
entries(I, _) when element(1, I) =:= make_fun2; element(1, I) =:= make_fun3 -> I;
entries(I, Entries) when is_tuple(I) ->
    list_to_tuple([case Entries of #{E := Label} -> Label; _ -> E end || E <- tuple_to_list(I)]);
entries(I, _) -> I.

named({x, N}) when is_integer(N) -> [[$x | integer_to_list(N)]];
named({y, N}) when is_integer(N) -> [[$y | integer_to_list(N)]];
named({tr, R, _}) -> named(R);
named({f, 0}) -> [];
named({f, N}) when is_integer(N) -> [[$@ | integer_to_list(N)]];
named({literal, _}) -> [];
named({atom, _}) -> [];
named({string, _}) -> [];
named({extfunc, _, _, _}) -> [];
named({field_flags, _}) -> [];
named(T) when is_tuple(T) -> named(tuple_to_list(T));
named([H | T]) -> named(H) ++ named(T);
named(_) -> [].

is_operation(Line) -> Line =/= "" andalso string:prefix(Line, "module ") =:= nomatch.

ours("label " ++ N) -> {"label", [list_to_integer(string:trim(N, trailing, ":"))]};
ours(Line) ->
    {match, [Name, Rest]} = re:run(Line, "^ *\\d+  (\\S+)(.*)$", [unicode, {capture, all_but_first, list}]),
    Plain = re:replace(Rest, "\"(\\\\.|[^\"\\\\])*\"|'(\\\\.|[^'\\\\])*'", "", [unicode, global, {return, list}]),
    Found = re:run(Plain, "(?<![\\w@?/])(@\\d+|[xy]\\d+)(?![\\w@/]|:\\w+/\\d+(?!\\w))", [unicode, global, {capture, first, list}]),
    {name(Name), case Found of {match, L} -> lists:sort(lists:append(L)); nomatch -> [] end}.

%% beam_disasm gives some operations other names, and resolves others.
name("gc_bif" ++ _) -> "bif";
name("bif" ++ _) -> "bif";
name(Name) when Name =:= "fadd"; Name =:= "fsub"; Name =:= "fmul"; Name =:= "fdiv"; Name =:= "fnegate" -> "arithfbif";
name(Name) -> Name.
