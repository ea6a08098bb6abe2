package check

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"azeer-slack/assign/agent"
	"azeer-slack/internal/inbox"
)

func (d *doctor) examineAzeer(ctx context.Context) {
	if why := d.unusable("AZEER_API_KEY", "AZEER_BASE_URL", "HTTPS_PROXY", "SSL_CERT_FILE"); why != "" {
		d.skip("the Azeer key", why)
		return
	}
	in, ok := d.inbox()
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	found, err := in.Examine(ctx)
	if trouble, ok := errors.AsType[*inbox.Trouble](err); ok {
		cure := trouble.Cure
		if cure == "" {
			cure = networkCure(err, d.AzeerURL, "AZEER_BASE_URL")
		}
		d.bad(trouble.What, cure)
		d.skip("agents and aliases", "Azeer's list of agents was not read")
		return
	}
	d.good("Azeer takes the key for reading (only an assignment shows whether it may write, too)")
	d.note("whoever made the key must be an owner or supervisor in Azeer: a standard agent sees only the contacts assigned to them, so their key can hardly assign those of others")
	d.note("an assignment decides who can see the customer at all: a standard agent sees only what is assigned to them")
	d.examineAgents(found)
}

// inbox is the account; false: it cannot be, and that is said.
func (d *doctor) inbox() (*inbox.Inbox, bool) {
	in, err := inbox.New(inbox.Config{Key: d.AzeerKey.Reveal(), BaseURL: d.AzeerURL})
	if err != nil {
		d.bad("the Azeer key cannot be used: "+errors.Unwrap(err).Error(), "get it: "+GetAzeerKey)
		return nil, false
	}
	return in, true
}

func (d *doctor) examineAgents(list inbox.Examination) {
	known := make(map[string]bool)
	for _, a := range list.Agents {
		known[strings.ToLower(a.Email.Reveal())], known[strings.ToLower(a.PlatformID.Reveal())] = true, true
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
