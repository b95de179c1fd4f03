%% Types of Erlang and Elixir as Rust writes them, for `dala_gen`. What Rust has no type for is a `dala::OwnedTerm`, any term.
%%
%% `dala_gen_types.beam` beside this file is what the runtime carries: after a change here, run
%% `erlc +deterministic +no_debug_info dala_gen_types.erl` in this folder.
-module(dala_gen_types).
-export([
    new/2, signature/3, signatures/4, variables/2, definitions/1, module_name/1, identifier/1, escaped/1, quoted/1, camel/1,
    snake/1
]).

-define(ANY, "dala::OwnedTerm").

%% Rust's keywords, and those that cannot be raw.
-define(KEYWORDS, [
    <<"abstract">>, <<"as">>, <<"async">>, <<"await">>, <<"become">>, <<"box">>, <<"break">>, <<"const">>, <<"continue">>, <<"do">>, <<"dyn">>, <<"else">>,
    <<"enum">>, <<"extern">>, <<"false">>, <<"final">>, <<"fn">>, <<"for">>, <<"gen">>, <<"if">>, <<"impl">>, <<"in">>,
    <<"let">>, <<"loop">>, <<"macro">>, <<"match">>, <<"mod">>, <<"move">>, <<"mut">>, <<"override">>, <<"priv">>,
    <<"pub">>, <<"ref">>, <<"return">>, <<"static">>, <<"struct">>, <<"trait">>, <<"true">>, <<"try">>, <<"type">>,
    <<"typeof">>, <<"unsafe">>, <<"unsized">>, <<"use">>, <<"virtual">>, <<"where">>, <<"while">>, <<"yield">>
]).
-define(NEVER_RAW, [<<"self">>, <<"Self">>, <<"super">>, <<"crate">>, <<"_">>]).

-record(state, {
    %% Where specifications are read.
    module,
    %% Types and records by module: `#{Module => #{{type | record, Name, Arity} => Definition}}`, `none` for those not found.
    modules = #{},
    %% Names of Rust's types by what they are of.
    names = #{},
    %% Their definitions, the last first.
    definitions = [],
    %% Those that are being defined, which contain themselves.
    open = []
}).

new(Module, Forms) -> #state{module = Module, modules = #{Module => types(Forms)}}.

types(Forms) ->
    maps:from_list(
        [{{type, Name, length(Variables)}, {Type, Variables}}
         || {attribute, _, Kind, {Name, Type, Variables}} <- Forms, Kind =:= type orelse Kind =:= opaque] ++
        [{{record, Name, 0}, Fields} || {attribute, _, record, {Name, Fields}} <- Forms]
    ).

definitions(#state{definitions = Definitions}) -> lists:reverse(Definitions).

%% Types of the arguments and of the result of the one specification that there is.
signature(Spec, Hint, State) ->
    {{Arguments, Result}, Scope} = unbound(Spec, State),
    {Rust, State1} = each(Arguments, Hint ++ "Argument", Scope, State),
    {Reply, State2} = reply(Result, Hint ++ "Reply", Scope, State1),
    {{Rust, Reply}, State2}.

%% Several specifications are alternatives, for which there is no type.
signatures([Spec], _, Hint, State) -> signature(Spec, Hint, State);
signatures(_, Arity, _, State) -> {{lists:duplicate(Arity, ?ANY), ?ANY}, State}.

%% Names that specifications give their arguments.
variables([Spec], _) ->
    {Arguments, _} = parts(Spec),
    [case Argument of {ann_type, _, [{var, _, Name}, _]} -> Name; {var, _, Name} -> Name; _ -> '_' end || Argument <- Arguments];
variables(_, Arity) ->
    lists:duplicate(Arity, '_').

parts({type, _, bounded_fun, [Fun, _]}) -> parts(Fun);
parts({type, _, 'fun', [{type, _, product, Arguments}, Result]}) -> {Arguments, Result}.

unbound({type, _, bounded_fun, [Fun, Constraints]}, #state{module = Module}) ->
    Bound = [{Name, Type} || {type, _, constraint, [{atom, _, is_subtype}, [{var, _, Name}, Type]]} <- Constraints],
    {parts(Fun), {Module, maps:from_list([{Name, {Type, {Module, #{}}}} || {Name, Type} <- Bound])}};
unbound(Fun, #state{module = Module}) ->
    {parts(Fun), {Module, #{}}}.

each(Types, Hint, Scope, State) ->
    lists:mapfoldl(fun(Type, This) -> rust(Type, Hint, Scope, This) end, State, Types).

%% What never returns has nothing to read.
reply(Type, Hint, Scope, State) ->
    case bare(Type) of
        {type, _, None, []} when None =:= none; None =:= no_return -> {"()", State};
        {atom, _, ok} -> {"()", State};
        _ -> rust(Type, Hint, Scope, State)
    end.

bare({ann_type, _, [_, Type]}) -> bare(Type);
bare({paren_type, _, [Type]}) -> bare(Type);
bare(Type) -> Type.

%% The Rust type; `Hint` is what it is called if it has no name and needs one.
rust(Type, Hint, Scope, State) -> known(bare(Type), Hint, Scope, State).

known({type, _, range, [_, _]} = Range, _, _, State) -> {integers([Range]), State};
known({integer, _, _} = Integer, _, _, State) -> {integers([Integer]), State};
known(Operation, _, _, State) when element(1, Operation) =:= op -> {integers([Operation]), State};
known({atom, _, Boolean}, _, _, State) when is_boolean(Boolean) -> {"bool", State};
known({atom, _, _}, _, _, State) -> {"dala::Atom", State};
known({var, _, Name}, Hint, {_, Bound}, State) ->
    case Bound of
        #{Name := {Type, Scope}} -> rust(Type, Hint, Scope, State);
        #{} -> {?ANY, State}
    end;
known({type, _, List, [Item]}, Hint, Scope, State) when List =:= list; List =:= nonempty_list ->
    {Rust, State1} = rust(Item, hint(Hint) ++ "Item", Scope, State#state{open = []}),
    {["Vec<", Rust, ">"], State1#state{open = State#state.open}};
known({type, _, tuple, Items}, Hint, Scope, State) when is_list(Items) ->
    case Items of
        [{atom, _, _} | _] -> union([{type, 0, tuple, Items}], Hint, Scope, State);
        [] -> {?ANY, State};
        _ when length(Items) > 8 -> {?ANY, State};
        _ ->
            {Rust, State1} = each(Items, hint(Hint) ++ "Item", Scope, State),
            {["(", lists:join(", ", Rust), [", " || length(Rust) =:= 1], ")"], State1}
    end;
known({type, _, map, Fields} = Type, Hint, Scope, State) when is_list(Fields) ->
    case {literal_keys(Fields), Fields} of
        {[_ | _] = Keys, _} ->
            named({Type, Scope}, Hint, State, fun(Name, This) -> structure(Name, Keys, Scope, This) end);
        {_, [{type, _, _, [Key, Value]}]} ->
            {[RustKey, RustValue], State1} = each([Key, Value], hint(Hint) ++ "Item", Scope, State#state{open = []}),
            case is_key(RustKey) of
                true -> {["std::collections::BTreeMap<", RustKey, ", ", RustValue, ">"], State1#state{open = State#state.open}};
                false -> {?ANY, State}
            end;
        _ ->
            {?ANY, State}
    end;
known({type, _, record, [{atom, _, Name} | Changed]}, Hint, {Module, _} = Scope, State) ->
    {Types, State1} = module_types(Module, State),
    case Types of
        #{{record, Name, 0} := Fields} ->
            named({record, Name, Scope}, Hint, State1, fun(Rust, This) ->
                record(Rust, Name, Fields, Changed, Scope, This)
            end);
        _ ->
            {?ANY, State1}
    end;
known({type, _, union, Types}, Hint, Scope, State) -> union(Types, Hint, Scope, State);
known({user_type, _, Name, Arguments}, Hint, {Module, _} = Scope, State) ->
    defined(Module, Name, Arguments, Hint, Scope, State);
known({remote_type, _, [{atom, _, Module}, {atom, _, Name}, Arguments]}, Hint, Scope, State) ->
    case library(Module, Name, length(Arguments)) of
        none -> defined(Module, Name, Arguments, Hint, Scope, State);
        Rust -> {Rust, State}
    end;
known({type, _, Name, []}, _, _, State) -> {basic(Name), State};
known({type, _, keyword, [Value]}, Hint, Scope, State) ->
    {Rust, State1} = rust(Value, hint(Hint) ++ "Item", Scope, State#state{open = []}),
    {["Vec<(dala::Atom, ", Rust, ")>"], State1#state{open = State#state.open}};
known(_, _, _, State) -> {?ANY, State}.

basic(integer) -> "i64";
basic(non_neg_integer) -> "u64";
basic(pos_integer) -> "u64";
basic(neg_integer) -> "i64";
basic(byte) -> "u8";
basic(arity) -> "u8";
basic(char) -> "char";
basic(float) -> "f64";
basic(number) -> "f64";
basic(boolean) -> "bool";
basic(atom) -> "dala::Atom";
basic(module) -> "dala::Atom";
basic(node) -> "dala::Atom";
basic(binary) -> "dala::Bytes";
basic(nonempty_binary) -> "dala::Bytes";
basic(pid) -> "dala::Pid";
basic(mfa) -> "(dala::Atom, dala::Atom, u8)";
basic(string) -> "Vec<char>";
basic(nonempty_string) -> "Vec<char>";
basic(list) -> ["Vec<", ?ANY, ">"];
basic(nonempty_list) -> ["Vec<", ?ANY, ">"];
basic(_) -> ?ANY.

%% Types of libraries that Rust has its own for, or that say more than Rust can read.
library('Elixir.String', t, 0) -> "String";
library('Elixir.String', grapheme, 0) -> "String";
library('Elixir.String', codepoint, 0) -> "String";
library('Elixir.Range', t, 0) -> "std::ops::RangeInclusive<i64>";
library('Elixir.Keyword', t, 0) -> ["Vec<(dala::Atom, ", ?ANY, ")>"];
library('Elixir.GenServer', _, _) -> ?ANY;
library(gen_server, _, _) -> ?ANY;
library('Elixir.Enum', t, _) -> ?ANY;
library(_, _, _) -> none.

%% A type that a module defines.
defined(Module, Name, Arguments, Hint, Scope, State) ->
    {Types, State1} = module_types(Module, State),
    Arity = length(Arguments),
    case Types of
        #{{type, Name, Arity} := {Type, Variables}} ->
            Bound = maps:from_list([{Variable, {Argument, Scope}} || {{var, _, Variable}, Argument} <- lists:zip(Variables, Arguments)]),
            Inner = {Module, Bound},
            Rust = type_name(Module, Name),
            case is_alias(bare(Type)) of
                true -> rust(Type, Hint, Inner, State1);
                false -> by_name({Module, Name, Arguments}, Type, Rust, Inner, State1)
            end;
        _ ->
            {?ANY, State1}
    end.

%% The type, under the name that its module gives it rather than one made up.
by_name(Key, Type, Rust, Scope, #state{names = Names, open = Open} = State) ->
    case {lists:member(Key, Open), Names} of
        {true, #{Key := Name}} -> {["Box<", Name, ">"], State};
        {true, _} -> {?ANY, State};
        {false, #{Key := Name}} -> {Name, State};
        {false, _} ->
            %% Known before its parts are looked at.
            Name = unique(Rust, State),
            Entered = State#state{names = Names#{Key => Name}, open = [Key | Open]},
            {Found, State1} = rust(Type, {taken, Name}, Scope, Entered),
            {Found, State1#state{names = (State1#state.names)#{Key => Found}, open = Open}}
    end.

is_alias({type, _, Kind, Parts}) when Kind =:= union; Kind =:= map; Kind =:= tuple; Kind =:= record -> not is_list(Parts);
is_alias(_) -> true.

module_types(Module, #state{modules = Modules} = State) ->
    case Modules of
        #{Module := Types} ->
            {Types, State};
        #{} ->
            Types =
                case code:which(Module) of
                    File when is_list(File), File =/= [] ->
                        case dala_gen:forms(File) of
                            {ok, Forms} -> types(Forms);
                            {error, _} -> #{}
                        end;
                    _ ->
                        #{}
                end,
            {Types, State#state{modules = Modules#{Module => Types}}}
    end.

%% Alternatives.
union(Types, Hint, Scope, State0) ->
    {Flat, State} = flattened(Types, Scope, State0),
    {Nothing, Rest} = lists:partition(fun({Type, _}) -> is_atom_type(Type, nil) end, Flat),
    case {Nothing, Rest} of
        {[_ | _], [{Only, Inner}]} -> optional(rust(Only, Hint, Inner, State));
        {[_ | _], [_ | _]} -> optional(alternatives(Rest, Hint, State));
        _ -> alternatives(Flat, Hint, State)
    end.

optional({Rust, State}) -> {["Option<", Rust, ">"], State}.

alternatives(Flat, Hint, State) ->
    Types = [Type || {Type, _} <- Flat],
    Booleans = [Type || {atom, _, Value} = Type <- Types, is_boolean(Value)],
    Integers = [Type || Type <- Types, is_integer_type(Type)],
    case result(Flat) of
        {Ok, {Error, Scope}} ->
            {Rust, State1} = value(Ok, Hint, State),
            {RustError, State2} = rust(Error, hint(Hint) ++ "Error", Scope, State1),
            {["Result<", Rust, ", ", RustError, ">"], State2};
        none when length(Booleans) =:= length(Types) -> {"bool", State};
        none when length(Integers) =:= length(Types) -> {integers(Integers), State};
        none ->
            case is_enumeration(Types) of
                true ->
                    named({union, Flat}, Hint, State, fun(Name, This) -> enumeration(Name, Flat, This) end);
                false ->
                    {?ANY, State}
            end
    end.

value(ok, _, State) -> {"()", State};
value({Type, Scope}, Hint, State) -> rust(Type, Hint, Scope, State).

%% `{ok, Value} | {error, Reason}`, `ok | {error, Reason}`.
result([{Ok, OkScope}, {{type, _, tuple, [{atom, _, error}, Error]}, Scope}]) ->
    case Ok of
        {atom, _, ok} -> {ok, {Error, Scope}};
        {type, _, tuple, [{atom, _, ok}, Value]} -> {{Value, OkScope}, {Error, Scope}};
        _ -> none
    end;
result([{{type, _, tuple, [{atom, _, error}, _]}, _} = Error, Ok]) -> result([Ok, Error]);
result(_) -> none.

%% Unions in unions, also those that have a name.
flattened(Types, Scope, State) ->
    lists:foldl(
        fun(Type, {Before, This}) ->
            {Those, Next} = flat(bare(Type), Scope, This),
            {Before ++ Those, Next}
        end,
        {[], State},
        Types
    ).

flat({type, _, union, Types}, Scope, State) -> flattened(Types, Scope, State);
flat({type, _, boolean, []}, Scope, State) -> {[{{atom, 0, true}, Scope}, {{atom, 0, false}, Scope}], State};
flat({user_type, _, Name, []} = Type, {Module, _} = Scope, State) ->
    {Types, State1} = module_types(Module, State),
    case Types of
        #{{type, Name, 0} := {{type, _, union, Alternatives}, _}} -> flattened(Alternatives, {Module, #{}}, State1);
        #{{type, Name, 0} := {{atom, _, _} = Atom, _}} -> {[{Atom, Scope}], State1};
        _ -> {[{Type, Scope}], State1}
    end;
flat(Type, Scope, State) -> {[{Type, Scope}], State}.

is_atom_type({atom, _, Atom}, Atom) -> true;
is_atom_type(_, _) -> false.

is_integer_type({integer, _, _}) -> true;
is_integer_type(Operation) when element(1, Operation) =:= op -> true;
is_integer_type({type, _, range, [_, _]}) -> true;
is_integer_type(_) -> false.

%% Atoms and tuples that begin with one, each another.
is_enumeration(Types) ->
    Tags = [tag(Type) || Type <- Types],
    not lists:member(none, Tags) andalso length(lists:usort(Tags)) =:= length(Tags).

tag({atom, _, Tag}) -> Tag;
tag({type, _, tuple, [{atom, _, Tag} | _]}) -> Tag;
tag(_) -> none.

%% The smallest of Rust's types that has them all.
integers(Types) ->
    Bounds = lists:append([bounds(Type) || Type <- Types]),
    {Low, High} = {lists:min(Bounds), lists:max(Bounds)},
    Fitting = [Rust || {Rust, From, To} <- integer_types(), From =< Low, High =< To],
    hd(Fitting ++ ["dala::IBig"]).

bounds({type, _, range, [Low, High]}) -> [number(Low), number(High)];
bounds(Number) -> [number(Number)].

%% Bounds may be computed, as `(1 bsl 28) - 1`.
number(Expression) ->
    {value, Number, _} = erl_eval:expr(Expression, []),
    Number.

integer_types() ->
    [{"u" ++ integer_to_list(Bits), 0, (1 bsl Bits) - 1} || Bits <- [8, 16, 32, 64]] ++
        [{"i" ++ integer_to_list(Bits), -(1 bsl (Bits - 1)), (1 bsl (Bits - 1)) - 1} || Bits <- [8, 16, 32, 64]].

%% `[{Key, Type, required | optional}]` of a map whose keys are atoms.
literal_keys(Fields) ->
    Keys = [
        {Key, Type, case Kind of map_field_exact -> required; map_field_assoc -> optional end}
     || {type, _, Kind, [{atom, _, Key}, Type]} <- Fields
    ],
    case length(Keys) =:= length(Fields) of
        true -> Keys;
        false -> none
    end.

%% Has the order that a key of a Rust map needs.
is_key(Rust) -> lists:member(lists:flatten(Rust), ["String", "i64", "u64", "u8", "u16", "u32", "i8", "i16", "i32", "char", "bool"]).

%% A type that is called `Hint`, defined once.
named(Key, Hint, #state{names = Names} = State, Define) ->
    Same = without_places(Key),
    case Names of
        #{Same := Name} -> {Name, State};
        #{} ->
            Name = case Hint of {taken, Taken} -> Taken; _ -> unique(Hint, State) end,
            {Definition, State1} = Define(Name, State#state{names = Names#{Same => Name}}),
            {Name, State1#state{definitions = [Definition | State1#state.definitions]}}
    end.

hint({taken, Name}) -> Name;
hint(Hint) -> Hint.

unique(Name, #state{names = Names} = State) ->
    case lists:member(Name, maps:values(Names)) of
        true -> unique(Name ++ "_", State);
        false -> Name
    end.

%% What is the same in another line is the same.
without_places(Type) when is_tuple(Type), tuple_size(Type) >= 2, is_integer(element(2, Type)), element(1, Type) =/= integer ->
    list_to_tuple([element(1, Type), 0 | [without_places(Part) || Part <- tl(tl(tuple_to_list(Type)))]]);
without_places({integer, _, Value}) -> {integer, 0, Value};
without_places(Type) when is_tuple(Type) -> list_to_tuple([without_places(Part) || Part <- tuple_to_list(Type)]);
without_places(Types) when is_list(Types) -> [without_places(Type) || Type <- Types];
without_places(Other) -> Other.

-define(DERIVES, "#[derive(Clone, Debug, dala::Term)]\n").

structure(Name, Keys, Scope, State) ->
    {Struct, Fields} = lists:partition(fun({Key, _, _}) -> Key =:= '__struct__' end, Keys),
    {Form, What} = case Struct of
        [{_, {atom, _, Module}, _}] ->
            {["module = ", quoted(Module)], ["`%", dala_gen:shown(Module), "{}`"]};
        _ ->
            {"map", ["A map."]}
    end,
    {Rust, State1} = lists:mapfoldl(fun(Field, This) -> field(Field, Name, Scope, This) end, State, Fields),
    {["\n/// ", What, "\n", ?DERIVES, "#[term(", Form, ")]\npub struct ", Name, " {\n", Rust, "}\n"], State1}.

record(Name, Tag, Fields, Changed, Scope, State) ->
    Types = [record_field(Field, Changed) || Field <- Fields],
    {Rust, State1} = lists:mapfoldl(fun(Field, This) -> field(Field, Name, Scope, This) end, State, Types),
    {["\n/// `#", atom_to_list(Tag), "{}`\n", ?DERIVES, "#[term(record, name = ", quoted(Tag), ")]\npub struct ", Name, " {\n", Rust, "}\n"], State1}.

record_field({typed_record_field, Field, Type}, Changed) ->
    {Key, Default, _} = record_field(Field, Changed),
    case Default of
        {type, _, any, []} -> {Key, Type, required};
        Given -> {Key, Given, required}
    end;
record_field(Field, Changed) ->
    {atom, _, Key} = element(3, Field),
    Given = [Type || {type, _, field_type, [{atom, _, Name}, Type]} <- Changed, Name =:= Key],
    {Key, hd(Given ++ [{type, 0, any, []}]), required}.

field({Key, Type, Presence}, Name, Scope, State) ->
    {None, Rest} = undefined(bare(Type)),
    {Rust, State1} = rust(Rest, hint(Name) ++ camel(Key), Scope, State),
    Field = identifier(Key),
    Options = [["name = ", quoted(Key)] || Field =/= atom_to_binary(Key)] ++ [["none = \"undefined\""] || None],
    Is_option = lists:prefix("Option<", lists:flatten(io_lib:format("~ts", [Rust]))),
    Typed = case (None orelse Presence =:= optional) andalso not Is_option of
        true -> ["Option<", Rust, ">"];
        false -> Rust
    end,
    {[
        "    /// Key `", atom_to_binary(Key), "`", [", which may be missing" || Presence =:= optional], ".\n",
        [["    #[term(", lists:join(", ", Options), ")]\n"] || Options =/= []],
        "    pub ", escaped(Field), ": ", Typed, ",\n"
    ], State1}.

%% `undefined | Type`
undefined({type, At, union, Types}) ->
    case lists:partition(fun(Type) -> is_atom_type(bare(Type), undefined) end, Types) of
        {[_], [Only]} -> {true, Only};
        {[_], [_ | _] = Rest} -> {true, {type, At, union, Rest}};
        _ -> {false, {type, At, union, Types}}
    end;
undefined(Type) -> {false, Type}.

enumeration(Name, Flat, State) ->
    {Variants, State1} = lists:mapfoldl(fun(Variant, This) -> variant(Variant, Name, This) end, State, Flat),
    {["\n/// One of several.\n", ?DERIVES, "pub enum ", Name, " {\n", Variants, "}\n"], State1}.

variant({Type, Scope}, Name, State) ->
    Tag = tag(Type),
    Rust = camel(Tag),
    {Fields, State1} = case Type of
        {atom, _, _} -> {[], State};
        {type, _, tuple, [_ | Types]} -> each(Types, hint(Name) ++ Rust, Scope, State)
    end,
    {[
        "    /// `", atom_to_binary(Tag), "`\n",
        [["    #[term(name = ", quoted(Tag), ")]\n"] || snake(Rust) =/= atom_to_list(Tag)],
        "    ", Rust, [["(", lists:join(", ", Fields), ")"] || Fields =/= []], ",\n"
    ], State1}.

%% Names.

%% `t` is called after its module.
type_name(Module, t) -> module_name(Module);
type_name(_, Name) -> camel(Name).

%% The last part of a module's name.
module_name(Module) -> camel(list_to_atom(lists:last(string:split(atom_to_list(Module), ".", all)))).

%% `open_account` as Rust's types are called.
camel(Name) ->
    Parts = string:lexemes([letter(C) || C <- atom_to_list(Name)], "_"),
    case lists:append([[string:to_upper(First) | Rest] || [First | Rest] <- Parts]) of
        "Self" -> "Self_";
        [First | _] = Camel when First >= $A, First =< $Z -> Camel;
        Other -> "T" ++ Other
    end.

%% As `dala_macros` makes atoms of the names of types.
snake(Name) -> snake(Name, []).

snake([C | Rest], []) when C >= $A, C =< $Z -> snake(Rest, [C + 32]);
snake([C | Rest], Done) when C >= $A, C =< $Z -> snake(Rest, [C + 32, $_ | Done]);
snake([C | Rest], Done) -> snake(Rest, [C | Done]);
snake([], Done) -> lists:reverse(Done).

letter(C) when C >= $a, C =< $z; C >= $A, C =< $Z; C >= $0, C =< $9 -> C;
letter(_) -> $_.

%% A variable, field or function: `empty?` is `empty`.
identifier(Name) ->
    Text = string:trim([letter(C) || C <- atom_to_list(Name)], trailing, "_"),
    Lower = list_to_binary(string:lowercase(case Text of
        [] -> "_";
        [C | _] when C >= $0, C =< $9 -> [$_ | Text];
        _ -> Text
    end)),
    case lists:member(Lower, ?NEVER_RAW) of
        true -> <<Lower/binary, "_">>;
        false -> Lower
    end.

%% A name that may be a keyword.
escaped(Name) ->
    case lists:member(Name, ?KEYWORDS) of
        true -> ["r#", Name];
        false -> Name
    end.

%% A string of Rust.
quoted(Atom) -> [$", [case C of $" -> "\\\""; $\\ -> "\\\\"; $\n -> "\\n"; _ -> C end || C <- atom_to_list(Atom)], $"].
