{{/* The first lines of the policy of a component: (list $ "api"). */}}
{{- define "primes.networkPolicy.head" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "primes.fullname" (index . 0) }}-{{ index . 1 }}
  labels:
    {{- include "primes.labels" . | nindent 4 }}
{{- end -}}

{{/* The clients of the api, as peers. */}}
{{- define "primes.networkPolicy.clients" -}}
{{- $clients := .Values.networkPolicy.peers.clients -}}
{{- range .Values.networkPolicy.clientCIDRs }}
{{- $clients = append $clients (dict "ipBlock" (dict "cidr" .)) }}
{{- end -}}
{{- toYaml $clients -}}
{{- end -}}

{{/* KEDA's operator, as peers. */}}
{{- define "primes.networkPolicy.keda" -}}
{{- with .Values.networkPolicy.peers.keda }}
{{- toYaml . }}
{{- else }}
- namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: {{ .Values.scaling.kedaNamespace }} } }
  podSelector: { matchLabels: { app: keda-operator } }
{{- end }}
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

{{/* Egress to every Redis, for the services. */}}
{{- define "primes.networkPolicy.redis" -}}
{{- range $role, $_ := include "primes.redis.all" . | fromJson }}
{{ include "primes.networkPolicy.oneRedis" (list $ $role) }}
{{- end }}
{{- end -}}

{{/* Egress to one: (list $ "queue"). */}}
{{- define "primes.networkPolicy.oneRedis" -}}
{{- $root := index . 0 -}}
{{- $parts := include "primes.redis.parts" . | fromJson -}}
- to:
    {{- if (include "primes.redis.values" . | fromJson).url }}
    {{- toYaml $root.Values.networkPolicy.peers.redis | nindent 4 }}
    {{- else }}
    {{- include "primes.networkPolicy.pods" (list $root (printf "redis-%s" (index . 1))) | trim | nindent 4 }}
    {{- end }}
  {{- /* Sentinels and the nodes of a Cluster return addresses with other ports. */}}
  {{- if eq $parts.kind "server" }}
  ports:
    - port: {{ $parts.addresses | splitList ":" | last }}
  {{- end }}
{{- end -}}

{{/* The port of a URL. */}}
{{- define "primes.networkPolicy.port" -}}
{{- $url := urlParse . -}}
{{- $given := $url.host | splitList ":" | rest | last -}}
{{ $given | default (ternary 443 80 (eq $url.scheme "https")) }}
{{- end -}}
