package sqlite_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"azeer-slack/assign"
	"azeer-slack/assign/agent"
	"azeer-slack/journal"
	"azeer-slack/journal/journaltest"
	"azeer-slack/journal/sqlite"

	"github.com/rs/zerolog"
)

var (
	damages    = flag.Int("damages", 8, "how many damages of each kind are tried")
	damageSeed = flag.Uint64("damage-seed", rand.Uint64(), "makes the damages the same as in a run that printed it")
)

// image is what a killed process leaves: the parts of a journal, by what follows its name.
type image map[string][]byte

var parts = []string{"", "-wal", ".accepted", ".notes"}

func imageOf(t *testing.T, path string) image {
	t.Helper()
	all := image{}
	for _, part := range parts {
		content, err := os.ReadFile(path + part)
		if err != nil {
			t.Fatal(err)
		}
		all[part] = content
	}
	return all
}

// names are of what SQLite's own tables list: tables, columns, indexes.
var names = regexp.MustCompile(`[a-z]+(_[a-z]+)+|assignments|boots|contact`)

// damageKinds spoil a part of an image; earlier is one of the same journal.
var damageKinds = map[string]func(r *rand.Rand, i, earlier image, part string){
	"a bit flipped": func(r *rand.Rand, i, _ image, part string) {
		i[part][r.IntN(len(i[part]))] ^= 1 << r.IntN(8)
	},
	"a name changed": func(r *rand.Rand, i, _ image, part string) {
		if places := names.FindAllIndex(i[part], -1); len(places) > 0 {
			place := places[r.IntN(len(places))]
			i[part][place[0]+r.IntN(place[1]-place[0])] ^= 1
		}
	},
	"cut": func(r *rand.Rand, i, _ image, part string) {
		i[part] = i[part][:r.IntN(len(i[part]))]
	},
	"torn": func(r *rand.Rand, i, _ image, part string) {
		const half = 2048
		at := r.IntN(len(i[part])/half) * half
		clear(i[part][at : at+half])
	},
	"swapped for an earlier one": func(_ *rand.Rand, i, earlier image, part string) {
		i[part] = bytes.Clone(earlier[part])
	},
	"gone": func(_ *rand.Rand, i, _ image, part string) { delete(i, part) },
}

// TestADamagedJournal holds a start on damaged files to this: it is refused, with the cure; or
// nothing that is served is false, and what cannot be served is logged.
func TestADamagedJournal(t *testing.T) {
	t.Parallel()
	t.Logf("the same again: -damage-seed %d", *damageSeed)
	earlier, images := makeImages(t)
	for kind, spoil := range damageKinds {
		for part, whole := range images {
			t.Run(fmt.Sprintf("journal%s %s", part, kind), func(t *testing.T) {
				t.Parallel()
				for n := range *damages {
					i := image{}
					for name, content := range whole.image {
						i[name] = bytes.Clone(content)
					}
					spoil(rand.New(rand.NewPCG(*damageSeed, uint64(n))), i, earlier, part)
					startOn(t, fmt.Sprintf("damage %d", n), i, whole.truth)
				}
			})
		}
	}
}

// The difference to a time like that does not fit into an integer.
func TestADamagedTimeSpoilsNoList(t *testing.T) {
	t.Parallel()
	j := open(t, filepath.Join(t.TempDir(), "x.db"))
	first, second := journaltest.Accept(t, j, journaltest.Numbered(1)), journaltest.Accept(t, j, journaltest.Numbered(2))
	if _, err := j.db.Conn().ExecContext(t.Context(), "UPDATE assignments SET accepted_at = ? WHERE id = ?", math.MinInt64, first.ID); err != nil {
		t.Fatal(err)
	}
	if all := listAll(t, j.Journal); all[second.ID].ID != second.ID {
		t.Errorf("the list is %v", all)
	}
}

// moment is what a journal consisted of at a moment, and what was in it.
type moment struct {
	image image
	truth map[int64]assign.Assignment
}

// makeImages gives an image of a journal, and three moments later, by the part that holds most.
func makeImages(t *testing.T) (earlier image, images map[string]moment) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	j := open(t, path)
	for n := range 60 {
		if n == 20 { // the log begins anew
			if err := j.db.Tidy(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n == 30 {
			earlier = imageOf(t, path)
		}
		r := journaltest.Numbered(n)
		r.Agent = agent.RefEmail(fmt.Sprintf("agent%d@twerlo.com", n))
		a := journaltest.Accept(t, j, r)
		switch {
		case n%3 == 1:
			journaltest.Settle(t, j, a.ID)
		case n%3 == 2:
			if err := j.Finish(t.Context(), a.ID, assign.Outcome{Kind: assign.Refused}); err != nil {
				t.Fatal(err)
			}
		}
	}
	truth := listAll(t, j.Journal) // which puts into the tables what is noted
	inLog := imageOf(t, path)
	if err := j.db.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	images = map[string]moment{"-wal": {inLog, truth}, "": {imageOf(t, path), truth}}
	noted := image{}
	for n := 100; len(noted[".notes"]) < 4096; n++ { // unless a second has gone by
		journaltest.Settle(t, j, journaltest.Accept(t, j, journaltest.Numbered(n)).ID)
		noted = imageOf(t, path)
	}
	images[".notes"] = moment{noted, listAll(t, j.Journal)}
	return earlier, images
}

func listAll(t *testing.T, j *journal.Journal) map[int64]assign.Assignment {
	t.Helper()
	all := map[int64]assign.Assignment{}
	for q := (assign.Query{Limit: 100}); ; {
		page, err := j.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		for _, a := range page {
			all[a.ID], q.Below = a, a.ID
		}
	}
}

// cured are the beginnings of what a refused start may say.
var cured = []string{
	"the journal is damaged", "is not a SQLite database", "SQLite file of another program", "newer version of azeer-slack",
}

func startOn(t *testing.T, which string, i image, truth map[int64]assign.Assignment) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.db")
	for part, content := range i {
		if err := os.WriteFile(path+part, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sqlite.Open(t.Context(), path, config)
	if err != nil {
		for _, cure := range cured {
			if strings.Contains(err.Error(), cure) {
				return
			}
		}
		t.Errorf("%s: refused without a cure: %v", which, err)
		return
	}
	log := &unreadable{ids: map[int64]bool{}}
	j := journal.New(db, journal.Config{Logger: zerolog.New(log)})
	wantTruth(t, which, j, log, truth)
	if err := j.Close(t.Context()); err != nil {
		t.Errorf("%s: %v", which, err)
	}
}

// unreadable notes what is logged of rows that cannot be read.
type unreadable struct {
	mu  sync.Mutex
	ids map[int64]bool
}

func (u *unreadable) Write(line []byte) (int, error) {
	var said struct {
		Assignment int64 `json:"assignment"`
	}
	if err := json.Unmarshal(line, &said); err != nil {
		return 0, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ids[said.Assignment] = true
	return len(line), nil
}

func wantTruth(t *testing.T, which string, j *journal.Journal, log *unreadable, truth map[int64]assign.Assignment) {
	t.Helper()
	found := listAll(t, j)
	taken, err := j.Take(t.Context())
	if err != nil {
		t.Errorf("%s: %v", which, err)
		return
	}
	pending := map[int64]bool{}
	for _, a := range taken {
		wantSame(t, which, a, truth[a.ID])
		pending[a.ID] = true
	}
	for id, want := range truth {
		a, there := found[id]
		switch {
		case log.ids[id]:
		case !there:
			t.Errorf("%s: assignment %d was lost, and nobody was told (unreadable %v)", which, id, log.ids)
		case !a.Answered && !pending[id]:
			t.Errorf("%s: assignment %d is not taken up", which, id)
		default:
			wantSame(t, which, a, want)
		}
	}
	if len(found)+len(log.ids) != len(truth) {
		t.Errorf("%s: there are %d, and %d that cannot be read, of %d", which, len(found), len(log.ids), len(truth))
	}
	journaltest.Accept(t, j, journaltest.Numbered(1000))
}

// wantSame lets an outcome be missing: Azeer is asked again.
func wantSame(t *testing.T, which string, a, want assign.Assignment) {
	t.Helper()
	request := func(a assign.Assignment) string {
		return fmt.Sprint(a.ID, a.Key, a.Requester, a.Contact.Digits(), a.Contact.ID(), a.Agent.Encode(), a.Origin, a.Undoes)
	}
	if got, want := request(a), request(want); got != want {
		t.Errorf("%s: it serves %s, asked was %s", which, got, want)
	}
	if a.Finished() && (a.Outcome.Kind != want.Outcome.Kind || a.Outcome.Reason != want.Outcome.Reason) {
		t.Errorf("%s: outcome of %d is %s, and was %s", which, a.ID, a.Outcome.Kind, want.Outcome.Kind)
	}
}
