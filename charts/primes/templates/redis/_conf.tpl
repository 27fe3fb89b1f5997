{{/* redis.conf: (list $ "queue"). The password is added when Redis starts. */}}
{{- define "primes.redis.conf" -}}
{{- $redis := index (index . 0).Values.redis (index . 1) -}}
dir /data
# BullMQ loses tasks under any other policy, and the store's manifest must not lose segments it names.
maxmemory-policy noeviction
maxmemory {{ $redis.maxMemoryMi }}mb
# Snapshots beside the append-only file, or of what can be computed again, only cost.
save ""
{{- if dig "persistence" "enabled" false $redis }}
appendonly yes
appendfsync {{ $redis.appendfsync }}
{{- else }}
appendonly no
{{- end }}
{{- end -}}
