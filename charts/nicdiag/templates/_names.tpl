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
