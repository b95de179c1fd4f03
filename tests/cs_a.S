{module, cs_a}.  %% version = 0

{exports, [{f,1},{g,2},{module_info,0},{module_info,1}]}.

{attributes, []}.

{labels, 27}.


{function, f, 1, 2}.
  {label,1}.
    {line,[{location,[],4}]}.
    {func_info,{atom,cs_a},{atom,f},1}.
  {label,2}.
    {call_only,1,{f,23}}. % '-f/1-lc$^0/1-0-'/1


{function, g, 2, 4}.
  {label,3}.
    {line,[{location,[],5}]}.
    {func_info,{atom,cs_a},{atom,g},2}.
  {label,4}.
    {test,is_ge,{f,5},[{x,1},{x,0}]}.
    {test,is_eq_exact,{f,11},[{x,1},{integer,0}]}.
  {label,5}.
    {allocate_heap,3,2,1}.
    {init_yregs,{list,[{y,1}]}}.
    {move,{x,0},{y,0}}.
    {put_list,{x,0},nil,{x,0}}.
    {'try',{y,2},{f,10}}.
    {'try',{y,1},{f,7}}.
    {line,[{scope,[7]},{location,[],5}]}.
    {call,1,{f,2}}. % f/1
    {'%',{var_info,{x,0},[{type,{t_list,number,nil}}]}}.
    {try_end,{y,1}}.
    {test,is_nonempty_list,{f,6},[{x,0}]}.
    {get_list,{x,0},{x,1},{x,2}}.
    {test,is_nil,{f,17},[{tr,{x,2},{t_list,number,nil}}]}.
    {move,{x,1},{x,0}}.
    {jump,{f,8}}.
  {label,6}.
    {move,{atom,none},{x,0}}.
    {jump,{f,8}}.
  {label,7}.
    {try_case,{y,1}}.
    {test,is_eq_exact,
          {f,9},
          [{tr,{x,0},{t_atom,[error,exit,throw]}},{atom,error}]}.
    {test_heap,3,2}.
    {put_tuple2,{x,0},{list,[{x,1},{y,0}]}}.
  {label,8}.
    {try_end,{y,2}}.
    {deallocate,3}.
    return.
  {label,9}.
    {bif,raise,{f,0},[{x,2},{x,1}],{x,0}}.
  {label,10}.
    {try_case,{y,2}}.
    {move,{x,1},{x,0}}.
    {move,{x,2},{x,1}}.
    {bif,raise,{f,0},[{x,1},{x,0}],{x,0}}.
  {label,11}.
    {test,bs_start_match3,{f,12},2,[{x,0}],{x,2}}.
    {test,bs_get_integer2,
          {f,13},
          3,
          [{x,2},
           {integer,8},
           1,
           {field_flags,[{anno,[6,{file,[]}]},unsigned,big]}],
          {x,0}}.
    {test,bs_test_unit,{f,13},[{x,2},8]}.
    return.
  {label,12}.
    {test,is_map,{f,13},[{x,0}]}.
    {get_map_elements,{f,13},
                      {tr,{x,0},{t_map,any,any}},
                      {list,[{atom,k},{x,0}]}}.
    {test,is_eq_exact,{f,13},[{x,1},{x,0}]}.
    return.
  {label,13}.
    {allocate,0,0}.
  {label,14}.
    {loop_rec,{f,16},{x,0}}.
    {test,is_eq_exact,{f,15},[{x,0},{atom,x}]}.
    remove_message.
    {move,{integer,1},{x,0}}.
    {deallocate,0}.
    return.
  {label,15}.
    {loop_rec_end,{f,14}}.
  {label,16}.
    timeout.
    {move,{atom,none},{x,0}}.
    {deallocate,0}.
    return.
  {label,17}.
    {line,[{scope,[4]},{location,[],5}]}.
    {try_case_end,{x,0}}.


{function, module_info, 0, 19}.
  {label,18}.
    {line,[]}.
    {func_info,{atom,cs_a},{atom,module_info},0}.
  {label,19}.
    {move,{atom,cs_a},{x,0}}.
    {call_ext_only,1,{extfunc,erlang,get_module_info,1}}.


{function, module_info, 1, 21}.
  {label,20}.
    {line,[]}.
    {func_info,{atom,cs_a},{atom,module_info},1}.
  {label,21}.
    {move,{x,0},{x,1}}.
    {move,{atom,cs_a},{x,0}}.
    {call_ext_only,2,{extfunc,erlang,get_module_info,2}}.


{function, '-f/1-lc$^0/1-0-', 1, 23}.
  {label,22}.
    {line,[{location,[],4}]}.
    {func_info,{atom,cs_a},{atom,'-f/1-lc$^0/1-0-'},1}.
  {label,23}.
    {test,is_nonempty_list,{f,25},[{x,0}]}.
    {get_list,{x,0},{x,1},{x,0}}.
    {test,is_lt,{f,24},[{integer,1},{x,1}]}.
    {gc_bif,'*',{f,0},2,[{x,1},{integer,1}],{x,1}}.
    {allocate,1,2}.
    {move,{x,1},{y,0}}.
    {call,1,{f,23}}. % '-f/1-lc$^0/1-0-'/1
    {'%',{var_info,{x,0},[{type,{t_list,number,nil}}]}}.
    {test_heap,2,1}.
    {put_list,{y,0},{x,0},{x,0}}.
    {deallocate,1}.
    return.
  {label,24}.
    {call_only,1,{f,23}}. % '-f/1-lc$^0/1-0-'/1
  {label,25}.
    {test,is_nil,{f,26},[{x,0}]}.
    return.
  {label,26}.
    {test_heap,3,1}.
    {put_tuple2,{x,0},{list,[{atom,bad_generator},{x,0}]}}.
    {call_ext_only,1,{extfunc,erlang,error,1}}.
