// Package heartbeat notices loops in the background that do not come round any more. It does
// not know what they do.
package heartbeat

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Loops are those that are watched. The zero value watches none yet.
type Loops struct {
	mu   sync.Mutex
	loop []*Loop
}

// Watch returns a loop that counts as stuck once one turn of it takes longer than most. The
// name says what the loop does.
func (l *Loops) Watch(name string, most time.Duration) *Loop {
	loop := &Loop{name: name, most: most}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.loop = append(l.loop, loop)
	return loop
}

// Stuck says of each loop that is stuck what it does and for how long, fit for /readyz.
func (l *Loops) Stuck() (reasons []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, loop := range l.loop {
		if began := loop.began.Load(); began != nil && time.Since(*began) > loop.most {
			reasons = append(reasons, fmt.Sprintf("%s: stuck for %s: restart the program, and report this with its log",
				loop.name, time.Since(*began).Round(time.Second)))
		}
	}
	return reasons
}

// Loop is one of them. A nil Loop is watched by nobody.
type Loop struct {
	name  string
	most  time.Duration
	began atomic.Pointer[time.Time] // of the turn under way; nil between turns
}

// Beat says that a turn begins, or a further step of one that may rightly take long.
func (l *Loop) Beat() {
	if l != nil {
		now := time.Now()
		l.began.Store(&now)
	}
}

// Rest says that the turn is over: the loop waits for the next, however long.
func (l *Loop) Rest() {
	if l != nil {
		l.began.Store(nil)
	}
}
