package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/azeer"
	"azeer-slack/sandbox/manifest"

	"github.com/slack-go/slack"
)

// checkTimeout bounds each question that check asks over the network.
const checkTimeout = 15 * time.Second

func checkCommand(p *program, _ *flag.FlagSet) func(context.Context) int {
	return func(ctx context.Context) int {
		d := &doctor{out: p.out}
		find, err := p.environment()
		if err != nil {
			d.bad(".env cannot be read", err.Error())
		}
		heedNetwork(find)
		d.examine(ctx, find)
		return d.verdict()
	}
}

// doctor examines the set-up, line by line. It changes nothing anywhere.
type doctor struct {
	out    io.Writer
	cfg    Config
	wrong  map[string]bool // settings with a problem
	ailing int             // lines with ✗
}

func (d *doctor) good(format string, args ...any) {
	fmt.Fprintf(d.out, "✓ %s\n", fmt.Sprintf(format, args...))
}

func (d *doctor) bad(what, cure string) {
	d.ailing++
	fmt.Fprintf(d.out, "✗ %s\n    → %s\n", what, cure)
}

func (d *doctor) verdict() int {
	switch d.ailing {
	case 0:
		fmt.Fprint(d.out, "\nAll is well. Start it with: azeer-slack run\n")
		return exitDone
	case 1:
		fmt.Fprint(d.out, "\nOne thing to mend.\n")
	default:
		fmt.Fprintf(d.out, "\n%d things to mend.\n", d.ailing)
	}
	return exitFault
}

func (d *doctor) examine(ctx context.Context, find lookup) {
	d.examineSettings(find)
	asked := d.examineManifest()
	d.examineBotToken(ctx, asked)
	d.examineAuditChannel(ctx)
	d.examineAppToken(ctx)
	d.examineAzeer(ctx)
	d.examineRegion()
}

func (d *doctor) examineSettings(find lookup) {
	cfg, problems := readSettings(find)
	d.cfg, d.wrong = cfg, make(map[string]bool)
	for _, p := range problems {
		d.wrong[p.name] = true
		cure := "expected: " + p.expected
		if p.get != "" {
			cure += "; get it: " + p.get
		}
		d.bad(p.name+" "+p.wrong, cure)
	}
	for _, s := range settings {
		if s.required && !d.wrong[s.name] {
			d.good("%s is set and of the right kind", s.name)
		}
	}
	if len(problems) == 0 {
		d.good("the other settings are in order")
	}
}

// examineManifest gives the bot scopes that the manifest asks for.
func (d *doctor) examineManifest() []string {
	const anew = "take manifest.yaml of this version of azeer-slack, and paste it at https://api.slack.com/apps → your app → App Manifest"
	doc, name, err := readManifest()
	if err != nil {
		d.bad("manifest.yaml cannot be read: "+err.Error(), anew)
		return nil
	}
	m, err := manifest.Parse(doc)
	if err != nil {
		d.bad(name+" is not one that Slack would take: "+err.Error(), anew)
		return nil
	}
	met, all := 0, needs()
	for _, n := range all {
		if n.holds(m) {
			met++
			continue
		}
		d.bad(name+" lacks "+n.what, n.cure+"; then update the app at https://api.slack.com/apps → App Manifest, and reinstall it")
	}
	if met == len(all) {
		d.good("%s has all %d things that the program needs", name, met)
	}
	return m.BotScopes
}

// slackCures says what to do about Slack's error codes.
var slackCures = map[string]string{
	"invalid_auth":           "the token is not one of Slack's, or was revoked: copy it again, from " + getBotToken,
	"not_authed":             "the token did not arrive: copy it again",
	"account_inactive":       "the app was uninstalled, or its owner deactivated: reinstall it, OAuth & Permissions → Install",
	"token_revoked":          "the token was revoked: reinstall the app and copy the new one, from " + getBotToken,
	"token_expired":          "the token has expired: switch token rotation off in the manifest, reinstall, copy the new one",
	"not_allowed_token_type": "that is another kind of token: the two may be swapped",
	"missing_scope":          "generate an app-level token with the scope connections:write: " + getAppToken,
	"forbidden_team":         "the app does not belong to this workspace",
}

// slackFailed reports that Slack refused a call, or could not be asked.
func (d *doctor) slackFailed(what, get string, err error) {
	refused, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		d.bad(what+": Slack could not be asked: "+err.Error(), "check the network, proxies, and SLACK_API_URL ("+d.cfg.SlackAPIURL+")")
		return
	}
	cure := slackCures[refused.Err]
	if cure == "" || refused.Err == "invalid_auth" {
		cure = "copy it again; get it: " + get
	}
	d.bad(fmt.Sprintf("%s: Slack says %s", what, refused.Err), cure)
}

func (d *doctor) examineBotToken(ctx context.Context, asked []string) {
	if d.wrong["SLACK_BOT_TOKEN"] || d.wrong["SLACK_API_URL"] {
		d.bad("the bot token and its scopes were not tried", "mend the settings above first")
		return
	}
	var granted string
	api := slack.New(d.cfg.SlackBotToken.Reveal(), slack.OptionAPIURL(d.cfg.SlackAPIURL),
		slack.OptionHTTPClient(&http.Client{Timeout: checkTimeout}),
		// https://docs.slack.dev/authentication/installing-with-oauth: what the token may do.
		slack.OptionOnResponseHeaders(func(_ string, h http.Header) { granted = h.Get("X-OAuth-Scopes") }))
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		d.slackFailed("SLACK_BOT_TOKEN", getBotToken, err)
		return
	}
	d.good("Slack takes the bot token: %s in %s", who.User, who.Team)
	d.examineScopes(asked, granted)
}

func (d *doctor) examineScopes(asked []string, header string) {
	var granted []string
	for scope := range strings.SplitSeq(header, ",") {
		granted = append(granted, strings.TrimSpace(scope))
	}
	for _, scope := range asked {
		if slices.Contains(granted, scope) {
			d.good("scope %s is granted", scope)
			continue
		}
		d.bad("scope "+scope+" is not granted",
			"https://api.slack.com/apps → your app → OAuth & Permissions → Bot Token Scopes: add it, then reinstall the app")
	}
}

func (d *doctor) examineAppToken(ctx context.Context) {
	if d.wrong["SLACK_APP_TOKEN"] || d.wrong["SLACK_API_URL"] {
		d.bad("the app-level token was not tried", "mend the settings above first")
		return
	}
	// The address that comes back is a ticket for one socket; nobody uses it, and it
	// lapses within seconds.
	api := slack.New("", slack.OptionAppLevelToken(d.cfg.SlackAppToken.Reveal()), slack.OptionAPIURL(d.cfg.SlackAPIURL),
		slack.OptionHTTPClient(&http.Client{Timeout: checkTimeout}))
	if _, _, err := api.StartSocketModeContext(ctx); err != nil {
		d.slackFailed("SLACK_APP_TOKEN", getAppToken, err)
		return
	}
	d.good("Slack takes the app-level token: a socket may be opened")
}

func (d *doctor) examineAzeer(ctx context.Context) {
	if d.wrong["AZEER_API_KEY"] || d.wrong["AZEER_BASE_URL"] {
		d.bad("the Azeer key was not tried", "mend the settings above first")
		return
	}
	client, err := newAzeer(d.cfg, nil)
	if err != nil {
		d.bad("the Azeer key cannot be used: "+err.Error(), "get it: "+getAzeerKey)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	list, err := client.Agents(ctx)
	if err != nil {
		d.azeerFailed(err)
		return
	}
	d.good("Azeer takes the key for reading (only an assignment shows whether it may write, too)")
	d.examineAgents(list)
}

func (d *doctor) azeerFailed(err error) {
	status := 0
	if e, ok := errors.AsType[*azeer.Error](err); ok {
		status = e.Status
	}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		d.bad(fmt.Sprintf("AZEER_API_KEY: Azeer answers %d", status),
			"the key is wrong, was revoked, or may not read agents; get one: "+getAzeerKey)
	case errors.Is(err, azeer.ErrWebPage):
		d.bad("not Azeer answered, but a web page", "is a proxy or a login page on the way to AZEER_BASE_URL ("+d.cfg.AzeerBaseURL+")?")
	case errors.Is(err, azeer.ErrUnrecognised):
		d.bad("Azeer's list of agents has a shape that is not known: "+err.Error(),
			"/assign works by email all the same, but names and the form's menu do not; please report the keys named here")
	case status == http.StatusNotFound:
		d.bad("Azeer answers 404", "is AZEER_BASE_URL ("+d.cfg.AzeerBaseURL+") right? It ends in /v1")
	case status != 0:
		d.bad(fmt.Sprintf("Azeer answers %d", status), "try again in a few minutes; if it stays, ask Azeer's support")
	default:
		d.bad("Azeer could not be asked: "+err.Error(), "check the network, proxies, and AZEER_BASE_URL ("+d.cfg.AzeerBaseURL+")")
	}
}

func (d *doctor) examineAgents(list azeer.List) {
	known := make(map[string]bool)
	for _, a := range list.Agents {
		known[strings.ToLower(a.Email)], known[strings.ToLower(a.PlatformID)] = true, true
	}
	switch n := len(list.Agents); {
	case n == 0:
		d.bad("Azeer lists no agents", "add agents in Azeer, or check that the key belongs to the right account")
	case list.Partial:
		d.good("%d agents were read; Azeer hints that there are more, so unlisted emails will be sent as typed", n)
	default:
		d.good("%d agents were read", n)
	}
	for _, doubt := range list.Warnings {
		d.good("a doubt about that list, which keeps nothing from working: %s", doubt)
	}
	d.examineAliases(known)
}

func (d *doctor) examineAliases(known map[string]bool) {
	matching := 0
	for _, from := range slices.Sorted(maps.Keys(d.cfg.AgentAliases)) {
		to := d.cfg.AgentAliases[from]
		if known[strings.ToLower(to)] {
			matching++
			continue
		}
		d.bad(fmt.Sprintf("AGENT_ALIASES leads %s to %s, whom Azeer does not list", agent.MaskEmail(from), agent.MaskEmail(to)),
			"correct the email after the =, or add that agent in Azeer")
	}
	if n := len(d.cfg.AgentAliases); n > 0 && matching == n {
		d.good("%d of %d aliases lead to a listed agent", matching, n)
	}
}

func (d *doctor) examineRegion() {
	if d.wrong["DEFAULT_REGION"] {
		return // named among the settings
	}
	example := phone.Example(d.cfg.DefaultRegion)
	number, err := line.ParsePhone(example, d.cfg.DefaultRegion)
	if err != nil {
		d.good("DEFAULT_REGION %s is known", d.cfg.DefaultRegion)
	} else {
		d.good("DEFAULT_REGION %s is known: %s is read as %s", d.cfg.DefaultRegion, example, number.International())
	}
	d.good("phone numbers are known as of %s, %d days ago; what is newer is asked about", phone.KnownAsOf.Format(time.DateOnly),
		int(time.Since(phone.KnownAsOf).Hours()/24))
}
