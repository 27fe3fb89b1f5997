#!/bin/sh
# Usage: restore.sh SNAPSHOT FOLDER
# Makes a snapshot in the working directory the data of a Redis whose FOLDER is still empty. SNAPSHOT is the name of a file,
# or `latest`. Waits for it if it is missing or incomplete, because it can be copied into the running container.
set -eu
snapshot=$1 data=$2
part=$data/part.aof

# The file system of a volume can contain lost+found, and a run that was killed leaves its part.
if ls -A "$data" | grep -qvxF -e lost+found -e part.aof; then
  echo 'The volume has data, so nothing is restored.'
  exit 0
fi

snapshots() {
  ls | grep '\.rdb$' || true
}

# As the first process of a container, a shell ignores SIGTERM without a handler.
trap 'exit 143' TERM
said=''
while true; do
  file=$snapshot
  [ "$snapshot" != latest ] || file=$(snapshots | grep -xE '[0-9]{8}T[0-9]{6}Z\.rdb' | tail -n 1)
  if [ ! -f "$file" ]; then
    problem="does not exist; there are: $(snapshots | tr '\n' ' ')"
  elif report=$(redis-check-rdb "$file"); then
    break
  else
    problem="is incomplete or damaged: $(echo "$report" | sed -n '/RDB ERROR/{n;p;}')"
  fi
  [ "$problem" = "$said" ] || echo "Waiting for the snapshot $snapshot: it $problem"
  said=$problem
  sleep 2
done

# Redis starts from its append-only file, not from a snapshot. Such a file can begin with a snapshot, and Redis 7 moves the
# single file of Redis 6 into its folder appendonlydir.
#
# The file can be longer than the snapshot: after it, `redis-cli --rdb -` writes the mark with which Redis ends it. Redis would
# not start with it.
size=$(echo "$report" | sed -n 's/^\[offset \([0-9]*\)\].* RDB looks OK.*/\1/p')
head -c "$size" "$file" >"$part"
sync
mv "$part" "$data/appendonly.aof"
echo "Restored $file, $size bytes."
