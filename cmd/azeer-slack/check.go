package main

import (
	"context"
	"flag"
	"fmt"

	"azeer-slack/internal/check"
)

func checkCommand(p *program, flags *flag.FlagSet) func(context.Context) int {
	asJSON := flags.Bool("json", false, "write one JSON object, for machines, in place of lines")
	return func(ctx context.Context) int {
		out := p.out
		if *asJSON {
			out = nil
		}
		report := check.NewReport(out)
		check.Run(ctx, p.setup(), report)
		return p.conclude(report, *asJSON)
	}
}

func (p *program) conclude(report *check.Report, asJSON bool) int {
	if asJSON {
		if err := report.WriteJSON(p.out); err != nil {
			fmt.Fprintf(p.errors, "azeer-slack check: %v\n", err)
			return exitFault
		}
	} else {
		fmt.Fprint(p.out, report.Verdict())
	}
	if !report.Well() {
		return exitFault
	}
	return exitDone
}

// setup gives the settings to examine, whatever is wrong with them.
func (p *program) setup() check.Setup {
	find, unread := p.environment()
	cfg, problems := readSettings(find)
	heedNetwork(find)
	s := check.Setup{
		AppToken: cfg.SlackAppToken, BotToken: cfg.SlackBotToken, AzeerKey: cfg.AzeerAPIKey, DatabaseURL: cfg.DatabaseURL,
		SlackURL: cfg.SlackAPIURL, AzeerURL: cfg.AzeerBaseURL, Region: cfg.DefaultRegion, Language: cfg.DefaultLanguage,
		Aliases: cfg.AgentAliases, AuditChannel: cfg.AuditChannel, EnvFile: unread, Stray: p.strayNames(),
	}
	for _, setting := range settings {
		if setting.required {
			s.Required = append(s.Required, setting.name)
		}
	}
	for _, wrong := range problems {
		cure := "expected: " + wrong.expected
		if wrong.get != "" {
			cure += "; get it: " + wrong.get
		}
		s.Problems = append(s.Problems, check.Problem{Setting: wrong.name, Wrong: wrong.wrong, Cure: cure, Missing: wrong.wrong == missing})
	}
	return s
}

// strayNames are those in the environment and in .env that are nearly a setting's.
func (p *program) strayNames() []check.Stray {
	if p.names == nil {
		return nil
	}
	known := []string{"HTTP_PROXY"}
	for _, s := range settings {
		known = append(known, s.name)
	}
	return check.StrayNames(known, p.names())
}
