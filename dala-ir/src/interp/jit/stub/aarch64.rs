//! Words are passed in `x0`, `x1`, `x2`; a function keeps `x19` to `x29`, and half of some float registers. `x18` is the system's.

/// The stub of a function, with more work before and behind the call.
macro_rules! stub_around {
    ($function:path, [$($before:literal),*], [$($behind:literal),*]) => {{
        #[unsafe(naked)]
        extern "C" fn stub() {
            std::arch::naked_asm!(
                "stp x29, x30, [sp, #-160]!",
                "mov x29, sp",
                "stp x0, x1, [sp, #16]",
                "stp x2, x3, [sp, #32]",
                "stp x4, x5, [sp, #48]",
                "stp x6, x7, [sp, #64]",
                "stp x8, x9, [sp, #80]",
                "stp x10, x11, [sp, #96]",
                "stp x12, x13, [sp, #112]",
                "stp x14, x15, [sp, #128]",
                "stp x16, x17, [sp, #144]",
                $($before,)*
                "mov x2, x21",
                "bl {function}",
                "str x0, [x21, #{answer}]",
                $($behind,)*
                "ldp x0, x1, [sp, #16]",
                "ldp x2, x3, [sp, #32]",
                "ldp x4, x5, [sp, #48]",
                "ldp x6, x7, [sp, #64]",
                "ldp x8, x9, [sp, #80]",
                "ldp x10, x11, [sp, #96]",
                "ldp x12, x13, [sp, #112]",
                "ldp x14, x15, [sp, #128]",
                "ldp x16, x17, [sp, #144]",
                "ldp x29, x30, [sp], #160",
                "ret",
                function = sym $function,
                answer = const $crate::interp::jit::offsets::ANSWER,
            )
        }
        stub
    }};
}

/// The stub of a function, for machine code that holds nothing in float registers.
macro_rules! stub {
    ($function:path) => {
        $crate::interp::jit::stub::stub_around!($function, [], [])
    };
}

/// The stub of a function that preserves float registers, too.
macro_rules! stub_with_floats {
    ($function:path) => {
        $crate::interp::jit::stub::stub_around!(
            $function,
            [
                "sub sp, sp, #512",
                "stp q0, q1, [sp, #0]",
                "stp q2, q3, [sp, #32]",
                "stp q4, q5, [sp, #64]",
                "stp q6, q7, [sp, #96]",
                "stp q8, q9, [sp, #128]",
                "stp q10, q11, [sp, #160]",
                "stp q12, q13, [sp, #192]",
                "stp q14, q15, [sp, #224]",
                "stp q16, q17, [sp, #256]",
                "stp q18, q19, [sp, #288]",
                "stp q20, q21, [sp, #320]",
                "stp q22, q23, [sp, #352]",
                "stp q24, q25, [sp, #384]",
                "stp q26, q27, [sp, #416]",
                "stp q28, q29, [sp, #448]",
                "stp q30, q31, [sp, #480]"
            ],
            [
                "ldp q0, q1, [sp, #0]",
                "ldp q2, q3, [sp, #32]",
                "ldp q4, q5, [sp, #64]",
                "ldp q6, q7, [sp, #96]",
                "ldp q8, q9, [sp, #128]",
                "ldp q10, q11, [sp, #160]",
                "ldp q12, q13, [sp, #192]",
                "ldp q14, q15, [sp, #224]",
                "ldp q16, q17, [sp, #256]",
                "ldp q18, q19, [sp, #288]",
                "ldp q20, q21, [sp, #320]",
                "ldp q22, q23, [sp, #352]",
                "ldp q24, q25, [sp, #384]",
                "ldp q26, q27, [sp, #416]",
                "ldp q28, q29, [sp, #448]",
                "ldp q30, q31, [sp, #480]",
                "add sp, sp, #512"
            ]
        )
    };
}

pub(in crate::interp::jit) use {stub, stub_around, stub_with_floats};
