{{/* What the services and KEDA are told of a Redis, be it the chart's or another: (list $ "queue"). */}}

{{/* host:port, as it is reached from any namespace. */}}
{{- define "primes.redis.address" -}}
{{- $redis := index (index . 0).Values.redis (index . 1) -}}
{{- if $redis.url -}}
{{ (urlParse $redis.url).host }}
{{- else -}}
{{ include "primes.serviceHost" (list (index . 0) (printf "redis-%s" (index . 1))) }}:6379
{{- end -}}
{{- end -}}

{{/* The database's number. */}}
{{- define "primes.redis.database" -}}
{{- $redis := index (index . 0).Values.redis (index . 1) -}}
{{- (urlParse $redis.url).path | trimPrefix "/" | default "0" -}}
{{- end -}}

{{/* Name and key of the Secret that holds the password; nothing where there is none. */}}
{{- define "primes.redis.passwordRef" -}}
{{- $root := index . 0 -}}
{{- $redis := index $root.Values.redis (index . 1) -}}
{{- if not $redis.url -}}
{ name: {{ include "primes.secretName" $root }}, key: redis-password }
{{- else if $redis.passwordSecret.name -}}
{ name: {{ $redis.passwordSecret.name }}, key: {{ $redis.passwordSecret.key }} }
{{- end -}}
{{- end -}}

{{/* The URL for the services; the password stands in a variable that the pod has. */}}
{{- define "primes.redis.url" -}}
{{- $redis := index (index . 0).Values.redis (index . 1) -}}
{{- (urlParse $redis.url).scheme | default "redis" -}}://
{{- if include "primes.redis.passwordRef" . -}}
{{ $redis.username }}:$({{ upper (index . 1) }}_REDIS_PASSWORD)@
{{- end -}}
{{ include "primes.redis.address" . }}/{{ include "primes.redis.database" . }}
{{- end -}}
