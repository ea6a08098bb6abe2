package bot

import (
	"strings"
	"testing"

	"azeer-slack/assign/agent"
	"azeer-slack/bot/render"
)

// Who does not fit into a menu's value is found again by a digest: also by another process,
// with a list that has been read anew.
func TestAnAgentIsFoundByDigest(t *testing.T) {
	long := to("Long", strings.Repeat("x", 80)+"@twerlo.com")
	value := render.DigestOf(long)
	b := testHandlers(t, &desk{agents: []agent.Agent{to("Omar Hassan", "omar@twerlo.com"), long}})
	ref, err := b.submissions.readAgent(render.BlockAgent, value)
	if err != nil || !ref.Equal(agent.RefEmail(long.PlatformID.Reveal())) {
		t.Errorf("%v, %v", ref, err)
	}
	gone := testHandlers(t, loadedDesk())
	if _, err := gone.submissions.readAgent(render.BlockAgent, value); err == nil {
		t.Error("somebody who is not listed any more can be chosen")
	}
}
