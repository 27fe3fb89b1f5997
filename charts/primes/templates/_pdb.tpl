{{/* A PodDisruptionBudget: (list $ "api" .Values.api.podDisruptionBudget). */}}
{{- define "primes.pdb" -}}
{{- $component := rest . | first -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "primes.fullname" (first .) }}-{{ $component }}
  labels:
    {{- include "primes.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ (index . 2).maxUnavailable }}
  selector:
    matchLabels:
      {{- include "primes.selectorLabels" . | nindent 6 }}
{{- end -}}
