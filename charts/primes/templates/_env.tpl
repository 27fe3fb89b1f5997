{{/*
The variables of a service, each once: those of the chart, below, replaced and followed by those of extraEnv. The API server
rejects a name that appears twice.
*/}}
{{- define "primes.env" -}}
{{- $extra := dict -}}
{{- $entries := list -}}
{{- range (index . 0).Values.extraEnv }}{{ $_ := set $extra .name . }}{{ end -}}
{{- /* In their order, because a variable can refer only to those before it. */ -}}
{{- range concat (include "primes.chartEnv" . | fromYamlArray) (index . 0).Values.extraEnv }}
{{- if not (eq (get $extra .name | toString) "used") }}
{{- $entries = append $entries (get $extra .name | default .) }}
{{- if hasKey $extra .name }}{{ $_ := set $extra .name "used" }}{{ end }}
{{- end }}
{{- end -}}
{{- toYaml $entries -}}
{{- end -}}

{{/*
The variables of the chart for a service: config of all and of this one, those of the job, those that the chart sets, and
those from keys of the Secret:
(list $ "worker" (dict "SHUTDOWN_DEADLINE_MS" 26000) (dict "WEBHOOK_SECRET" "webhook-secret")).
*/}}
{{- define "primes.chartEnv" -}}
{{- $root := index . 0 -}}
{{- $config := $root.Values.config -}}
{{ include "primes.redisEnv" $root }}
{{- range $name, $value := merge (dict) (index . 2) (index $config (index . 1)) (omit $config.common "QUEUE_PREFIX" "STORE_PREFIX") (dig "env" (index . 1) dict $root.Values.job) }}
- name: {{ $name }}
  value: {{ include "primes.text" $value | quote }}
{{- end }}
{{- if $root.Values.telemetry.enabled }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: http://localhost:4318
- name: OTEL_TRACES_SAMPLER
  value: parentbased_traceidratio
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ $root.Values.telemetry.traceRatio | quote }}
- name: POD_NAME
  valueFrom:
    fieldRef: { fieldPath: metadata.name }
- name: POD_NAMESPACE
  valueFrom:
    fieldRef: { fieldPath: metadata.namespace }
- name: OTEL_RESOURCE_ATTRIBUTES
  value: service.version={{ $root.Chart.AppVersion }},service.instance.id=$(POD_NAME),k8s.pod.name=$(POD_NAME),k8s.namespace.name=$(POD_NAMESPACE)
{{- end }}
{{- range $name, $key := index . 3 }}
{{ include "primes.secretEnv" (list $root $name $key) }}
{{- end }}
{{- end -}}

{{/* A value as text. Helm reads whole numbers as floats and would write 1e+08. */}}
{{- define "primes.text" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end -}}

{{/* Addresses, users and passwords of Redis for a service. */}}
{{- define "primes.redisEnv" -}}
{{- range $role, $redis := include "primes.redis.all" . | fromJson }}
{{- $redisName := ternary "REDIS" "STORE_REDIS" (eq $role "queue") }}
- name: {{ $redisName }}_URL
  value: {{ include "primes.redis.url" (list $ $role) }}
{{- with $redis.username }}
- name: {{ $redisName }}_USERNAME
  value: {{ . | quote }}
{{- end }}
{{- with include "primes.redis.passwordRef" (list $ $role) }}
- name: {{ $redisName }}_PASSWORD
  valueFrom:
    secretKeyRef: {{ . }}
{{- end }}
{{- end }}
- name: QUEUE_PREFIX
  value: {{ include "primes.redis.queuePrefix" . | quote }}
{{- with include "primes.redis.storePrefix" . }}
- name: STORE_PREFIX
  value: {{ . | quote }}
{{- end }}
{{- with .Values.redis.sentinel.username }}
- name: REDIS_SENTINEL_USERNAME
  value: {{ . | quote }}
{{- end }}
{{- with .Values.redis.sentinel.passwordSecret }}
{{- if .name }}
- name: REDIS_SENTINEL_PASSWORD
  valueFrom:
    secretKeyRef: { name: {{ .name }}, key: {{ .key }} }
{{- end }}
{{- end }}
{{- if .Values.redis.caSecret.name }}
- name: REDIS_TLS_CA_FILE
  value: /etc/redis-ca/{{ .Values.redis.caSecret.key }}
{{- end }}
{{- if .Values.redis.clientCertificateSecret.name }}
- name: REDIS_TLS_CERT_FILE
  value: /etc/redis-client/tls.crt
- name: REDIS_TLS_KEY_FILE
  value: /etc/redis-client/tls.key
{{- end }}
{{- end -}}
