{{/* Tasks for each pod. */}}
{{- define "primes.target" -}}
{{ .Values.scaling.target | default .Values.config.worker.WORKER_CONCURRENCY }}
{{- end -}}

{{/* The triggers of KEDA, by scaling.trigger. */}}
{{- define "primes.triggers" -}}
{{- $trigger := .Values.scaling.trigger -}}
{{- if eq $trigger "external-push" -}}
- type: external-push
  name: demand
  metadata:
    scalerAddress: {{ include "primes.serviceHost" (list . "metrics-gateway") }}:6000
    queue: {{ .Values.job.name }}
    target: {{ include "primes.target" . | quote }}
    # Slightly more than two polls: the gateway returns errors that long, and KEDA then checks all metrics again.
    settleSeconds: {{ add 2 (mul 2 .Values.scaling.pollingInterval) | quote }}
{{ end -}}
{{- if has $trigger (list "external-push" "redis") -}}
{{ include "primes.redisTriggers" (list . (list "wait" "prioritized" "active")) }}
{{- else if eq $trigger "metrics-api" -}}
- type: metrics-api
  name: demand
  metadata:
    url: {{ include "primes.metricsGateway.url" . }}/api/metrics/summary
    valueLocation: demand_and_in_flight
    targetValue: {{ include "primes.target" . | quote }}
{{- else if eq $trigger "prometheus" -}}
- type: prometheus
  name: demand
  metadata:
    serverAddress: {{ .Values.scaling.prometheusAddress }}
    query: {{ printf `max(%[1]s_queue_demand{namespace="%[2]s"}) + max(%[1]s_queue_jobs{namespace="%[2]s",state="active"})` .Values.job.metricPrefix .Release.Namespace | quote }}
    threshold: {{ include "primes.target" . | quote }}
    # No data is an error and not 0, so it removes no worker.
    ignoreNullValues: "false"
{{- end -}}
{{- end -}}

{{/* A trigger for each of the queue's lists: (list $ (list "wait" "active")). */}}
{{- define "primes.redisTriggers" -}}
{{- $root := index . 0 -}}
{{- $redis := include "primes.redis.parts" (list $root "queue") | fromJson -}}
{{- range $list := index . 1 }}
- type: {{ get (dict "server" "redis" "sentinel" "redis-sentinel" "cluster" "redis-cluster") $redis.kind }}
  name: {{ $list }}
  metadata:
    {{ ternary "address" "addresses" (eq $redis.kind "server") }}: {{ $redis.addresses | quote }}
    {{- if ne $redis.kind "cluster" }}
    databaseIndex: {{ $redis.database | quote }}
    {{- end }}
    {{- if eq $redis.kind "sentinel" }}
    sentinelMaster: {{ $redis.primary }}
    {{- with $root.Values.redis.sentinel.username }}
    sentinelUsername: {{ . }}
    {{- end }}
    {{- end }}
    {{- with $root.Values.redis.queue.username }}
    username: {{ . }}
    {{- end }}
    {{- if hasPrefix "rediss" $root.Values.redis.queue.url }}
    enableTLS: "true"
    {{- end }}
    listName: {{ printf "%s:%s:%s" (include "primes.redis.queuePrefix" $root) $root.Values.job.name $list | quote }}
    listLength: {{ include "primes.target" $root | quote }}
  {{- if include "primes.redis.kedaParameters" $root | trim }}
  authenticationRef: { name: {{ include "primes.fullname" $root }}-worker }
  {{- end }}
{{- end }}
{{- end -}}

{{/* Maximum number of workers; empty without an autoscaler. */}}
{{- define "primes.maxWorkers" -}}
{{- if .Values.scaling.enabled -}}
{{ .Values.scaling.maxReplicas }}
{{- else if .Values.worker.autoscaling.enabled -}}
{{ .Values.worker.autoscaling.maxReplicas }}
{{- end -}}
{{- end -}}
