package logging

import (
	"io"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/rs/zerolog/diode"
)

const (
	// bufferLines is how many lines wait for a reader that is slow.
	bufferLines = 4096
	// poll is how often waiting lines are looked for. The diode can also be told of each
	// line, but then now and then misses one until the next comes.
	poll = 10 * time.Millisecond
	// closeWithin is how long the end waits for lines to be written.
	closeWithin = 500 * time.Millisecond
)

// Buffer stands between the program and whoever reads its log, so that one who does not
// read (a stuck log driver, Ctrl-S, a full pipe) holds up nothing. When it is full, all
// that waits is dropped, and counted.
type Buffer struct {
	out   io.Writer
	size  int64
	lines diode.Writer
	// written, taken, overrun and failed count lines: all, those taken out to be written,
	// those overwritten before that, and those that could not be written.
	written, taken, overrun, failed atomic.Int64
}

// NewBuffer writes what it gets to out. The report of dropped lines, too, goes there, in
// the form that report gives to it.
func NewBuffer(out io.Writer, report func(io.Writer) zerolog.Logger) *Buffer {
	return newBuffer(out, bufferLines, report)
}

func newBuffer(out io.Writer, size int, report func(io.Writer) zerolog.Logger) *Buffer {
	b := &Buffer{out: out, size: int64(size)}
	log := report(out)
	b.lines = diode.NewWriter(sink{b}, size, poll, func(missed int) {
		b.overrun.Add(int64(missed))
		log.Warn().Int("dropped", missed).Msg("log lines dropped: nobody read them in time")
	})
	return b
}

// Write never blocks. It keeps no part of line.
func (b *Buffer) Write(line []byte) (int, error) {
	n, err := b.lines.Write(line)
	b.written.Add(1)
	return n, err
}

// Dropped counts the lines that nobody will read. Those that are overwritten already are
// among them, though the diode notes them only when the next line can be written.
func (b *Buffer) Dropped() int64 {
	written := b.written.Load()
	taken, overrun := b.taken.Load(), b.overrun.Load()
	if waiting := written - taken - overrun; waiting > b.size {
		overrun += (waiting - 1) / b.size * b.size
	}
	return overrun + b.failed.Load()
}

// Close writes what waits, if somebody reads it.
func (b *Buffer) Close() {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = b.lines.Close()
	}()
	select {
	case <-closed:
	case <-time.After(closeWithin):
	}
}

// sink is where the lines go on, one at a time.
type sink struct{ *Buffer }

func (s sink) Write(line []byte) (int, error) {
	s.taken.Add(1)
	n, err := s.out.Write(line)
	if err != nil {
		s.failed.Add(1)
	}
	return n, err
}
