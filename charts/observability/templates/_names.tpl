{{- define "observability.labels" -}}
app.kubernetes.io/name: observability
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: primes
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* The URL for queries of metrics: an existing VictoriaMetrics, or that of the stack. */}}
{{- define "observability.metricsUrl" -}}
{{ .Values.victoriaMetricsUrl | default (printf "http://vmsingle-%s.%s.svc:8428" .Values.stack.fullnameOverride .Release.Namespace) }}
{{- end -}}

{{/* The URL for queries of traces, with Jaeger's API. */}}
{{- define "observability.tracesUrl" -}}
{{ .Values.victoriaTracesUrl | default (printf "http://vtsingle-%s.%s.svc:10428/select/jaeger" .Values.stack.fullnameOverride .Release.Namespace) }}
{{- end -}}
