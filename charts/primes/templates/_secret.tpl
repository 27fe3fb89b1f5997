{{- define "primes.secretName" -}}
{{ default (include "primes.fullname" .) .Values.secret.existing }}
{{- end -}}

{{/*
The data of the release's Secret, encoded. Existing values stay: with a new password, an upgrade would lock the services
out of the running Redis. The first rendering keeps what it generates in .Values, which all templates share.
*/}}
{{- define "primes.secretData" -}}
{{- if not (hasKey .Values "secretData") }}
{{- $data := (lookup "v1" "Secret" .Release.Namespace (include "primes.secretName" .)).data | default dict }}
{{- if not .Values.secret.existing }}
{{- $generated := dict "redis-password" (randAlphaNum 32) "idempotency-secret" (randAlphaNum 32) }}
{{- $_ := set $generated "webhook-secret" (randBytes 32 | printf "whsec_%s") }}
{{- if .Values.admin.enabled }}
{{- $_ := set $data "admin-user" (.Values.admin.user | b64enc) }}
{{- $_ := set $generated "admin-password" (randAlphaNum 32) }}
{{- else }}
{{- $data = omit $data "admin-user" "admin-password" }}
{{- end }}
{{- range $key, $value := $generated }}
{{- if not (get $data $key) }}{{ $_ := set $data $key (b64enc $value) }}{{ end }}
{{- end }}
{{- end }}
{{- $_ := set .Values "secretData" $data }}
{{- end -}}
{{- toJson .Values.secretData -}}
{{- end -}}

{{/* The variables that the api takes from the Secret, and their keys. */}}
{{- define "primes.api.secrets" -}}
IDEMPOTENCY_SECRET: idempotency-secret
IDEMPOTENCY_SECRET_OTHER: idempotency-secret-other
WEBHOOK_SECRET: webhook-secret
WEBHOOK_SECRET_OTHER: webhook-secret-other
{{- if .Values.admin.enabled }}
ADMIN_USER: admin-user
ADMIN_PASSWORD: admin-password
{{- end }}
{{- end -}}

{{/* A variable from a key of the Secret: (list $ "WEBHOOK_SECRET" "webhook-secret"). That of a rotation can be missing. */}}
{{- define "primes.secretEnv" -}}
{{- $key := index . 2 -}}
- name: {{ index . 1 }}
  valueFrom:
    secretKeyRef: { name: {{ include "primes.secretName" (index . 0) }}, key: {{ $key }}{{ if hasSuffix "-other" $key }}, optional: true{{ end }} }
{{- end -}}

{{/*
Annotations of a service: (list $ (list "webhook-secret")). The processes read Secrets only at their start, so a change of
a key that they use replaces them. Without a cluster, the chart sees no existing Secret.
*/}}
{{- define "primes.serviceAnnotations" -}}
{{- $root := index . 0 }}
{{- $used := list }}
{{- $data := include "primes.secretData" $root | fromJson }}
{{- range index . 1 }}{{ $used = append $used (get $data .) }}{{ end }}
{{- $refs := list }}
{{- range $role, $_ := include "primes.redis.all" $root | fromJson }}
{{- $refs = append $refs (include "primes.redis.passwordRef" (list $root $role) | fromYaml) }}
{{- end }}
{{- $client := dict "name" $root.Values.redis.clientCertificateSecret.name "key" "tls.crt" }}
{{- $refs = concat $refs (list $root.Values.redis.caSecret $client $root.Values.redis.sentinel.passwordSecret) }}
{{- range $refs }}
{{- if eq (.name | default "") (include "primes.secretName" $root) }}
{{- $used = append $used (get $data .key) }}
{{- else if .name }}
{{- $used = append $used (get ((lookup "v1" "Secret" $root.Release.Namespace .name).data | default dict) .key) }}
{{- end }}
{{- end }}
{{- if compact $used }}
checksum/secrets: {{ toJson $used | sha256sum }}
{{- end }}
{{ include "primes.podAnnotations" $root | trim }}
{{- end -}}
