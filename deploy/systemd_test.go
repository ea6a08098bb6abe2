package deploy

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const unitFile = "azeer-slack.service"

func TestUnitKeepsToTheProgram(t *testing.T) {
	t.Parallel()
	unit := read(t, unitFile)
	for _, line := range []string{
		"DynamicUser=yes",
		"ProtectSystem=strict",
		"StateDirectory=azeer-slack",
		"RestartPreventExitStatus=2", // settings are wrong
		"Environment=DATABASE_URL=sqlite:///var/lib/azeer-slack/azeer-slack.db",
	} {
		if !strings.Contains(unit, "\n"+line+"\n") {
			t.Errorf("the unit lacks %s", line)
		}
	}
	stop, err := strconv.Atoi(firstGroups(`(?m)^TimeoutStopSec=(\d+)$`, unit)[0])
	if err != nil || stop < 15 {
		t.Errorf("it is killed %d s after it was asked to stop (%v)", stop, err)
	}
}

// What systemd itself says of the unit. Debian has the tool in the package systemd; it need not run for this.
func TestUnitIsWhatSystemdTakes(t *testing.T) {
	t.Parallel()
	tool, err := exec.LookPath("systemd-analyze")
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip("no systemd-analyze: install the package systemd")
	}
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// Any program in place of the one that is not installed here.
	unit := regexp.MustCompile(`(?m)^ExecStart=\S+`).ReplaceAllString(read(t, unitFile), "ExecStart="+self)
	path := filepath.Join(t.TempDir(), unitFile)
	if err := os.WriteFile(path, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verify", "--man=no"},
		// The exposure of its whole list, times ten: 20 is 2.0 of 10, "OK".
		{"security", "--offline=true", "--threshold=20", "--no-pager"},
	} {
		said, err := exec.CommandContext(t.Context(), tool, append(args, path)...).CombinedOutput()
		if err != nil || args[0] == "verify" && len(said) > 0 {
			t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, said)
		}
	}
}
