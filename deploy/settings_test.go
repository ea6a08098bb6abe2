package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"
)

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// settings are the names in .env.example, which the program's own tests hold to the program.
func settings(t *testing.T) (names []string) {
	t.Helper()
	for _, line := range regexp.MustCompile(`(?m)^(?:# )?([A-Z_]+)=`).FindAllStringSubmatch(read(t, "../.env.example"), -1) {
		names = append(names, line[1])
	}
	if len(names) < 20 {
		t.Fatalf("only %d settings in .env.example", len(names))
	}
	return names
}

// Go's runtime reads this one.
const memoryLimit = "GOMEMLIMIT"

func TestFilesSetWhatTheProgramReads(t *testing.T) {
	t.Parallel()
	known := append(settings(t), memoryLimit)
	for file, names := range map[string][]string{
		"compose.yaml":             composeVariables(t),
		"kubernetes/sqlite.yaml":   podVariables(t, "kubernetes/sqlite.yaml"),
		"kubernetes/postgres.yaml": podVariables(t, "kubernetes/postgres.yaml"),
		"azeer-slack.service":      unitVariables(t),
		"../fly.toml":              flyVariables(t),
	} {
		if !slices.Contains(names, "DATABASE_URL") || !slices.Contains(names, "HTTP_ADDR") {
			t.Errorf("%s leaves DATABASE_URL or HTTP_ADDR to chance; it sets %v", file, names)
		}
		for _, name := range names {
			if !slices.Contains(known, name) {
				t.Errorf("%s sets %s, which the program does not read", file, name)
			}
		}
	}
}

// A key or token belongs into .env, a secret of the cluster, or the like.
func TestFilesHoldNoSecrets(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(SLACK_APP_TOKEN|SLACK_BOT_TOKEN|AZEER_API_KEY)["']?\s*[:=]\s*["']?[^…\s]`)
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) != ".go" {
			if found := secret.FindString(read(t, path)); found != "" {
				t.Errorf("%s: %s", path, found)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func composeVariables(t *testing.T) (names []string) {
	t.Helper()
	var file struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	for name := range file.Services["azeer-slack"].Environment {
		names = append(names, name)
	}
	return names
}

func podVariables(t *testing.T, file string) (names []string) {
	t.Helper()
	var workload struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct {
						Env []struct {
							Name string `yaml:"name"`
						} `yaml:"env"`
					} `yaml:"containers"`
				} `yaml:"spec"`
			} `yaml:"template"`
		} `yaml:"spec"`
	}
	if err := yaml.Unmarshal([]byte(read(t, file)), &workload); err != nil { // the first document of the file
		t.Fatal(err)
	}
	for _, c := range workload.Spec.Template.Spec.Containers {
		for _, v := range c.Env {
			names = append(names, v.Name)
		}
	}
	return names
}

func unitVariables(t *testing.T) []string {
	t.Helper()
	return firstGroups(`(?m)^Environment=([A-Z_]+)=`, read(t, unitFile))
}

func flyVariables(t *testing.T) []string {
	t.Helper()
	section := regexp.MustCompile(`(?ms)^\[env\]$(.*?)^\[`).FindString(read(t, "../fly.toml"))
	return firstGroups(`(?m)^\s+([A-Z_]+) = `, section)
}

func firstGroups(pattern, text string) (all []string) {
	for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}
