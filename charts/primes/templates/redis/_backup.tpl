{{- define "primes.backup.component" -}}redis-backup{{- end -}}

{{/* The name of the objects of the backup. That of a CronJob has at most 52 characters. */}}
{{- define "primes.backup.name" -}}
{{ include "primes.fullname" . | trunc 39 | trimSuffix "-" }}-{{ include "primes.backup.component" . }}
{{- end -}}

{{/* What takes a snapshot: `spec` of a Job. */}}
{{- define "primes.backup.job" -}}
{{- $backup := .Values.backup -}}
backoffLimit: 2
# Three attempts, and the start of their pods.
activeDeadlineSeconds: {{ mul 4 $backup.timeoutSeconds }}
template:
  metadata:
    labels:
      {{- include "primes.podLabels" (list . (include "primes.backup.component" .)) | nindent 6 }}
    {{- with .Values.pods.annotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    # The log of each attempt stays.
    restartPolicy: Never
    {{- include "primes.pod" (list . (include "primes.backup.component" .)) | nindent 4 }}
    {{- include "primes.placement" (merge (include "primes.backup.besideRedis" . | fromYaml) .Values.pods) | nindent 4 }}
    containers:
      - name: backup
        image: {{ include "primes.mirrored" (list . .Values.redis.image) }}
        imagePullPolicy: {{ .Values.redis.imagePullPolicy }}
        workingDir: /snapshots
        command: [sh, /scripts/backup.sh]
        args:
          - {{ (include "primes.redis.parts" (list . "queue") | fromJson).url }}
          - {{ $backup.keep | quote }}
          - {{ $backup.timeoutSeconds | quote }}
        env:
          {{- include "primes.secretEnv" (list . "REDISCLI_AUTH" "redis-password") | nindent 10 }}
        {{- include "primes.containerSecurity" . | nindent 8 }}
        resources:
          {{- toYaml $backup.resources | nindent 10 }}
        volumeMounts:
          {{- include "primes.backup.mounts" . | nindent 10 }}
    volumes:
      {{- include "primes.backup.volumes" . | nindent 6 }}
{{- end -}}

{{/*
While `backup.restore` is set, Redis mounts the volume of the snapshots too. A volume with the access mode ReadWriteOnce can
be mounted by several pods only on one node.
*/}}
{{- define "primes.backup.besideRedis" -}}
{{- if .Values.backup.restore }}
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "primes.selectorLabels" (list . "redis-queue") | nindent 12 }}
{{- end }}
{{- end -}}

{{/* The container that gives Redis a snapshot before it starts with an empty volume. */}}
{{- define "primes.backup.restore" -}}
- name: restore
  image: {{ include "primes.mirrored" (list . .Values.redis.image) }}
  imagePullPolicy: {{ .Values.redis.imagePullPolicy }}
  workingDir: /snapshots
  command: [sh, /scripts/restore.sh]
  args: [{{ .Values.backup.restore | quote }}, /data]
  {{- include "primes.containerSecurity" . | nindent 2 }}
  resources:
    {{- toYaml .Values.backup.resources | nindent 4 }}
  volumeMounts:
    {{- include "primes.backup.mounts" . | nindent 4 }}
    - { name: data, mountPath: /data }
{{- end -}}

{{- define "primes.backup.mounts" -}}
- { name: scripts, mountPath: /scripts, readOnly: true }
- { name: snapshots, mountPath: /snapshots }
{{- end -}}

{{- define "primes.backup.volumes" -}}
- name: scripts
  configMap: { name: {{ include "primes.backup.name" . }} }
- name: snapshots
  persistentVolumeClaim: { claimName: {{ default (include "primes.backup.name" .) .Values.backup.persistence.existingClaim }} }
{{- end -}}
