//go:build slow

package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// Short as it is, it shows that every bot does its work and that every figure is found.
func TestEveryBotIsMeasured(t *testing.T) {
	folder := t.TempDir()
	if err := build(folder, nil, "cmd/azeer-slack", "internal/bench/plain", "internal/bench/echo"); err != nil {
		t.Fatal(err)
	}
	p := plan{rounds: 2, steady: 30, full: 100 * time.Millisecond}
	rounds, err := p.measure(folder, folder, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, round := range rounds {
		for _, s := range subjects() {
			for _, m := range []metric{throughput, ackHalf, ackMost, peakMemory, idleMemory, starting} {
				if round[s.name][m] <= 0 {
					t.Errorf("%s has no figure for %s", s.name, table[m].title)
				}
			}
		}
	}
	var out bytes.Buffer
	write(&out, rounds)
	if lines := strings.Count(out.String(), "\n"); lines != len(table)+2 || strings.Contains(out.String(), "NaN") {
		t.Errorf("the table is\n%s", out.String())
	}
}
