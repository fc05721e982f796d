{{- /* Parts that the Pods of all three programs share. */}}

{{- define "nicdiag.image.pull" -}}
image: {{ include "nicdiag.image" . | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
{{- end }}

{{- /* Where Pods may run; takes the values of one program. */}}
{{- define "nicdiag.placement" -}}
nodeSelector:
  kubernetes.io/os: linux
  {{- with .nodeSelector }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* /livez asks nobody else, so that an API server or a store that is away restarts nothing. */}}
{{- define "nicdiag.probes" -}}
livenessProbe:
  httpGet: {path: /livez, port: health}
  initialDelaySeconds: 10
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: {path: /readyz, port: health}
  periodSeconds: 2
  timeoutSeconds: 5
{{- end }}

{{- /* What Pod Security "restricted" asks for. A user by number: images need no /etc/passwd. */}}
{{- define "nicdiag.restrictedPod" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "nicdiag.restrictedContainer" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- /* Probes and metrics are served on the Pod's own address; the brackets are right for IPv4 as for IPv6. */}}
{{- define "nicdiag.podIp" -}}
- name: POD_IP
  valueFrom:
    fieldRef: {fieldPath: status.podIP}
{{- end }}

{{- /* The way to the API server: a token bound to the Pod, which says its node, and the CA. */}}
{{- define "nicdiag.apiArgs" -}}
- --token-file=/var/run/secrets/kubernetes.io/serviceaccount/token
- --api-ca=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt
{{- end }}

{{- define "nicdiag.apiMount" -}}
- name: api-access
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end }}

{{- define "nicdiag.apiVolume" -}}
- name: api-access
  projected:
    sources:
      - serviceAccountToken:
          path: token
          expirationSeconds: 3600
      - configMap:
          name: kube-root-ca.crt
          items: [{key: ca.crt, path: ca.crt}]
{{- end }}

{{- /* The way to the artifact server: a token that is good for nothing else, and the CA. The operator knows the CA itself
where it keeps the certificate, and must not wait for it: artifactsCaArgs and artifactsCaSource are left out then. */}}
{{- define "nicdiag.artifactsCaArgs" -}}
- --artifacts-ca=/var/run/secrets/nicdiag-artifacts/ca.crt
{{- end }}

{{- define "nicdiag.artifactsArgs" -}}
- --artifacts-url={{ include "nicdiag.artifactsUrl" . }}
- --artifacts-token-file=/var/run/secrets/nicdiag-artifacts/token
{{- end }}

{{- define "nicdiag.artifactsMount" -}}
- name: artifacts-access
  mountPath: /var/run/secrets/nicdiag-artifacts
  readOnly: true
{{- end }}

{{- define "nicdiag.artifactsCaSource" -}}
- configMap:
    name: {{ include "nicdiag.artifactsCa" . }}
    items: [{key: ca.crt, path: ca.crt}]
{{- end }}

{{- define "nicdiag.artifactsVolume" -}}
- name: artifacts-access
  projected:
    sources:
      - serviceAccountToken:
          path: token
          audience: nicdiag-artifacts
          expirationSeconds: 3600
{{- end }}
