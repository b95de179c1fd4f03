#!/usr/bin/env bash
# Prints the path of a real log file for the demo: the machine's own package log, else the largest log
# that an installed package ships (unpacked under target/ when it is compressed).
set -euo pipefail
cd "$(dirname "$0")/.."

for log in /var/log/dpkg.log /var/log/dpkg.log.1 /var/log/apt/history.log /var/log/bootstrap.log \
           /var/log/alternatives.log /var/log/pacman.log /var/log/dnf.log /var/log/install.log; do
    if [ -f "$log" ] && [ -r "$log" ] && [ -s "$log" ]; then
        echo "$log"
        exit 0
    fi
done

shipped=$(find /usr/share/doc /usr/share /usr/lib -type f \( -name '*.log' -o -name '*.log.gz' \) -size +1k \
    -printf '%s %p\n' 2>/dev/null | sort -rn | sed -n '1s/^[0-9]* //p') || true
case $shipped in
    '')
        echo "find-log: no log file found on this machine; name one: make demo LOG=path" >&2
        exit 1
        ;;
    *.gz)
        mkdir -p target/demo
        gzip -dc "$shipped" > target/demo/shipped.log
        echo target/demo/shipped.log
        ;;
    *) echo "$shipped" ;;
esac
