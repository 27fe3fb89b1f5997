{{/* The values of each Redis by its role: that of the queue, and that of the job's data if the job has one. */}}
{{- define "primes.redis.all" -}}
{{- $all := dict "queue" .Values.redis.queue -}}
{{- with .Values.job.store }}{{ $_ := set $all "store" . }}{{ end -}}
{{- toJson $all -}}
{{- end -}}

{{/* The values of one: (list $ "queue"), as below. */}}
{{- define "primes.redis.values" -}}
{{- index (include "primes.redis.all" (index . 0) | fromJson) (index . 1) | toJson -}}
{{- end -}}

{{/*
The parts of the URL of one, as JSON: kind (server, sentinel, cluster), addresses (host:port, for any namespace, separated by
commas), primary (the name by which Sentinels know it) and database. Not urlParse, which accepts one host only.
*/}}
{{- define "primes.redis.parts" -}}
{{- $own := printf "redis://%s:6379" (include "primes.serviceHost" (list (index . 0) (printf "redis-%s" (index . 1)))) -}}
{{- $url := (include "primes.redis.values" . | fromJson).url | default $own -}}
{{- $pattern := "^rediss?(\\+(sentinel|cluster))?://([^/]*)/?(.*)$" -}}
{{- $kind := regexReplaceAll $pattern $url "${2}" | default "server" -}}
{{- $path := regexReplaceAll $pattern $url "${4}" | splitList "/" -}}
{{- $primary := ternary (first $path) "" (eq $kind "sentinel") -}}
{{- $database := ternary (rest $path | first) (first $path) (eq $kind "sentinel") | default "0" -}}
{{- dict "url" $url "kind" $kind "addresses" (regexReplaceAll $pattern $url "${3}") "primary" $primary "database" $database | toJson -}}
{{- end -}}

{{/*
The prefix of the keys of the queues. Other releases may use an external Redis, and must not take the tasks of this one. The
default of a Redis of the chart's own is that of the services. checks.yaml requires a prefix for the URLs that older versions
of the chart accepted, because their default was that one too, and another would hide the tasks of a running release.
*/}}
{{- define "primes.redis.queuePrefix" -}}
{{- $kind := (include "primes.redis.parts" (list . "queue") | fromJson).kind -}}
{{- with .Values.config.common.QUEUE_PREFIX -}}
{{ . }}
{{- else -}}
{{ ternary "bull" (include "primes.redis.releasePrefix" (list $ $kind "")) (eq $kind "server") }}
{{- end -}}
{{- end -}}

{{/* The same for the job's data; empty for the default of the services. */}}
{{- define "primes.redis.storePrefix" -}}
{{- $role := ternary "store" "queue" (hasKey .Values.job "store") -}}
{{- $kind := (include "primes.redis.parts" (list . $role) | fromJson).kind -}}
{{- if .Values.config.common.STORE_PREFIX -}}
{{ .Values.config.common.STORE_PREFIX }}
{{- else if ne $kind "server" -}}
{{ include "primes.redis.releasePrefix" (list . $kind "-data") }}
{{- end -}}
{{- end -}}

{{/* A prefix of this release: (list $ "cluster" "-data"). In a Cluster, the hash tag puts all keys into one slot. */}}
{{- define "primes.redis.releasePrefix" -}}
{{- $root := index . 0 -}}
{{- printf (ternary "{%s-%s%s}" "%s-%s%s" (eq (index . 1) "cluster")) $root.Release.Namespace $root.Release.Name (index . 2) -}}
{{- end -}}

{{/* Not empty if one has an exporter of its own, which it needs if it is external: (list $ "queue"). */}}
{{- define "primes.redis.hasExporter" -}}
{{- $redis := include "primes.redis.values" . | fromJson -}}
{{- $isServer := eq (include "primes.redis.parts" . | fromJson).kind "server" -}}
{{- if and $redis.url $isServer (index . 0).Values.redis.exporter.external }}yes{{ end -}}
{{- end -}}

{{/* Name and key of the Secret with the password; empty if there is none. */}}
{{- define "primes.redis.passwordRef" -}}
{{- $root := index . 0 -}}
{{- $redis := include "primes.redis.values" . | fromJson -}}
{{- if not $redis.url -}}
{ name: {{ include "primes.secretName" $root }}, key: redis-password }
{{- else if $redis.passwordSecret.name -}}
{ name: {{ $redis.passwordSecret.name }}, key: {{ $redis.passwordSecret.key }} }
{{- end -}}
{{- end -}}

{{/* Not empty if a Redis uses TLS. */}}
{{- define "primes.redis.tls" -}}
{{- range include "primes.redis.all" . | fromJson }}
{{- if hasPrefix "rediss" .url }}tls{{ end }}
{{- end }}
{{- end -}}

{{/* The Secrets with a CA and a client certificate, by the names of their volumes, which are mounted below /etc. */}}
{{- define "primes.redis.tlsSecrets" -}}
{{- $secrets := dict -}}
{{- with .Values.redis.caSecret.name }}{{ $_ := set $secrets "redis-ca" . }}{{ end -}}
{{- with .Values.redis.clientCertificateSecret.name }}{{ $_ := set $secrets "redis-client" . }}{{ end -}}
{{- toJson $secrets -}}
{{- end -}}

{{/* Parameters with which KEDA authenticates to the queue's Redis, and it to KEDA; empty if there are none. */}}
{{- define "primes.redis.kedaParameters" -}}
{{- with include "primes.redis.passwordRef" (list . "queue") | fromYaml }}
- { parameter: password, name: {{ .name }}, key: {{ .key }} }
{{- end }}
{{- $isSentinel := eq (include "primes.redis.parts" (list . "queue") | fromJson).kind "sentinel" }}
{{- with .Values.redis.sentinel.passwordSecret }}
{{- if and .name $isSentinel }}
- { parameter: sentinelPassword, name: {{ .name }}, key: {{ .key }} }
{{- end }}
{{- end }}
{{- if hasPrefix "rediss" .Values.redis.queue.url }}
{{- with .Values.redis.caSecret }}
{{- if .name }}
- { parameter: ca, name: {{ .name }}, key: {{ .key }} }
{{- end }}
{{- end }}
{{- with .Values.redis.clientCertificateSecret.name }}
- { parameter: cert, name: {{ . }}, key: tls.crt }
- { parameter: key, name: {{ . }}, key: tls.key }
{{- end }}
{{- end }}
{{- end -}}

{{/* The URL for the services, without user and password. */}}
{{- define "primes.redis.url" -}}
{{- $redis := include "primes.redis.parts" . | fromJson -}}
{{- $redis.url }}
{{- if and (eq $redis.kind "server") (not (regexMatch "/[0-9]+$" $redis.url)) }}/{{ $redis.database }}{{ end -}}
{{- end -}}
