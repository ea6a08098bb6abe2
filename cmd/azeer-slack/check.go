package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"strings"

	"azeer-slack/internal/check"
)

func checkCommand(p *program, flags *flag.FlagSet) func(context.Context) int {
	asJSON := flags.Bool("json", false, "write one JSON object, for machines, in place of lines")
	var r check.Rehearsal
	flags.StringVar(&r.User, "rehearse", "", "send the person of this Slack id (yourself) a message with every kind of button, and follow what is pressed for two minutes")
	flags.StringVar(&r.Contact, "contact", "", "with --rehearse: assign this contact for real, after asking; needs --agent")
	flags.StringVar(&r.Agent, "agent", "", "with --rehearse: the email of the agent who gets the contact")
	return func(ctx context.Context) int {
		if wrong := wrongRehearsal(r); wrong != "" {
			fmt.Fprintf(p.errors, "azeer-slack check: %s\nSee azeer-slack check --help\n", wrong)
			return exitUsage
		}
		out := p.out
		if *asJSON {
			out = nil
		}
		report, setup := check.NewReport(out), p.setup()
		check.Run(ctx, setup, report)
		if r.User != "" {
			r.Ask = p.ask
			check.Rehearse(ctx, setup, r, report)
		}
		return p.conclude(report, *asJSON)
	}
}

// wrongRehearsal says what is wrong with the flags of a rehearsal; empty: nothing.
func wrongRehearsal(r check.Rehearsal) string {
	switch {
	case r.User == "" && r.Contact+r.Agent != "":
		return "--contact and --agent go with --rehearse"
	case r.User != "" && !isUserID(r.User):
		return "--rehearse wants a Slack member id, such as U0123ABCD; get it: " + getSlackID
	case (r.Contact == "") != (r.Agent == ""):
		return "--contact and --agent go together"
	case r.Agent != "" && !isEmail(r.Agent):
		return "--agent wants the email with which the agent signs in to Azeer"
	}
	return ""
}

// ask puts a question to whoever sits at the terminal. Only a clear yes counts.
func (p *program) ask(question string) bool {
	fmt.Fprint(p.errors, question)
	answer, _ := bufio.NewReader(p.in).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
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
		SlackURL: cfg.SlackAPIURL, AzeerURL: cfg.AzeerBaseURL, Region: cfg.Bot.Region, Language: cfg.Bot.Render.Language,
		Aliases: cfg.AgentAliases, AuditChannel: cfg.Bot.Audit.Channel, OfferChannel: cfg.Bot.Offers.Channel, UserGroups: cfg.Bot.Access.UserGroups, DutyGroups: cfg.Bot.Duty.Groups,
		NotifyAgents: cfg.Bot.Notify.On, ReceiptAfter: cfg.Bot.Notify.ReceiptAfter, HTTPAddr: cfg.HTTPAddr, LoneHTTPProxy: isLoneHTTPProxy(find), EnvFile: unread, Stray: p.strayNames(),
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
