package journal

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/phone"
	"azeer-slack/journal/store"
)

// Law: what is stored of an outcome is what is read back, but for bytes that are not
// UTF-8 and NULs in what the databases take as text.
func FuzzOutcomeIsReadAsWritten(f *testing.F) {
	f.Add("assigned", "", "omar@twerlo.com", "Omar", "", 200, 1, true)
	f.Add("refused", "no_such_agent", "", "", "لا يوجد \u2066x\u2069 <&>", 404, 0, false)
	f.Fuzz(func(t *testing.T, kind, reason, email, name, said string, status, attempts int, inactive bool) {
		to := agent.Agent{
			PlatformID: agent.NewEmail(email), Email: agent.NewEmail(name), Name: said, Inactive: inactive,
		}
		want := assign.Outcome{
			Kind: assign.OutcomeKind(store.Text(kind)), Reason: assign.Reason(reason), Agent: to,
			Said: said, Status: status, Attempts: attempts, Nearest: agent.Nearest{Agents: []agent.Agent{to, {}}},
		}
		text, err := encodeOutcome(want)
		if err != nil {
			t.Fatal(err)
		}
		if text != store.Text(text) {
			t.Fatalf("%q is not fit for a text column", text)
		}
		r := store.Row{Kind: store.Text(kind), Outcome: &text}
		a, err := decodeRow(&r, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if r.Kind != "" && !sameOutcome(a.Outcome, want) {
			t.Fatalf("read %+v, want %+v", a.Outcome, want)
		}
	})
}

func sameOutcome(got, want assign.Outcome) bool {
	valid := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
	each := func(s string) string { return string([]rune(s)) } // as JSON does: one mark for each byte
	same := func(a, b string) bool { return a == b || a == valid(b) || a == each(b) }
	agent := func(a, b agent.Agent) bool {
		return same(a.PlatformID.Reveal(), b.PlatformID.Reveal()) && same(a.Email.Reveal(), b.Email.Reveal()) &&
			same(a.Name, b.Name) && a.Inactive == b.Inactive
	}
	return got.Kind == want.Kind && same(string(got.Reason), string(want.Reason)) && same(got.Said, want.Said) &&
		got.Status == want.Status && got.Attempts == want.Attempts && got.Newer == nil &&
		agent(got.Agent, want.Agent) && slices.EqualFunc(got.Nearest.Agents, want.Nearest.Agents, agent)
}

// Law: a request is read as written. Text that no database takes is cleaned, once and
// for all; the reply, which is not text, is left as it is.
func FuzzRequestIsReadAsWritten(f *testing.F) {
	f.Add("1.2.3", "U1", "966544444444", "omar@twerlo.com", "{}", "command C1", int64(0))
	f.Add("", "\x00", "٠٥", "عمر:x", "\xff\x00", "\xff\x00 \u2066", int64(-1))
	f.Fuzz(func(t *testing.T, key, requester, contact, name, reply, origin string, undoes int64) {
		r := assign.Request{
			Key: key, Requester: requester, Contact: phone.New(contact),
			Agent: agent.RefName(name), Reply: reply, Origin: origin, Undoes: undoes, Guard: undoes,
		}
		if name == "" {
			r.Agent = agent.RefMe()
		}
		w := encodeRequest(r)
		for _, text := range []string{w.Key, w.Requester, w.Contact, w.Agent, w.JoinKey, w.Origin} {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				t.Fatalf("%q is not fit for a text column", text)
			}
		}
		stored := w.Row(7)
		a, err := decodeRow(&stored, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if a.Key != store.Text(key) || a.Requester != store.Text(requester) || a.Contact.Digits() != store.Text(contact) ||
			a.Agent.Kind != r.Agent.Kind || a.Agent.Reveal() != store.Text(r.Agent.Reveal()) || a.Reply != reply {
			t.Fatalf("read %q %q %q %q %q", a.Key, a.Requester, a.Contact.Digits(), a.Agent.Encode(), a.Reply)
		}
		if a.Origin != store.Text(origin) || a.Undoes != undoes || a.Guard != 0 {
			t.Fatalf("read origin %q, undoes %d, guard %d", a.Origin, a.Undoes, a.Guard)
		}
		again := encodeRequest(a.Request)
		if again.Key != w.Key || again.JoinKey != w.JoinKey || again.Agent != w.Agent {
			t.Fatal("what was read is not stored the same way again")
		}
	})
}

// Law: two requests have one join key exactly when requester, contact and agent are the same,
// agents by AgentRef.Equal.
func FuzzJoinKeysAreEqualRequests(f *testing.F) {
	f.Add("U1", "966544444444", "omar@twerlo.com", "U1", "966544444444", "OMAR@twerlo.com")
	f.Add("U1", "1 2", "K", "U1 1", "2", "\u212a")
	f.Add("U", "1", "ſ", "U", "1", "S")
	f.Fuzz(func(t *testing.T, by1, to1, name1, by2, to2, name2 string) {
		one := encodeRequest(assign.Request{Requester: by1, Contact: phone.New(to1), Agent: agent.RefName(name1)})
		two := encodeRequest(assign.Request{Requester: by2, Contact: phone.New(to2), Agent: agent.RefName(name2)})
		equal := one.Requester == two.Requester && one.Contact == two.Contact &&
			agent.RefName(store.Text(name1)).Equal(agent.RefName(store.Text(name2)))
		if (one.JoinKey == two.JoinKey) != equal {
			t.Fatalf("join keys %q and %q, equal %t", one.JoinKey, two.JoinKey, equal)
		}
	})
}
