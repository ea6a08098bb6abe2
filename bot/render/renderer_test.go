package render

import (
	"testing"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/bot/texts"
)

func to(name, email string) agent.Agent {
	return agent.Agent{PlatformID: agent.NewEmail(email), Email: agent.NewEmail(email), Name: name}
}

// testVoices are those of Saudi Arabia.
func testVoices(t testing.TB) Renderers {
	t.Helper()
	catalogue, err := texts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(catalogue, Config{Region: "SA"})
}

// starting is how a form starts where Omar and Layla are all the agents.
func starting(d Draft) FormContent {
	start := FormContent{Draft: d}
	ref, err := line.ParseAgent(d.Agent)
	for _, a := range sampleAgents() {
		if err == nil && (ref.Equal(agent.RefEmail(a.Email.Reveal())) || ref.Equal(agent.RefName(a.Name))) {
			start.Agent = a
		}
	}
	return start
}

// sampleAgents are all there are.
func sampleAgents() []agent.Agent {
	return []agent.Agent{to("Omar Hassan", "omar@twerlo.com"), to("ليلى أحمد", "layla@twerlo.com")}
}
