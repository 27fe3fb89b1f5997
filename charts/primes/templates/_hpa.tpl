{{/* An autoscaler by the CPU of one container, without the sidecar: (list $ "api" .Values.api.autoscaling). */}}
{{- define "primes.hpa" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $scaling := index . 2 -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "primes.fullname" $root }}-{{ $component }}
  labels:
    {{- include "primes.labels" (list $root $component) | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "primes.fullname" $root }}-{{ $component }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    - type: ContainerResource
      containerResource:
        name: cpu
        container: {{ $component }}
        target: { type: Utilization, averageUtilization: {{ $scaling.targetCPU }} }
{{- end -}}
