package logging

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"
)

func plain(w io.Writer) zerolog.Logger { return New(w, zerolog.DebugLevel, false) }

// stuckReader is a reader of the log that takes nothing until it is let.
type stuckReader struct {
	asked, let chan struct{}
	mu         sync.Mutex
	lines      []string
}

func (r *stuckReader) Write(line []byte) (int, error) {
	select {
	case r.asked <- struct{}{}:
	default:
	}
	<-r.let
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, string(line))
	return len(line), nil
}

func TestALogThatNobodyReadsIsDroppedAndCounted(t *testing.T) {
	t.Parallel()
	reader := &stuckReader{asked: make(chan struct{}, 1), let: make(chan struct{})}
	const size = 10
	b := newBuffer(reader, size, plain)
	log := plain(b)
	line := func(n int) { log.Info().Int("n", n).Msg("line") }
	line(0)
	<-reader.asked // it is stuck with the first
	for n := range size {
		line(1 + n)
	}
	if got := b.Dropped(); got != 0 {
		t.Errorf("%d dropped while all fit", got)
	}
	line(size + 1) // where line 1 is, and with it all of the ring goes
	if got := b.Dropped(); got != size {
		t.Errorf("%d dropped while it is stuck, want %d", got, size)
	}
	close(reader.let)
	b.Close()
	if got := b.Dropped(); got != size {
		t.Errorf("%d dropped in the end, want %d", got, size)
	}
	var said []string
	reader.mu.Lock()
	defer reader.mu.Unlock()
	for _, line := range reader.lines {
		var fields struct {
			N       *int
			Dropped int
			Message string
		}
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		if fields.N != nil {
			fields.Dropped = *fields.N
		}
		said = append(said, fmt.Sprint(fields.Message, " ", fields.Dropped))
	}
	want := "line 0; log lines dropped: nobody read them in time 10; line 11"
	if got := strings.Join(said, "; "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestALogThatCannotBeWrittenIsCounted(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_ = r.Close()
	b := newBuffer(w, 10, plain)
	log := plain(b)
	log.Info().Msg("line")
	log.Info().Msg("line")
	b.Close()
	if got := b.Dropped(); got != 2 {
		t.Errorf("%d dropped, want 2", got)
	}
}
