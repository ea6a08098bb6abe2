package home

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
	// readLimit is how long reading the journal may take.
	readLimit = 10 * time.Second
	// wrongMost is how many assignments that went wrong are shown, and wrongLife how
	// long; of so many it is asked whether they still matter.
	wrongMost, wrongAsked = 5, 20
	wrongLife             = 7 * 24 * time.Hour
)

// view makes somebody's Home tab of what the journal knows now.
func (t *Tabs) view(ctx context.Context, user string, s render.HomeSearch) slack.HomeTabViewRequest {
	r := t.cfg.Access.Check(ctx, payload.Person{ID: user}, "")
	v := t.cfg.Renderer(ctx, user)
	if r.IsDenied() {
		return render.HomeView(render.HomeSearch{}, render.Paragraph(v.Texts.Text(r.Text, r.Data)).Blocks...)
	}
	reading, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	seen, err := t.content(reading, user, s)
	if err != nil {
		if ctx.Err() == nil {
			t.cfg.Logger.Error().Err(err).Msg("history not read")
		}
		return render.HomeView(s, append(v.HomeTop(t.cfg.Access.IsAdmin(user)), render.Paragraph(v.Texts.Text("history_unread", nil)).Blocks...)...)
	}
	return v.Home(seen)
}

// content reads what somebody may see.
func (t *Tabs) content(ctx context.Context, user string, s render.HomeSearch) (render.HomeContent, error) {
	seen := render.HomeContent{Reader: user, Search: s, Now: time.Now()}
	seen.Duty = t.cfg.Duty.Now(ctx, 0)
	var errs [5]error
	if s.Typed != "" {
		seen.Result, errs[0] = t.lookUp(ctx, s.Typed)
	}
	seen.Wrong, errs[1] = t.unresolved(ctx, user, seen.Now)
	seen.Mine, errs[2] = t.cfg.Journal.List(ctx, assign.Query{Requester: user, Batches: true, Limit: render.ListMost + 1})
	if t.cfg.Access.IsAdmin(user) {
		seen.Team = new(render.HomeTeam)
		seen.Team.Rows, errs[3] = t.cfg.Journal.List(ctx, assign.Query{Batches: true, Limit: render.ListMost})
		year, month, day := seen.Now.In(t.cfg.People.Zone(user)).Date()
		since := time.Date(year, month, day-render.TallyDays+1, 0, 0, 0, 0, t.cfg.People.Zone(user))
		seen.Team.Counts, errs[4] = t.cfg.Journal.Tally(ctx, since)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return seen, err
	}
	var err error
	lists := [][]assign.Assignment{seen.Wrong, seen.Mine}
	if seen.Team != nil {
		lists = append(lists, seen.Team.Rows)
	}
	seen.Several, err = t.batchesIn(ctx, lists...)
	return seen, err
}

// batchesIn reads the batches of which the lists hold a member.
func (t *Tabs) batchesIn(ctx context.Context, lists ...[]assign.Assignment) (render.Batches, error) {
	all := make(render.Batches)
	for _, a := range slices.Concat(lists...) {
		if _, known := all[a.Batch]; a.Batch == 0 || known {
			continue
		}
		members, err := t.cfg.Journal.Members(ctx, a.Batch)
		if err != nil {
			return nil, err
		}
		if len(members) > 0 {
			all[a.Batch] = assign.Batch{ID: a.Batch, Members: members}
		}
	}
	return all, nil
}

// lookUp reads what is known of the contact that was typed.
func (t *Tabs) lookUp(ctx context.Context, typed string) (r render.SearchResult, err error) {
	if r.Contact, err = line.ParseContact(typed, t.cfg.Region); errors.As(err, &r.Mistake) {
		return r, nil
	}
	if r.Found, err = t.cfg.Journal.List(ctx, assign.Query{Contact: r.Contact, Limit: render.ListMost + 1}); err != nil {
		return r, err
	}
	if r.Sizes, err = assign.BatchSizes(ctx, t.cfg.Journal, r.Found); err != nil {
		return r, err
	}
	owner, known, err := t.cfg.Journal.Owner(ctx, r.Contact)
	if known {
		r.Owner = owner
	}
	if err != nil {
		return r, err
	}
	r.Said, err = t.cfg.Said(ctx, r.Found)
	return r, err
}

// unresolved gives what went wrong for somebody lately and nobody has seen to since: there
// is no newer request for the contact.
func (t *Tabs) unresolved(ctx context.Context, user string, now time.Time) ([]assign.Assignment, error) {
	candidates, err := t.cfg.Journal.List(ctx, assign.Query{Requester: user, Problems: true, Batches: true, Limit: wrongAsked})
	if err != nil {
		return nil, err
	}
	var open []assign.Assignment
	for _, a := range candidates {
		if len(open) == wrongMost || now.Sub(a.AcceptedAt) > wrongLife {
			break
		}
		latest, _, err := t.cfg.Journal.Latest(ctx, a.Contact)
		if err != nil {
			return nil, err
		}
		if latest.ID == a.ID {
			open = append(open, a)
		}
	}
	return open, nil
}
