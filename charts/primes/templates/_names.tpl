{{- define "primes.name" -}}
{{ default .Chart.Name .Values.nameOverride }}
{{- end -}}

{{/* First part of the names of all objects; 48 characters leave room for the longest second part. */}}
{{- define "primes.fullname" -}}
{{- $name := include "primes.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 48 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 48 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 48 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name under which other namespaces, such as KEDA's, reach a Service: (list $ "redis-queue"). */}}
{{- define "primes.serviceHost" -}}
{{- $root := index . 0 -}}
{{ include "primes.fullname" $root }}-{{ index . 1 }}.{{ $root.Release.Namespace }}.svc
{{- end -}}

{{/* Labels that select all pods of this release. */}}
{{- define "primes.releaseLabels" -}}
app.kubernetes.io/name: {{ include "primes.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels that select the pods of a component: (list $ "api"). */}}
{{- define "primes.selectorLabels" -}}
{{ include "primes.releaseLabels" (index . 0) }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of an object of a component: (list $ "api"). */}}
{{- define "primes.labels" -}}
{{- $root := index . 0 -}}
{{ include "primes.selectorLabels" . }}
app.kubernetes.io/part-of: {{ include "primes.name" $root }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
Labels of a pod of a component: (list $ "api"). Those of Redis omit the version of the services, because a new one would
restart Redis.
*/}}
{{- define "primes.podLabels" -}}
{{- $root := index . 0 -}}
{{ include "primes.selectorLabels" . }}
app.kubernetes.io/part-of: {{ include "primes.name" $root }}
{{- if not (hasPrefix "redis-" (index . 1)) }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
{{- end }}
{{- with merge (dict) $root.Values.pods.labels $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* An image of this project: (list $ .Values.api.image). */}}
{{- define "primes.image" -}}
{{- $image := index . 1 -}}
{{- $name := printf "%s:%s" $image.repository (default (index . 0).Chart.AppVersion $image.tag) -}}
{{ include "primes.mirrored" (list (index . 0) $name) }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{/* An image, with global.imageRegistry in place of its registry: (list $ "redis:7"). */}}
{{- define "primes.mirrored" -}}
{{- with (index . 0).Values.global.imageRegistry -}}
{{ . }}/{{ regexReplaceAll "^([^/]*[.:][^/]*|localhost)/" (index $ 1) "" }}
{{- else -}}
{{ index . 1 }}
{{- end -}}
{{- end -}}

{{/* The URL of the gateway. */}}
{{- define "primes.metricsGateway.url" -}}
http://{{ include "primes.serviceHost" (list . "metrics-gateway") }}:8002
{{- end -}}

{{/* The components that have pods. */}}
{{- define "primes.components" -}}
- api
- worker
- metrics-gateway
{{- range $role, $redis := include "primes.redis.all" . | fromJson }}
{{- if or (not $redis.url) (include "primes.redis.hasExporter" (list $ $role)) }}
- redis-{{ $role }}
{{- end }}
{{- end }}
{{- if .Values.backup.enabled }}
- {{ include "primes.backup.component" . }}
{{- end }}
{{- end -}}
