package check

import (
	"context"
	"net/url"

	"azeer-slack/journal"
)

// examineJournal looks at what DATABASE_URL names. Nothing is made or changed there.
func (d *doctor) examineJournal(ctx context.Context) {
	if why := d.unusable("DATABASE_URL"); why != "" {
		d.skip("the journal", why)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	found, err := journal.Examine(ctx, d.DatabaseURL.Reveal())
	for _, fact := range found.Facts {
		d.good("the journal: %s", fact)
	}
	if err != nil {
		d.bad("the journal cannot be opened", err.Error())
		return
	}
	if d.who == nil || found.Owner == "" {
		return
	}
	host := d.AzeerURL
	if u, err := url.Parse(d.AzeerURL); err == nil {
		host = u.Hostname()
	}
	if name := journal.NameOf(d.who.TeamID, d.who.UserID, host); name != found.Owner {
		d.bad("the journal belongs to another installation", (&journal.ForeignError{Owner: found.Owner, Name: name}).Error())
		return
	}
	d.good("the journal belongs to this installation")
}
