package main

import (
	"bytes"
	"errors"
	"runtime/debug"
	"strings"
	"testing"
)

// started runs the program with args, and the settings values.
func started(t *testing.T, values map[string]string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := program{args: args, in: strings.NewReader(""), out: &stdout, errors: &stderr,
		environment: func() (lookup, error) { return from(values), nil }}
	code = p.run(t.Context())
	return code, stdout.String(), stderr.String()
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		args []string
		code int
		out  string
		errs string
	}{
		{name: "help", args: []string{"help"}, out: "azeer-slack demo"},
		{name: "--help", args: []string{"--help"}, out: "DEFAULT_REGION"},
		{name: "-h", args: []string{"-h"}, out: "Exit codes"},
		{name: "help on a command", args: []string{"help", "demo"}, out: "-say LINE"},
		{name: "--help on a command", args: []string{"check", "--help"}, out: "the cure"},
		{name: "version", args: []string{"version"}, out: "azeer-slack "},
		{name: "--version", args: []string{"--version"}, out: "azeer-slack "},
		{name: "without a word, settings are wanted", code: 2, errs: "SLACK_APP_TOKEN is missing"},
		{name: "run wants settings", args: []string{"run"}, code: 2, errs: "azeer-slack demo"},
		{name: "a misspelt command", args: []string{"chekc"}, code: 2, errs: `did you mean "check"?`},
		{name: "an unknown command", args: []string{"frobnicate"}, code: 2, errs: `there is no command "frobnicate"` + "\n"},
		{name: "help on an unknown command", args: []string{"help", "dmo"}, code: 2, errs: `did you mean "demo"?`},
		{name: "an unknown flag", args: []string{"run", "--fast"}, code: 2, errs: "-fast"},
		{name: "a word too many", args: []string{"check", "please"}, code: 2, errs: `"please" is one word too many`},
		{name: "nothing to say", args: []string{"demo", "--say", " "}, code: 2, errs: "nothing to say"},
		{name: "demo without a terminal", args: []string{"demo"}, code: 2, errs: "demo --say '/assign 0544444444 omar@twerlo.com'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := started(t, nil, c.args...)
			if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) {
				t.Errorf("exit code %d, want %d\nout: %s\nerrors: %s", code, c.code, out, errs)
			}
			if (code == 0) != (errs == "") {
				t.Errorf("exit code %d beside the error text %q", code, errs)
			}
		})
	}
}

func TestUnreadableEnvFileIsAUsageError(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	p := program{args: []string{"run"}, out: &stdout, errors: &stderr,
		environment: func() (lookup, error) { return from(complete()), errors.New("line 3 is not NAME=value") }}
	if code := p.run(t.Context()); code != exitUsage || !strings.Contains(stderr.String(), "line 3") {
		t.Errorf("exit code %d, errors %s", code, stderr.String())
	}
}

func TestVersionIsTheBestThatIsKnown(t *testing.T) {
	t.Parallel()
	vcs := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.modified", Value: "true"}}
	for _, c := range []struct {
		name, release, commit string
		info                  *debug.BuildInfo
		want                  string
	}{
		{"the linker's word", "v1.2.3", "fedcba9876543210", &debug.BuildInfo{}, "v1.2.3 (fedcba987654)"},
		{"the linker's release, the recorded commit", "v1.2.3", "", &debug.BuildInfo{Settings: vcs}, "v1.2.3 (0123456789ab, changed since)"},
		{"the linker's release alone", "v1.2.3", "", &debug.BuildInfo{}, "v1.2.3"},
		{"the module's version", "", "", &debug.BuildInfo{Main: debug.Module{Version: "v1.0.0"}}, "v1.0.0"},
		{"the commit", "", "", &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: vcs}, "devel (0123456789ab, changed since)"},
		{"nothing", "", "", nil, "unknown"},
	} {
		if got := versionOf(c.release, c.commit, c.info); got != c.want {
			t.Errorf("%s: version is %q, want %q", c.name, got, c.want)
		}
	}
}
