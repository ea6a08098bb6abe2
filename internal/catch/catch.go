// Package catch turns panics into errors. It logs nothing and decides nothing.
package catch

import (
	"fmt"
	"runtime"
	"runtime/debug"
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
