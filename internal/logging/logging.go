// Package logging makes the program's logger, and keeps whoever reads its lines, or goes
// away, from holding up the work. It does not know what is logged.
package logging

import (
	"io"
	"time"

	"github.com/rs/zerolog"
)

// New writes lines from level on to w: one JSON object each, or with console a form for
// people.
func New(w io.Writer, level zerolog.Level, console bool) zerolog.Logger {
	if console {
		w = zerolog.ConsoleWriter{Out: w, TimeFormat: time.TimeOnly}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger()
}
