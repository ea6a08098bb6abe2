// Package check is the set-up doctor: it tries everything that the bot needs to run, tells what is
// right, what is wrong and the cure, and changes nothing. It does not know where settings come from.
package check

import (
	"context"
	"net/http"
	"time"

	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"

	"github.com/slack-go/slack"
)

// askLimit bounds each question that is asked over the network.
const askLimit = 15 * time.Second

// Secret is a value that is shown nowhere.
type Secret interface{ Reveal() string }

// Setup is what is to be examined: the settings, as far as they could be read.
type Setup struct {
	AppToken, BotToken, AzeerKey, DatabaseURL Secret
	// SlackURL ends with a slash, AzeerURL without one.
	SlackURL, AzeerURL string
	Region             string
	Language           string
	Aliases            map[string]string // from a Slack email to an Azeer email
	AuditChannel       string            // empty: none
	OfferChannel       string            // empty: none
	UserGroups         []string          // that may assign
	DutyGroups         []string          // of those on duty
	HTTPAddr           string            // empty: none
	NotifyAgents       bool              // new owners are told
	ReceiptAfter       time.Duration     // and asked about, unless 0

	// Required are the settings that have to be there.
	Required []string
	// Problems are the settings that are missing or wrong; their values are not to be used.
	Problems []Problem
	// EnvFile says why the file of settings could not be read; nil: it could, or there is none.
	EnvFile error
	// LoneHTTPProxy: HTTP_PROXY is set and HTTPS_PROXY is not.
	LoneHTTPProxy bool
	// Stray are names in the environment and the file that may be misspelt settings.
	Stray []Stray
}

// Problem is a setting that is missing or wrong.
type Problem struct {
	Setting, Wrong, Cure string
	Missing              bool
}

// doctor examines a set-up, and keeps what it learns on the way.
type doctor struct {
	Setup
	report *Report
	wrong  map[string]bool // settings with a problem

	who  *slack.AuthTestResponse // nil: Slack did not take the bot token
	deaf bool                    // Slack could not be reached at all
}

// Run examines the set-up and reports on it.
func Run(ctx context.Context, s Setup, report *Report) {
	d := &doctor{Setup: s, report: report, wrong: make(map[string]bool)}
	report.begin("settings")
	d.examineSettings()
	report.begin("manifest")
	m := d.examineManifest()
	report.begin("slack")
	d.examineBotToken(ctx, m)
	d.examineGroups(ctx)
	d.examineDuty(ctx)
	d.examineAuditChannel(ctx)
	d.examineOfferChannel(ctx)
	report.begin("socket")
	d.examineSocket(ctx)
	report.begin("messages")
	d.examineMessages(ctx)
	report.begin("azeer")
	d.examineAzeer(ctx)
	report.begin("journal")
	d.examineJournal(ctx)
	report.begin("http")
	d.examineHTTP()
	report.begin("numbers")
	d.examineRegion()
}

func (d *doctor) good(format string, args ...any) { d.report.add(OK, "", format, args...) }
func (d *doctor) note(format string, args ...any) { d.report.add(Note, "", format, args...) }

// bad says what is wrong, and the cure.
func (d *doctor) bad(what, cure string) { d.report.add(Wrong, cure, "%s", what) }

// skip says what was not tried, since something else is wrong already.
func (d *doctor) skip(what, why string) { d.report.add(Skipped, "", "%s: %s", what, why) }

// unusable names the first of the settings that has a problem; empty: none has.
func (d *doctor) unusable(settings ...string) string {
	for _, s := range settings {
		if d.wrong[s] {
			return s + " is to be put right first"
		}
	}
	return ""
}

func (d *doctor) examineSettings() {
	if d.EnvFile != nil {
		d.bad(".env cannot be read", d.EnvFile.Error())
	}
	for _, p := range d.Problems {
		d.wrong[p.Setting] = true
		if p.Missing && d.EnvFile != nil {
			d.skip(p.Setting, "it is not in the environment, and .env cannot be read")
			continue
		}
		d.bad(p.Setting+" "+p.Wrong, p.Cure)
	}
	for _, name := range d.Required {
		if !d.wrong[name] {
			d.good("%s is set and of the right kind", name)
		}
	}
	for _, s := range d.Stray {
		d.bad(s.What(), s.Cure())
	}
	if d.LoneHTTPProxy {
		d.bad("HTTP_PROXY has no effect: Slack and Azeer are called by https, for which HTTPS_PROXY holds", "set HTTPS_PROXY as well, or take HTTP_PROXY out")
	}
	if len(d.Problems)+len(d.Stray) == 0 {
		d.good("the other settings are in order")
	}
}

// slack gives a way to Slack with one of the tokens.
func (d *doctor) slack(options ...slack.Option) *slack.Client {
	return slack.New(d.BotToken.Reveal(), append(options, slack.OptionAPIURL(d.SlackURL),
		slack.OptionHTTPClient(&http.Client{Timeout: askLimit}))...)
}

func (d *doctor) examineRegion() {
	if d.wrong["DEFAULT_REGION"] {
		return // named among the settings
	}
	example := phone.Example(d.Region)
	number, err := line.ParsePhone(example, d.Region)
	if err != nil {
		d.good("DEFAULT_REGION %s is known", d.Region)
	} else {
		d.good("DEFAULT_REGION %s is known: %s is read as %s", d.Region, example, number.International())
	}
	d.good("phone numbers are known as of %s, %d days ago; what is newer is asked about", phone.KnownAsOf.Format(time.DateOnly),
		int(time.Since(phone.KnownAsOf).Hours()/24))
}
