package assign

import "fmt"

import "runtime"
import "runtime/debug"

// panicked is a panic turned into an error.
type panicked struct {
	value any
	stack []byte
}

// Error gives the words of the runtime, else only the kind of the value: it may hold
// what a person typed, and this goes into logs.
func (p *panicked) Error() string {
	if err, ok := p.value.(runtime.Error); ok {
		return "panic: " + err.Error()
	}
	return fmt.Sprintf("panic with a %T", p.value)
}

// safely runs f and returns its panic, if any, as a *panicked.
func safely(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{value: v, stack: debug.Stack()}
		}
	}()
	return f()
}
