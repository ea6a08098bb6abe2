package rota

import (
	"context"
	"errors"
	"strings"
	"testing"

	"azeer-slack/assign/agent"
	"azeer-slack/assign/duty"

	"github.com/rs/zerolog"
)

// chat is people by email, all of whom are away.
type chat map[string]string

func (c chat) Absence(_ context.Context, id string) duty.Absence {
	return duty.Absence{Reason: duty.Away, Says: id}
}

func (c chat) IDOf(_ context.Context, email string) string { return c[strings.ToLower(email)] }

type source struct{}

func (source) OnDuty(_ context.Context, group string) (duty.Found, []duty.Load, int, error) {
	if group == "S2" {
		return duty.Found{}, nil, 0, errors.New("down")
	}
	return duty.Found{Group: duty.Group{ID: group, Handle: "support"}}, []duty.Load{{Given: 3}}, 0, nil
}

func TestWhoIsAwayIsFoundInSlack(t *testing.T) {
	t.Parallel()
	r := New(chat{"omar@company.com": "U1", "sara@twerlo.com": "U2"}, source{}, Config{Aliases: map[string]string{"omar@company.com": "Omar@twerlo.com"}})
	person := func(id, email string) agent.Agent {
		return agent.Agent{PlatformID: agent.NewEmail(id), Email: agent.NewEmail(email)}
	}
	for name, tt := range map[string]struct {
		ref  agent.Ref
		who  agent.Agent
		want string
	}{
		"by an alias":             {agent.RefName("omar"), person("omar@twerlo.com", ""), "U1"},
		"by the email":            {agent.RefEmail("x"), person("4711", "Sara@twerlo.com"), "U2"},
		"by the platform id":      {agent.RefEmail("x"), person("sara@twerlo.com", ""), "U2"},
		"by a mention":            {agent.RefMention("U3"), person("sara@twerlo.com", ""), "U3"},
		"nobody in Slack":         {agent.RefEmail("x"), person("nora@twerlo.com", ""), ""},
		"oneself":                 {agent.RefMe(), person("sara@twerlo.com", ""), ""},
		"oneself by a name":       {agent.RefMention("U9"), agent.Agent{}, ""},
		"whoever is on duty":      {agent.RefGroup("S1", ""), person("sara@twerlo.com", ""), ""},
		"nobody whom Slack knows": {agent.RefName("x"), person("4711", ""), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := r.Absence(t.Context(), tt.ref, tt.who, "U9"); got.Says != tt.want {
				t.Errorf("%q is away, want %q", got.Says, tt.want)
			}
		})
	}
}

func TestAGroupThatCannotBeReadKeepsNoneBack(t *testing.T) {
	t.Parallel()
	all := New(chat{}, source{}, Config{Groups: []string{"S1", "S2"}, Logger: zerolog.Nop()}).Now(t.Context(), 0)
	if len(all) != 2 || all[0].Unread || all[0].Loads[0].Given != 3 || !all[1].Unread || all[1].Next != -1 {
		t.Errorf("read %+v", all)
	}
}
