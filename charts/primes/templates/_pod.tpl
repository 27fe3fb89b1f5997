{{/* What the pod of every component has in common, Pod Security `restricted` included: (list $ "api"). */}}
{{- define "primes.pod" -}}
{{- $root := index . 0 -}}
{{- $pods := $root.Values.pods -}}
serviceAccountName: {{ include "primes.fullname" $root }}-{{ index . 1 }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  seccompProfile: { type: RuntimeDefault }
  {{- if hasPrefix "redis-" (index . 1) }}
  # The user of Redis' image, which starts as root to become it; its volume is to be its own.
  runAsUser: 999
  runAsGroup: 999
  fsGroup: 999
  {{- end }}
{{- with $pods.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $pods.topologySpread }}
topologySpreadConstraints:
  {{- range . }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "primes.selectorLabels" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Where a pod may run: (dict "nodeSelector" … "tolerations" …). */}}
{{- define "primes.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Security context of a container; its user is the image's, which must be a number. */}}
{{- define "primes.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: {{ .Values.pods.readOnlyRootFilesystem }}
  capabilities: { drop: [ALL] }
{{- end -}}

{{/* Probes of a service of ours. The first one is asked often: a pod from zero is to be ready at once. */}}
{{- define "primes.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: {{ . }} }
  periodSeconds: 5
  timeoutSeconds: 3
{{- end -}}
