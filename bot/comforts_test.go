package bot

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/assign/prose"
	"azeer-slack/sandbox/blockkit"

	"github.com/slack-go/slack"
)

var emirati = phone.New("971501234567")

// goldenComforts gives the messages about a number from abroad.
func goldenComforts(v voice) map[string]message {
	a := goldenOutcome(assign.Outcome{Kind: assign.Assigned, Agent: to("Omar Hassan", "omar@twerlo.com")})
	a.Contact = emirati
	mistake := sampleMistake(line.EmailNoDomain)
	return map[string]message{
		"assigned_abroad": v.outcome(a, agent.Agent{}),
		"mistake_abroad":  v.mistaken(mistake, draft{Contact: "+971 50 123 4567", Agent: "omar@"}),
	}
}

// goldenForms gives forms that know something of their contact.
func goldenForms(v voice, from origin) map[string]any {
	abroad, owned := v.form(draft{Contact: "+971 50 123 4567"}, from), v.form(draft{Contact: "0544444444"}, from)
	owner := goldenOutcome(assign.Outcome{Kind: assign.Assigned, At: goldenTime, Agent: to("ليلى أحمد", "layla@twerlo.com")})
	insertLines(&owned, v.ownerLine(goldenRequest.Contact, owner))
	found := v.formFound(prose.Find("+971 50 123 4567", "SA"), from)
	insertLines(&found, v.ownerLine(emirati, owner))
	return map[string]any{"form_abroad": abroad, "form_owned": owned, "message_owned": found}
}

func TestFlags(t *testing.T) {
	speaks := testBot(t, loadedDesk()).voices.speaks
	for digits, want := range map[string][3]string{
		"966544444444": {"", "", ""},
		"971501234567": {"🇦🇪", "United Arab Emirates", "الإمارات العربية المتحدة"},
		"201001234567": {"🇪🇬", "Egypt", "مصر"},
		"97336001234":  {"🇧🇭", "Bahrain", "البحرين"},
		"12015550123":  {"🇺🇸", "United States", "الولايات المتحدة"},
		"80012345678":  {"🌐", "", ""},
		"999":          {"", "", ""},
	} {
		for n, language := range []string{"en", "ar"} {
			got := speaks[language].contact(phone.New(digits))
			if got.Flag != want[0] || got.Country != want[n+1] {
				t.Errorf("%s in %s: %q %q", digits, language, got.Flag, got.Country)
			}
		}
	}
}

// A number that does not exist is said to be read in a country, not in a code.
func TestTheRegionHasAName(t *testing.T) {
	for language, want := range map[string]string{
		"en": "not a number that exists (country: Saudi Arabia, unless", "ar": "(قُرئ على أنه من \u2068المملكة العربية السعودية\u2069 ما",
	} {
		v := testBot(t, loadedDesk()).voices.speaks[language]
		_, err := line.ParsePhone("0844444444", "SA")
		if got := v.mistakeLine(err); !strings.Contains(got, want) {
			t.Errorf("%s: %q", language, got)
		}
		if got := v.regionName("001"); got != "001" {
			t.Errorf("%s: what is no country is called %q", language, got)
		}
	}
}

// keeper is a journal that says nothing before it is told to.
type keeper struct {
	*assign.Memory
	speak chan struct{}
	err   error
}

func (k *keeper) List(ctx context.Context, q assign.Query) ([]assign.Assignment, error) {
	select {
	case <-k.speak:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if k.err != nil {
		return nil, k.err
	}
	return k.Memory.List(ctx, q)
}

// given stores an assignment of somebody's that was done.
func given(t *testing.T, m *assign.Memory, to agent.Agent, undoes int64) assign.Assignment {
	t.Helper()
	a, _, err := m.Accept(t.Context(), assign.Request{
		Requester: somebody, Contact: goldenRequest.Contact, Agent: agent.RefEmail(to.PlatformID.Reveal()), Undoes: undoes,
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Outcome = assign.Outcome{Kind: assign.Assigned, Agent: to, At: time.Now()}
	if err := m.Finish(t.Context(), a.ID, a.Outcome); err != nil {
		t.Fatal(err)
	}
	return a
}

func menuCall(query string) *call {
	c := &call{kind: suggestion}
	c.User.ID, c.Value = somebody, query
	return c
}

func emails(agents []agent.Agent) (all string) {
	for _, a := range agents {
		name, _, _ := strings.Cut(a.PlatformID.Reveal(), "@")
		all += name + " "
	}
	return strings.TrimSpace(all)
}

func TestTheLastFiveAgentsComeFirst(t *testing.T) {
	m := assign.NewMemory()
	r := newRecents(m)
	numbered := func(n int) agent.Agent { return to("Agent", "a"+strconv.Itoa(n)+"@twerlo.com") }
	for _, n := range []int{1, 2, 3, 4, 5, 6, 2} {
		given(t, m, numbered(n), 0)
	}
	given(t, m, numbered(9), 3) // given back, not chosen
	<-r.warm(t.Context(), somebody).read
	if got := emails(r.of(t.Context(), menuCall(""))); got != "a2 a6 a5 a4 a3" {
		t.Errorf("the last are %s", got)
	}
	r.finished(given(t, m, numbered(4), 0))
	r.finished(given(t, m, numbered(7), 0))
	failed := given(t, m, numbered(8), 0)
	failed.Outcome.Kind = assign.Failed
	r.finished(failed)
	if got := emails(r.of(t.Context(), menuCall(""))); got != "a7 a4 a2 a6 a5" {
		t.Errorf("then the last are %s", got)
	}
	if got := r.of(t.Context(), menuCall("om")); len(got) != 0 {
		t.Errorf("while something is typed, %s come first", emails(got))
	}
}

// A menu waits for a slow journal a moment only, and no menu for one that is broken.
func TestNoMenuWaitsForTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &keeper{Memory: assign.NewMemory(), speak: make(chan struct{})}
		given(t, k.Memory, to("Omar Hassan", "omar@twerlo.com"), 0)
		r := newRecents(k)
		start := time.Now()
		if got := r.of(t.Context(), menuCall("")); len(got) != 0 || time.Since(start) != recentWait {
			t.Errorf("%s after %s", emails(got), time.Since(start))
		}
		// What ends while it is being read is not lost.
		r.finished(given(t, k.Memory, to("Sara Ali", "sara@twerlo.com"), 0))
		close(k.speak)
		synctest.Wait()
		if got := emails(r.of(t.Context(), menuCall(""))); got != "sara omar" {
			t.Errorf("then %s", got)
		}
		k.err = errors.New("disk on fire")
		r = newRecents(k)
		if got := r.of(t.Context(), menuCall("")); len(got) != 0 {
			t.Errorf("%s", emails(got))
		}
		k.err = nil
		if got := emails(r.of(t.Context(), menuCall(""))); got != "sara omar" {
			t.Errorf("after a failure %s", got)
		}
	})
}

// What other instances did is known some minutes later. Until the journal has said it, the
// menu holds what was known before.
func TestTheLastAgentsAreReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &keeper{Memory: assign.NewMemory(), speak: make(chan struct{})}
		close(k.speak)
		given(t, k.Memory, to("Omar Hassan", "omar@twerlo.com"), 0)
		r := newRecents(k)
		<-r.warm(t.Context(), somebody).read
		given(t, k.Memory, to("Sara Ali", "sara@twerlo.com"), 0)
		wantLast := func(when, want string) {
			t.Helper()
			if got := emails(r.of(t.Context(), menuCall(""))); got != want {
				t.Errorf("%s the last are %q, want %q", when, got, want)
			}
		}
		pause(t.Context(), recentLife-time.Second)
		wantLast("soon", "omar")
		pause(t.Context(), time.Second)
		k.speak = make(chan struct{})
		wantLast("while the journal is silent", "omar")
		close(k.speak)
		synctest.Wait()
		wantLast("minutes later", "sara omar")
		k.err = errors.New("disk on fire")
		pause(t.Context(), recentLife)
		for range 2 {
			wantLast("when the journal cannot be read", "sara omar")
		}
	})
}

func TestAGroupedMenuFits(t *testing.T) {
	var crowd []agent.Agent
	for i := range 200 {
		crowd = append(crowd, to(strings.Repeat("عبد الرحمن ", 20), strings.Repeat("ع", 40)+strconv.Itoa(i)+"@twerlo.com"))
	}
	v := testBot(t, &desk{agents: crowd}).voices.usual
	groups := v.group(crowd[10:15], v.suggest(""))
	raw, err := json.Marshal(slack.OptionGroupsResponse{OptionGroups: groups})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range blockkit.Options(raw) {
		t.Errorf("%s at %s", problem.Message, problem.Pointer)
	}
	if len(groups) != 2 || len(groups[0].Options) != 5 || len(raw) > menuBytes+500 {
		t.Errorf("%d groups in %d bytes", len(groups), len(raw))
	}
	seen := make(map[string]bool)
	for _, g := range groups {
		for _, o := range g.Options {
			if seen[o.Value] {
				t.Errorf("%s is offered twice", o.Value)
			}
			seen[o.Value] = true
		}
	}
	if groups := v.group([]agent.Agent{to("Left", "left@twerlo.com")}, v.suggest("")); len(groups) != 0 {
		t.Error("somebody who left comes first")
	}
}

func TestAGroupedMenuHasAtMostFiftyOptions(t *testing.T) {
	var crowd []agent.Agent
	for i := range 70 {
		crowd = append(crowd, to("Agent "+strconv.Itoa(i), "a"+strconv.Itoa(i)+"@twerlo.com"))
	}
	v := testBot(t, &desk{agents: crowd}).voices.usual
	groups := v.group(crowd[60:65], v.suggest("")[:menuMost])
	if len(groups) != 2 || len(groups[0].Options) != 5 || len(groups[1].Options) != menuMost-5 {
		t.Errorf("%d groups: %+v", len(groups), groups)
	}
}

func TestAFormDoesNotWaitForItsOwner(t *testing.T) {
	b := testBot(t, loadedDesk())
	m := assign.NewMemory()
	v := b.voices.usual
	shown := func() string {
		form := v.form(draft{Contact: "0544444444"}, origin{Channel: "C0SUPPORT"})
		b.nameOwner(t.Context(), v, &form, goldenRequest.Contact)
		return encode(form.Blocks)
	}
	b.history = m
	if strings.Contains(shown(), "now belongs to") {
		t.Error("an owner where none is known")
	}
	given(t, m, to("Omar Hassan", "omar@twerlo.com"), 0)
	if !strings.Contains(shown(), "+966 54 444 4444 now belongs to Omar Hassan (omar@twerlo.com), since ") {
		t.Errorf("the form says %s", shown())
	}
	synctest.Test(t, func(t *testing.T) {
		b.history = silent{m}
		start := time.Now()
		if strings.Contains(shown(), "now belongs to") || time.Since(start) != ownerLimit {
			t.Errorf("waited %s", time.Since(start))
		}
	})
}

// silent is a journal that never says who owns a contact.
type silent struct{ *assign.Memory }

func (silent) Owner(ctx context.Context, _ phone.Number) (assign.Assignment, bool, error) {
	<-ctx.Done()
	return assign.Assignment{}, false, ctx.Err()
}
