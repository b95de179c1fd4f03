%% `dala gen rust`: what a compiled module says of itself (`-spec`, `-callback`, `-type`, documentation) as Rust.
%%
%% - A function that does nothing but send a message to a server (`GenServer.call`, `cast`, `send`; an atom or a tagged tuple of
%%   its own parameters) is a method of a `#[dala::beam]` trait.
%% - Any other is an async function that calls it in a process of its own (`System::call`).
%% - A callback `name` is such a function too, `name_of`, which takes the module that has it.
%%
%% `dala_gen.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_gen.erl` in this folder.
-module(dala_gen).
-export([rust/1, forms/1, shown/1]).

%% Most arguments of a function that Rust calls (`dala::native::Arguments`).
-define(MOST_ARGUMENTS, 8).

%% What supervisors, `gen_server` and compilers call.
-define(HOUSEKEEPING, [
    start_link, start, child_spec, init, handle_call, handle_cast, handle_info, handle_continue, terminate,
    code_change, format_status, module_info, behaviour_info
]).

%% `{ok, Text}` for the module in a file, or `{error, Text}`.
rust(File) ->
    Path = unicode:characters_to_list(File),
    %% Types of others are looked for beside it.
    code:add_pathz(filename:dirname(Path)),
    case forms(Path) of
        {ok, Forms} -> {ok, unicode:characters_to_binary(module(Forms, documentation(Path)))};
        {error, Why} -> {error, unicode:characters_to_binary([Path, ": ", Why])}
    end.

%% The abstract code of a compiled module (chunk Dbgi), Elixir's too.
forms(File) ->
    case beam_lib:chunks(File, [debug_info]) of
        {ok, {Module, [{debug_info, {debug_info_v1, Backend, Data}}]}} ->
            case Backend:debug_info(erlang_v1, Module, Data, []) of
                {ok, Forms} -> {ok, Forms};
                {error, _} -> {error, "it was compiled without debug information"}
            end;
        {ok, _} ->
            {error, "it was compiled without debug information"};
        {error, beam_lib, Why} ->
            {error, beam_lib:format_error(Why)}
    end.

%% First paragraphs of chunk Docs, by what they are of.
documentation(Path) ->
    case beam_lib:chunks(Path, ["Docs"], [allow_missing_chunks]) of
        {ok, {_, [{"Docs", Chunk}]}} when is_binary(Chunk) ->
            {docs_v1, _, _, _, Module, _, Docs} = binary_to_term(Chunk),
            maps:from_list([{module, paragraph(Module)} | [{Of, paragraph(Doc)} || {Of, _, _, Doc, _} <- Docs]]);
        _ ->
            #{}
    end.

paragraph(#{<<"en">> := Text}) when is_binary(Text) -> hd(string:split(string:trim(Text), "\n\n"));
paragraph(_) -> <<>>.

module(Forms, Docs) ->
    [Module] = [Name || {attribute, _, module, Name} <- Forms],
    Exports = lists:append([Those || {attribute, _, export, Those} <- Forms]),
    Clauses = maps:from_list([{{Name, Arity}, Those} || {function, _, Name, Arity, Those} <- Forms]),
    Types0 = dala_gen_types:new(Module, Forms),
    Specified = [
        {Function, of_function(map_get(Function, Clauses), Specs)}
     || {attribute, _, spec, {Function, Specs}} <- in_order(Forms),
        lists:member(Function, Exports),
        not is_housekeeping(Function)
    ],
    {Sends, Calls} = lists:partition(fun({_, Kind}) -> element(1, Kind) =/= function end, Specified),
    {Methods, {Types1, _}} = lists:mapfoldl(
        fun(Send, State) -> method(Send, Docs, State) end, {Types0, []}, Sends
    ),
    {Functions, {Types2, _}} = lists:mapfoldl(
        fun(Call, State) -> function(Call, Module, Docs, State) end, {Types1, []}, Calls
    ),
    Wanted = [{Callback, {function, Specs, lists:duplicate(element(2, Callback), '_')}} || {attribute, _, callback, {Callback, Specs}} <- in_order(Forms)],
    {Callbacks, {Types3, _}} = lists:mapfoldl(
        fun(Callback, State) -> callback(Callback, Docs, State) end, {Types2, []}, Wanted
    ),
    Shown = shown(Module),
    [
        "// Made by `dala gen rust` from ", Shown, ": what is written here is lost.\n",
        [trait(Module, Shown, Methods, maps:get(module, Docs, <<>>)) || Methods =/= []],
        dala_gen_types:definitions(Types3),
        Functions,
        Callbacks
    ].

%% Elixir keeps specifications in no order of their own.
in_order(Forms) ->
    Line = fun(Form) -> erl_anno:line(element(2, Form)) end,
    lists:sort(fun(A, B) -> Line(A) =< Line(B) end, [Form || Form <- Forms, element(1, Form) =:= attribute]).

is_housekeeping({Name, _}) ->
    Text = atom_to_list(Name),
    lists:member(Name, ?HOUSEKEEPING) orelse lists:prefix("__", Text) orelse lists:prefix("MACRO-", Text).

%% What a function does: `{call | cast | info, {Atom, Places}, Timeout, Parameters, Spec}` or `{function, Specs, Parameters}`.
of_function([{clause, _, Head, [], [{call, _, {remote, _, {atom, _, Module}, {atom, _, Name}}, Arguments}]}], [Spec]) ->
    Parameters = [parameter(Pattern) || Pattern <- Head],
    case message(sent(Module, Name, Arguments), Parameters) of
        {Way, Message, Timeout} -> {Way, Message, Timeout, Parameters, Spec};
        none -> {function, [Spec], Parameters}
    end;
of_function(Clauses, Specs) ->
    Heads = [[parameter(Pattern) || Pattern <- Head] || {clause, _, Head, _, _} <- Clauses],
    {function, Specs, lists:foldl(fun named/2, hd(Heads), tl(Heads))}.

%% The first name that a clause gives each.
named(More, Names) -> [case Name of '_' -> Other; _ -> Name end || {Name, Other} <- lists:zip(Names, More)].

parameter({var, _, Name}) -> Name;
parameter({match, _, _, {var, _, Name}}) -> Name;
parameter({match, _, {var, _, Name}, _}) -> Name;
parameter(_) -> '_'.

sent(M, call, [_, Message]) when M =:= 'Elixir.GenServer'; M =:= gen_server -> {call, Message, default};
sent(M, call, [_, Message, Timeout]) when M =:= 'Elixir.GenServer'; M =:= gen_server -> {call, Message, Timeout};
sent(M, cast, [_, Message]) when M =:= 'Elixir.GenServer'; M =:= gen_server -> {cast, Message, default};
sent(erlang, send, [_, Message]) -> {info, Message, default};
sent(_, _, _) -> none.

%% The message as its atom and the places of the parameters that are its fields.
message({Way, Message, Timeout}, Parameters) ->
    case {fields(Message, Parameters), timeout(Timeout, Parameters)} of
        {{_, _} = Fields, {ok, Limit}} -> {Way, Fields, Limit};
        _ -> none
    end;
message(none, _) ->
    none.

fields({atom, _, Name}, _) ->
    {Name, []};
fields({tuple, _, [{atom, _, Name} | Fields]}, Parameters) ->
    Places = [place(Field, Parameters) || Field <- Fields],
    case lists:member(none, Places) of
        true -> none;
        false -> {Name, Places}
    end;
fields(_, _) ->
    none.

place({var, _, Name}, Parameters) when Name =/= '_' -> place(Name, Parameters, 1);
place(_, _) -> none.

place(Name, [Name | _], At) -> At;
place(Name, [_ | Parameters], At) -> place(Name, Parameters, At + 1);
place(_, [], _) -> none.

timeout(default, _) -> {ok, default};
timeout({integer, _, Milliseconds}, _) -> {ok, Milliseconds};
%% The client says how long it waits.
timeout({var, _, Name}, Parameters) when Name =/= '_' ->
    case lists:member(Name, Parameters) of
        true -> {ok, default};
        false -> none
    end;
timeout(_, _) -> none.

trait(Module, Shown, Methods, Doc) ->
    [
        "\n", doc(Doc, ["A server of `", Shown, "`."], ""),
        "#[dala::beam(module = ", dala_gen_types:quoted(Module), ")]\n"
        "pub trait ", dala_gen_types:module_name(Module), " {\n", lists:join("\n", Methods), "}\n"
    ].

method({{Name, Arity}, {Way, {Atom, Places}, Timeout, Parameters, Spec}}, Docs, {Types0, Names}) ->
    Rust = free(Name, Arity, Names),
    {{Arguments, Reply}, Types1} = dala_gen_types:signature(Spec, dala_gen_types:camel(Name), Types0),
    Fields = [
        {variable(lists:nth(Place, Parameters), Place), lists:nth(Place, Arguments)}
     || Place <- Places
    ],
    Options = [["name = ", dala_gen_types:quoted(Atom)] || atom_to_binary(Atom) =/= Rust] ++
        [["timeout = \"", integer_to_list(Timeout), "ms\""] || is_integer(Timeout)],
    Attribute = case {Way, Options} of
        {call, []} -> [];
        {_, []} -> ["    #[", atom_to_list(Way), "]\n"];
        _ -> ["    #[", atom_to_list(Way), "(", lists:join(", ", Options), ")]\n"]
    end,
    Text = [
        doc(maps:get({function, Name, Arity}, Docs, <<>>), [], "    "),
        Attribute,
        "    fn ", dala_gen_types:escaped(Rust), "(&self",
        [[", ", Field, ": ", Type] || {Field, Type} <- Fields], ")",
        [[" -> ", Reply] || Way =:= call, Reply =/= "()"], ";\n"
    ],
    {Text, {Types1, [Rust | Names]}}.

function({{_, Arity} = Function, _}, _, _, State) when Arity > ?MOST_ARGUMENTS ->
    {["\n// ", called(Function), " has more arguments than a function that Rust calls may have.\n"], State};
function({{Name, Arity} = Function, {function, Specs, Parameters}}, Module, Docs, State) ->
    Doc = doc(maps:get({function, Name, Arity}, Docs, <<>>), ["`", shown(Module), ".", called(Function), "`."], ""),
    asynchronous(Function, Specs, Parameters, Doc, {in, Module}, State).

callback({{_, Arity} = Callback, _}, _, State) when Arity > ?MOST_ARGUMENTS ->
    {["\n// ", called(Callback), " has more arguments than a function that Rust calls may have.\n"], State};
callback({{Name, Arity} = Callback, {function, Specs, Parameters}}, Docs, State) ->
    Doc = doc(maps:get({callback, Name, Arity}, Docs, <<>>), ["`", called(Callback), "` of `module`."], ""),
    asynchronous(Callback, Specs, Parameters, Doc, any, State).

asynchronous({Name, Arity}, Specs, Parameters, Doc, Module, {Types0, Names}) ->
    Free = free(Name, Arity, Names),
    {Rust, Parameter, Where} = case Module of
        {in, This} -> {Free, [], dala_gen_types:quoted(This)};
        any -> {iolist_to_binary([Free, "_of"]), ", module: &str", "module"}
    end,
    {{Arguments, Reply}, Types1} = dala_gen_types:signatures(Specs, Arity, dala_gen_types:camel(Name), Types0),
    Places = lists:seq(1, Arity),
    Variables = [
        variable(Variable, Place)
     || {Variable, Place} <- lists:zip(named(Parameters, dala_gen_types:variables(Specs, Arity)), Places)
    ],
    Tuple = case Variables of
        [One] -> ["(", One, ",)"];
        _ -> ["(", lists:join(", ", Variables), ")"]
    end,
    Text = [
        "\n", Doc,
        "///\n/// # Errors\n/// See [`FunctionError`](dala_beam::interop::FunctionError).\n"
        "pub async fn ", dala_gen_types:escaped(Rust),
        "(system: &std::sync::Arc<dala_beam::process::System>", Parameter,
        [[", ", Variable, ": ", Type] || {Variable, Type} <- lists:zip(Variables, Arguments)],
        ") -> Result<", Reply, ", dala_beam::interop::FunctionError> {\n"
        "    system.call(", Where, ", ", dala_gen_types:quoted(Name), ", ", Tuple, ").await\n}\n"
    ],
    {Text, {Types1, [Free | Names]}}.

%% A name that no other item here has; functions of Erlang share one when they differ in arity.
free(Name, Arity, Names) ->
    Rust = dala_gen_types:identifier(Name),
    case lists:member(Rust, Names) of
        true -> iolist_to_binary([Rust, "_", integer_to_list(Arity)]);
        false -> Rust
    end.

%% `_item@1` is how Elixir compiles `item`.
variable(Name, Place) ->
    Text = string:trim(hd(string:split(atom_to_list(Name), "@")), leading, "_"),
    case dala_gen_types:identifier(list_to_atom(dala_gen_types:snake(Text))) of
        <<"_", _/binary>> -> ["argument_", integer_to_list(Place)];
        %% These are taken.
        Taken when Taken =:= <<"system">>; Taken =:= <<"module">> -> [Taken, "_"];
        Rust -> dala_gen_types:escaped(Rust)
    end.

called({Name, Arity}) -> io_lib:format("~ts/~w", [Name, Arity]).

%% A module as its language writes it.
shown(Module) ->
    case atom_to_list(Module) of
        "Elixir." ++ Name -> Name;
        Name -> Name
    end.

doc(<<>>, [], _) -> [];
doc(<<>>, Else, Indent) -> [Indent, "/// ", Else, "\n"];
doc(Text, _, Indent) ->
    [string:trim([Indent, "/// ", Line], trailing) ++ "\n" || Line <- string:split(Text, "\n", all)].
