// Package rota tells the bot who is on duty, and who of those it names is away. It does not know
// who is asked, nor how it is shown.
package rota

import (
	"context"
	"strings"
	"time"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/bot/render"
	"azeer-slack/internal/catch"

	"github.com/rs/zerolog"
)

const (
	// absenceLimit is how long whoever waits for an answer waits to hear that somebody is away.
	absenceLimit = time.Second
	// nowLimit is how long reading all groups may take.
	nowLimit = 3 * time.Second
)

// People is Slack, as far as it knows who is away.
type People interface {
	// Absence tells whether somebody is away by their own word, IDOf whose an email is; both
	// give nothing where that is not known.
	Absence(ctx context.Context, id string) duty.Absence
	IDOf(ctx context.Context, email string) (id string)
}

// Source is the assignment service, as far as it knows who would be next.
type Source interface {
	OnDuty(ctx context.Context, group string) (found duty.Found, loads []duty.Load, next int, err error)
}

// Config says which groups there are, and whose addresses differ.
type Config struct {
	// Groups are the ids of those that are shown.
	Groups []string
	// Aliases leads from a Slack email to an Azeer email.
	Aliases map[string]string
	Logger  zerolog.Logger
}

// Rota is the groups that are shown.
type Rota struct {
	people  People
	source  Source
	groups  []string
	inSlack map[string]string // from an Azeer email, in small letters
	log     zerolog.Logger
}

// New makes a Rota.
func New(people People, source Source, cfg Config) *Rota {
	r := &Rota{people: people, source: source, groups: cfg.Groups, inSlack: make(map[string]string), log: cfg.Logger}
	for chat, azeer := range cfg.Aliases {
		r.inSlack[strings.ToLower(azeer)] = chat
	}
	return r
}

// Now tells who is on duty in each group. What cannot be read within limit is Unread; 0: as long
// as that may take.
func (r *Rota) Now(ctx context.Context, limit time.Duration) []render.Duty {
	if limit == 0 {
		limit = nowLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	all := make([]render.Duty, len(r.groups))
	_ = catch.Each(len(all), len(all), func(i int) error {
		all[i] = r.read(ctx, r.groups[i])
		return nil
	})
	return all
}

func (r *Rota) read(ctx context.Context, id string) render.Duty {
	found, loads, next, err := r.source.OnDuty(ctx, id)
	if err != nil {
		r.log.Warn().Err(err).Str("group", id).Msg("who is on duty not read")
		next = -1
	}
	return render.Duty{Ref: agent.RefGroup(id, found.Group.Handle), Found: found, Loads: loads, Next: next, Unread: err != nil}
}

// Warm begins to read the groups, for somebody who will see them soon.
func (r *Rota) Warm(ctx context.Context) {
	if len(r.groups) > 0 {
		go catch.Logged(r.log, "duty", func() { r.Now(context.WithoutCancel(ctx), 0) })
	}
}

// Absence tells whether the agent whom asker named as ref is away by their own word. Nobody is
// told that of themselves, nor of whom a group's choice fell on.
func (r *Rota) Absence(ctx context.Context, ref agent.Ref, who agent.Agent, asker string) duty.Absence {
	ctx, cancel := context.WithTimeout(ctx, absenceLimit)
	defer cancel()
	var id string
	switch ref.Kind {
	case agent.ByMe, agent.ByGroup, agent.ByNothing:
		return duty.Absence{}
	case agent.ByMention:
		id = ref.Reveal()
	default:
		id = r.idOf(ctx, who)
	}
	if id == "" || id == asker {
		return duty.Absence{}
	}
	return r.people.Absence(ctx, id)
}

// idOf finds an agent in Slack, by the addresses that they may have there.
func (r *Rota) idOf(ctx context.Context, who agent.Agent) string {
	tried := make(map[string]bool)
	for _, azeer := range []string{who.PlatformID.Reveal(), who.Email.Reveal()} {
		for _, address := range []string{r.inSlack[strings.ToLower(azeer)], azeer} {
			key := strings.ToLower(address)
			if !strings.Contains(address, "@") || tried[key] {
				continue
			}
			tried[key] = true
			if id := r.people.IDOf(ctx, address); id != "" {
				return id
			}
		}
	}
	return ""
}
