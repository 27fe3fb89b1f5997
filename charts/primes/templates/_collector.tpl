{{/*
The OpenTelemetry Collector as a native sidecar: it starts before the service and stops after it, so that it sends the
last signals of a stopping pod. Service, version, and the port of /metrics: (list $ "api" "0.1.0" 8000).
*/}}
{{- define "primes.collector" -}}
{{- $root := index . 0 -}}
{{- $telemetry := $root.Values.telemetry -}}
- name: collector
  image: {{ include "primes.mirrored" (list $root $telemetry.image) }}
  imagePullPolicy: {{ $telemetry.imagePullPolicy }}
  restartPolicy: Always
  args: [--config=/etc/collector/collector.yaml]
  env:
    - name: SERVICE
      value: {{ index . 1 }}
    - name: VERSION
      value: {{ index . 2 | quote }}
    - name: POD_NAME
      valueFrom:
        fieldRef: { fieldPath: metadata.name }
    - name: POD_NAMESPACE
      valueFrom:
        fieldRef: { fieldPath: metadata.namespace }
    - name: SCRAPE_TARGET
      value: localhost:{{ index . 3 }}
    - name: SCRAPE_INTERVAL
      value: {{ $telemetry.scrapeIntervalSeconds }}s
    - name: MEMORY_LIMIT_MIB
      value: {{ $telemetry.maxMemoryMi | quote }}
    - name: GOMEMLIMIT
      value: {{ $telemetry.maxMemoryMi }}MiB
    - name: METRICS_ENDPOINT
      value: {{ $telemetry.metricsEndpoint }}
    - name: TRACES_ENDPOINT
      value: {{ $telemetry.tracesEndpoint }}
  ports:
    - { name: health, containerPort: 13133 }
  startupProbe:
    httpGet: { path: /, port: health }
    periodSeconds: 1
    failureThreshold: 60
  {{- include "primes.containerSecurity" $root | nindent 2 }}
  resources:
    {{- toYaml $telemetry.resources | nindent 4 }}
  volumeMounts:
    - { name: collector, mountPath: /etc/collector, readOnly: true }
{{- end -}}

{{- define "primes.collectorVolume" -}}
- name: collector
  configMap: { name: {{ include "primes.fullname" . }}-collector }
{{- end -}}

{{/* Annotations of every pod. The sidecar reads its configuration only at its start, so a new one needs new pods. */}}
{{- define "primes.podAnnotations" -}}
{{- if .Values.telemetry.enabled }}
checksum/collector: {{ .Files.Get "files/collector.yaml" | sha256sum }}
{{- end }}
{{- with .Values.pods.annotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}
