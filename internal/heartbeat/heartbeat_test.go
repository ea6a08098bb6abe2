package heartbeat_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/internal/heartbeat"
)

func TestALoopIsStuckWhoseTurnTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var loops heartbeat.Loops
		audit, tidying := loops.Watch("audit channel", time.Minute), loops.Watch("tidying", time.Hour)
		want := func(when string, reasons ...string) {
			t.Helper()
			if got := loops.Stuck(); !slices.Equal(got, reasons) {
				t.Errorf("%s: %q, want %q", when, got, reasons)
			}
		}
		time.Sleep(2 * time.Hour)
		want("before the first turn")
		audit.Beat()
		tidying.Beat()
		time.Sleep(time.Minute)
		want("within their time")
		time.Sleep(30 * time.Second)
		want("one turn too long", "audit channel: stuck for 1m30s: restart the program, and report this with its log")
		audit.Beat()
		want("a further step")
		audit.Rest()
		tidying.Rest()
		time.Sleep(2 * time.Hour)
		want("between turns")
	})
}

func TestNobodyNeedsToWatch(t *testing.T) {
	var loop *heartbeat.Loop
	loop.Beat()
	loop.Rest()
}
