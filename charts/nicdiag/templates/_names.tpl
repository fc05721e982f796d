{{- define "nicdiag.labels" -}}
app.kubernetes.io/part-of: nicdiag
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- /* Users as the API server names the ServiceAccounts. */}}
{{- define "nicdiag.operatorUser" -}}
system:serviceaccount:{{ .Values.namespaces.system.name }}:nicdiag-operator
{{- end }}

{{- define "nicdiag.agentUser" -}}
system:serviceaccount:{{ .Values.namespaces.agent.name }}:nicdiag-agent
{{- end }}

{{- /* Reference of an image; takes the root and the image's name: agent or operator. */}}
{{- define "nicdiag.image" -}}
{{- $image := .root.Values.image -}}
{{ $image.registry }}/nicdiag-{{ .name }}
{{- with index $image.digests .name -}}
@{{ . }}
{{- else -}}
:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- /* Where agents and operator reach the artifact server. */}}
{{- define "nicdiag.artifactsUrl" -}}
{{ .Values.artifacts.url | default (printf "https://nicdiag-artifacts.%s.svc:8443" .Values.namespaces.system.name) }}
{{- end }}

{{- /* ConfigMap with the CA of the artifact server's certificate, in both namespaces. */}}
{{- define "nicdiag.artifactsCa" -}}
{{ .Values.artifacts.tls.caConfigMap | default "nicdiag-artifacts-ca" }}
{{- end }}
