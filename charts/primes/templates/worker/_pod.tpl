{{/* The pod of a worker, the same for a Deployment and for a Job: (list $ (dict "MORE" "variables")). */}}
{{- define "primes.worker.pod" -}}
{{- $root := index . 0 -}}
{{- $worker := $root.Values.worker -}}
{{- include "primes.pod" (list $root "worker") }}
{{- include "primes.placement" (dict
  "nodeSelector" ($worker.nodeSelector | default $root.Values.pods.nodeSelector)
  "tolerations" ($worker.tolerations | default $root.Values.pods.tolerations)
) }}
terminationGracePeriodSeconds: {{ include "primes.worker.grace" $root }}
{{- if $root.Values.telemetry.enabled }}
initContainers:
  {{- include "primes.collector" (list $root "worker" $root.Chart.AppVersion 8001) | nindent 2 }}
volumes:
  {{- include "primes.collectorVolume" $root | nindent 2 }}
{{- end }}
containers:
  - name: worker
    image: {{ include "primes.image" (list $root $worker.image) }}
    imagePullPolicy: {{ $worker.image.pullPolicy }}
    env:
      {{- $variables := dict "SHUTDOWN_DEADLINE_MS" (include "primes.worker.deadline" $root) }}
      {{- include "primes.env" (list $root "worker" (merge $variables (index . 1))) | nindent 6 }}
    ports:
      - { name: metrics, containerPort: 8001 }
    {{- include "primes.probes" "metrics" | nindent 4 }}
    {{- include "primes.containerSecurity" $root | nindent 4 }}
    resources:
      {{- toYaml $worker.resources | nindent 6 }}
{{- end -}}
