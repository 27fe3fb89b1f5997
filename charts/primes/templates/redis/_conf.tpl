{{/* redis.conf: (list $ "queue"). The passwords are added when Redis starts. */}}
{{- define "primes.redis.conf" -}}
{{- $redis := include "primes.redis.values" . | fromJson -}}
{{- /* Comments are outside the file, because a changed file replaces the pod of Redis. */ -}}
dir /data
{{- /* Any other policy evicts keys, so that BullMQ would lose tasks, and the job some of its data. */}}
maxmemory-policy noeviction
maxmemory {{ $redis.maxMemoryMi }}mb
{{- /* No snapshots: the queue has an append-only file, and the job can compute its data again. */}}
save ""
{{- if dig "persistence" "enabled" false $redis }}
appendonly yes
appendfsync {{ $redis.appendfsync }}
{{- else }}
appendonly no
{{- end }}
{{- end -}}
