#!/usr/bin/env bash
# Adds up the `test result:` lines of cargo's output (files named, or standard input), and repeats the
# names of failed tests at the end, where a reader looks first. Those that were skipped because what they need is missing pass:
# they are counted and named (dala-gpu/tests/fetched/skip.rs).
cat -- "$@" | awk '
    /^test result:/ {
        suites++
        for (i = 1; i <= NF; i++) {
            if ($i ~ /^passed/)  passed  += $(i - 1)
            if ($i ~ /^failed/)  failed  += $(i - 1)
            if ($i ~ /^ignored/) ignored += $(i - 1)
        }
    }
    /^test .* \.\.\. FAILED/ { names = names "  " $2 "\n" }
    /^skipped test: / { skipped++; skips = skips "  " substr($0, 15) "\n" }
    END {
        if (skips != "") printf "skipped tests, which count as passed:\n%s", skips
        if (names != "") printf "failed tests:\n%s", names
        printf "total: %d passed, %d failed, %d ignored, %d skipped in %d suites\n", passed, failed, ignored, skipped, suites
    }'
