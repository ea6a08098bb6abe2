package memory

import (
	"runtime/debug"
	"testing"
)

func TestSettle(t *testing.T) {
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	for _, tt := range []struct {
		set  string
		want int
	}{{"200", 100}, {"", growth}} {
		t.Setenv("GOGC", tt.set)
		Settle()
		if got := debug.SetGCPercent(100); got != tt.want {
			t.Errorf("with GOGC=%q, the collector waits for a growth of %d %%, want %d", tt.set, got, tt.want)
		}
	}
}
