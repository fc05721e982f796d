{{- /* A Pod that is deleted when it succeeded has no logs any more for helm test --logs: it stays until the next test. */}}
{{- define "nicdiag.testHook" -}}
helm.sh/hook: test
helm.sh/hook-delete-policy: before-hook-creation
{{- end }}
