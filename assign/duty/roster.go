package duty

import (
	"context"
	"errors"
	"slices"
	"time"

	"azeer-slack/assign/agent"
)

// Roster is the chat, as far as it knows who is on duty.
type Roster interface {
	// Group gives a group as it is now. ErrNoGroup if there is none of that id; any other error
	// means "ask again later".
	Group(ctx context.Context, id string) (Group, error)
	// GroupCalled gives the id of the group of that handle, which is written without @; "" if
	// there is none.
	GroupCalled(ctx context.Context, handle string) (id string, err error)
}

// ErrNoGroup says that the chat has no group of that id.
var ErrNoGroup = errors.New("no such group")

// Group is a group of people, as the chat keeps it.
type Group struct {
	ID, Handle string // the handle without @
	// Disabled: nobody is on duty, whoever is in it.
	Disabled bool
	Members  []Member
}

// Member is somebody who is in a group.
type Member struct {
	Name  string
	Email agent.Email
	// Absence is why they are given nothing; the zero Absence: they may be.
	Absence Absence
}

// Absence is why somebody is given nothing now.
type Absence struct {
	Reason Reason
	// Says is their own word for it. It may be about their health: for the requester's eyes, it
	// is neither stored nor logged.
	Says string
	// Until is when it ends; zero: not known.
	Until time.Time
}

// IsZero tells that somebody is not absent.
func (a Absence) IsZero() bool { return a.Reason == "" }

// Reason is a kind of absence. Its value is a stable key.
type Reason string

const (
	Deactivated Reason = "deactivated" // their account in the chat is closed
	Away        Reason = "away"        // their status says so
	Undisturbed Reason = "undisturbed" // they do not want to be disturbed
	NotAnAgent  Reason = "not_agent"   // the inbox does not know them, or not their email
	Inactive    Reason = "inactive"    // they are deactivated in the inbox
	Unread      Reason = "unread"      // the chat could not say how they are
	HasIt       Reason = "has_it"      // the contact is theirs already
)

// Resolver finds the agent whom a reference means, as agent.Directory does.
type Resolver interface {
	Resolve(ctx context.Context, ref agent.Ref, requester string) (agent.Agent, error)
}

// Finder finds who of a group may be given a contact.
type Finder struct {
	Roster Roster
	Agents Resolver
}

// Found is a group, and who of it may be given a contact.
type Found struct {
	Group    Group
	Free     []agent.Agent // each once
	Decision Decision      // of which Why and Given are still open
	// Unread tells that some could not be judged: asking again later may help.
	Unread bool
}

// Find looks at a group as it is now. Errors are as those of Roster.Group.
func (f *Finder) Find(ctx context.Context, id string) (Found, error) {
	g, err := f.Roster.Group(ctx, id)
	if err != nil {
		return Found{}, err
	}
	found := Found{Group: g, Decision: Decision{Group: g.Handle}}
	if g.Disabled {
		return found, nil
	}
	for _, m := range g.Members {
		who, absence, err := f.judge(ctx, m)
		switch {
		case err != nil:
			return Found{}, err
		case absence.IsZero():
			found.addFree(who)
		default:
			found.pass(m.Name, absence)
		}
	}
	return found, nil
}

// judge gives the agent who a member is, or why they are given nothing.
func (f *Finder) judge(ctx context.Context, m Member) (agent.Agent, Absence, error) {
	if !m.Absence.IsZero() {
		return agent.Agent{}, m.Absence, nil
	}
	if m.Email.IsZero() {
		return agent.Agent{}, Absence{Reason: NotAnAgent}, nil
	}
	who, err := f.Agents.Resolve(ctx, agent.RefEmail(m.Email.Reveal()), "")
	u, unresolved := errors.AsType[*agent.Unresolved](err)
	switch {
	case err == nil:
		return who, Absence{}, nil
	case unresolved && u.Reason == agent.Inactive:
		return agent.Agent{}, Absence{Reason: Inactive}, nil
	case unresolved && !u.Retry:
		return agent.Agent{}, Absence{Reason: NotAnAgent}, nil
	}
	return agent.Agent{}, Absence{}, err
}

func (f *Found) addFree(who agent.Agent) {
	for _, other := range f.Free {
		if other.PlatformID.Equal(who.PlatformID) {
			return
		}
	}
	f.Free = append(f.Free, who)
}

func (f *Found) pass(name string, absence Absence) {
	f.Unread = f.Unread || absence.Reason == Unread
	if len(f.Decision.Passed) == PassedMost {
		f.Decision.More++
		return
	}
	f.Decision.Passed = append(f.Decision.Passed, Passed{Name: name, Absence: absence})
}

// PassHolder passes over who has the contact already, while somebody else is free.
func (f *Found) PassHolder(holder agent.Email) {
	at := slices.IndexFunc(f.Free, func(a agent.Agent) bool { return a.PlatformID.Equal(holder) })
	if holder.IsZero() || at < 0 || len(f.Free) == 1 {
		return
	}
	f.pass(f.Free[at].Name, Absence{Reason: HasIt})
	f.Free = slices.Delete(f.Free, at, at+1)
}
