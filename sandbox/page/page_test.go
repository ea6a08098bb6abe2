package page

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	azeerslack "azeer-slack"
	"azeer-slack/sandbox/azeer"
	"azeer-slack/sandbox/slack"
)

func TestStateOfAFreshSandbox(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{Notes: map[string]string{"sara": "Quick of hand"}}, slack.Limits{})
	s := d.state("sara")
	if s.Me != "sara" || s.Team.Name != "Twerlo" || s.App.Name != "Azeer Assign" || s.App.Bot != "azeer" || s.App.User != slack.BotUserID {
		t.Errorf("state of %s, team %+v, app %+v", s.Me, s.Team, s.App)
	}
	kinds := map[string]string{}
	for _, p := range s.People {
		kinds[p.Handle] = p.Kind
		if p.Note == "" || p.Handle == "sara" && p.Note != "Quick of hand" {
			t.Errorf("%s is noted as %q", p.Handle, p.Note)
		}
	}
	if len(kinds) != 6 || kinds["sara"] != "member" || kinds["guest"] != "guest" || kinds["partner"] != "external" {
		t.Errorf("people %v", kinds)
	}
	if len(s.Commands) != 1 || s.Commands[0] != (Command{"/assign", "Assign a contact", "[phone] [agent]"}) || len(s.Shortcuts) != 2 {
		t.Errorf("commands %+v, shortcuts %+v", s.Commands, s.Shortcuts)
	}
	var places []string
	for _, p := range s.Places {
		places = append(places, p.Kind+":"+p.Name)
	}
	if got := strings.Join(places, " "); got != "channel:general channel:support private:vip app:Azeer Assign" {
		t.Errorf("places %s", got)
	}
	if len(s.Azeer.Agents) == 0 || s.Azeer.Agents[1].Role != "agent" {
		t.Errorf("agents %+v", s.Azeer.Agents)
	}
	if raw := string(d.get("/api/state?person=sara")); strings.Contains(raw, `"messages":null`) || strings.Contains(raw, ":null,\"") && !strings.Contains(raw, `"home":null`) {
		t.Errorf("a list is null: %s", raw)
	}
	if first := d.state(""); first.Me != "manager" {
		t.Errorf("without a name one is %s", first.Me)
	}
	if resp := d.asks(http.MethodGet, "/api/state?person=nobody", func(*http.Request) {}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the state of nobody: %s", resp.Status)
	}
}

func TestAzeer(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	s := d.listen("sara", d.state("sara").Seq)
	d.assign("966544444444", "omar@twerlo.com")
	if o := s.next("owner").Owner; o.Contact != "966544444444" || o.Agent != "omar@twerlo.com" || o.At == 0 {
		t.Errorf("told of owner %+v", o)
	}
	d.assign("966544444444", "sara@twerlo.com")
	if o := s.next("owner").Owner; o.Agent != "sara@twerlo.com" {
		t.Errorf("told of owner %+v", o)
	}
	d.box.Azeer.AddAgent(azeer.Agent{PlatformID: "new@twerlo.com", Name: "New", Inactive: true})
	agents := s.next("agents").Agents
	if last := agents[len(agents)-1]; last.Name != "New" || !last.Inactive || last.Role != "agent" {
		t.Errorf("told of agent %+v", last)
	}
	a := d.state("omar").Azeer
	if len(a.Owners) != 1 || a.Owners[0].Agent != "sara@twerlo.com" || len(a.Calls) != 2 {
		t.Errorf("state %+v", a)
	}
	if c := a.Calls[1]; c.N != 2 || c.Status != 200 || !c.Effect || c.Took < 0 || c.Contact != "966544444444" {
		t.Errorf("call %+v", c)
	}
}

func TestContacts(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	s := d.listen("sara", d.state("sara").Seq)
	at := time.UnixMilli(1_700_000_000_000)
	d.box.Azeer.AddContact(azeer.Contact{Phone: "966544444444", Name: "Salma", Said: "Hello?", SaidAt: at}, "omar@twerlo.com")
	d.box.Azeer.AddContact(azeer.Contact{Phone: "966555555555", Name: "Khalid"}, "")
	if c := s.next("contacts").Contacts; c[0] != (Contact{"966544444444", "Salma", "Hello?", at.UnixMilli()}) {
		t.Errorf("told of %+v", c)
	}
	if o := s.next("owner").Owner; *o != (Owner{"966544444444", "omar@twerlo.com", at.UnixMilli()}) {
		t.Errorf("told of %+v", o)
	}
	d.assign("966544444444", "sara@twerlo.com")
	if o := s.next("owner").Owner; o.Agent != "sara@twerlo.com" {
		t.Errorf("told of %+v", o)
	}
	late := New(d.box, Config{})
	defer func() { _ = late.Close() }()
	for _, p := range []*Page{d.page, late} {
		if a := p.azeer(); len(a.Contacts) != 2 || len(a.Owners) != 1 || a.Owners[0].Agent != "sara@twerlo.com" {
			t.Errorf("state %+v", a)
		}
	}
}

func TestWhatWasBeforeThePage(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	d.assign("966544444444", "omar@twerlo.com")
	late := New(d.box, Config{})
	defer func() { _ = late.Close() }()
	url, err := late.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	other := &fixture{T: t, box: d.box, page: late, url: strings.TrimSuffix(url, "/")}
	if a := other.state("sara").Azeer; len(a.Owners) != 1 || len(a.Calls) != 1 {
		t.Errorf("a page opened later has %+v", a)
	}
}

func TestPeopleAndPlacesComeAndGo(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	s := d.listen("omar", d.state("omar").Seq)
	d.box.Slack.AddPerson(slack.PersonConfig{Handle: "intern", Name: "Ina Intern"})
	if p := s.next("person").Person; p.Handle != "intern" || p.Kind != "member" {
		t.Errorf("told of %+v", p)
	}
	if at := s.next("place").Place; at.Name != "general" || at.Members != 5 {
		t.Errorf("told of %+v", at)
	}
	d.box.Slack.Invite("#support", "bot")
	if at := s.next("place", "reset"); at.Type != "place" || !at.Place.Bot {
		t.Errorf("told %+v", at)
	}
	d.box.Slack.Invite("#vip", "omar")
	s.next("reset")
	if places := d.state("omar").Places; len(places) != 4 {
		t.Errorf("omar sees %+v", places)
	}
	d.box.Slack.Kick("#vip", "omar")
	s.next("reset")
	d.box.Slack.RemovePerson("intern")
	s.next("reset")
	if people := d.state("omar").People; len(people) != 6 {
		t.Errorf("people %+v", people)
	}
}

func TestGallery(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{Goldens: fstest.MapFS{
		"testdata/message_done.golden.json":    {Data: []byte(`{"text":"Done"}`)},
		"testdata/message_done.ar.golden.json": {Data: []byte(`{"text":"تم"}`)},
		"view_form.golden.json":                {Data: []byte(`{"type":"modal"}`)},
		"testdata/slips.golden.json":           {Data: []byte(`{"b":{"text":"Two"},"a":{"text":"One"}}`)},
		"testdata/message_notes.txt":           {Data: []byte(`x`)},
	}}, slack.Limits{})
	var got []Golden
	if err := json.Unmarshal(d.get("/api/gallery"), &got); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range got {
		names = append(names, g.Kind+" "+g.Name+" "+g.Lang+" "+string(g.JSON))
	}
	want := []string{`message done ar {"text":"تم"}`, `message done en {"text":"Done"}`,
		`message slips_a en {"text":"One"}`, `message slips_b en {"text":"Two"}`, `view form en {"type":"modal"}`}
	if strings.Join(names, "\n") != strings.Join(want, "\n") {
		t.Errorf("gallery %q, want %q", names, want)
	}
}

func TestGalleryOfTheBot(t *testing.T) {
	t.Parallel()
	all, err := ReadGoldens(azeerslack.Goldens)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, g := range all {
		kinds[g.Kind]++
	}
	if kinds["message"] == 0 || kinds["view"] == 0 {
		t.Errorf("the gallery of the bot has %v", kinds)
	}
}

func TestGalleryWithoutGoldens(t *testing.T) {
	t.Parallel()
	d := newFixture(t, Config{}, slack.Limits{})
	if got := strings.TrimSpace(string(d.get("/api/gallery"))); got != "[]" {
		t.Errorf("gallery %s", got)
	}
	broken := newFixture(t, Config{Goldens: fstest.MapFS{"view_x.golden.json": {Data: []byte(`{`)}}}, slack.Limits{})
	if resp := broken.asks(http.MethodGet, "/api/gallery", func(*http.Request) {}); resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("a broken golden answers %s", resp.Status)
	}
}

// TestCloseLeavesNothing is not parallel: it looks at all goroutines.
func TestCloseLeavesNothing(t *testing.T) {
	t.Run("page", func(t *testing.T) {
		d := newFixture(t, Config{}, slack.Limits{})
		d.app(func(envelope) any { return silence{} })
		s := d.listen("sara", d.state("sara").Seq)
		waiting := make(chan struct{})
		go func() { // an act on which the app sits
			defer close(waiting)
			req, _ := http.NewRequest(http.MethodPost, d.url+"/api/act",
				strings.NewReader(`{"person":"sara","act":"command","place":"#general","line":"/assign"}`))
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("X-Sandbox", "1")
			if resp, err := client.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		}()
		s.next("interaction")
		if err := d.page.Close(); err != nil {
			t.Fatal(err)
		}
		<-waiting
		if err := d.page.Close(); err != nil {
			t.Errorf("closing again: %v", err)
		}
		if url, err := d.page.Listen("127.0.0.1:0"); err == nil {
			t.Errorf("a closed page listens at %s", url)
		}
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		for _, one := range strings.Split(string(stacks), "\n\n") {
			if strings.Contains(one, "page.(*Page)") || strings.Contains(one, "page.(*live)") {
				t.Errorf("still running:\n%s", one)
			}
		}
	})
}
