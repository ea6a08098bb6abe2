package bot

import (
	"context"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"
	"azeer-slack/assign/phone"
	"azeer-slack/bot/notify"
	"azeer-slack/bot/render"
	"azeer-slack/bot/rota"
	"azeer-slack/bot/texts"
	"azeer-slack/bot/users"
	"azeer-slack/journal/memory"

	"github.com/rs/zerolog"
)

// desk is a service and an agent list for tests that need no sockets.
type desk struct {
	agents []agent.Agent
	state  agent.DirectoryState
}

func (d *desk) Accept(context.Context, assign.Request) (assign.Assignment, assign.Acceptance, error) {
	return assign.Assignment{}, assign.Accepted, nil
}

func (d *desk) AcceptBatch(context.Context, []assign.Request) ([]assign.Entry, error) {
	return nil, nil
}

func (d *desk) StopBatch(context.Context, int64) (int, error) { return 0, nil }

func (d *desk) Latest(context.Context, phone.Number) (assign.Assignment, bool, error) {
	return assign.Assignment{}, false, nil
}

func (d *desk) OnDuty(context.Context, string) (duty.Found, []duty.Load, int, error) {
	return duty.Found{}, nil, -1, duty.ErrNoGroup
}

func (d *desk) Search(string, int) []agent.Agent { return d.agents }

func (d *desk) Guess(ref agent.Ref) (agent.Agent, bool) {
	for _, a := range d.agents {
		if ref.Equal(agent.RefEmail(a.Email.Reveal())) || ref.Equal(agent.RefName(a.Name)) {
			return a, true
		}
	}
	return agent.Agent{}, false
}

func (d *desk) Known(id agent.Email) (agent.Agent, bool) { return d.Guess(agent.RefEmail(id.Reveal())) }

func (d *desk) ChatEmails(a agent.Agent) []agent.Email { return []agent.Email{a.Email} }

func (d *desk) Resolve(_ context.Context, ref agent.Ref, _ string) (agent.Agent, error) {
	if a, ok := d.Guess(ref); ok {
		return a, nil
	}
	return agent.Agent{}, &agent.Unresolved{Reason: agent.NoSuchAgent}
}

func (d *desk) State() agent.DirectoryState { return d.state }

// testHandlers are those of a bot without Slack: they can read and make messages and views.
func testHandlers(t testing.TB, d *desk) handlers {
	t.Helper()
	all, _ := handlersOn(t, d, d, memory.New())
	return all
}

func handlersOn(t testing.TB, d *desk, service Service, history assign.History) (handlers, *answers) {
	t.Helper()
	respond := &responder{people: users.New(nil, nil, zerolog.Nop()), renderers: testRenderers(t)}
	a := &answers{responder: respond, history: history, waiting: newWaitingForms(), rota: rota.New(respond.people, service, rota.Config{})}
	return newHandlers(nil, service, d, a, notify.New(notify.Config{}, notify.Slack{}, zerolog.Nop()), Config{Region: "SA"}), a
}

func loadedDesk() *desk {
	return &desk{
		agents: sampleAgents(),
		state:  agent.DirectoryState{Loaded: true, Count: 2},
	}
}

func sampleAgents() []agent.Agent {
	return []agent.Agent{to("Omar Hassan", "omar@twerlo.com"), to("ليلى أحمد", "layla@twerlo.com")}
}

func to(name, email string) agent.Agent {
	return agent.Agent{PlatformID: agent.NewEmail(email), Email: agent.NewEmail(email), Name: name}
}

// testRenderers are those of Saudi Arabia.
func testRenderers(t testing.TB) render.Renderers {
	t.Helper()
	catalogue, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return render.New(catalogue, render.Config{Region: "SA"})
}

// sampleRequest is what the tests ask for.
var sampleRequest = assign.Request{Requester: "U0MANAGER", Contact: phone.New("966544444444"), Agent: agent.RefEmail("omar@twerlo.com")}

var sampleTime = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

func sampleOutcome(o assign.Outcome) assign.Assignment {
	return assign.Assignment{ID: 17, AcceptedAt: sampleTime, Outcome: o, Request: sampleRequest}
}

var emirati = phone.New("971501234567")

const somebody = "U0MANAGER"
