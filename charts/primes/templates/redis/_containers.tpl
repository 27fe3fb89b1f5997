{{/* The Redis server: (list $ .Values.redis.queue). */}}
{{- define "primes.redis.server" -}}
{{- $root := index . 0 -}}
- name: redis
  image: {{ include "primes.mirrored" (list $root $root.Values.redis.image) }}
  imagePullPolicy: {{ $root.Values.redis.imagePullPolicy }}
  # Standard input keeps the password out of arguments and files.
  command:
    - sh
    - -c
    - |
      exec redis-server /etc/redis/redis.conf - <<CONF
      requirepass "$REDISCLI_AUTH"
      CONF
  env:
    {{- include "primes.secretEnv" (list $root "REDISCLI_AUTH" "redis-password") | nindent 4 }}
  ports:
    - { name: redis, containerPort: 6379 }
  # While Redis loads a large file, it accepts connections but is not ready.
  livenessProbe:
    tcpSocket: { port: redis }
    periodSeconds: 10
    timeoutSeconds: 5
  readinessProbe:
    exec: { command: [sh, -c, redis-cli ping | grep -q PONG] }
    periodSeconds: 5
    timeoutSeconds: 5
  {{- include "primes.containerSecurity" $root | nindent 2 }}
  resources:
    {{- toYaml (index . 1).resources | nindent 4 }}
  volumeMounts:
    - { name: config, mountPath: /etc/redis, readOnly: true }
    - { name: data, mountPath: /data }
{{- end -}}

{{/* The exporter of a Redis in the same pod. */}}
{{- define "primes.redis.exporter" -}}
- name: exporter
  image: {{ include "primes.mirrored" (list . .Values.redis.exporter.image) }}
  imagePullPolicy: {{ .Values.redis.imagePullPolicy }}
  env:
    - name: REDIS_ADDR
      value: redis://localhost:6379
    # Both address families.
    - name: REDIS_EXPORTER_WEB_LISTEN_ADDRESS
      value: ':9121'
    {{- include "primes.secretEnv" (list . "REDIS_PASSWORD" "redis-password") | nindent 4 }}
  ports:
    - { name: metrics, containerPort: 9121 }
  livenessProbe:
    httpGet: { path: /health, port: metrics }
    periodSeconds: 30
    timeoutSeconds: 5
  {{- include "primes.containerSecurity" . | nindent 2 }}
  resources:
    {{- toYaml .Values.redis.exporter.resources | nindent 4 }}
{{- end -}}
