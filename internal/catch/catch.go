// Package catch turns panics into errors, or into log lines. It decides nothing.
package catch

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/rs/zerolog"
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
		if v := recover(); v != nil {
			err = &Panic{value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// Logged runs f, work in the background that must not bring the process down, and logs its
// panic, if any.
func Logged(log zerolog.Logger, work string, f func()) {
	err := Panics(func() error { f(); return nil })
	if p := (*Panic)(nil); errors.As(err, &p) {
		log.Error().Str("work", work).Err(p).Bytes("stack", p.Stack).Msg("work in the background panicked")
	}
}
