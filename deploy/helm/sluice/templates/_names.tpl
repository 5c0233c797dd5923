{{- define "sluice.labels" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "sluice.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}
{{- end }}

{{- define "sluice.stages" -}}
{{ .Values.stages.namespace | default .Release.Namespace }}
{{- end }}

{{- /* What web, worker and migrator have alike. */}}
{{- define "sluice.env" -}}
- { name: SLUICE_URL, value: {{ .Values.url | quote }} }
- { name: NEXTAUTH_URL, value: {{ .Values.url | quote }} }
- { name: STORE_URL, value: {{ required "Set store.url: s3://bucket/prefix, or file:///store with store.claim." .Values.store.url | quote }} }
{{- if and (hasPrefix "file:" .Values.store.url) (not .Values.store.claim) }}
{{- fail "store.url is a folder: name in store.claim what all pods share there, or each keeps results of its own." }}
{{- end }}
{{- range $name, $value := .Values.env }}
{{- /* Helm reads a whole number as a fraction, and would write a large one as 1e+09. */}}
- { name: {{ $name }}, value: {{ (kindIs "float64" $value | ternary (toJson $value) $value) | toString | quote }} }
{{- end }}
{{- end }}

{{- define "sluice.pod" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "sluice.container" -}}
image: {{ include "sluice.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  capabilities: { drop: [ALL] }
{{- end }}

{{- define "sluice.mounts" -}}
- { name: data, mountPath: /data }
{{- if .Values.store.claim }}
- { name: store, mountPath: /store }
{{- end }}
{{- end }}

{{- define "sluice.volumes" -}}
{{- if .Values.store.claim }}
- name: store
  persistentVolumeClaim: { claimName: {{ .Values.store.claim }} }
{{- end }}
{{- end }}
