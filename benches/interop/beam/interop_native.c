/* interop_native:add/2 for OTP (erl_nif, version 2.16). The declarations are written here because the headers are in a
 * package that few machines have. */
#include <stddef.h>

typedef unsigned long ERL_NIF_TERM;
typedef struct enif_environment_t ErlNifEnv;

extern int enif_get_long(ErlNifEnv *, ERL_NIF_TERM, long *);
extern ERL_NIF_TERM enif_make_long(ErlNifEnv *, long);
extern ERL_NIF_TERM enif_make_badarg(ErlNifEnv *);

typedef struct {
    const char *name;
    unsigned arity;
    ERL_NIF_TERM (*function)(ErlNifEnv *, int, const ERL_NIF_TERM[]);
    unsigned flags;
} ErlNifFunc;

typedef struct {
    int major, minor;
    const char *name;
    int num_of_funcs;
    ErlNifFunc *funcs;
    int (*load)(ErlNifEnv *, void **, ERL_NIF_TERM);
    int (*reload)(ErlNifEnv *, void **, ERL_NIF_TERM);
    int (*upgrade)(ErlNifEnv *, void **, void **, ERL_NIF_TERM);
    void (*unload)(ErlNifEnv *, void *);
    const char *vm_variant;
    unsigned options;
    size_t sizeof_resource_type_init;
    const char *min_erts;
} ErlNifEntry;

static ERL_NIF_TERM add(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
    long a, b;
    (void)argc;
    if (!enif_get_long(env, argv[0], &a) || !enif_get_long(env, argv[1], &b)) return enif_make_badarg(env);
    return enif_make_long(env, a + b);
}

static ErlNifFunc functions[] = {{"add", 2, add, 0}};
static ErlNifEntry entry = {2,    16,   "interop_native", 1, functions, NULL, NULL,
                            NULL, NULL, "beam.vanilla",   0, 0,         "erts-13.0"};

ErlNifEntry *nif_init(void) { return &entry; }
