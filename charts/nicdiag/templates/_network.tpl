{{- /* Rules that the NetworkPolicies share. */}}

{{- define "nicdiag.networkPolicy.dns" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
    # Where a Service's port leads on OpenShift.
    - {port: 5353, protocol: UDP}
    - {port: 5353, protocol: TCP}
{{- end }}

{{- define "nicdiag.networkPolicy.apiServer" -}}
- ports:
    {{- range .Values.networkPolicies.apiServerPorts }}
    - {port: {{ . | int }}, protocol: TCP}
    {{- end }}
  {{- with .Values.networkPolicies.apiServerCidrs }}
  to:
    {{- range . }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  {{- end }}
{{- end }}

{{- /* A server that is elsewhere has any address; its port is known. */}}
{{- define "nicdiag.networkPolicy.artifacts" -}}
{{- with .Values.artifacts }}
{{- if or .url .externalEndpoint.enabled }}
- ports:
    - {port: {{ (urlParse (include "nicdiag.artifactsUrl" $)).host | regexFind "[0-9]+$" | default "443" | int }}, protocol: TCP}
    {{- if .externalEndpoint.enabled }}
    - {port: {{ .externalEndpoint.port | int }}, protocol: TCP}
    {{- end }}
{{- else }}
- ports:
    - {port: https, protocol: TCP}
  to:
    - namespaceSelector:
        matchLabels: {kubernetes.io/metadata.name: {{ $.Values.namespaces.system.name }}}
      podSelector:
        matchLabels: {app.kubernetes.io/name: nicdiag-artifacts}
{{- end }}
{{- end }}
{{- end }}

{{- define "nicdiag.networkPolicy.metrics" -}}
- ports:
    - {port: health, protocol: TCP}
  {{- with .Values.networkPolicies.metricsFrom }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
