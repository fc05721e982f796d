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

{{- /* The bucket; for a web identity, who exchanges it: AWS STS, and the agent of EKS Pod Identity on the node. */}}
{{- define "nicdiag.networkPolicy.bucket" -}}
{{- if eq .Values.artifacts.storage.type "S3" }}
{{- with .Values.artifacts.s3 -}}
- ports:
    - {port: {{ (urlParse .endpoint).host | default "" | regexFind "[0-9]+$" | default (ternary "80" "443" (hasPrefix "http:" .endpoint)) | int }}, protocol: TCP}
  {{- with $.Values.networkPolicies.bucketTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- if not .credentialsSecret }}
- ports:
    - {port: 443, protocol: TCP}
- ports:
    - {port: 80, protocol: TCP}
  to:
    - ipBlock: {cidr: 169.254.170.23/32}
{{- end }}
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
