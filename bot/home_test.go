package bot

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/assign/line"
	"azeer-slack/assign/phone"
	"azeer-slack/sandbox/blockkit"

	"github.com/slack-go/slack"
)

// goldenHomes gives Home tabs: as little as one can hold, and as much.
func goldenHomes(v voice) map[string]any {
	found := goldenSights()
	found.search, found.contact = search{"٠٥٤٤٤٤٤٤٤٤", goldenTime}, goldenRequest.Contact
	found.found, found.owner = goldenRows()[:3], goldenRows()[2]
	mistake, nothing := sights{reader: "U0MANAGER", now: goldenTime}, sights{reader: "U0MANAGER", now: goldenTime}
	mistake.search, mistake.mistake = search{"<!channel> 05444", goldenTime}, sampleMistake(line.PhoneTooShort)
	nothing.search, nothing.contact = search{"+971501234567", goldenTime}, phone.New("971501234567")
	admin := goldenSights()
	admin.admin, admin.team, admin.counts = true, goldenRows(), goldenCounts(3)
	many := sights{reader: "U0ADMIN", now: goldenTime, admin: true, counts: goldenCounts(tallyMost + 3)}
	return map[string]any{
		"home":            v.home(goldenSights()),
		"home_empty":      v.home(sights{reader: "U0MANAGER", now: goldenTime}),
		"home_found":      v.home(found),
		"home_mistake":    v.home(mistake),
		"home_nothing":    v.home(nothing),
		"home_admin":      v.home(admin),
		"home_admin_many": v.home(many),
		"home_admin_none": v.home(sights{reader: "U0ADMIN", now: goldenTime, admin: true}),
		"home_shut":       homeOf(search{}, say(v.texts.Text("not_allowed_guest", nil)).Blocks...),
	}
}

func goldenSights() sights {
	rows := goldenRows()
	return sights{reader: "U0MANAGER", now: goldenTime, mine: rows, wrong: []assign.Assignment{rows[3], rows[5], rows[7]}}
}

// goldenCounts is how many contacts so many agents were given in three days.
func goldenCounts(agents int) (counts []assign.Count) {
	names := []string{"Omar Hassan", "ليلى أحمد", "Sara <!channel> & Co"}
	for day := range 3 {
		for n := range agents {
			counts = append(counts, assign.Count{
				Agent:    to(names[n%len(names)], "agent"+strconv.Itoa(n)+"@twerlo.com"),
				Day:      goldenTime.AddDate(0, 0, -day),
				Assigned: 1 + (n+1)*(day+1)*7%40,
			})
		}
	}
	return counts
}

// However much there is to show, and however long the names, Slack takes the view.
func TestAFullHomeTabFits(t *testing.T) {
	for language, v := range testBot(t, loadedDesk()).voices.speaks {
		rows := goldenRows()
		for i := range rows {
			rows[i].Outcome.Kind, rows[i].Outcome.Reason = assign.Unknown, assign.NotFound
			rows[i].Outcome.Agent = to(strings.Repeat("😀", 300), strings.Repeat("<", 300)+"@twerlo.com")
			rows[i].Agent = agent.RefName(strings.Repeat("&", 300))
		}
		s := sights{
			reader: "U0MANAGER", now: goldenTime, search: search{strings.Repeat("\x01", contactMax), goldenTime},
			contact: goldenRequest.Contact, owner: rows[0], found: rows, wrong: rows[:wrongMost], mine: rows, admin: true, team: rows,
		}
		for day := range tallyDays {
			for n := range 300 {
				s.counts = append(s.counts, assign.Count{
					Agent: to(strings.Repeat("&", 300), strconv.Itoa(n)+"@twerlo.com"), Day: goldenTime.AddDate(0, 0, -day), Assigned: 1 + n*n*1_000_000,
				})
			}
		}
		raw := []byte(encode(v.home(s)))
		for _, problem := range blockkit.View(raw, "/view") {
			t.Errorf("%s: %s at %s", language, problem.Message, problem.Pointer)
		}
		if len(raw) > 150_000 {
			t.Errorf("%s: %d bytes", language, len(raw))
		}
	}
}

func TestBarsAreInProportion(t *testing.T) {
	for _, c := range []struct{ n, most, want int }{{0, 10, 1}, {1, 1000, 1}, {5, 10, barMost / 2}, {10, 10, barMost}, {1, 1, barMost}} {
		if got := strings.Count(string(bar(c.n, c.most)), "█"); got != c.want {
			t.Errorf("%d of %d: %d, want %d", c.n, c.most, got, c.want)
		}
	}
	v := testBot(t, loadedDesk()).voices.usual
	counts := goldenCounts(20)
	lines := strings.Split(v.bars(slices.Clone(counts)), "\n")
	if len(lines) != tallyMost+1 || !strings.HasPrefix(lines[0], "█") {
		t.Errorf("drawn as\n%s", strings.Join(lines, "\n"))
	}
	if !strings.Contains(lines[tallyMost], "(52 other agents)") {
		t.Errorf("the rest is drawn as %q", lines[tallyMost])
	}
}

const somebody = "U0MANAGER"

func TestOnlyHomeTabsThatWereOpenedArePublished(t *testing.T) {
	h, now := newHomes(), time.Now()
	h.changed(somebody, now)
	if user, _, _ := h.next(now.Add(time.Minute)); user != "" {
		t.Error("published for somebody who never opened it")
	}
	h.enter(somebody, view{}, now)
	h.changed(somebody, now)
	h.changed(somebody, now.Add(homeSoon/2))
	if user, _, wait := h.next(now); user != "" || wait != homeSoon {
		t.Errorf("%q, or in %s", user, wait)
	}
	if user, _, _ := h.next(now.Add(homeSoon)); user != somebody {
		t.Error("not published soon after a change")
	}
	if user, _, _ := h.next(now.Add(homeSoon)); user != "" {
		t.Error("two changes are published twice")
	}
	h.done(somebody, "h1", nil, now.Add(homeSoon))
	h.changed(somebody, now.Add(homeSoon))
	if _, _, wait := h.next(now.Add(homeSoon)); wait != homeGap {
		t.Errorf("published again after %s, want %s", wait, homeGap)
	}
	h.publish(somebody, time.Time{})
	if user, of, _ := h.next(now.Add(homeSoon)); user != somebody || of.hash != "h1" {
		t.Errorf("who opens it waits: %q, %q", user, of.hash)
	}
	later := now.Add(homeLife + time.Minute)
	h.changed(somebody, later)
	if user, _, _ := h.next(later.Add(time.Minute)); user != "" {
		t.Error("published for somebody who opened it long ago")
	}
}

func TestHomeTabsAreBounded(t *testing.T) {
	h, now := newHomes(), time.Now()
	for n := range homesMost + 10 {
		h.enter("U"+strconv.Itoa(n), view{}, now)
	}
	for n := range homesMost + 10 {
		h.changed("U"+strconv.Itoa(n), now)
	}
	if n := len(h.due); n != homesMost {
		t.Errorf("%d are kept up to date, want %d", n, homesMost)
	}
}

func TestWhatWasLookedUpStaysForAWhile(t *testing.T) {
	h, now := newHomes(), time.Now()
	shown := func() string {
		h.publish(somebody, time.Time{})
		_, of, _ := h.next(now)
		return of.search.Typed
	}
	typed := homeOf(search{"0544444444", now}).PrivateMetadata
	h.enter(somebody, view{PrivateMetadata: typed}, now)
	if got := shown(); got != "0544444444" {
		t.Errorf("after a restart there is %q", got)
	}
	h.enter(somebody, view{PrivateMetadata: typed}, now.Add(searchLife+time.Minute))
	if got := shown(); got != "" {
		t.Errorf("after an hour there is still %q", got)
	}
	h.look(somebody, action{ActionID: actionSearch, Value: "0555555555"}, now)
	if got := shown(); got != "0555555555" {
		t.Errorf("after a search there is %q", got)
	}
	h.look(somebody, action{ActionID: actionClose}, now)
	if got := shown(); got != "" {
		t.Errorf("after it was closed there is %q", got)
	}
	h.enter(somebody, view{PrivateMetadata: "no JSON"}, now)
}

func TestAPublicationThatFailedIsTriedAgain(t *testing.T) {
	now, conflict := time.Now(), slack.SlackErrorResponse{Err: "hash_conflict"}
	busy, refused := slack.StatusCodeError{Code: 503}, slack.SlackErrorResponse{Err: "not_enabled"}
	for name, c := range map[string]struct {
		err  error
		wait time.Duration // -1: never
	}{
		"done": {nil, -1}, "conflict": {conflict, 0}, "busy": {busy, homeAgain}, "refused": {refused, -1}, "stopped": {errors.New("x"), -1},
	} {
		h := newHomes()
		h.enter(somebody, view{}, now)
		gaveUp := h.done(somebody, "", c.err, now)
		at, waits := h.due[somebody]
		if waits != (c.wait >= 0) || waits && at.Sub(now) != c.wait {
			t.Errorf("%s: due %v in %s", name, waits, at.Sub(now))
		}
		if gaveUp == (waits || c.err == nil) {
			t.Errorf("%s: gave up: %v", name, gaveUp)
		}
	}
	h := newHomes()
	h.enter(somebody, view{}, now)
	for range homeTries {
		delete(h.due, somebody)
		h.done(somebody, "", busy, now)
	}
	if _, waits := h.due[somebody]; waits {
		t.Error("tried for ever")
	}
}

// What went wrong is open as long as nobody has asked for the contact since.
func TestWhatHasBeenSeenToIsNotOpen(t *testing.T) {
	b, m := testBot(t, loadedDesk()), assign.NewMemory()
	b.history, b.service = m, ledgerOf{m}
	accept := func(contact string, kind assign.OutcomeKind, requester string) {
		t.Helper()
		a, _, err := m.Accept(t.Context(), assign.Request{Requester: requester, Contact: phone.New(contact), Agent: agent.RefMe()})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Finish(t.Context(), a.ID, assign.Outcome{Kind: kind, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	accept("966544444441", assign.Failed, somebody)
	accept("966544444442", assign.Refused, somebody)
	accept("966544444443", assign.Expired, somebody)
	accept("966544444444", assign.Assigned, somebody)
	accept("966544444445", assign.Failed, "U0OTHER")
	accept("966544444442", assign.Assigned, "U0OTHER")
	open, err := b.unresolved(t.Context(), somebody, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var contacts []string
	for _, a := range open {
		contacts = append(contacts, a.Contact.Digits())
	}
	if want := []string{"966544444443", "966544444441"}; !slices.Equal(contacts, want) {
		t.Errorf("open are %v, want %v", contacts, want)
	}
	if open, _ = b.unresolved(t.Context(), somebody, time.Now().Add(wrongLife+time.Hour)); len(open) != 0 {
		t.Errorf("%d are open after a week", len(open))
	}
}

// ledgerOf is the part of a service that only asks the journal.
type ledgerOf struct{ *assign.Memory }

func (l ledgerOf) Latest(ctx context.Context, p phone.Number) (assign.Assignment, bool, error) {
	return l.Memory.Latest(ctx, p)
}
