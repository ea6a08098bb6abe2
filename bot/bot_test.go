package bot

import (
	"context"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/bot/texts"
)

// desk is a service and an agent list for tests that need no sockets.
type desk struct {
	agents []assign.Agent
	state  assign.DirectoryState
}

func (d *desk) Accept(context.Context, assign.Request) (assign.Assignment, assign.Acceptance, error) {
	return assign.Assignment{}, assign.Accepted, nil
}

func (d *desk) Latest(context.Context, assign.Phone) (assign.Assignment, bool, error) {
	return assign.Assignment{}, false, nil
}

func (d *desk) Search(string, int) []assign.Agent { return d.agents }

func (d *desk) Guess(ref assign.AgentRef) (assign.Agent, bool) {
	for _, a := range d.agents {
		if ref.Equal(assign.RefEmail(a.Email.Reveal())) || ref.Equal(assign.RefName(a.Name)) {
			return a, true
		}
	}
	return assign.Agent{}, false
}

func (d *desk) State() assign.DirectoryState { return d.state }

func agent(name, email string) assign.Agent {
	return assign.Agent{PlatformID: assign.NewEmail(email), Email: assign.NewEmail(email), Name: name}
}

// testBot is a bot without Slack: it can make messages and views.
func testBot(t testing.TB, d *desk) *Bot {
	t.Helper()
	catalogue, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &Bot{voices: newVoices(catalogue, d, Config{Region: "SA"}), region: "SA", agents: d, service: d, history: assign.NewMemory(), order: newOrder(), deeds: newDeeds(), forms: newForms(), homes: newHomes(), recents: newRecents(assign.NewMemory())}
}

func loadedDesk() *desk {
	return &desk{
		agents: []assign.Agent{agent("Omar Hassan", "omar@twerlo.com"), agent("ليلى أحمد", "layla@twerlo.com")},
		state:  assign.DirectoryState{Loaded: true, Count: 2},
	}
}
