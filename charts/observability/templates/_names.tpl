{{- define "observability.labels" -}}
app.kubernetes.io/name: observability
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: primes
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* Where metrics are queried: the one that is there already, or the stack's. */}}
{{- define "observability.metricsUrl" -}}
{{ .Values.victoriaMetricsUrl | default (printf "http://vmsingle-%s.%s.svc:8428" .Values.stack.fullnameOverride .Release.Namespace) }}
{{- end -}}

{{/* Where traces are queried, by Jaeger's API. */}}
{{- define "observability.tracesUrl" -}}
{{ .Values.victoriaTracesUrl | default (printf "http://vtsingle-%s.%s.svc:10428/select/jaeger" .Values.stack.fullnameOverride .Release.Namespace) }}
{{- end -}}
