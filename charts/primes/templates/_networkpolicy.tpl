{{/* Who a policy is for: (list $ "api"). */}}
{{- define "primes.networkPolicy.head" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "primes.fullname" (index . 0) }}-{{ index . 1 }}
  labels:
    {{- include "primes.labels" . | nindent 4 }}
{{- end -}}

{{/* The pods of components of this release, as peers: (list $ "api" "worker"). */}}
{{- define "primes.networkPolicy.pods" -}}
{{- $root := first . -}}
{{- range $component := rest . }}
- podSelector:
    matchLabels:
      {{- include "primes.selectorLabels" (list $root $component) | nindent 6 }}
{{- end }}
{{- end -}}

{{/* Both Redis, for those that use them. */}}
{{- define "primes.networkPolicy.redis" -}}
{{- range $role := list "queue" "store" }}
{{- $url := (index $.Values.redis $role).url }}
- to:
    {{- if $url }}
    {{- toYaml $.Values.networkPolicy.peers.redis | nindent 4 }}
    {{- else }}
    {{- include "primes.networkPolicy.pods" (list $ (printf "redis-%s" $role)) | trim | nindent 4 }}
    {{- end }}
  ports:
    - port: {{ include "primes.redis.address" (list $ $role) | splitList ":" | last }}
{{- end }}
{{- end -}}

{{/* The port of an endpoint's URL. */}}
{{- define "primes.networkPolicy.port" -}}
{{- $url := urlParse . -}}
{{- $given := $url.host | splitList ":" | rest | last -}}
{{ $given | default (ternary 443 80 (eq $url.scheme "https")) }}
{{- end -}}
