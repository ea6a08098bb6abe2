// Package inbox is Azeer as the heart of the program sees it: it turns what assign asks for
// into calls of azeer, and what came back into assign's words. It does not know Slack.
package inbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/azeer"
)

// Inbox assigns and lists over Azeer's API: it is an assign.Inbox.
type Inbox struct {
	client  *azeer.Client
	baseURL string
	// readRefused and writeRefused hold the status with which Azeer refused the key when it
	// was last used for that; 0 if it did not. Apart, since a key may be for reading only.
	readRefused, writeRefused atomic.Int64
}

// Config is how an account is reached.
type Config struct {
	Key     string
	BaseURL string
	// Concurrency is how many calls there may be at once; as many connections are kept.
	Concurrency int
	// Timeout is for one call; 0 is what azeer takes by itself.
	Timeout time.Duration
	// Measure wraps what carries the calls, for metrics, with what names their endpoints; it may be nil.
	Measure func(carrier http.RoundTripper, endpoint func(*http.Request) string) http.RoundTripper
}

// New gives the inbox of the account that c describes. It calls nothing yet.
func New(c Config) (*Inbox, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = max(c.Concurrency, 1)
	// Dropped before a server would drop them: a request written into a connection that is
	// just being closed leaves everybody in doubt.
	transport.IdleConnTimeout = 30 * time.Second
	transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: 5 * time.Second, PingTimeout: 3 * time.Second}
	var carrier http.RoundTripper = transport
	if c.Measure != nil {
		carrier = c.Measure(transport, endpointOf)
	}
	client, err := azeer.New(c.Key, azeer.Config{
		BaseURL: c.BaseURL, Transport: carrier, UserAgent: "azeer-slack", Timeout: c.Timeout,
	})
	if err != nil {
		return nil, fmt.Errorf("set up Azeer: %w", err)
	}
	return &Inbox{client: client, baseURL: c.BaseURL}, nil
}

// endpointOf names what a call is for, without anything that identifies a person.
func endpointOf(r *http.Request) string {
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/contact/assign"):
		return "assign"
	case strings.HasSuffix(path, "/agent"):
		return "agents"
	case strings.Contains(path, "/agent/"):
		return "agent"
	}
	return "other"
}

// Assign makes agent the owner of contact. Any error is a *assign.Fault.
func (i *Inbox) Assign(ctx context.Context, contact phone.Number, agent agent.Agent) error {
	_, err := i.client.Assign(ctx, contact.ID(), agent.PlatformID.Reveal())
	note(&i.writeRefused, err)
	if err != nil {
		return faultOf(err)
	}
	return nil
}

// Agents lists every agent. Any error is a *assign.Fault. A list without anybody counts as
// partial: an account has at least whoever made the key, so emails are sent as typed
// rather than all refused.
func (i *Inbox) Agents(ctx context.Context) (agents []agent.Agent, partial bool, err error) {
	list, err := i.client.Agents(ctx)
	note(&i.readRefused, err)
	if err != nil {
		return nil, false, faultOf(err)
	}
	agents = agentsOf(list)
	return agents, list.Partial || len(agents) == 0, nil
}

// agentsOf are those of a list to whom something can be assigned.
func agentsOf(list azeer.List) (agents []agent.Agent) {
	for _, a := range list.Agents {
		if id := cmp.Or(a.PlatformID, a.Email); id != "" {
			agents = append(agents, agentOf(a, id))
		}
	}
	return agents
}

// note keeps what a call told about the key. Calls without an answer tell nothing.
func note(refused *atomic.Int64, err error) {
	fault, _ := errors.AsType[*azeer.Error](err)
	switch {
	case err == nil:
		refused.Store(0)
	case fault == nil || fault.Status == 0:
	case fault.Status == http.StatusUnauthorized, fault.Status == http.StatusForbidden:
		refused.Store(int64(fault.Status))
	default:
		refused.Store(0)
	}
}

// Refused says that Azeer refuses the key, and what to do; empty if it does not.
func (i *Inbox) Refused() string {
	for _, use := range []struct {
		status int64
		what   string
	}{{i.readRefused.Load(), "reading agents"}, {i.writeRefused.Load(), "assigning"}} {
		if use.status != 0 {
			return fmt.Sprintf("Azeer: the key is refused for %s (status %d): wrong, revoked or read-only; set AZEER_API_KEY anew",
				use.what, use.status)
		}
	}
	return ""
}

// agentOf is a in the words of assign; id is what Azeer takes for a.
func agentOf(a azeer.Agent, id string) agent.Agent {
	return agent.Agent{
		PlatformID: agent.NewEmail(id),
		Email:      agent.NewEmail(cmp.Or(a.Email, id)),
		Name:       cmp.Or(a.Name, a.Email, id),
		Inactive:   !a.Active,
	}
}

// faultOf says what an error of the client means for an assignment.
func faultOf(err error) *assign.Fault {
	e, ok := errors.AsType[*azeer.Error](err)
	if !ok {
		return &assign.Fault{Effect: assign.Perhaps, Reason: assign.NoReply, Err: err}
	}
	return &assign.Fault{
		Effect:     effectOf(e.Effect),
		Reason:     reasonOf(e),
		Status:     e.Status,
		RetryAfter: e.RetryAfter,
		Said:       e.Message,
		Err:        err,
	}
}

func effectOf(e azeer.Effect) assign.Effect {
	switch e {
	case azeer.NotDone:
		return assign.NotDone
	case azeer.Refused:
		return assign.Never
	}
	return assign.Perhaps
}

func reasonOf(e *azeer.Error) assign.Reason {
	switch status := e.Status; {
	case status == 0:
		return silentReason(e)
	case status == http.StatusBadRequest, status == http.StatusNotFound, status == http.StatusUnprocessableEntity:
		return assign.NotFound
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return assign.KeyRefused
	case status == http.StatusPaymentRequired:
		return assign.PlanLimit
	case status == http.StatusConflict:
		return assign.Conflict
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return assign.Busy
	case status >= 500, status == http.StatusRequestTimeout:
		return assign.ServerError
	case status >= 300 && status < 400:
		return assign.Garbled // a redirect, which is never followed
	}
	return assign.Declined
}

// silentReason is for calls without a status that means anything.
func silentReason(e *azeer.Error) assign.Reason {
	switch {
	case errors.Is(e, azeer.ErrInvalid):
		return assign.NotFound
	case errors.Is(e, azeer.ErrWebPage):
		return assign.WebPage
	case errors.Is(e, azeer.ErrUnrecognised):
		return assign.Garbled
	case e.Effect == azeer.NotDone:
		return assign.Unreachable
	case e.Effect == azeer.Refused:
		return assign.Declined
	}
	return assign.NoReply
}
