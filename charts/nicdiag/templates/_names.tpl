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

{{- /* Whether the operator keeps the certificate or makes its CA known: self-signed, published, or given. */}}
{{- define "nicdiag.certificate" -}}
{{- $tls := .Values.artifacts.tls -}}
{{- if eq $tls.source "SelfSigned" -}}
self-signed
{{- else if and (eq $tls.source "CertManager") (not $tls.caBundle) (not $tls.caConfigMap) -}}
published
{{- else -}}
given
{{- end -}}
{{- end }}

{{- /* Secret with the server's certificate. */}}
{{- define "nicdiag.certificateSecret" -}}
{{ ternary .Values.artifacts.tls.secretName "nicdiag-artifacts-tls" (eq .Values.artifacts.tls.source "Secret") }}
{{- end }}

{{- /* Names that the certificate is good for, as a JSON list: the Service's, the URL's, further ones. */}}
{{- define "nicdiag.certificateNames" -}}
{{- $service := printf "nicdiag-artifacts.%s.svc" .Values.namespaces.system.name -}}
{{- $names := list $service (printf "%s.cluster.local" $service) -}}
{{- with .Values.artifacts.url -}}
{{- $names = append $names ((urlParse .).host | regexFind "^(\\[[^]]*\\]|[^:]*)" | trimAll "[]") -}}
{{- end -}}
{{- concat $names .Values.artifacts.tls.extraNames | uniq | toJson -}}
{{- end }}
