package lint

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/pod-security-admission/api"
	podsecurity "k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// manifests is one file of deploy/kubernetes.
type manifests struct {
	stateful   *appsv1.StatefulSet
	deployment *appsv1.Deployment
	service    *corev1.Service
	network    *networkingv1.NetworkPolicy
	budget     *policyv1.PodDisruptionBudget
}

// readManifests decodes a file with Kubernetes' own types. A field that they do not have is an error.
func readManifests(t *testing.T, name string) manifests {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../kubernetes", name))
	if err != nil {
		t.Fatal(err)
	}
	var m manifests
	for _, doc := range strings.Split(string(text), "\n---\n") {
		var meta metav1.TypeMeta
		if err := yaml.Unmarshal([]byte(doc), &meta); err != nil {
			t.Fatal(err)
		}
		var into runtime.Object
		switch meta.APIVersion + " " + meta.Kind {
		case "apps/v1 StatefulSet":
			m.stateful = new(appsv1.StatefulSet)
			into = m.stateful
		case "apps/v1 Deployment":
			m.deployment = new(appsv1.Deployment)
			into = m.deployment
		case "v1 Service":
			m.service = new(corev1.Service)
			into = m.service
		case "networking.k8s.io/v1 NetworkPolicy":
			m.network = new(networkingv1.NetworkPolicy)
			into = m.network
		case "policy/v1 PodDisruptionBudget":
			m.budget = new(policyv1.PodDisruptionBudget)
			into = m.budget
		default:
			t.Fatalf("%s holds a %s of %s", name, meta.Kind, meta.APIVersion)
		}
		text, err := yaml.YAMLToJSONStrict([]byte(doc))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		decode(t, text, into)
		if object := into.(metav1.Object); object.GetNamespace() != "azeer-slack" || object.GetName() != "azeer-slack" {
			t.Errorf("%s: a %s is named %s/%s", name, meta.Kind, object.GetNamespace(), object.GetName())
		}
	}
	if m.service == nil || m.network == nil {
		t.Fatalf("%s lacks a Service or a NetworkPolicy", name)
	}
	return m
}

// decode reads JSON as Kubernetes does, where capitals matter. A field that into does not have is an error.
func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	unknown, err := json.UnmarshalStrict(text, into)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range unknown {
		t.Error(err)
	}
}

func TestOneReplicaHasAVolume(t *testing.T) {
	t.Parallel()
	m := readManifests(t, "sqlite.yaml")
	set := m.stateful
	if set == nil || *set.Spec.Replicas != 1 || set.Spec.ServiceName != m.service.Name {
		t.Fatal("SQLite wants a StatefulSet of one replica")
	}
	pod := set.Spec.Template.Spec
	volume := set.Spec.VolumeClaimTemplates[0]
	mounts := pod.Containers[0].VolumeMounts
	at := slices.IndexFunc(mounts, func(m corev1.VolumeMount) bool { return m.Name == volume.Name })
	database := envOf(t, pod, "DATABASE_URL")
	if at < 0 || !strings.HasPrefix(database.Value, "sqlite://"+mounts[at].MountPath+"/") {
		t.Errorf("the journal %s is not on the volume", database.Value)
	}
	if pod.SecurityContext.FSGroup == nil || *pod.SecurityContext.FSGroup != *pod.SecurityContext.RunAsGroup {
		t.Error("the volume is not given to the group of the process")
	}
	if m.budget != nil {
		t.Error("a budget for one replica keeps nodes from being drained")
	}
	m.checkAround(t, set.Spec.Selector, set.Spec.Template)
}

func TestSeveralReplicasShareADatabase(t *testing.T) {
	t.Parallel()
	const socketsEach, socketsInAll = 2, 10
	m := readManifests(t, "postgres.yaml")
	d := m.deployment
	if d == nil || *d.Spec.Replicas < 2 || *d.Spec.Replicas*socketsEach > socketsInAll {
		t.Fatal("there are to be several replicas, and no more than Slack has sockets for")
	}
	if d.Spec.Strategy.Type != appsv1.RecreateDeploymentStrategyType {
		t.Error("two versions would meet at one journal")
	}
	pod := d.Spec.Template.Spec
	from := envOf(t, pod, "DATABASE_URL").ValueFrom
	if from == nil || from.SecretKeyRef == nil || from.SecretKeyRef.Optional != nil || from.SecretKeyRef.Key != "DATABASE_URL" {
		t.Error("pods start without the address of the database, each with a journal of its own")
	}
	spread := pod.TopologySpreadConstraints[0]
	if m.budget == nil || m.budget.Spec.MaxUnavailable.IntValue() != 1 {
		t.Fatal("there is no budget of one at a time")
	}
	chooses(t, m.budget.Spec.Selector, d.Spec.Template)
	chooses(t, spread.LabelSelector, d.Spec.Template)
	m.checkAround(t, d.Spec.Selector, d.Spec.Template)
}

func TestBothKindsOfPodsDifferOnlyInTheJournal(t *testing.T) {
	t.Parallel()
	one := readManifests(t, "sqlite.yaml").stateful.Spec.Template
	many := readManifests(t, "postgres.yaml").deployment.Spec.Template
	for _, template := range []*corev1.PodTemplateSpec{&one, &many} {
		pod := &template.Spec
		pod.TopologySpreadConstraints, pod.SecurityContext.FSGroup, pod.SecurityContext.FSGroupChangePolicy = nil, nil, nil
		c := &pod.Containers[0]
		c.Env = slices.DeleteFunc(c.Env, func(v corev1.EnvVar) bool { return v.Name == "DATABASE_URL" })
		c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == "journal" })
	}
	a, err := yaml.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	b, err := yaml.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	if string(a) != string(b) {
		t.Errorf("the pods differ:\n%s\n%s", a, b)
	}
}

// checkAround holds what is around the pods to them, and the pods to what the program needs.
func (m manifests) checkAround(t *testing.T, selector *metav1.LabelSelector, template corev1.PodTemplateSpec) {
	t.Helper()
	chooses(t, selector, template)
	chooses(t, &metav1.LabelSelector{MatchLabels: m.service.Spec.Selector}, template)
	chooses(t, &m.network.Spec.PodSelector, template)
	pod := template.Spec
	if *pod.TerminationGracePeriodSeconds < 15 {
		t.Error("it is killed before it has finished")
	}
	c := pod.Containers[0]
	port := c.Ports[0]
	if envOf(t, pod, "HTTP_ADDR").Value != ":"+strconv.Itoa(int(port.ContainerPort)) {
		t.Error("it listens elsewhere")
	}
	if target := m.service.Spec.Ports[0].TargetPort.String(); target != port.Name {
		t.Errorf("the service leads to the port %s", target)
	}
	if target := m.network.Spec.Ingress[0].Ports[0].Port.String(); target != port.Name {
		t.Errorf("the network's policy opens the port %s", target)
	}
	for _, probe := range []struct {
		*corev1.Probe
		path string
	}{{c.StartupProbe, "/healthz"}, {c.LivenessProbe, "/healthz"}, {c.ReadinessProbe, "/readyz"}} {
		if probe.Probe == nil || probe.HTTPGet == nil || probe.HTTPGet.Path != probe.path || probe.HTTPGet.Port.String() != port.Name {
			t.Errorf("no probe asks for %s", probe.path)
		}
	}
	checkSafety(t, template, c)
	checkMemory(t, pod, c)
}

// checkSafety holds the pod to the strictest of Kubernetes' own standards, and to a root that cannot be written.
func checkSafety(t *testing.T, template corev1.PodTemplateSpec, c corev1.Container) {
	t.Helper()
	if c.SecurityContext.ReadOnlyRootFilesystem == nil || !*c.SecurityContext.ReadOnlyRootFilesystem {
		t.Error("its root can be written")
	}
	if mounted := *template.Spec.AutomountServiceAccountToken; mounted {
		t.Error("it gets a key to the cluster")
	}
	standard, err := podsecurity.NewEvaluator(podsecurity.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	for _, result := range standard.EvaluatePod(level, &template.ObjectMeta, &template.Spec) {
		if !result.Allowed {
			t.Errorf("not restricted: %s %s", result.ForbiddenReason, result.ForbiddenDetail)
		}
	}
}

// checkMemory sees that Go's collector knows of the limit before the kernel enforces it.
func checkMemory(t *testing.T, pod corev1.PodSpec, c corev1.Container) {
	t.Helper()
	soft, err := resource.ParseQuantity(strings.TrimSuffix(envOf(t, pod, "GOMEMLIMIT").Value, "B"))
	if err != nil {
		t.Fatal(err)
	}
	if soft.Cmp(c.Resources.Limits[corev1.ResourceMemory]) >= 0 {
		t.Error("Go may use all the memory that there is")
	}
}

// chooses checks that a selector finds the pods, and not everything.
func chooses(t *testing.T, selector *metav1.LabelSelector, template corev1.PodTemplateSpec) {
	t.Helper()
	s, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	if s.Empty() || !s.Matches(labels.Set(template.Labels)) {
		t.Errorf("%s does not choose the pods", cmp.Or(s.String(), "nothing"))
	}
}

func envOf(t *testing.T, pod corev1.PodSpec, name string) corev1.EnvVar {
	t.Helper()
	all := pod.Containers[0].Env
	at := slices.IndexFunc(all, func(v corev1.EnvVar) bool { return v.Name == name })
	if at < 0 {
		t.Fatalf("%s is not set", name)
	}
	return all[at]
}
