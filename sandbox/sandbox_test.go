package sandbox

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestStartRefusesABadManifest(t *testing.T) {
	t.Parallel()
	if _, err := Start(Config{Manifest: []byte("display_information: {}")}); err == nil {
		t.Error("a manifest without a name is accepted")
	}
}

func TestTimelineTellsTheStory(t *testing.T) {
	t.Parallel()
	s := begin(t, Config{})
	told := make(chan Event, 100)
	stop := s.Subscribe(func(e Event) { told <- e })
	defer stop()
	app := greet(t, s)
	d, f := typed(t, s, app)
	app.ack(f, map[string]any{"text": "done"})
	settle(t, d)
	var kinds []EventKind
	for e := range told {
		kinds = append(kinds, e.Kind)
		if e.At.IsZero() {
			t.Errorf("event without a time: %+v", e)
		}
		if e.Kind == EventSeen {
			break
		}
	}
	want := []EventKind{EventConnected, EventTyped, EventDelivered, EventAcked, EventSeen}
	if !slices.Equal(kinds, want) {
		t.Errorf("told %v, want %v", kinds, want)
	}
	if all := s.Events(); len(all) != len(want) || all[1].Text != "/assign" || all[1].Where != "#general" {
		t.Errorf("events %v", all)
	}
}

// TestCloseLeavesNothing is not parallel: it counts goroutines by what they run.
func TestCloseLeavesNothing(t *testing.T) {
	s, err := Start(Config{Manifest: []byte(testManifest)})
	if err != nil {
		t.Fatal(err)
	}
	app := greet(t, s)
	d, _ := typed(t, s, app)
	s.Slack.SlowAPI("auth.test", time.Hour)
	s.Slack.SendEvent(map[string]any{"type": "x"})
	s.Slack.Warn(time.Hour)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Wait(testContext(t)); err != nil || d.Shown == "" {
		t.Errorf("delivery %+v: %v", d, err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	// A goroutine that has reported its end may still have an instruction to go.
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range 1000 {
		if len(ours()) == 0 {
			return
		}
		<-tick.C
	}
	t.Errorf("left over:\n%s", strings.Join(ours(), "\n\n"))
}

// ours returns the stacks of goroutines that run the sandbox.
func ours() []string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var found []string
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "sandbox.(*socket)") || strings.Contains(stack, "sandbox.(*Slack)") || strings.Contains(stack, "sandbox.(*recorder)") {
			found = append(found, stack)
		}
	}
	return found
}
