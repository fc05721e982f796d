{{- /* What the artifact server is told of its bucket. */}}

{{- define "nicdiag.s3Args" -}}
{{- with .Values.artifacts.s3 -}}
- --store=s3://{{ .bucket }}{{ with .prefix }}/{{ . }}{{ end }}
- --staging=/var/lib/nicdiag-artifacts
- --staging-limit={{ .stagingSize }}
- --s3-region={{ .region }}
{{- with .endpoint }}
- --s3-endpoint={{ . }}
{{- end }}
{{- if .forcePathStyle }}
- --s3-force-path-style
{{- end }}
{{- if include "nicdiag.s3Ca" $ }}
- --s3-ca=/etc/nicdiag/s3-ca/ca.crt
{{- end }}
{{- end }}
{{- end }}

{{- define "nicdiag.s3Credentials" -}}
{{- if eq .Values.artifacts.storage.type "S3" }}
{{- with .Values.artifacts.s3.credentialsSecret -}}
- name: AWS_ACCESS_KEY_ID
  valueFrom: {secretKeyRef: {name: {{ . }}, key: AWS_ACCESS_KEY_ID}}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom: {secretKeyRef: {name: {{ . }}, key: AWS_SECRET_ACCESS_KEY}}
- name: AWS_SESSION_TOKEN
  valueFrom: {secretKeyRef: {name: {{ . }}, key: AWS_SESSION_TOKEN, optional: true}}
{{- end }}
{{- end }}
{{- end }}

{{- /* ConfigMap with the CA of the bucket's server; empty when it needs none. */}}
{{- define "nicdiag.s3Ca" -}}
{{- if eq .Values.artifacts.storage.type "S3" -}}
{{- with .Values.artifacts.s3 -}}
{{- .caConfigMap | default (ternary "nicdiag-artifacts-s3-ca" "" (ne .caBundle "")) -}}
{{- end -}}
{{- end -}}
{{- end }}
