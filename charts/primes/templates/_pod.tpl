{{/* Fields of every pod, as Pod Security `restricted` requires: (list $ "api"). */}}
{{- define "primes.pod" -}}
{{- $root := index . 0 -}}
{{- $pods := $root.Values.pods -}}
serviceAccountName: {{ include "primes.serviceAccount" . }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- $own := ternary $root.Values.redis.securityContext dict (hasPrefix "redis-" (index . 1)) | default dict }}
securityContext:
  {{- include "primes.podSecurity" (list $root $own) | nindent 2 }}
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

{{- define "primes.serviceAccount" -}}
{{- $root := index . 0 -}}
{{- if $root.Values.serviceAccount.create -}}
{{ include "primes.fullname" $root }}-{{ index . 1 }}
{{- else -}}
{{ $root.Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{/* Security context of a pod, with more fields: (list $ (dict "runAsUser" 999)). */}}
{{- define "primes.podSecurity" -}}
{{- $restricted := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- mergeOverwrite $restricted (deepCopy (index . 1)) (deepCopy (index . 0).Values.pods.securityContext) | toYaml -}}
{{- end -}}

{{/* The sidecar and the volumes of a service with its port of /metrics: (list $ "api" 8000). */}}
{{- define "primes.sidecar" -}}
{{- $root := index . 0 }}
{{- if $root.Values.telemetry.enabled }}
initContainers:
  {{- include "primes.collector" (list $root (index . 1) $root.Chart.AppVersion (index . 2)) | nindent 2 }}
{{- end }}
{{- $secrets := include "primes.redis.tlsSecrets" $root | fromJson }}
{{- $keys := ternary $root.Values.auth.keysSecret.name "" (eq (index . 1) "api") }}
{{- if or $root.Values.telemetry.enabled $secrets $keys $root.Values.extraVolumes }}
volumes:
  {{- if $root.Values.telemetry.enabled }}
  {{- include "primes.collectorVolume" $root | nindent 2 }}
  {{- end }}
  {{- range $volume, $secret := $secrets }}
  - name: {{ $volume }}
    secret: { secretName: {{ $secret }} }
  {{- end }}
  {{- with $keys }}
  - name: api-keys
    secret: { secretName: {{ . }} }
  {{- end }}
  {{- with $root.Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/*
The last fields of the container of a service, and the containers after it, with the volume mounts of this service:
(list $ .Values.api "http" (list (dict "name" "api-keys" "mountPath" "/etc/api-keys"))).
*/}}
{{- define "primes.service" -}}
{{- $root := index . 0 }}
  {{- include "primes.probes" (index . 2) | nindent 2 }}
  {{- include "primes.containerSecurity" $root | nindent 2 }}
  resources:
    {{- toYaml (index . 1).resources | nindent 4 }}
  {{- $mounts := concat (slice . 3 | first | default list) $root.Values.extraVolumeMounts }}
  {{- range $volume, $_ := include "primes.redis.tlsSecrets" $root | fromJson }}
  {{- $mounts = prepend $mounts (dict "name" $volume "mountPath" (printf "/etc/%s" $volume) "readOnly" true) }}
  {{- end }}
  {{- with $mounts }}
  volumeMounts:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- with $root.Values.extraContainers }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
`replicas` of a Deployment; empty if an autoscaler sets it:
(list $ "api" .Values.api.replicas .Values.api.autoscaling.enabled).
An upgrade that removes the field would set 1. So a release that once rendered the field keeps it, with the running
replicas. The annotation chart/replicas marks such a Deployment.
*/}}
{{- define "primes.replicas" -}}
{{- $root := index . 0 -}}
{{- $running := lookup "apps/v1" "Deployment" $root.Release.Namespace (printf "%s-%s" (include "primes.fullname" $root) (index . 1)) -}}
{{- if not (index . 3) -}}
{{ index . 2 }}
{{- else if dig "metadata" "annotations" "chart/replicas" "" $running -}}
{{ $running.spec.replicas }}
{{- end -}}
{{- end -}}

{{/* Where a pod can run: (dict "nodeSelector" … "tolerations" … "affinity" …). */}}
{{- define "primes.placement" -}}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Security context of a container. Its user is that of the image, which must be numeric. */}}
{{- define "primes.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: {{ .Values.pods.readOnlyRootFilesystem }}
  capabilities: { drop: [ALL] }
{{- end -}}

{{/*
Probes of a service. The startup probe has a short period, so that a pod that is scaled from zero is ready soon. The
liveness probe fails about 30 s after a loop stopped although Redis is available, and after 15 s without a response, when
a worker has lost the locks of its tasks. In neither case can the process shut down gracefully, so it gets only 5 s.
*/}}
{{- define "primes.probes" -}}
startupProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /livez, port: {{ . }} }
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
  terminationGracePeriodSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: {{ . }} }
  periodSeconds: 5
  timeoutSeconds: 3
{{- end -}}
