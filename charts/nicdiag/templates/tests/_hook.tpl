{{- /* helm shows the Pods' logs by itself: its option --logs asks for those of every hook, whatever kind it is of, in the release's
namespace, and fails. A Pod stays until the next test, for whoever asks kubectl. */}}
{{- define "nicdiag.testHook" -}}
helm.sh/hook: test
helm.sh/hook-output-log-policy: hook-succeeded,hook-failed
helm.sh/hook-delete-policy: before-hook-creation
{{- end }}
