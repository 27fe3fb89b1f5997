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

{{/*
The exporter of a Redis: in its pod, or in one of its own if the Redis is external: (list $ "queue").
*/}}
{{- define "primes.redis.exporter" -}}
{{- $root := index . 0 -}}
{{- $redis := include "primes.redis.values" . | fromJson -}}
{{- $secrets := include "primes.redis.tlsSecrets" $root | fromJson -}}
- name: exporter
  image: {{ include "primes.mirrored" (list $root $root.Values.redis.exporter.image) }}
  imagePullPolicy: {{ $root.Values.redis.imagePullPolicy }}
  env:
    - name: REDIS_ADDR
      value: {{ ternary (include "primes.redis.url" .) "redis://localhost:6379" (ne $redis.url "") }}
    # Both address families.
    - name: REDIS_EXPORTER_WEB_LISTEN_ADDRESS
      value: ':9121'
    {{- if not $redis.url }}
    - name: REDIS_PASSWORD_FILE
      value: /run/redis/exporter.json
    {{- else }}
    {{- with $redis.username }}
    - name: REDIS_USER
      value: {{ . | quote }}
    {{- end }}
    {{- with include "primes.redis.passwordRef" . }}
    - name: REDIS_PASSWORD
      valueFrom:
        secretKeyRef: {{ . }}
    {{- end }}
    {{- if hasKey $secrets "redis-ca" }}
    - name: REDIS_EXPORTER_TLS_CA_CERT_FILE
      value: /etc/redis-ca/{{ $root.Values.redis.caSecret.key }}
    {{- end }}
    {{- if hasKey $secrets "redis-client" }}
    - name: REDIS_EXPORTER_TLS_CLIENT_CERT_FILE
      value: /etc/redis-client/tls.crt
    - name: REDIS_EXPORTER_TLS_CLIENT_KEY_FILE
      value: /etc/redis-client/tls.key
    {{- end }}
    {{- end }}
  ports:
    - { name: metrics, containerPort: 9121 }
  livenessProbe:
    httpGet: { path: /health, port: metrics }
    periodSeconds: 30
    timeoutSeconds: 5
  {{- include "primes.containerSecurity" $root | nindent 2 }}
  resources:
    {{- toYaml $root.Values.redis.exporter.resources | nindent 4 }}
  {{- if not $redis.url }}
  volumeMounts:
    - { name: own-password, mountPath: /run/redis, readOnly: true }
  {{- else if $secrets }}
  volumeMounts:
    {{- range $volume, $_ := $secrets }}
    - { name: {{ $volume }}, mountPath: /etc/{{ $volume }}, readOnly: true }
    {{- end }}
  {{- end }}
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
