{{/* The pod of a worker, the same for a Deployment and for a Job: (list $ (dict "MORE" "variables")). */}}
{{- define "primes.worker.pod" -}}
{{- $root := index . 0 -}}
{{- $worker := $root.Values.worker -}}
{{- include "primes.pod" (list $root "worker") }}
{{- include "primes.placement" (dict
  "nodeSelector" ($worker.nodeSelector | default $root.Values.pods.nodeSelector)
  "tolerations" ($worker.tolerations | default $root.Values.pods.tolerations)
  "affinity" $root.Values.pods.affinity
) }}
terminationGracePeriodSeconds: {{ include "primes.worker.grace" $root }}
{{- include "primes.sidecar" (list $root "worker" 8001) }}
containers:
  - name: worker
    image: {{ include "primes.image" (list $root $worker.image) }}
    imagePullPolicy: {{ $worker.image.pullPolicy }}
    env:
      {{- $variables := dict "SHUTDOWN_DEADLINE_MS" (include "primes.worker.deadline" $root) }}
      {{- include "primes.env" (list $root "worker" (merge $variables (index . 1)) dict) | nindent 6 }}
    ports:
      - { name: metrics, containerPort: 8001 }
  {{- include "primes.service" (list $root $worker "metrics") | nindent 2 }}
{{- end -}}
