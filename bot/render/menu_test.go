package render

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"azeer-slack/assign/agent"
)

// Slack drops an acknowledgement of 20 kB without a word, so a menu is bounded by its
// bytes as well as by its number of options.
func TestMenusStayFarBelowSlacksLimits(t *testing.T) {
	var crowd []agent.Agent
	for i := range 1000 {
		n := strconv.Itoa(i)
		crowd = append(crowd, to(strings.Repeat("عبد الرحمن ", 20)+n, strings.Repeat("ع", 40)+n+"@twerlo.com"))
	}
	options := testVoices(t).Default.Suggest("", crowd, false)
	raw, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	if len(options) == 0 || len(options) > MenuMost || len(raw) > menuBytes+2 {
		t.Errorf("%d options in %d bytes", len(options), len(raw))
	}
	for _, o := range options {
		if n := len([]rune(o.Text.Text)); n > optionText {
			t.Fatalf("an option of %d characters: %s", n, o.Text.Text)
		}
		if !strings.Contains(o.Text.Text, "@twerlo.com") {
			t.Fatalf("the email, which tells namesakes apart, is cut: %s", o.Text.Text)
		}
	}
}

// An agent whose address does not fit into a menu's value is left out of the menu rather
// than cut; the email can still be typed.
func TestAnAgentTooLongForAMenuIsLeftOut(t *testing.T) {
	long := to("Long", strings.Repeat("x", 80)+"@twerlo.com")
	if options := testVoices(t).Default.Suggest("", []agent.Agent{long}, false); len(options) != 0 {
		t.Errorf("offered %s", options[0].Value)
	}
}
