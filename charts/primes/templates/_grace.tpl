{{/*
Seconds between SIGTERM and SIGKILL, computed or as given. The processes of a pod end one after the other: ours by
its deadline, then the sidecar.
*/}}

{{/* Seconds that a pod needs at least, for a process with this deadline in milliseconds: (list $ 20000). */}}
{{- define "primes.leastGrace" -}}
{{- $flush := ternary (index . 0).Values.telemetry.flushSeconds 0 (index . 0).Values.telemetry.enabled -}}
{{- add (ceil (divf (index . 1) 1000)) $flush 1 -}}
{{- end -}}

{{/* Milliseconds for the worker: its drain, then the wait for the last scrape. */}}
{{- define "primes.worker.deadline" -}}
{{- add .Values.config.common.SHUTDOWN_DEADLINE_MS .Values.config.worker.FINAL_SCRAPE_WAIT_MS -}}
{{- end -}}

{{- define "primes.api.grace" -}}
{{- .Values.api.terminationGracePeriodSeconds | default (include "primes.leastGrace" (list . .Values.config.common.SHUTDOWN_DEADLINE_MS)) -}}
{{- end -}}

{{- define "primes.worker.grace" -}}
{{- .Values.worker.terminationGracePeriodSeconds | default (include "primes.leastGrace" (list . (include "primes.worker.deadline" .))) -}}
{{- end -}}

{{- define "primes.metricsGateway.grace" -}}
{{- .Values.metricsGateway.terminationGracePeriodSeconds | default (include "primes.leastGrace" (list . .Values.config.common.SHUTDOWN_DEADLINE_MS)) -}}
{{- end -}}
