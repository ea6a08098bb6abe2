package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"azeer-slack/assign/agent"
	"azeer-slack/azeer"
)

func (d *doctor) examineAzeer(ctx context.Context) {
	if why := d.unusable("AZEER_API_KEY", "AZEER_BASE_URL", "HTTPS_PROXY", "SSL_CERT_FILE"); why != "" {
		d.skip("the Azeer key", why)
		return
	}
	client, err := azeer.New(d.AzeerKey.Reveal(), azeer.Config{BaseURL: d.AzeerURL, UserAgent: "azeer-slack"})
	if err != nil {
		d.bad("the Azeer key cannot be used: "+err.Error(), "get it: "+GetAzeerKey)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	list, err := client.Agents(ctx)
	if err != nil {
		d.azeerFailed(err)
		d.skip("agents and aliases", "Azeer's list of agents was not read")
		return
	}
	d.good("Azeer takes the key for reading (only an assignment shows whether it may write, too)")
	d.note("whoever made the key must be an owner or supervisor in Azeer: a standard agent sees only the contacts assigned to them, so their key can hardly assign those of others")
	d.note("an assignment decides who can see the customer at all: a standard agent sees only what is assigned to them")
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
			"the key is wrong, was revoked, or may not read agents; an owner or supervisor makes one: "+GetAzeerKey)
	case errors.Is(err, azeer.ErrWebPage):
		d.bad("not Azeer answered, but a web page", "is a proxy or a login page on the way to AZEER_BASE_URL ("+d.AzeerURL+")?")
	case errors.Is(err, azeer.ErrUnrecognised):
		d.bad("Azeer's list of agents has a shape that is not known: "+err.Error(),
			"/assign works by email all the same, but names and the form's menu do not; please report the keys named here")
	case status == http.StatusNotFound:
		d.bad("Azeer answers 404", "is AZEER_BASE_URL ("+d.AzeerURL+") right? It ends in /v1")
	case status != 0:
		d.bad(fmt.Sprintf("Azeer answers %d", status), "try again in a few minutes; if it stays, ask Azeer's support")
	default:
		d.bad("Azeer could not be asked: "+err.Error(), networkCure(err, d.AzeerURL, "AZEER_BASE_URL"))
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
		d.note("a doubt about that list, which keeps nothing from working: %s", doubt)
	}
	d.examineAliases(known)
}

func (d *doctor) examineAliases(known map[string]bool) {
	matching := 0
	for _, from := range slices.Sorted(maps.Keys(d.Aliases)) {
		to := d.Aliases[from]
		if known[strings.ToLower(to)] {
			matching++
			continue
		}
		d.bad(fmt.Sprintf("AGENT_ALIASES leads %s to %s, who is not in Azeer's list", agent.MaskEmail(from), agent.MaskEmail(to)),
			"correct the email after the =, or add that agent in Azeer")
	}
	if n := len(d.Aliases); n > 0 && matching == n {
		d.good("%d of %d aliases lead to a listed agent", matching, n)
	}
}
