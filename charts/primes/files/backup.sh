#!/bin/sh
# Usage: backup.sh URL KEEP SECONDS
# Writes a snapshot of the Redis at URL to the working directory, and keeps the newest KEEP. REDISCLI_AUTH is its password.
# Fails if it has no complete snapshot after SECONDS.
set -eu
url=$1 keep=$2 deadline=$(($(date +%s) + $3))

# Only files with names as below: a snapshot under another name stays.
remove_oldest() {
  ls | grep -xE '[0-9]{8}T[0-9]{6}Z\.rdb' | sort -r | tail -n "+$((keep + 1))" | xargs -r rm -v --
}

# First those beyond a smaller KEEP, so that they make room.
remove_oldest
# Left by runs that were killed.
find . -maxdepth 1 -name 'part.*' -mmin +1440 -exec rm -v -- {} +

# In an installation, Redis starts at the same time.
until answer=$(timeout 5 redis-cli -u "$url" ping 2>&1) && [ "$answer" = PONG ]; do
  [ "$(date +%s)" -lt "$deadline" ] || { echo "Redis is unavailable: $answer"; exit 1; }
  sleep 1
done

name=$(date -u +%Y%m%dT%H%M%SZ).rdb
part=$(mktemp ./part.XXXXXX)
trap 'rm -f "$part"' EXIT
# Redis sends the snapshot as to a replica: it forks, so the snapshot is of one moment, and writes nothing to its own disk.
timeout $((deadline - $(date +%s))) redis-cli -u "$url" --rdb "$part"
# Reads the whole file and compares its checksum.
report=$(redis-check-rdb "$part") || { echo "$report"; exit 1; }
chmod g+r "$part"
mv "$part" "$name"
remove_oldest
echo "Snapshot $name has $(wc -c <"$name") bytes."
