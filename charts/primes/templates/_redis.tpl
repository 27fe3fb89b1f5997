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

{{/* host:port, for any namespace. */}}
{{- define "primes.redis.address" -}}
{{- $redis := include "primes.redis.values" . | fromJson -}}
{{- if $redis.url -}}
{{ (urlParse $redis.url).host }}
{{- else -}}
{{ include "primes.serviceHost" (list (index . 0) (printf "redis-%s" (index . 1))) }}:6379
{{- end -}}
{{- end -}}

{{/* The number of the database. */}}
{{- define "primes.redis.database" -}}
{{- $redis := include "primes.redis.values" . | fromJson -}}
{{- (urlParse $redis.url).path | trimPrefix "/" | default "0" -}}
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
{{- if hasPrefix "rediss:" .url }}tls{{ end }}
{{- end }}
{{- end -}}

{{/* Parameters with which KEDA authenticates to the queue's Redis, and it to KEDA; empty if there are none. */}}
{{- define "primes.redis.kedaParameters" -}}
{{- with include "primes.redis.passwordRef" (list . "queue") | fromYaml }}
- { parameter: password, name: {{ .name }}, key: {{ .key }} }
{{- end }}
{{- if and .Values.redis.caSecret.name (hasPrefix "rediss:" .Values.redis.queue.url) }}
- { parameter: ca, name: {{ .Values.redis.caSecret.name }}, key: {{ .Values.redis.caSecret.key }} }
{{- end }}
{{- end -}}

{{/* The URL for the services, without user and password. */}}
{{- define "primes.redis.url" -}}
{{- $redis := include "primes.redis.values" . | fromJson -}}
{{ (urlParse $redis.url).scheme | default "redis" }}://{{ include "primes.redis.address" . }}/{{ include "primes.redis.database" . }}
{{- end -}}
