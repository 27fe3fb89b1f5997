# The readiness probe. It first gives Redis the passwords that the Secret has now, because a restart would interrupt the
# service: the kubelet updates the files about a minute after a change. Open connections stay.
set -eu
passwords=$(sh /etc/redis/passwords.sh /run/redis/password /run/secrets/redis/*)
# shellcheck disable=SC2086
sh /etc/redis/cli.sh ACL SETUSER default resetpass $passwords | grep -q OK
sh /etc/redis/cli.sh PING | grep -q PONG
