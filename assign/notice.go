package assign

import (
	"context"
	"time"
)

// Notice is what becomes of telling somebody that they were given a contact, or several of a batch.
type Notice struct {
	// ID is that of the assignment that it is about; of a batch, that of the first that went to
	// the same agent.
	ID    int64
	State NoticeState
	// Details is what the teller has to know besides. It is opaque here, and kept as long as the
	// assignment.
	Details string
	// At is when the state began, Due when there is something to do for it; the zero time: there
	// is nothing. Both are in this machine's time.
	At, Due time.Time
}

// NoticeState is how far a notice is.
type NoticeState string

const (
	// NoticeNew: the new owner is to be told.
	NoticeNew NoticeState = "new"
	// NoticeNeedless: there is nobody to tell, or nothing.
	NoticeNeedless NoticeState = "needless"
	// NoticeTold: the new owner was told, and may say whether they have it. If that is due, the
	// requester is to be asked.
	NoticeTold NoticeState = "told"
	// NoticeAsked: they did not say so in time, and the requester was asked what to do.
	NoticeAsked NoticeState = "asked"
	// NoticeReminding: the requester wants them to be told once more.
	NoticeReminding NoticeState = "reminding"
	// NoticeReceived: they have it. NoticeDeclined: they say that it is not for them.
	NoticeReceived NoticeState = "received"
	NoticeDeclined NoticeState = "declined"
	// NoticeLost: the contact is somebody else's since, and they were told so.
	NoticeLost NoticeState = "lost"
)

// Notices is how a Journal remembers who is told of what they were given, if it was set up to do
// so when the outcome was stored. What is due is so in one process at a time.
type Notices interface {
	// DueNotices gives what is due in this process, soonest first, up to limit: a new one from the
	// moment on at which the outcome is stored, of a batch all outcomes. next is how long it is until
	// the next of the others is due; negative: none is.
	DueNotices(ctx context.Context, limit int) (due []Notice, next time.Duration, err error)
	// NoticesOf gives those with the IDs, in no order; missing ones are left out.
	NoticesOf(ctx context.Context, ids []int64) ([]Notice, error)
	// KeepNotice stores n durably in place of the one of the same ID in state from, or, where that is empty,
	// if there is none yet. false: it is in another state, and nothing was stored.
	KeepNotice(ctx context.Context, n Notice, from NoticeState) (bool, error)
	// Find gives an assignment without its Reply; false if there is none of that ID.
	Find(ctx context.Context, id int64) (Assignment, bool, error)
}

// Shares parts what of a batch was assigned by who got it, in the order of their first. A
// share's notice has the ID of its first member.
func (b Batch) Shares() (shares []Batch) {
	for _, a := range b.Members {
		if a.Outcome.Kind != Assigned {
			continue
		}
		found := false
		for i := range shares {
			if shares[i].First().Outcome.Agent.PlatformID.Equal(a.Outcome.Agent.PlatformID) {
				shares[i].Members, found = append(shares[i].Members, a), true
			}
		}
		if !found {
			shares = append(shares, Batch{ID: b.ID, Members: []Assignment{a}})
		}
	}
	return shares
}
