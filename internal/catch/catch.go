// Package catch turns panics into errors, or into log lines, and brings them to where they can be told. It decides nothing.
package catch

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
)

// Panic is a panic turned into an error.
type Panic struct {
	value any
	Stack []byte
}

// Error gives the words of the runtime, else only the kind of the value: it may hold
// what a person typed, and this goes into logs.
func (p *Panic) Error() string {
	if err, ok := p.value.(runtime.Error); ok {
		return "panic: " + err.Error()
	}
	return fmt.Sprintf("panic with a %T", p.value)
}

// Panics runs f and returns its panic, if any, as a *Panic.
func Panics(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *Panic: // of Each
			err = v
		default:
			err = &Panic{value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// Each calls do for 0 to n-1, most of them at a time, waits for all, and gives the first error. It panics if
// one of them does: on a goroutine of its own nobody could catch that, and the program would end.
func Each(n, most int, do func(i int) error) error {
	var all errgroup.Group
	all.SetLimit(most)
	for i := range n {
		all.Go(func() error { return Panics(func() error { return do(i) }) })
	}
	err := all.Wait()
	if p := (*Panic)(nil); errors.As(err, &p) {
		panic(p)
	}
	return err
}

// Logged runs f, work in the background that must not bring the process down, and logs its
// panic, if any.
func Logged(log zerolog.Logger, work string, f func()) {
	err := Panics(func() error { f(); return nil })
	if p := (*Panic)(nil); errors.As(err, &p) {
		log.Error().Str("work", work).Err(p).Bytes("stack", p.Stack).Msg("work in the background panicked")
	}
}
