package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

// assigned lets somebody give the contact of all these stories to an agent.
func (p someone) assigned(place, agent string) slack.Message {
	p.w.t.Helper()
	p.types(place, "/assign 0544444444 "+agent)
	return p.reads("+966 54 444 4444", agent)
}

// clicks clicks a button, which must be acknowledged.
func (p someone) clicks(m slack.Message, label string) {
	p.w.t.Helper()
	if d := p.Click(m, label); d.Shown != "" || d.Err != nil {
		p.w.t.Fatalf("the button %q shows %q (%v)\n%s", label, d.Shown, d.Err, p.w.logs.all())
	}
}

func labels(m slack.Message) (all []string) {
	for _, b := range m.Buttons {
		all = append(all, b.Label)
	}
	return all
}

// taken lets the manager give the contact to Sara and then to Omar, and gives the answer.
func taken(w *world, place string) (someone, slack.Message) {
	w.t.Helper()
	manager := w.person("manager")
	manager.assigned(place, "sara@twerlo.com")
	return manager, manager.assigned(place, "omar@twerlo.com")
}

func TestASuccessNamesWhomItWasTakenFromAndCanBeUndone(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]string{"channel": "#support", "private channel": "#vip", "direct message": "@sara", "the bot": "@bot"} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			manager := w.person("manager")
			first := manager.assigned(place, "sara@twerlo.com")
			if strings.Contains(first.Plain(), "(was") || !slices.Equal(labels(first), []string{"Reassign…", "History"}) {
				t.Errorf("the first to have it took it from somebody: %s", first.Plain())
			}
			m := manager.assigned(place, "omar@twerlo.com")
			if !strings.Contains(m.Plain(), "(was Sara Ali).") {
				t.Errorf("it does not say from whom: %s", m.Plain())
			}
			shown := len(manager.Messages(place))
			manager.clicks(m, "Undo")
			undone := manager.reads("Undone:", "+966 54 444 4444 belongs to Sara Ali (sara@twerlo.com) again")
			if now := len(manager.Messages(place)); now != shown || !undone.Ephemeral {
				t.Errorf("%d messages after %d: the answer did not take the place of the clicked one", now, shown)
			}
			if got := labels(undone); !slices.Equal(got, []string{"Reassign…", "History"}) {
				t.Errorf("buttons %q", got)
			}
			w.owner("966544444444", "sara@twerlo.com")

			manager.clicks(undone, "Reassign…")
			f := manager.form()
			if got := f.Values()["contact"]; got != "+966 54 444 4444" {
				t.Errorf("the form starts with %q", got)
			}
			manager.picks(f, "agent", "layla")
			manager.submits(f, map[string]string{"agent": "\u2068ليلى أحمد\u2069 (layla@twerlo.com)"})
			if m := manager.reads("now belongs to", "(was Sara Ali"); m.Where != undone.Where {
				t.Errorf("answered in %s, not in %s", m.Where, undone.Where)
			}
			w.owner("966544444444", "layla@twerlo.com")
		})
	}
}

func TestUndoInArabic(t *testing.T) {
	w := begin(t)
	layla, sara := w.person("layla"), w.person("sara")
	layla.assigned("#support", "sara@twerlo.com")
	m := layla.assigned("#support", "omar@twerlo.com")
	w.checkArabic(m.Plain())
	if want := "(كان لدى \u2066Sara Ali\u2069)"; !strings.Contains(m.Plain(), want) {
		t.Errorf("it does not say from whom: %s", m.Plain())
	}
	layla.clicks(m, "تراجع")
	m = layla.readsArabic("تم التراجع", "عاد العميل \u2066+966 54 444 4444\u2069", "\u2066Sara Ali\u2069")
	layla.clicks(m, "تغيير الموظف…")
	layla.Cancel(layla.form())
	w.owner("966544444444", "sara@twerlo.com")

	m = layla.assigned("#support", "omar@twerlo.com")
	sara.assigned("#general", "layla@twerlo.com")
	layla.clicks(m, "تراجع")
	layla.readsArabic("لم يتم التراجع", "أُسنِد العميل \u2066+966 54 444 4444\u2069 بعد ذلك", "Sara Ali", "لم يتم أي إجراء")
	w.owner("966544444444", "layla@twerlo.com")
}

func TestAnUndoDoesNothingOnceTheContactHasBeenReassigned(t *testing.T) {
	w := begin(t)
	manager, m := taken(w, "#support")
	sara := w.person("sara")
	sara.assigned("#general", "layla@twerlo.com")
	before := w.calls()
	manager.clicks(m, "Undo")
	told := manager.reads("Not undone", "@Sara Ali assigned +966 54 444 4444 to", "layla@twerlo.com", "Nothing was done")
	if !strings.Contains(told.Text, "<!date^") {
		t.Errorf("it does not say when: %s", told.Text)
	}
	w.owner("966544444444", "layla@twerlo.com")
	if n := w.calls(); n != before {
		t.Errorf("%d calls to Azeer", n-before)
	}
}

func TestAnUndoYieldsToWhatIsUnderWay(t *testing.T) {
	w := begin(t)
	manager, m := taken(w, "#support")
	sara := w.person("sara")
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: time.Second})
	sara.types("#general", "/assign 0544444444 layla@twerlo.com")
	w.awaitAssigns(3)
	manager.clicks(m, "Undo")
	manager.reads("Not undone", "@Sara Ali asked to assign", "still in progress")
	sara.reads("now belongs to", "layla@twerlo.com")
	w.owner("966544444444", "layla@twerlo.com")
}

// Whoever comes first, an undo never takes the contact from whom it was not meant for.
func TestAnUndoNeverWinsOverSomebodyElse(t *testing.T) {
	w := begin(t)
	manager, sara := w.person("manager"), w.person("sara")
	for n := range 6 {
		_, m := taken(w, "#support")
		var undo, command *slack.Delivery
		if n%2 == 0 {
			undo, command = manager.ClickAsync(m, "Undo"), sara.CommandAsync("#general", "/assign 0544444444 layla@twerlo.com")
		} else {
			command, undo = sara.CommandAsync("#general", "/assign 0544444444 layla@twerlo.com"), manager.ClickAsync(m, "Undo")
		}
		sara.reads("now belongs to", "layla@twerlo.com")
		said := manager.reads().Plain()
		if !strings.Contains(said, "Undone:") && !strings.Contains(said, "Not undone") && !strings.Contains(said, "a newer request") {
			t.Errorf("the manager is told %q", said)
		}
		w.owner("966544444444", "layla@twerlo.com")
		for _, d := range []*slack.Delivery{undo, command} {
			if d.Shown != "" {
				t.Errorf("Slack says %q", d.Shown)
			}
		}
	}
}

// What failed since changed nothing, and keeps nobody from taking back what did.
func TestAnUndoGoesPastWhatWasRefusedSince(t *testing.T) {
	w := begin(t)
	manager, m := taken(w, "#support")
	sara := w.person("sara")
	sara.types("#general", "/assign 0544444444 nobody@twerlo.com")
	sara.reads("Not assigned", "no agent")
	manager.clicks(m, "Undo")
	manager.reads("Undone:", "Sara Ali")
	w.owner("966544444444", "sara@twerlo.com")
}

func TestUndoClickedTwiceIsDoneOnce(t *testing.T) {
	w := begin(t)
	manager, m := taken(w, "#support")
	before := w.calls()
	w.Azeer.Next(1, azeer.Misbehaviour{Latency: time.Second})
	manager.clicks(m, "Undo")
	manager.clicks(m, "Undo")
	manager.reads("Already on it", "+966 54 444 4444 to sara@twerlo.com")
	manager.reads("Undone:", "Sara Ali")
	if n := w.calls(); n != before+1 {
		t.Errorf("%d calls to Azeer, want 1", n-before)
	}
}

// newestRow changes the newest assignment in the journal.
func (w *world) newestRow(change string, args ...any) {
	w.t.Helper()
	w.rewrite(change+" WHERE id = (SELECT max(id) FROM assignments)", args...)
}

func TestUndoWorksAcrossARestartAndDaysLater(t *testing.T) {
	w := begin(t)
	manager, m := taken(w, "#support")
	w.restart(func() {
		w.newestRow("UPDATE assignments SET accepted_at = accepted_at - ?", (72 * time.Hour).Microseconds())
	})
	manager.clicks(m, "Undo")
	manager.reads("Undone:", "Sara Ali")
	w.owner("966544444444", "sara@twerlo.com")
}

// onlyDMs lets Slack take only direct messages, until it is restored.
func onlyDMs(w *world) {
	w.Slack.FailResponseURL(-1, slack.Failure{Status: 404})
	w.Slack.FailAPI("chat.postEphemeral", -1, slack.Failure{Error: "channel_not_found"})
}

// takenInDM is taken where Slack takes only direct messages, which stay, as does what is
// clicked there until it is restored.
func takenInDM(w *world) (someone, slack.Message) {
	w.t.Helper()
	onlyDMs(w)
	manager, m := taken(w, "#support")
	if m.Via != slack.ViaPostMessage {
		w.t.Fatalf("answered by %s", m.Via)
	}
	return manager, m
}

// Buttons that have stayed are clicked again days later, when the undo is done and much
// has happened since.
func TestUndoClickedAgainDaysLaterSaysThatItIsDone(t *testing.T) {
	w := begin(t)
	manager, m := takenInDM(w)
	manager.clicks(m, "Undo")
	manager.reads("Undone:", "Sara Ali")
	w.restart(func() {
		w.newestRow("UPDATE assignments SET accepted_at = accepted_at - ?", (72 * time.Hour).Microseconds())
		w.restore()
	})
	manager.assigned("#support", "layla@twerlo.com")
	before := w.calls()
	manager.clicks(m, "Undo")
	told := manager.reads("Already undone", "you gave +966 54 444 4444 back to Sara Ali (sara@twerlo.com)")
	if !strings.Contains(told.Text, "<!date^") {
		t.Errorf("it does not say when: %s", told.Text)
	}
	if n := w.calls(); n != before {
		t.Errorf("%d calls to Azeer", n-before)
	}
	w.owner("966544444444", "layla@twerlo.com")
}

func TestAnUndoThatWentWrongIsNotTriedTwice(t *testing.T) {
	w := begin(t)
	manager, m := takenInDM(w)
	w.Azeer.Next(3, azeer.Misbehaviour{Status: 500})
	manager.clicks(m, "Undo")
	manager.reads("Not assigned", "an error (500)")
	w.restore()
	manager.clicks(m, "Undo")
	again := manager.reads("was already used", "+966 54 444 4444", "Not assigned to Sara Ali (sara@twerlo.com): Azeer answered with an error")
	w.owner("966544444444", "omar@twerlo.com")
	manager.clicks(again, "Assign again")
	manager.reads("now belongs to", "Sara Ali")
	w.owner("966544444444", "sara@twerlo.com")
}

// What the journal has deleted for its age cannot be taken back.
func TestAnUndoOfWhatIsForgottenSaysSo(t *testing.T) {
	w := begin(t)
	manager, m := taken(w, "#support")
	w.restart(func() {
		w.newestRow("DELETE FROM assignments")
		if err := os.Remove(w.journalPath() + ".accepted"); err != nil { // which knows that there was one
			t.Fatal(err)
		}
	})
	before := w.calls()
	manager.clicks(m, "Undo")
	told := manager.reads("Not undone", "too long ago", "+966 54 444 4444", "Nothing was done")
	if n := w.calls(); n != before {
		t.Errorf("%d calls to Azeer", n-before)
	}
	manager.clicks(told, "Reassign…")
	f := manager.form()
	manager.Cancel(f)
}

func TestAnUndoToAnAgentWhoHasGoneSaysSo(t *testing.T) {
	w := begin(t)
	manager, m := taken(w, "#support")
	w.restart(func() {
		w.Azeer.SetAgents(slices.DeleteFunc(w.Azeer.Agents(), func(a azeer.Agent) bool { return a.PlatformID == "sara@twerlo.com" })...)
	})
	manager.clicks(m, "Undo")
	manager.reads("Not assigned", "no agent with the email sara@twerlo.com", "Fix in form")
	w.owner("966544444444", "omar@twerlo.com")
}

func TestUndoIsForThoseWhoMayAssign(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ person, told, name, value string }{
		"guest":                  {"guest", "Guests can't", "ALLOW_GUESTS", "false"},
		"other organisation":     {"partner", "other organizations can't", "ALLOW_EXTERNAL", "false"},
		"no longer on the list":  {"sara", "not on the list", "ALLOWED_USERS", "U0SOMEBODY1"},
		"no longer in the place": {"sara", "only in", "ALLOWED_CHANNELS", "C0ELSEWHERE"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, with("ALLOW_GUESTS", "true"), with("ALLOW_EXTERNAL", "true"))
			p := w.person(c.person)
			p.assigned("#support", "sara@twerlo.com")
			m := p.assigned("#support", "omar@twerlo.com")
			w.restart(func() { w.settings[c.name] = c.value })
			before := w.calls()
			p.clicks(m, "Undo")
			p.reads(c.told)
			if still := p.Messages("#support"); !slices.ContainsFunc(still, func(s slack.Message) bool { return s.TS == m.TS && s.Text == m.Text }) {
				t.Errorf("the receipt is gone: %v", still)
			}
			if n := w.calls(); n != before {
				t.Errorf("%d calls to Azeer", n-before)
			}
			w.owner("966544444444", "omar@twerlo.com")
		})
	}
}

func TestAnUndoThatCouldNotBeStoredCanBeClickedAgain(t *testing.T) {
	w := begin(t)
	w.expectError("request not stored")
	manager, m := taken(w, "#support")
	back := w.moveJournal()
	manager.clicks(m, "Undo")
	manager.reads("Nothing was done", "could not save")
	back()
	manager.clicks(m, "Undo")
	manager.reads("Undone:", "Sara Ali")
	w.owner("966544444444", "sara@twerlo.com")
}

func TestAnUndoInAThreadStaysThere(t *testing.T) {
	w := begin(t)
	manager := w.person("manager")
	root := w.person("sara").Post("#general", "who takes 0544444444?")
	manager.Reply(root, "@azeer 0544444444 sara@twerlo.com")
	manager.reads("now belongs to", "Sara Ali")
	manager.Reply(root, "@azeer 0544444444 omar@twerlo.com")
	m := manager.reads("now belongs to", "(was Sara Ali")
	manager.clicks(m, "Undo")
	undone := manager.reads("Undone:", "Sara Ali")
	if undone.ThreadTS != root.TS || !undone.Ephemeral {
		t.Errorf("answered in %s, thread %q", undone.Where, undone.ThreadTS)
	}
	manager.clicks(undone, "Reassign…")
	f := manager.form()
	manager.picks(f, "agent", "om")
	manager.submits(f, map[string]string{"agent": "Omar Hassan (omar@twerlo.com)"})
	if m := manager.reads("now belongs to", "Omar Hassan"); m.ThreadTS != root.TS || !m.Ephemeral {
		t.Errorf("answered in %s, thread %q", m.Where, m.ThreadTS)
	}
}
