// Package azeer is the simulated Azeer: an account with its agents and contacts, served as
// the REST API that an app calls, and misbehaving as a test orders. It must not know the
// simulated Slack, nor the app.
//
// What it knows of the real API stands in the vendor's pages "Assign Contact to an Agent",
// "List All Agents" and "Get an Agent Details" at docs.azeer.com.
package azeer

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"azeer-slack/sandbox/internal/loopback"
	"azeer-slack/sandbox/internal/monitor"
	"azeer-slack/sandbox/record"
)

// Key is the key of the account in the box: one that may read and write.
const Key = "sandbox-key"

// Rules of Azeer that an app can break.
const (
	RuleHeaders record.Rule = "azeer_headers" // sent without Authorization, Content-Type or User-Agent
	RuleBody    record.Rule = "azeer_body"    // sent a body that is not exactly the two fields
	RulePath    record.Rule = "azeer_path"    // named something that the API does not have
)

// Agent is somebody in the account's inbox.
type Agent struct {
	ID         int
	PlatformID string // what the assign endpoint takes: the login email
	Name       string
	Role       string // default "agent"
	Inactive   bool
}

// Contact is a customer in the account's inbox. The API tells nobody of them.
type Contact struct {
	Phone  string // E.164 digits: what the assign endpoint takes
	Name   string
	Said   string // their last line on WhatsApp
	SaidAt time.Time
}

// Call is one request that Azeer received.
type Call struct {
	N       int // counts up from 1
	At      time.Time
	Method  string
	Path    string
	Contact string        // of an assignment, as sent
	Agent   string        // of an assignment, as sent
	Status  int           // what was answered; 0: nothing
	Effect  bool          // the contact has a new owner
	Over    bool          // answered, or given up on by either side
	Took    time.Duration // from the arrival until it was over
}

// Account is the account in the inbox: its agents, who owns which contact, and how it
// misbehaves.
type Account struct {
	report *record.Reporter
	server *loopback.Server

	mu       *monitor.Monitor // the rest is guarded by it
	key      string
	agents   []Agent
	contacts contacts
	shape    ListShape
	calls    []Call
	orders   orders
}

// contacts are what the account knows of its customers. Guarded by Account.mu.
type contacts struct {
	added  []Contact
	owners map[string]string
	known  map[string]bool // nil: every contact exists
}

// Start opens the account on loopback; what the app does wrong goes to rec. End it with
// Close.
func Start(rec *record.Recorder) (*Account, error) {
	z := &Account{
		report: rec.Reporter("azeer"), mu: monitor.New(), key: Key, orders: newOrders(),
		contacts: contacts{owners: map[string]string{}},
		agents: []Agent{
			{ID: 1, PlatformID: "omar@twerlo.com", Name: "Omar Hassan", Role: "admin"},
			{ID: 2, PlatformID: "sara@twerlo.com", Name: "Sara Ali"},
			{ID: 3, PlatformID: "layla@twerlo.com", Name: "ليلى أحمد"},
			{ID: 4, PlatformID: "noura@twerlo.com", Name: "Noura Saleh"},
			{ID: 5, PlatformID: "noura.s@twerlo.com", Name: "Noura Saleh"},
			{ID: 6, PlatformID: "huda@twerlo.com", Name: "Huda Karim", Inactive: true},
		},
	}
	z.server = loopback.New(z.routes(), nil)
	return z, z.server.Up()
}

// BaseURL returns the base of the API: AZEER_BASE_URL.
func (z *Account) BaseURL() string { return "http://" + z.server.Addr() + "/v1" }

// Close drops every call and returns when none is left.
func (z *Account) Close() error { return z.server.Down() }

// Owner returns the platform_id of the agent who owns a contact (E.164 digits), or "".
func (z *Account) Owner(contact string) string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.contacts.owners[contact]
}

// Owners returns every contact that has an owner.
func (z *Account) Owners() map[string]string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return maps.Clone(z.contacts.owners)
}

// Agents returns the agents of the account.
func (z *Account) Agents() []Agent {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.agents)
}

// SetAgents replaces the agents of the account.
func (z *Account) SetAgents(agents ...Agent) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.agents = slices.Clone(agents)
	z.report.Note(agentsChanged{})
}

// AddAgent adds one; a zero ID is given the next number.
func (z *Account) AddAgent(a Agent) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if a.ID == 0 {
		for _, other := range z.agents {
			a.ID = max(a.ID, other.ID)
		}
		a.ID++
	}
	z.agents = append(z.agents, a)
	z.report.Note(agentsChanged{})
}

// AddContact adds a contact, who belongs to the agent with that platform_id; "" is nobody.
func (z *Account) AddContact(c Contact, owner string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.contacts.added = append(z.contacts.added, c)
	if owner != "" {
		z.contacts.owners[c.Phone] = owner
	}
	z.report.Note(contactsChanged{})
}

// Contacts returns those that have been added, in that order. Contacts that were only
// assigned are not among them.
func (z *Account) Contacts() []Contact {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.contacts.added)
}

// KnowOnly makes every contact but these unknown. Without a call of it all are known.
func (z *Account) KnowOnly(contacts ...string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.contacts.known = map[string]bool{}
	for _, c := range contacts {
		z.contacts.known[c] = true
	}
}

// ChangeKey makes the account accept another key than Key.
func (z *Account) ChangeKey(key string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.key = key
}

// Calls returns what was received so far, oldest first.
func (z *Account) Calls() []Call {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.calls)
}

// WaitCalls waits until n calls have been received, of every kind together. A call counts
// from its arrival on, whether or not it has been answered.
func (z *Account) WaitCalls(ctx context.Context, n int) error {
	return z.await(ctx, func() bool { return len(z.calls) >= n })
}

// WaitAssigns waits until n assignments have been received.
func (z *Account) WaitAssigns(ctx context.Context, n int) error {
	return z.await(ctx, func() bool {
		count := 0
		for _, c := range z.calls {
			if c.Method == http.MethodPost {
				count++
			}
		}
		return count >= n
	})
}

func (z *Account) await(ctx context.Context, ready func() bool) error {
	if err := z.mu.Await(ctx, ready); err != nil {
		return fmt.Errorf("wait for calls to azeer: %w", err)
	}
	return nil
}
