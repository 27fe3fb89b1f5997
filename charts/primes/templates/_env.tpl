{{/*
The variables of a service: config of all and of this one, then what the chart knows:
(list $ "worker" (dict "SHUTDOWN_DEADLINE_MS" 26000)).
*/}}
{{- define "primes.env" -}}
{{- $root := index . 0 -}}
{{- $config := $root.Values.config -}}
{{ include "primes.redisEnv" $root }}
{{- range $name, $value := merge (dict) (index . 2) (index $config (index . 1)) $config.common }}
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
{{- with $root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A value as text. Helm reads whole numbers as floats, which would come out as 1e+08. */}}
{{- define "primes.text" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end -}}

{{/* A variable from a key of the Secret: (list $ "WEBHOOK_SECRET" "webhook-secret"). */}}
{{- define "primes.secretEnv" -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef: { name: {{ include "primes.secretName" (index . 0) }}, key: {{ index . 2 }} }
{{- end -}}

{{/* Where both Redis are, for a service of ours. Kubernetes puts the passwords into the URLs. */}}
{{- define "primes.redisEnv" -}}
{{- range $role := list "queue" "store" }}
{{- with include "primes.redis.passwordRef" (list $ $role) }}
- name: {{ upper $role }}_REDIS_PASSWORD
  valueFrom:
    secretKeyRef: {{ . }}
{{- end }}
{{- end }}
- name: REDIS_URL
  value: {{ include "primes.redis.url" (list . "queue") }}
- name: STORE_REDIS_URL
  value: {{ include "primes.redis.url" (list . "store") }}
{{- end -}}
