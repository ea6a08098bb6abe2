package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/rs/zerolog"
)

func runCommand(p *program, _ *flag.FlagSet) func(context.Context) int {
	return func(ctx context.Context) int {
		find, err := p.environment()
		if err != nil {
			fmt.Fprintf(p.errors, "azeer-slack cannot start: %v\nTo see it work without any account or token:  azeer-slack demo\n", err)
			return exitUsage
		}
		cfg, problems := readSettings(find)
		if len(problems) > 0 {
			fmt.Fprint(p.errors, explain(problems))
			return exitUsage
		}
		log := newLogger(cfg, p.errors)
		if err := serve(ctx, cfg, log); err != nil {
			log.Error().Err(err).Msg("stopped")
			return exitFault
		}
		return exitDone
	}
}

// serve runs the bot until ctx ends, then finishes what is in hand and returns nil. It
// returns an error if it cannot start, or cannot go on: a refused token, a journal that
// does not open, a busy HTTP port.
func serve(ctx context.Context, cfg Config, log zerolog.Logger) error {
	return errors.New("start bot: not wired")
}
