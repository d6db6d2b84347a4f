{{- define "waymark.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "waymark.host" -}}
{{- (urlParse .Values.publicUrl).hostname -}}
{{- end }}

{{/* What finds the pods of one part; called with (list $ "web"). */}}
{{- define "waymark.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "waymark.labels" -}}
{{- $root := index . 0 -}}
{{ include "waymark.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "waymark.pod-metadata" -}}
labels:
  {{- include "waymark.labels" . | nindent 2 }}
{{- with (index . 0).Values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What every pod of the product is allowed to do, and where it runs. */}}
{{- define "waymark.pod" -}}
{{- $root := index . 0 -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: {type: RuntimeDefault}
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "waymark.selector" . | nindent 8 }}
volumes:
  - name: tmp
    emptyDir: {}
{{- end }}

{{/* The image and its settings. Written out, so that a changed setting makes new pods. */}}
{{- define "waymark.container" -}}
image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
envFrom:
  - secretRef: {name: {{ .Values.existingSecret | quote }}}
env:
  - {name: VAR_DIR, value: /tmp/waymark}
  - {name: PYTHONDONTWRITEBYTECODE, value: "1"}
  - {name: PUBLIC_URL, value: {{ .Values.publicUrl | quote }}}
  {{- if not (hasKey .Values.settings "ALLOWED_HOSTS") }}
  - {name: ALLOWED_HOSTS, value: {{ (splitList ":" (include "waymark.host" .)) | first | quote }}}
  {{- end }}
  - {name: WEB_PROCESSES, value: {{ mul .Values.web.replicas .Values.web.processes | toString | quote }}}
  {{- range $name, $value := .Values.settings }}
  {{- if ne $value "" }}
  - {name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
  {{- end }}
{{- end }}
