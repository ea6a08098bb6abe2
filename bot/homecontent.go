package bot

import (
	"context"
	"errors"
	"slices"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/line"
	"azeer-slack/bot/payload"
	"azeer-slack/bot/render"

	"github.com/slack-go/slack"
)

const (
	// wrongMost is how many assignments that went wrong are shown, and wrongLife how
	// long; of so many it is asked whether they still matter.
	wrongMost, wrongAsked = 5, 20
	wrongLife             = 7 * 24 * time.Hour
)

// home makes somebody's Home tab of what the journal knows now.
func (b *Bot) home(ctx context.Context, user string, s render.HomeSearch) slack.HomeTabViewRequest {
	r := b.access.check(ctx, payload.Person{ID: user}, "")
	v := b.rendererFor(ctx, user)
	if r.IsDenied() {
		return render.HomeView(render.HomeSearch{}, render.Paragraph(v.Texts.Text(r.Text, r.Data)).Blocks...)
	}
	reading, cancel := context.WithTimeout(ctx, readLate)
	defer cancel()
	seen, err := b.homeContent(reading, user, s)
	if err != nil {
		if ctx.Err() == nil {
			b.log.Error().Err(err).Msg("history not read")
		}
		return render.HomeView(s, append(v.HomeTop(), render.Paragraph(v.Texts.Text("history_unread", nil)).Blocks...)...)
	}
	return v.Home(seen)
}

// homeContent reads what somebody may see.
func (b *Bot) homeContent(ctx context.Context, user string, s render.HomeSearch) (render.HomeContent, error) {
	seen := render.HomeContent{Reader: user, Search: s, Now: time.Now(), Admin: slices.Contains(b.cfg.Access.Admins, user)}
	var errs [5]error
	if s.Typed != "" {
		errs[0] = b.lookUp(ctx, &seen)
	}
	seen.Wrong, errs[1] = b.unresolved(ctx, user, seen.Now)
	seen.Mine, errs[2] = b.history.List(ctx, assign.Query{Requester: user, Limit: render.ListMost + 1})
	if seen.Admin {
		seen.Team, errs[3] = b.history.List(ctx, assign.Query{Limit: render.ListMost})
		year, month, day := seen.Now.In(b.people.Zone(user)).Date()
		since := time.Date(year, month, day-render.TallyDays+1, 0, 0, 0, 0, b.people.Zone(user))
		seen.Counts, errs[4] = b.history.Tally(ctx, since)
	}
	return seen, errors.Join(errs[:]...)
}

// lookUp reads what is known of the contact that was typed.
func (b *Bot) lookUp(ctx context.Context, seen *render.HomeContent) error {
	contact, err := line.ParseContact(seen.Search.Typed, b.region)
	if errors.As(err, &seen.Mistake) {
		return nil
	}
	seen.Contact = contact
	if seen.Found, err = b.history.List(ctx, assign.Query{Contact: contact, Limit: render.ListMost + 1}); err != nil {
		return err
	}
	owner, known, err := b.history.Owner(ctx, contact)
	if known {
		seen.Owner = owner
	}
	return err
}

// unresolved gives what went wrong for somebody lately and nobody has seen to since: there
// is no newer request for the contact.
func (b *Bot) unresolved(ctx context.Context, user string, now time.Time) ([]assign.Assignment, error) {
	candidates, err := b.history.List(ctx, assign.Query{Requester: user, Problems: true, Limit: wrongAsked})
	if err != nil {
		return nil, err
	}
	var open []assign.Assignment
	for _, a := range candidates {
		if len(open) == wrongMost || now.Sub(a.AcceptedAt) > wrongLife {
			break
		}
		latest, _, err := b.service.Latest(ctx, a.Contact)
		if err != nil {
			return nil, err
		}
		if latest.ID == a.ID {
			open = append(open, a)
		}
	}
	return open, nil
}
