package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"azeer-slack/sandbox"
	"azeer-slack/sandbox/slack"
)

func TestATableGivesTheMedianOfTheRoundsRatios(t *testing.T) {
	t.Parallel()
	var rounds []map[string]figures
	for _, pair := range [][2]float64{{10, 5}, {300, 100}, {20, 20}} {
		rounds = append(rounds, map[string]figures{ours: {throughput: pair[0]}, plain: {throughput: pair[1]}, floor: {}})
	}
	var out bytes.Buffer
	write(&out, rounds)
	const want = "| throughput at saturation, commands/s | 2.00 | – | – | > 1 × plain slack-go | 0 | 0 | 20 | 20 |\n"
	if !strings.Contains(out.String(), want) {
		t.Errorf("got\n%s\nwant in it\n%s", out.String(), want)
	}
}

// The load generator checks little, so its commands are held to those of the sandbox.
func TestACommandIsSentAsTheSandboxSendsIt(t *testing.T) {
	t.Parallel()
	manifest, err := os.ReadFile(filepath.Join("..", "..", "manifest.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(sandbox.Config{Manifest: manifest})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	clerk := box.Slack.AddPerson(slack.PersonConfig{Handle: "clerk0"})
	const n = 44_444
	theirs := clerk.CommandAsync("#general", "/assign "+typed(n)+" "+owner)
	var want map[string]any
	if err := json.Unmarshal(theirs.Payload, &want); err != nil {
		t.Fatal(err)
	}
	var sent struct {
		Payload map[string]any `json:"payload"`
	}
	if err := json.Unmarshal((&world{}).envelope(n), &sent); err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(sent.Payload)), slices.Sorted(maps.Keys(want)); !slices.Equal(got, want) {
		t.Errorf("the load generator sends %v\nand the sandbox %v", got, want)
	}
	for _, field := range []string{"text", "command", "is_enterprise_install"} {
		if sent.Payload[field] != want[field] {
			t.Errorf("%s: the load generator sends %v, and the sandbox %v", field, sent.Payload[field], want[field])
		}
	}
}
