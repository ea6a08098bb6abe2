package lint

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// compose loads the file as docker compose does, from a folder with .env.example as its .env.
func compose(t *testing.T, environment types.Mapping, profiles ...string) *types.Project {
	t.Helper()
	folder := t.TempDir()
	for from, to := range map[string]string{"../compose.yaml": "compose.yaml", "../../.env.example": ".env"} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	details := types.ConfigDetails{
		WorkingDir:  folder,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(folder, "compose.yaml")}},
		Environment: environment,
	}
	project, err := loader.LoadWithContext(t.Context(), details, loader.WithProfiles(profiles))
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestComposeStartsTheBotAlone(t *testing.T) {
	t.Parallel()
	p := compose(t, nil)
	if names := p.ServiceNames(); !slices.Equal(names, []string{"azeer-slack"}) {
		t.Fatalf("without a profile it starts %v", names)
	}
	bot := p.Services["azeer-slack"]
	address := bot.Environment["DATABASE_URL"]
	if address == nil || !slices.ContainsFunc(bot.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == "volume" && strings.HasPrefix(*address, "sqlite://"+v.Target+"/")
	}) {
		t.Error("the journal is on no volume")
	}
	if _, ok := bot.Environment["SLACK_BOT_TOKEN"]; !ok {
		t.Error("it gets no settings from .env")
	}
	if !bot.ReadOnly || !slices.Equal(bot.CapDrop, []string{"ALL"}) || !slices.Contains(bot.SecurityOpt, "no-new-privileges:true") {
		t.Error("it may do more than it needs")
	}
	if bot.StopGracePeriod == nil || time.Duration(*bot.StopGracePeriod) < 15*time.Second {
		t.Error("it is killed before it has finished")
	}
	port := bot.Ports[0]
	if port.HostIP != "127.0.0.1" || *bot.Environment["HTTP_ADDR"] != ":8080" || port.Target != 8080 {
		t.Error("its pages are elsewhere, or open to the network")
	}
	if root := filepath.Dir(p.WorkingDir); bot.Build.Context != root {
		t.Errorf("the image is built of %s, not of the folder above", bot.Build.Context)
	}
}

func TestComposeWithPostgres(t *testing.T) {
	t.Parallel()
	const address = "postgres://azeer:abc@postgres/azeer"
	p := compose(t, types.Mapping{"POSTGRES_PASSWORD": "abc", "DATABASE_URL": address}, "postgres")
	if names := p.ServiceNames(); !slices.Equal(names, []string{"azeer-slack", "postgres"}) {
		t.Fatalf("with the profile it starts %v", names)
	}
	if got := p.Services["azeer-slack"].Environment["DATABASE_URL"]; got == nil || *got != address {
		t.Errorf("its journal is elsewhere: %v", got)
	}
	if waits, ok := p.Services["azeer-slack"].DependsOn["postgres"]; !ok || waits.Condition != types.ServiceConditionHealthy {
		t.Error("it does not wait for the database")
	}
	database := p.Services["postgres"]
	if len(database.Ports) > 0 || database.HealthCheck == nil || *database.Environment["POSTGRES_PASSWORD"] != "abc" {
		t.Error("the database is open to others, without a check, or without its password")
	}
}
