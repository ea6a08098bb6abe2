package logging

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/rs/zerolog"
)

// OutliveReader keeps the process alive when whoever reads its log goes away: Go ends
// programs that write to a broken pipe at their standard output or error.
func OutliveReader() { signal.Ignore(syscall.SIGPIPE) }

// HeedHangup gives a context that also ends at SIGHUP, if the program is used at a terminal:
// that is gone then. Without one, SIGHUP means "read your settings again" to other
// programs, and nothing to this one. Under nohup it stays ignored.
func HeedHangup(ctx context.Context, atTerminal bool, log zerolog.Logger) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	if signal.Ignored(syscall.SIGHUP) {
		return ctx, stop
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	// It is noticed until the process ends: a shell that goes away sends a second one.
	go func() {
		for range hangups {
			if atTerminal {
				log.Info().Msg("terminal closed: stopping")
				stop()
				continue
			}
			log.Info().Msg("SIGHUP ignored: settings are read at the start, so restart for new ones")
		}
	}()
	return ctx, stop
}
