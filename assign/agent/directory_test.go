package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const (
	omarEmail  = "omar@twerlo.com"
	saraEmail  = "sara@twerlo.com"
	laylaEmail = "layla@twerlo.com"
)

var errListDown = errors.New("down")

// listStub is a Lister with a list that a test may change.
type listStub struct {
	mu      sync.Mutex
	agents  []Agent
	partial bool
	listErr error
	lists   int // how often it was read
}

func (l *listStub) Agents(context.Context) ([]Agent, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lists++
	return l.agents, l.partial, l.listErr
}

// askedFor is People with a fixed answer.
type askedFor func(user string) (Email, error)

func (f askedFor) Email(_ context.Context, user string) (Email, error) { return f(user) }

func listed(email, name string) Agent {
	return Agent{PlatformID: NewEmail(email), Email: NewEmail(email), Name: name}
}

// staff is an agent list with the likenesses that make trouble.
func staff() []Agent {
	gone := listed("nadia@twerlo.com", "Nadia Karim")
	gone.Inactive = true
	return []Agent{
		listed(omarEmail, "Omar Hassan"), listed(saraEmail, "Sara Ali"), listed(laylaEmail, "Layla Saad"),
		listed("ahmad@twerlo.com", "أحمد الزهراني"), listed("ahmad.s@twerlo.com", "احمد السالم"),
		listed("fatimah@twerlo.com", "فاطمة مُحمّد"), listed("jose@twerlo.com", "José Núñez"), gone,
	}
}

func directoryOf(t *testing.T, list *listStub, people People, aliases map[string]string) *Directory {
	t.Helper()
	d := NewDirectory(list, people, DirectoryConfig{Aliases: aliases})
	if list.listErr == nil {
		if err := d.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func emails(agents []Agent) string {
	var all []string
	for _, a := range agents {
		local, _, _ := strings.Cut(a.PlatformID.Reveal(), "@")
		all = append(all, local)
	}
	return strings.Join(all, " ")
}

func TestSearch(t *testing.T) {
	d := directoryOf(t, &listStub{agents: staff()}, nil, nil)
	for query, want := range map[string]string{
		"om":               "omar",
		"OMAR":             "omar",
		"hass":             "omar",
		"ali sar":          "sara",
		"assa":             "omar",
		"sara@twerlo.com":  "sara",
		"sa":               "sara layla omar", // a name's beginning, a word's, a part
		"jose nunez":       "jose",
		"أحمد":             "ahmad ahmad.s",
		"احمد":             "ahmad ahmad.s",
		"إحمد الس":         "ahmad.s",
		"فاطمه":            "fatimah",
		"فاطمـــة محمد":    "fatimah",
		"\u200fمحمد\u200e": "fatimah",
		"nadia":            "", // inactive
		"zzz":              "",
		"":                 "jose layla omar sara ahmad ahmad.s fatimah",
	} {
		t.Run(query, func(t *testing.T) {
			if got := emails(d.Search(query, 0)); got != want {
				t.Errorf("found %q, want %q", got, want)
			}
		})
	}
	if got := d.Search("", 2); len(got) != 2 {
		t.Errorf("%d found with a limit of 2", len(got))
	}
}

func TestFoldingDigitsAndWidth(t *testing.T) {
	for typed, want := range map[string]string{
		"عبد٠١٢": "عبد012", "۳۴۵": "345", "Ｏｍａｒ": "omar", " a \u00a0 b ": "a b", "مصطفى": "مصطفي", "آمنة": "امنه", "ک ی": "ك ي",
	} {
		if got := fold(typed); got != want {
			t.Errorf("fold(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
		slip bool
	}{
		{"omar@twerlo.com", "omar@twerlo.com", 0, true},
		{"omar@twelro.com", "omar@twerlo.com", 1, true},
		{"omra", "omar", 1, true},
		{"omer@twerlo.con", "omar@twerlo.com", 2, true},
		{"sara", "omar", 0, false},
		{"", "omar", 0, false},
	} {
		if got, slip := distance(c.a, c.b); slip != c.slip || slip && got != c.want {
			t.Errorf("distance(%q, %q) = %d, %v", c.a, c.b, got, slip)
		}
	}
}

func TestResolve(t *testing.T) {
	people := askedFor(func(user string) (Email, error) {
		switch user {
		case "USARA":
			return NewEmail("Sara@twerlo.com"), nil
		case "UCHAT":
			return NewEmail("o.hassan@chat.example"), nil
		case "UAWAY":
			return Email{}, errListDown
		}
		return Email{}, fmt.Errorf("look up user: %w", ErrNoEmail)
	})
	aliases := map[string]string{"O.Hassan@chat.example": omarEmail}
	for name, c := range map[string]struct {
		ref     Ref
		want    string
		reason  Reason
		nearest string
	}{
		"an email in any case":             {ref: RefEmail("OMAR@twerlo.com"), want: "omar"},
		"an email by its alias":            {ref: RefEmail("o.hassan@CHAT.example"), want: "omar"},
		"a full name":                      {ref: RefName("omar hassan"), want: "omar"},
		"one word of a name":               {ref: RefName("Layla"), want: "layla"},
		"the beginning of a name":          {ref: RefName("Lay"), reason: NoSuchAgent, nearest: "layla"},
		"a name in Arabic, spelled simply": {ref: RefName("احمد الزهراني"), want: "ahmad"},
		"a mention":                        {ref: RefMention("USARA"), want: "sara"},
		"a mention by alias":               {ref: RefMention("UCHAT"), want: "omar"},
		"me":                               {ref: RefMe(), want: "sara"},
		"a slip of the finger":             {ref: RefEmail("omra@twerlo.com"), reason: NoSuchAgent, nearest: "omar"},
		"another domain":                   {ref: RefEmail("layla@example.com"), reason: NoSuchAgent, nearest: "layla"},
		"a name two have":                  {ref: RefName("أحمد"), reason: Ambiguous, nearest: "ahmad ahmad.s"},
		"a name nobody has":                {ref: RefName("Lyala"), reason: NoSuchAgent, nearest: "layla"},
		"somebody who left":                {ref: RefEmail("nadia@twerlo.com"), reason: Inactive},
		"somebody who left, by name":       {ref: RefName("Nadia"), reason: Inactive},
		"a person without email":           {ref: RefMention("UNONE"), reason: NoEmail},
		"Slack away":                       {ref: RefMention("UAWAY"), reason: PeopleAway},
		"nobody at all":                    {ref: Ref{}, reason: NoSuchAgent},
		"an empty email":                   {ref: RefEmail(" "), reason: NoSuchAgent},
	} {
		t.Run(name, func(t *testing.T) {
			d := directoryOf(t, &listStub{agents: staff()}, people, aliases)
			got, err := d.Resolve(t.Context(), c.ref, "USARA")
			var u *Unresolved
			if c.reason == "" {
				if err != nil || emails([]Agent{got}) != c.want {
					t.Errorf("got %q, %v; want %q", emails([]Agent{got}), err, c.want)
				}
			} else if !errors.As(err, &u) || u.Reason != c.reason || emails(u.Nearest.Agents) != c.nearest || u.Retry != (c.reason == PeopleAway) {
				t.Errorf("got %+v", err)
			}
		})
	}
}

// An alias is set for just that: the agent of a person's address is no more.
func TestAnAliasLeadsPastWhoHasLeft(t *testing.T) {
	d := directoryOf(t, &listStub{agents: staff()}, nil, map[string]string{"nadia@twerlo.com": saraEmail})
	if got, err := d.Resolve(t.Context(), RefEmail("Nadia@twerlo.com"), "U1"); err != nil || !got.PlatformID.Equal(NewEmail(saraEmail)) {
		t.Errorf("got %v, %v", got, err)
	}
}

// The only Omar of half a list need not be the only one.
func TestHalfAListSettlesNoFirstName(t *testing.T) {
	list := &listStub{agents: staff(), partial: true}
	d := directoryOf(t, list, nil, nil)
	var u *Unresolved
	if got, err := d.Resolve(t.Context(), RefName("Omar"), "U1"); !errors.As(err, &u) || u.Reason != NamesUnknown || emails(u.Nearest.Agents) != "omar" {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := d.Resolve(t.Context(), RefName("Omar Hassan"), "U1"); err != nil || !got.PlatformID.Equal(NewEmail(omarEmail)) {
		t.Errorf("the whole name: got %v, %v", got, err)
	}
}

func TestResolveWhenTheListIsNotWhole(t *testing.T) {
	for name, list := range map[string]*listStub{
		"never read": {listErr: errListDown},
		"partial":    {agents: staff(), partial: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := directoryOf(t, list, nil, map[string]string{"kh@chat.example": "khalid@twerlo.com"})
			for typed, sent := range map[string]string{"Khalid@twerlo.com": "Khalid@twerlo.com", "kh@chat.example": "khalid@twerlo.com"} {
				got, err := d.Resolve(t.Context(), RefEmail(typed), "U1")
				if err != nil || got.PlatformID.Reveal() != sent || got.Name == "" {
					t.Errorf("%s: sent as %q, %v", typed, got.PlatformID.Reveal(), err)
				}
			}
			var u *Unresolved
			if _, err := d.Resolve(t.Context(), RefName("Khalid"), "U1"); !errors.As(err, &u) || u.Reason != NamesUnknown || u.Retry {
				t.Errorf("a name: %v", err)
			}
		})
	}
}

func TestSomebodyNewIsLookedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := &listStub{agents: staff()}
		d := directoryOf(t, list, nil, nil)
		_, err := d.Resolve(t.Context(), RefEmail("khalid@twerlo.com"), "U1")
		if err == nil || list.lists != 1 {
			t.Errorf("a fresh list was read %d times: %v", list.lists, err)
		}
		<-time.After(11 * time.Second)
		list.agents = append(list.agents, listed("khalid@twerlo.com", "Khalid"))
		if _, err := d.Resolve(t.Context(), RefEmail("khalid@twerlo.com"), "U1"); err != nil || list.lists != 2 {
			t.Errorf("read %d times: %v", list.lists, err)
		}
		<-time.After(11 * time.Second)
		list.listErr = errListDown
		got, err := d.Resolve(t.Context(), RefEmail("new@twerlo.com"), "U1")
		if err != nil || got.PlatformID.Reveal() != "new@twerlo.com" {
			t.Errorf("with the list away: %v", err)
		}
	})
}

func TestTheDirectoryKeepsItsListWhileAzeerIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := &listStub{agents: staff()}
		d := NewDirectory(list, nil, DirectoryConfig{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()
		synctest.Wait()
		list.mu.Lock()
		list.listErr = errListDown
		list.mu.Unlock()
		<-time.After(time.Hour)
		s := d.State()
		if !s.Loaded || s.Count != 8 || s.Age != time.Hour || !errors.Is(s.Err, errListDown) || len(d.Search("omar", 9)) != 1 {
			t.Errorf("state %+v", s)
		}
		list.mu.Lock()
		if list.lists < 30 || list.lists > 70 {
			t.Errorf("asked %d times in an hour", list.lists)
		}
		list.listErr = nil
		list.mu.Unlock()
		<-time.After(2*time.Minute + time.Second)
		if s := d.State(); s.Err != nil || s.Age > 2*time.Minute+time.Second {
			t.Errorf("state %+v", s)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestAListThatHasJustBeenReadIsNotReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := &listStub{agents: staff()}
		d := directoryOf(t, list, nil, nil)
		<-time.After(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()
		for _, want := range []int{1, 2, 3} {
			synctest.Wait()
			list.mu.Lock()
			if list.lists != want {
				t.Errorf("read %d times after %v, want %d", list.lists, d.State().Age, want)
			}
			list.mu.Unlock()
			<-time.After(5 * time.Minute)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestGuess(t *testing.T) {
	d := directoryOf(t, &listStub{agents: staff()}, nil, nil)
	for ref, want := range map[string]string{
		"email:OMAR@twerlo.com": "omar", "name:Layla": "layla", "name:احمد": "", "name:nobody": "",
		"email:nadia@twerlo.com": "", "mention:U1": "", "me:": "",
	} {
		r, err := DecodeRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		a, ok := d.Guess(r)
		if ok != (want != "") || ok && emails([]Agent{a}) != want {
			t.Errorf("Guess(%s): %q, %v", ref, emails([]Agent{a}), ok)
		}
	}
}

// A lone word settles it only as a first name, a whole name, or what stands before the @, of
// one agent alone. As a father's or family's name it is offered.
func TestPartOfANameSettlesNothing(t *testing.T) {
	agents := []Agent{
		listed("sara@twerlo.com", "Sara Ali"), listed("layla@twerlo.com", "ليلى أحمد"), listed("ahmad@twerlo.com", "أحمد محمد"),
		listed("qah@twerlo.com", "علي الحربي"), listed("o.hassan@twerlo.com", "Omar bin Hassan"), listed("abdulaziz@twerlo.com", "Abdul Aziz Al-Harbi"),
		listed("abdulmalik@twerlo.com", "Abdulmalik AlShehri"), listed("rahman@twerlo.com", "عبد الرحمن السالم"), listed("khalid@twerlo.com", "خالد العتيبي"),
		listed("mohammed@twerlo.com", "Mohammed Saleh"), listed("agent1@twerlo.com", "Agent 1"),
	}
	d := directoryOf(t, &listStub{agents: agents}, nil, nil)
	for name, want := range map[string]struct {
		agent   string
		reason  Reason
		nearest string
	}{
		"Ali":            {reason: PartOfName, nearest: "sara"},
		"محمد":           {reason: PartOfName, nearest: "ahmad"},
		"الحربي":         {reason: PartOfName, nearest: "qah"},
		"Hassan":         {reason: PartOfName, nearest: "o.hassan"},
		"على":            {reason: PartOfName, nearest: "qah"},
		"أحمد":           {agent: "ahmad"},
		"علي":            {agent: "qah"},
		"Sara":           {agent: "sara"},
		"sara ali":       {agent: "sara"},
		"Omar":           {agent: "o.hassan"},
		"Omar Hassan":    {agent: "o.hassan"},
		"o.hassan":       {agent: "o.hassan"},
		"Abdul Aziz":     {agent: "abdulaziz"},
		"عبد الرحمن":     {agent: "rahman"},
		"لخالد":          {agent: "khalid"},
		"ليلى":           {agent: "layla"},
		"Eng. Omar":      {agent: "o.hassan"},
		"د. خالد":        {agent: "khalid"},
		"Abdulaziz":      {agent: "abdulaziz"},
		"Abdul":          {reason: PartOfName, nearest: "abdulaziz"},
		"Sara (Support)": {reason: NoSuchAgent, nearest: "sara"},
	} {
		got, err := d.Resolve(t.Context(), RefName(name), "U1")
		u, _ := errors.AsType[*Unresolved](err)
		switch {
		case want.agent != "":
			if err != nil || emails([]Agent{got}) != want.agent {
				t.Errorf("%q is %q, %v; want %q", name, emails([]Agent{got}), err, want.agent)
			}
		case u == nil || u.Reason != want.reason || emails(u.Nearest.Agents) != want.nearest:
			t.Errorf("%q: %q, %v", name, emails([]Agent{got}), err)
		}
	}
	for query, want := range map[string]string{
		"عبدالرحمن": "rahman", "Abdulaziz": "abdulaziz", "abdul-aziz": "abdulaziz", "alharbi": "abdulaziz", "Al-Harbi": "abdulaziz", "د.خالد": "khalid",
		"Mohamed": "mohammed", "Muhammad": "mohammed", "Saleh, Mohammed": "mohammed", "omar.": "o.hassan", "Agent 1": "agent1",
	} {
		if got := emails(d.Search(query, 0)); got != want {
			t.Errorf("a search for %q finds %q, want %q", query, got, want)
		}
	}
}

func TestWhoIsNoAgentIsToldSo(t *testing.T) {
	people := askedFor(func(string) (Email, error) { return NewEmail("maha@twerlo.com"), nil })
	d := directoryOf(t, &listStub{agents: staff()}, people, nil)
	_, err := d.Resolve(t.Context(), RefMe(), "UMAHA")
	if u, _ := errors.AsType[*Unresolved](err); u == nil || u.Reason != NotAnAgent {
		t.Errorf("me: %v", err)
	}
	if _, err = d.Resolve(t.Context(), RefMention("UMAHA"), "U1"); err == nil {
		t.Error("a mention of somebody who is no agent is one")
	}
}

func TestMoreThanFiveOfANameAreCounted(t *testing.T) {
	var agents []Agent
	for i := range 8 {
		agents = append(agents, listed(fmt.Sprintf("noura%d@twerlo.com", i), "Noura Saleh"))
	}
	d := directoryOf(t, &listStub{agents: agents}, nil, nil)
	_, err := d.Resolve(t.Context(), RefName("Noura"), "U1")
	if u, _ := errors.AsType[*Unresolved](err); u == nil || u.Reason != Ambiguous || len(u.Nearest.Agents) != 5 || u.Nearest.More != 3 {
		t.Errorf("%+v", u)
	}
}

func TestAddressesThatDifferInCaseOnlyAreTwo(t *testing.T) {
	d := directoryOf(t, &listStub{agents: []Agent{listed("omar@twerlo.com", "Omar"), listed("Omar@twerlo.com", "Omar")}}, nil, nil)
	for _, address := range []string{"omar@twerlo.com", "Omar@twerlo.com"} {
		if got, err := d.Resolve(t.Context(), RefEmail(address), "U1"); err != nil || got.PlatformID.Reveal() != address {
			t.Errorf("%s is %s, %v", address, got.PlatformID.Reveal(), err)
		}
	}
}

// Somebody else may have read the list between one's own look at it and one's wish to read it.
func TestAListThatIsReadJustNowIsLookedAt(t *testing.T) {
	t.Parallel()
	for _, ref := range []Ref{RefEmail(omarEmail), RefName("Omar Hassan")} {
		for round := range 4000 {
			d := NewDirectory(&listStub{agents: staff()}, nil, DirectoryConfig{})
			read := make(chan error, 1)
			go func() { read <- d.Refresh(t.Context()) }()
			for since, at := time.Now(), time.Duration(round%400)*100*time.Nanosecond; time.Since(since) < at; { // at every moment of it
			}
			if _, err := d.Resolve(t.Context(), ref, "U1"); err != nil {
				t.Fatalf("while the list is being read for the first time: %v", err)
			}
			if err := <-read; err != nil {
				t.Fatal(err)
			}
		}
	}
}
