{{/*
Seconds between SIGTERM and SIGKILL, computed unless set. The containers of a pod stop one after the other: the service
within its deadline, then the sidecar.
*/}}

{{/* Minimum seconds for a pod whose service has this deadline in milliseconds: (list $ 20000). */}}
{{- define "primes.minGrace" -}}
{{- $flush := ternary (index . 0).Values.telemetry.flushSeconds 0 (index . 0).Values.telemetry.enabled -}}
{{- add (ceil (divf (index . 1) 1000)) $flush 1 -}}
{{- end -}}

{{/* Milliseconds for the worker: its shutdown, then the wait for the final scrape. */}}
{{- define "primes.worker.deadline" -}}
{{- add .Values.config.common.SHUTDOWN_DEADLINE_MS .Values.config.worker.FINAL_SCRAPE_WAIT_MS -}}
{{- end -}}

{{- define "primes.api.grace" -}}
{{- .Values.api.terminationGracePeriodSeconds | default (include "primes.minGrace" (list . .Values.config.common.SHUTDOWN_DEADLINE_MS)) -}}
{{- end -}}

{{- define "primes.worker.grace" -}}
{{- .Values.worker.terminationGracePeriodSeconds | default (include "primes.minGrace" (list . (include "primes.worker.deadline" .))) -}}
{{- end -}}

{{- define "primes.metricsGateway.grace" -}}
{{- .Values.metricsGateway.terminationGracePeriodSeconds | default (include "primes.minGrace" (list . .Values.config.common.SHUTDOWN_DEADLINE_MS)) -}}
{{- end -}}
