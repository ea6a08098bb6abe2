package render

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"azeer-slack/assign/agent"
	"azeer-slack/sandbox/blockkit"

	"github.com/slack-go/slack"
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

// Everybody can be chosen, however long or odd their name and address are.
func TestEverybodyIsInTheMenu(t *testing.T) {
	agents := []agent.Agent{
		to("Long", strings.Repeat("x", 80)+"@twerlo.com"), to(strings.Repeat("Ab ", 100), "long@twerlo.com"), to("", "nameless@twerlo.com"),
		to("Two", "two@twerlo.com"), to("Two", "Two@twerlo.com"), to("Quote", "o'brien@twerlo.com"), to("Umlaut", "jürgen@twerlo.com"),
		to(strings.Repeat("👨‍👩‍👧", 30), "family@twerlo.com"), to(strings.Repeat("مُ", 90), "arabic@twerlo.com"),
	}
	options := testVoices(t).Default.Suggest("", agents, false)
	if len(options) != len(agents) {
		t.Fatalf("%d of %d are offered", len(options), len(agents))
	}
	raw, err := json.Marshal(slack.OptionsResponse{Options: options})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range blockkit.Options(raw) {
		t.Errorf("%s at %s", problem.Message, problem.Pointer)
	}
	values := make(map[string]bool)
	for _, o := range options {
		values[o.Value] = true
	}
	if len(values) != len(agents) {
		t.Errorf("only %d values for %d agents", len(values), len(agents))
	}
}
