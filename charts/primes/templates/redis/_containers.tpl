{{/*
Makes a password of this pod alone, for its probe, its exporter and redis-cli in it, because a rotation does not change
the environment of a running container: (list $ .Values.redis.queue).
*/}}
{{- define "primes.redis.ownPassword" -}}
{{- $root := index . 0 -}}
- name: password
  image: {{ include "primes.mirrored" (list $root $root.Values.redis.image) }}
  imagePullPolicy: {{ $root.Values.redis.imagePullPolicy }}
  command:
    - sh
    - -ec
    - |
      password=$(head -c 32 /dev/urandom | sha256sum | cut -c 1-64)
      printf %s "$password" >/run/redis/password
      printf '{"redis://localhost:6379":"%s"}' "$password" >/run/redis/exporter.json
  {{- include "primes.containerSecurity" $root | nindent 2 }}
  resources:
    {{- toYaml (index . 1).resources | nindent 4 }}
  volumeMounts:
    - { name: own-password, mountPath: /run/redis }
{{- end -}}

{{/* The Redis server: (list $ .Values.redis.queue). */}}
{{- define "primes.redis.server" -}}
{{- $root := index . 0 -}}
- name: redis
  image: {{ include "primes.mirrored" (list $root $root.Values.redis.image) }}
  imagePullPolicy: {{ $root.Values.redis.imagePullPolicy }}
  command:
    - sh
    - -ec
    - |
      passwords=$(sh /etc/redis/passwords.sh /run/redis/password /run/secrets/redis/*)
      exec redis-server /etc/redis/redis.conf - <<CONF
      user default on $passwords ~* &* +@all
      CONF
  ports:
    - { name: redis, containerPort: 6379 }
  # While Redis loads a large file, it accepts connections but is not ready.
  livenessProbe:
    tcpSocket: { port: redis }
    periodSeconds: 10
    timeoutSeconds: 5
  readinessProbe:
    exec: { command: [sh, /etc/redis/ready.sh] }
    periodSeconds: 5
    timeoutSeconds: 5
  {{- include "primes.containerSecurity" $root | nindent 2 }}
  resources:
    {{- toYaml (index . 1).resources | nindent 4 }}
  volumeMounts:
    - { name: config, mountPath: /etc/redis, readOnly: true }
    - { name: passwords, mountPath: /run/secrets/redis, readOnly: true }
    - { name: own-password, mountPath: /run/redis, readOnly: true }
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
    - name: REDIS_PASSWORD_FILE
      value: /run/redis/exporter.json
  ports:
    - { name: metrics, containerPort: 9121 }
  livenessProbe:
    httpGet: { path: /health, port: metrics }
    periodSeconds: 30
    timeoutSeconds: 5
  {{- include "primes.containerSecurity" . | nindent 2 }}
  resources:
    {{- toYaml .Values.redis.exporter.resources | nindent 4 }}
  volumeMounts:
    - { name: own-password, mountPath: /run/redis, readOnly: true }
{{- end -}}

{{/* The passwords of the clients: two during a rotation, and that of the pod. */}}
{{- define "primes.redis.passwordVolumes" -}}
{{- $secret := include "primes.secretName" . -}}
- name: passwords
  projected:
    sources:
      - secret: { name: {{ $secret }}, items: [{ key: redis-password, path: redis-password }] }
      - secret:
          name: {{ $secret }}
          optional: true
          items: [{ key: redis-password-other, path: redis-password-other }]
- name: own-password
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
{{- end -}}
