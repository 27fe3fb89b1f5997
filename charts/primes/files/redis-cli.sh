# redis-cli with the password of this pod, which outlives rotations.
set -eu
REDISCLI_AUTH=$(cat /run/redis/password)
export REDISCLI_AUTH
exec redis-cli "$@"
