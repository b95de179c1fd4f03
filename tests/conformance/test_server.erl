%% What OTP's suites call of common_test's module `test_server', directly and by the macros of `ct.hrl'.
-module(test_server).
-export([lookup_config/2, do_times/2, do_times/4, timetrap/1, timetrap_cancel/1, timetrap_scale_factor/0]).
-export([seconds/1, minutes/1, hours/1, sleep/1, temp_name/1, peer_name/2, start_peer/3, start_peer/5]).
-export([is_cover/0, is_valgrind/0, is_asan/0, is_debug/0]).

lookup_config(Key, Config) -> proplists:get_value(Key, Config).

do_times(0, _Fun) -> ok;
do_times(N, Fun) -> Fun(), do_times(N - 1, Fun).

do_times(0, _Module, _Function, _Arguments) -> ok;
do_times(N, Module, Function, Arguments) -> apply(Module, Function, Arguments), do_times(N - 1, Module, Function, Arguments).

timetrap(Time) -> ct:timetrap(Time).
timetrap_cancel(_Handle) -> ok.
timetrap_scale_factor() -> 1.

seconds(N) -> trunc(N * 1000).
minutes(N) -> trunc(N * 60000).
hours(N) -> trunc(N * 3600000).
sleep(Time) -> timer:sleep(Time).

%% A name that no file has yet, with `Stem' before it.
temp_name(Stem) ->
    Name = Stem ++ integer_to_list(erlang:unique_integer([positive])),
    case file:read_file_info(Name) of
        {error, enoent} -> Name;
        _ -> temp_name(Stem)
    end.

is_cover() -> false.
is_valgrind() -> false.
is_asan() -> false.
is_debug() -> false.

peer_name(Module, Case) -> peer:random_name(lists:concat([Module, "-", Case])).

%% A node of an older release is nowhere to be had.
start_peer(_Options, _Module, _Case, _Release, _PrivDir) -> {skip, "no older release"}.

%% A node for the case, with the suite's modules; by its standard input and output where this node has no name.
start_peer(Arguments, Module, Case) when is_list(Arguments) -> start_peer(#{args => Arguments}, Module, Case);
start_peer(Options, Module, Case) ->
    Named = case is_alive() of
                true -> maps:merge(#{name => peer_name(Module, Case)}, Options);
                false -> maps:merge(#{connection => standard_io}, Options)
            end,
    Paths = lists:append([["-pa", Path] || Path <- [filename:dirname(code:which(Module)), filename:dirname(code:which(?MODULE))]]),
    case peer:start_link(Named#{args => Paths ++ maps:get(args, Options, [])}) of
        {ok, Peer, Node} -> {ok, Peer, Node};
        {ok, Peer} -> {ok, Peer, undefined};
        Other -> Other
    end.
