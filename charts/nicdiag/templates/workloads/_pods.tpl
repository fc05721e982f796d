{{- define "nicdiag.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "nicdiag.artifactsUrl" -}}
https://nicdiag-artifacts.{{ .Values.namespaces.system.name }}.svc:8443
{{- end }}

{{- /* All three programs answer on the same port. A scan of PCI may take long: the startup probe waits. */}}
{{- define "nicdiag.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /livez, port: health}
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: {path: /readyz, port: health}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}

{{- define "nicdiag.restrictedPod" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "nicdiag.restrictedContainer" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* The token for the API server, bound to the Pod: with the node's name in it. */}}
{{- define "nicdiag.apiAccess" -}}
- name: api-access
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3600
      - configMap:
          name: kube-root-ca.crt
          items:
            - key: ca.crt
              path: ca.crt
      - downwardAPI:
          items:
            - path: namespace
              fieldRef:
                fieldPath: metadata.namespace
{{- end }}

{{- /* Access to API server and artifact server, for agents and operator. */}}
{{- define "nicdiag.volumes" -}}
{{ include "nicdiag.apiAccess" . }}
- name: artifacts-access
  projected:
    sources:
      - serviceAccountToken:
          path: token
          audience: nicdiag-artifacts
          expirationSeconds: 3600
      - configMap:
          name: {{ .Values.artifacts.tls.caConfigMap }}
          items:
            - key: ca.crt
              path: ca.crt
{{- end }}
