package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/bot/render"
	"azeer-slack/bot/slackcall"
	"azeer-slack/bot/texts"
	"azeer-slack/internal/retry"

	"github.com/slack-go/slack"
)

// AuditConfig says where outcomes are reported.
type AuditConfig struct {
	// Channel is a Slack channel's id; "": none.
	Channel string
	// FullPhone shows whole numbers there; otherwise it is their last three digits.
	FullPhone bool
	// Outcomes gives what is due; nil: nothing.
	Outcomes assign.Audit
}

const (
	// auditEvery is how often it is looked what other processes have left, and how soon
	// at the latest what could not be posted is tried again; auditRetry is how soon at
	// first.
	auditEvery = time.Minute
	auditRetry = 5 * time.Second
	// auditGap is the least time between two posts: Slack takes one a second in a channel.
	auditGap = time.Second
	// auditBatch is how many outcomes are read at a time.
	auditBatch = 20
	// auditComplaint is how often it is logged that the channel cannot be posted to.
	auditComplaint = time.Hour
)

// audit reports outcomes to a channel: none is left out, and one is reported twice where
// the process is killed between Slack's yes and the journal's note of it, or where that yes
// is lost on the way.
type audit struct {
	AuditConfig
	woken chan struct{}

	// Of the one goroutine that reports:
	posted     map[int64]bool // though the journal could not note it yet
	last       time.Time      // when Slack was called last
	complained time.Time
}

func newAudit(cfg AuditConfig) *audit {
	return &audit{AuditConfig: cfg, woken: make(chan struct{}, 1), posted: make(map[int64]bool)}
}

func (a *audit) wake() {
	select {
	case a.woken <- struct{}{}:
	default:
	}
}

// keepAudit reports outcomes until ctx ends, and then what is due until longer ends; the
// rest is left to the next start.
func (b *Bot) keepAudit(ctx, longer context.Context) {
	if b.audit.Channel == "" || b.audit.Outcomes == nil {
		return
	}
	defer b.guarded("audit", func() { _ = b.auditDue(longer, longer) })
	for again := auditRetry; ; {
		var err error
		b.guarded("audit", func() { err = b.auditDue(ctx, longer) })
		wait := auditEvery
		if err != nil && ctx.Err() == nil {
			b.complain(err)
			if !retry.Sleep(ctx, slackcall.RetryAfter(err)) {
				return
			}
			wait, again = again, min(2*again, auditEvery)
		} else {
			again = auditRetry
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-b.audit.woken:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// auditDue reports all that is due. An outcome that Slack does not take for what it says
// keeps none of the others back.
func (b *Bot) auditDue(ctx, longer context.Context) error {
	for {
		due, err := b.audit.Outcomes.Unaudited(ctx, auditBatch)
		if err != nil {
			return err
		}
		reported, refused := 0, error(nil)
		for _, a := range due {
			err := b.report(ctx, longer, a)
			switch {
			case err == nil:
				reported++
			case slackcall.IsTemporary(err) || barredFrom(err) || ctx.Err() != nil:
				return err
			default:
				refused = err
			}
		}
		if reported == 0 {
			return refused
		}
	}
}

// report posts one outcome, and notes that.
func (b *Bot) report(ctx, longer context.Context, a assign.Assignment) error {
	if !b.audit.posted[a.ID] {
		m := b.auditMessage(ctx, a)
		if !retry.Sleep(ctx, time.Until(b.audit.last.Add(auditGap))) {
			return ctx.Err()
		}
		posting, cancel := context.WithTimeout(longer, slackcall.Timeout)
		defer cancel()
		_, _, err := b.api.PostMessageContext(posting, b.audit.Channel, m.Options()...)
		b.audit.last = time.Now()
		if b.people.Suspect(err) != nil {
			return fmt.Errorf("post outcome %d: %w", a.ID, err)
		}
		b.audit.posted[a.ID] = true
	}
	if err := b.audit.Outcomes.Audited(longer, a.ID); err != nil {
		return err
	}
	delete(b.audit.posted, a.ID)
	return nil
}

// barredFrom tells that a channel cannot be posted to, and not just now.
func barredFrom(err error) bool {
	var said slack.SlackErrorResponse
	if !errors.As(err, &said) {
		return false
	}
	switch said.Err {
	case "channel_not_found", "not_in_channel", "is_archived":
		return true
	}
	return strings.HasPrefix(said.Err, "restricted_action")
}

// complain logs why outcomes are not reported. What a person must mend is said once an hour.
func (b *Bot) complain(err error) {
	if !errors.As(err, new(slack.SlackErrorResponse)) || slackcall.IsTemporary(err) {
		b.log.Warn().Err(err).Msg("outcome not reported to the audit channel, will retry")
		return
	}
	if now := time.Now(); now.Sub(b.audit.complained) >= auditComplaint {
		b.audit.complained = now
		b.log.Error().Err(err).Str("channel", b.audit.Channel).Str("cure", AuditCure(err)).
			Msg("outcomes cannot be reported to the audit channel, will retry")
		return
	}
	b.log.Debug().Err(err).Msg("audit channel still cannot be posted to")
}

// AuditCure says what to do about an error of posting to the audit channel.
func AuditCure(err error) string {
	var said slack.SlackErrorResponse
	errors.As(err, &said)
	switch said.Err {
	case "channel_not_found", "not_in_channel":
		return "invite the bot to the channel (/invite @azeer there), or correct AUDIT_CHANNEL"
	case "is_archived":
		return "unarchive the channel, or set AUDIT_CHANNEL to another"
	}
	return "see that the bot may post there, or set AUDIT_CHANNEL to another channel"
}

// auditMessage says what became of an assignment, to a channel: in the default language,
// and without notifying anybody, so people are named and not mentioned.
func (b *Bot) auditMessage(ctx context.Context, a assign.Assignment) render.Message {
	v := b.renderers.Default
	to := any(render.ShortPerson(render.AgentPerson(a.Outcome.Agent)))
	if a.Outcome.Agent.PlatformID.IsZero() {
		switch a.Agent.Kind {
		case agent.ByMention:
			to = b.named(ctx, a.Agent.Reveal())
		case agent.ByMe:
			to = b.named(ctx, a.Requester)
		default:
			to = render.Clip(a.Agent.Reveal(), render.RowEmail)
		}
	}
	return v.Audited(a, b.audit.FullPhone, b.named(ctx, a.Requester), to)
}

// named gives somebody's name, or, where Slack does not tell, their id as code.
func (b *Bot) named(ctx context.Context, user string) any {
	if name := b.people.Name(ctx, user); name != "" {
		return render.Clip(name, render.RowName)
	}
	return texts.Code(user)
}
