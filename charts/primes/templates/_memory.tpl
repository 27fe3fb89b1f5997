{{/* MiB of a Kubernetes quantity such as 512Mi, 0.5Gi, 64M or 1e8, as a decimal number; fails if it is invalid. */}}
{{- define "primes.mebibytes" -}}
{{- $quantity := toString . -}}
{{- $number := regexFind "^[0-9]*[.]?[0-9]*([eE][+-]?[0-9]+)?" $quantity -}}
{{- $unit := trimPrefix $number $quantity -}}
{{- $bytes := dict "m" 0.001 "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 -}}
{{- if not (and (regexMatch "[0-9]" $number) (hasKey $bytes $unit)) -}}
{{- fail (printf "%s is not a quantity of memory, such as 512Mi" $quantity) -}}
{{- end -}}
{{- divf (mulf (float64 $number) (get $bytes $unit)) 1048576 -}}
{{- end -}}

{{/* The lowest limit in MiB for this many MiB of data. */}}
{{- define "primes.aThirdAbove" -}}
{{- div (add (mul . 4) 2) 3 -}}
{{- end -}}

{{/*
Fails if a memory limit is too low; without a limit, it passes:
(list "api" .Values.api "name of the value that needs memory" value MiB).
*/}}
{{- define "primes.minMemory" -}}
{{- $limit := dig "resources" "limits" "memory" "" (index . 1) -}}
{{- if and (ne (toString $limit) "") (lt (float64 (include "primes.mebibytes" $limit)) (float64 (index . 4))) -}}
{{- fail (printf "%s.resources.limits.memory is %v, but %s %d needs %d MiB: raise the limit, or lower %s" (index . 0) $limit (index . 2) (int64 (index . 3)) (int64 (index . 4)) (index . 2)) -}}
{{- end -}}
{{- end -}}
